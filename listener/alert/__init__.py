"""Who hears what, when and why now: pure decisions."""

from listener.alert.decide import Rules
from listener.alert.fold import fingerprints
from listener.alert.routes import Router

__all__ = ["Router", "Rules", "fingerprints"]

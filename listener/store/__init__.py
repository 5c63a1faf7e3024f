"""The SQLite file: the only package with SQL."""

from listener.store.health import Standing
from listener.store.keep import Kept
from listener.store.outbox import Claimed, Outbox
from listener.store.store import Store

__all__ = ["Claimed", "Kept", "Outbox", "Standing", "Store"]

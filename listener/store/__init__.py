"""The SQLite file: the only package with SQL."""

from listener.store.keep import Kept
from listener.store.outbox import Claimed
from listener.store.store import Store

__all__ = ["Claimed", "Kept", "Store"]

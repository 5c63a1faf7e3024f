"""The SQLite file: the only package with SQL."""

from listener.store.forget import Erased, Target
from listener.store.health import Standing
from listener.store.keep import Kept
from listener.store.marks import Author, PostName
from listener.store.outbox import Claimed, Outbox
from listener.store.read import Showing
from listener.store.retention import Limits
from listener.store.store import Store

__all__ = [
    "Author",
    "Claimed",
    "Erased",
    "Kept",
    "Limits",
    "Outbox",
    "PostName",
    "Showing",
    "Standing",
    "Store",
    "Target",
]

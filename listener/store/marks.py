"""Keyed hashes that stand for authors and posts where their names must not be kept. Pure."""

import hmac
from datetime import datetime
from hashlib import sha256

from msgspec import Struct

ALIAS = "forgotten-"
"""How the id of a forgotten post begins."""


class Author(Struct, frozen=True):
    """Somebody who posts on a platform."""

    source: str
    name: str  # handle without "@", in whatever case


class PostName(Struct, frozen=True):
    """A post."""

    key: str  # "source:id"


class Forgotten(Struct, frozen=True):
    """A tombstone: an author, or a post, that is not stored again."""

    mark: str
    kind: str  # "author" or "post"
    at: datetime


class Marker(Struct, frozen=True):
    """Makes the marks; without its key nobody can tell whose they are."""

    key: bytes

    def of(self, target: Author | PostName) -> str:
        """The mark of either."""
        return self.author(target.source, target.name) if isinstance(target, Author) else self.post(target.key)

    def author(self, source: str, name: str) -> str:
        """The mark of an account, whatever the case in which its name is written."""
        return self._mark("author", f"{source}:{name}".casefold())

    def post(self, key: str) -> str:
        """The mark of a post."""
        return self._mark("post", key)

    def alias(self, key: str) -> str:
        """The key under which a forgotten post still counts; it keeps the platform and nothing else."""
        source, _, post_id = key.partition(":")
        return key if post_id.startswith(ALIAS) else f"{source}:{ALIAS}{self._mark('alias', key)[:16]}"

    def _mark(self, kind: str, name: str) -> str:
        return hmac.new(self.key, f"{kind}\0{name}".encode("utf-8", "surrogatepass"), sha256).hexdigest()[:32]

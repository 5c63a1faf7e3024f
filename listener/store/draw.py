"""The lot that decides whether a post that matched nothing is in the day's sample."""

from collections.abc import Iterable
from hashlib import blake2b

SIZE = 8  # bytes


_EMPTY = blake2b(digest_size=SIZE)  # copied rather than made for each text: half the time


def digest(text: str) -> bytes:
    """Bytes that stand for a key or an address."""
    return digests([text])[0]


def digests(texts: Iterable[str]) -> list[bytes]:
    """The digest of each."""
    found = []
    for text in texts:
        hashing = _EMPTY.copy()
        hashing.update(text.encode("utf-8", "replace"))
        found.append(hashing.digest())
    return found


def draw(key: str) -> int:
    """A number that depends on the key alone, uniform over 63 bits."""
    return draw_of(digest(key))


def draw_of(digest: bytes) -> int:
    """The number of a key's digest."""
    return int.from_bytes(digest, "big") >> 1

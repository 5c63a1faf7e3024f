"""The lot that decides whether a post that matched nothing is in the day's sample."""

from hashlib import blake2b

SIZE = 8  # bytes


def digest(text: str) -> bytes:
    """Bytes that stand for a key or an address."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=SIZE).digest()


def draw(key: str) -> int:
    """A number that depends on the key alone, uniform over 63 bits."""
    return draw_of(digest(key))


def draw_of(digest: bytes) -> int:
    """The number of a key's digest."""
    return int.from_bytes(digest, "big") >> 1

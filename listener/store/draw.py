"""The lot that decides whether a post that matched nothing is in the day's sample."""

import hashlib


def draw(key: str) -> int:
    """A number that depends on the key alone, uniform over 63 bits."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big") >> 1

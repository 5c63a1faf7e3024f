"""What two near-identical posts share."""

import hashlib
import re
from functools import lru_cache

from listener.types import Post

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|@\w+")
_NOT_WORDS = re.compile(r"[\W_]+")
_LEAST_WORDS = 4  # shorter texts ("any deals?") are the same by chance


@lru_cache(maxsize=1024)  # asked for several times while one page is decided upon, and long posts take a while
def fingerprints(post: Post) -> tuple[str, ...]:
    """Hashes of the words without addresses, names, case and punctuation; of the link where a post is little else."""
    words = _NOT_WORDS.sub(" ", _ADDRESS.sub(" ", post.words).casefold()).split()
    if len(words) >= _LEAST_WORDS:
        return (_hash("words", " ".join(words)),)
    return tuple(_hash("link", link) for link in sorted(set(post.links)))


def _hash(kind: str, value: str) -> str:
    return hashlib.blake2b(f"{kind}:{value}".encode("utf-8", "replace"), digest_size=12).hexdigest()

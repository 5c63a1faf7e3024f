"""The words of a question: cleaned for comparing, cut into pieces, and as hashes."""

import hashlib
import re
import unicodedata
from collections.abc import Container

LONGEST = 1_000  # characters that are looked at
_MOST_WORDS = 96
_COPIED = 12  # words from the start on that nobody chooses again by chance

_ASIDE = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@\w+|^rt\b:?|\b(?:ask|show|tell) hn:", re.IGNORECASE)
_WORDS = re.compile(r"[a-z0-9]+|[?!]|[^\sa-z0-9.,:;'\"()\[\]_#&-]")
_NOT_WORDS = re.compile(r"[\W_]+")


def _own(text: str) -> str:
    """Without addresses and names of accounts; most texts have none, which is quickly seen."""
    text = text[:LONGEST]
    marked = "@" in text or "/" in text or ":" in text or text[:2].lower() == "rt" or "www." in text.lower()
    return _ASIDE.sub(" ", text) if marked else text


def words(text: str) -> list[str]:
    """Lower case, without accents, addresses and names of accounts; "don't" is "dont"."""
    plain = _own(text).replace("’", "'").lower().replace("'", "")
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return _WORDS.findall(plain)[:_MOST_WORDS]


def cut(word: str, known: Container[str]) -> list[str]:
    """The longest known pieces of a word from its start; "##" marks those that go on, what is unknown is left out."""
    pieces, at = [], 0
    while at < len(word):
        mark = "##" if at else ""
        end = next((end for end in range(len(word), at, -1) if mark + word[at:end] in known), 0)
        if end:
            pieces.append(mark + word[at:end])
        at = end or at + 1
    return pieces


def same_text(text: str) -> int:
    """A hash that copies of a text share, whoever passes them on, and whatever is said at their end."""
    plain = _NOT_WORDS.sub(" ", _own(text).casefold())
    return hashed(" ".join(plain.split()[:_COPIED]))


def hashed(text: str) -> int:
    """64 bits of a hash, as a signed number; 0 for no text."""
    raw = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(raw, "big", signed=True) if text else 0

"""Text as it is compared: case, accents and look-alikes gone, with the way back to the original."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_SIGNS = frozenset("™®©℠℗")  # symbols, which NFKD would turn into letters
_APOSTROPHES = dict.fromkeys("’ʼ‘‛′＇", "'")
_LONGEST = 6  # letters; the few signs that stand for a whole sentence would make a post many times as long
_VOICED = ("゙", "゚")  # Japanese dakuten tell words apart
_LETTERS = {"ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ı": "i", "ħ": "h", "ŧ": "t"}
# Cyrillic letters that look Latin; both query and text are folded, so Cyrillic words still find themselves.
_LETTERS |= dict(zip("авекмнорстухіјѕԁԛԝһ", "abekmhopctyxijsdqwh", strict=True))


@lru_cache(maxsize=65_536)
def fold_char(char: str) -> str:
    """What one character is compared as: nothing for invisible ones and marks, sometimes several letters."""
    if char in _SIGNS:
        return char
    if char in _APOSTROPHES:
        return "'"
    if "가" <= char <= "힣":  # whole syllables are compared, not their parts
        return char
    parts = [part for part in unicodedata.normalize("NFKD", char) if _stays(part)]
    if len(parts) > _LONGEST:
        return char
    return "".join(_LETTERS.get(low, low) for part in parts for low in part.casefold() if _stays(low))


def _stays(char: str) -> bool:
    return char in _VOICED or unicodedata.category(char) not in ("Mn", "Me", "Cf")


def fold(text: str) -> str:
    """The folded text."""
    return text.lower() if text.isascii() else "".join(map(fold_char, text))


def fold_with_offsets(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each of its characters (and its end) where it stands in the original."""
    if text.isascii():
        return text.lower(), range(len(text) + 1)
    pieces, offsets = [], []
    for at, char in enumerate(text):
        piece = fold_char(char)
        pieces.append(piece)
        offsets += [at] * len(piece)
    offsets.append(len(text))
    return "".join(pieces), offsets


def fold_keeping_case(text: str) -> str:
    """As `fold`, but capitals stay capitals: for `!"Target"`."""
    return "".join(_fold_cased(char) for char in text)


@lru_cache(maxsize=65_536)
def _fold_cased(char: str) -> str:
    folded = fold_char(char)
    return folded.upper() if char.isupper() and len(folded) == 1 else folded

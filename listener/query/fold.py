"""Text as it is compared: case, accents and look-alikes gone, with the way back to the original."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, count, repeat

SPACELESS = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1100-\u11ff\u1780-\u17d3\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029"
    "\u3031-\u3035\u3040-\u3098\u309d-\u30fa\u30fc-\u318f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
"""The inside of a character class: scripts written without spaces, Chinese, Japanese, Korean and South-East Asian ones,
where a word may begin anywhere in a run."""

_SIGNS = frozenset("™®©℠℗ℹ")  # symbols that NFKD would turn into letters
_APOSTROPHES = dict.fromkeys("’‘‛ʼʻ′´＇ꞌ", "'")
_LATIN = {"ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i"}
_LATIN |= dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True))
# Cyrillic letters that look Latin in either case; Russian words still find themselves, for queries are folded alike.
_CYRILLIC = dict(zip("аеорсухіѕјһԁԛԝкмӏѵ", "aeopcyxisjhdqwkmlv", strict=True))
# These look Latin as capitals alone. "вот", "нет" are Russian words: they are read as Latin among Latin letters only.
_CAPITALS = str.maketrans("ВНТвнт", "BHTbht")

_LONGEST = 6  # characters; the few signs that stand for a whole sentence would make a post many times as long
MIXED = "ВНТвнт"
"""Letters that are read by those around them."""

JOINED = "\u1100-\u11ff\u3099\u309a\uff9e\uff9f"
"""The inside of a character class: signs that are a part of the letter before them."""

_MIXED = re.compile(f"[{MIXED}]")
_RUN = re.compile(r"[^\W\d_]+")
_JOINED = re.compile(f"[{JOINED}]")
_CLUSTER = re.compile("[\u1100-\u115e][\u1161-\u11a7][\u11a8-\u11ff]?|.[\u3099\u309a\uff9e\uff9f]?", re.DOTALL)
_PAIRS = re.compile("[\u1100-\u115e][\u1161-\u11a7][\u11a8-\u11ff]?|.[\u3099\u309a\uff9e\uff9f]", re.DOTALL)
_ACCENTS = (
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05C7),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE2F),
    (0xE0100, 0xE01EF),
)
"""Marks that are dropped; those of scripts where they are vowels stay."""
_INVISIBLE = frozenset("\u0640\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")


class _Table(dict[int, str]):
    """For `str.translate`: what a character is compared as, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _folded(chr(code))
        return folded


class _CasedTable(dict[int, str]):
    """As `_Table`, but capitals stay capitals."""

    def __missing__(self, code: int) -> str:
        folded = _TABLE[code]
        self[code] = cased = folded.upper() if chr(code).isupper() else folded
        return cased


def _folded(char: str) -> str:
    if char in _SIGNS:
        return char
    if char in _APOSTROPHES:
        return "'"
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    if len(parts) > _LONGEST:
        return char
    kept = "".join(_LATIN.get(part) or _CYRILLIC.get(part, part) for part in parts if not _vanishes(part))
    return unicodedata.normalize("NFC", kept)


def _vanishes(char: str) -> bool:
    code = ord(char)
    return (
        any(first <= code <= last for first, last in _ACCENTS)
        or char in _INVISIBLE
        or unicodedata.category(char) == "Cf"
    )


_TABLE, _CASED = _Table(), _CasedTable()


def fold(text: str) -> str:
    """The folded text."""
    if text.isascii():
        return text.lower()
    return prepared(text).translate(_TABLE)


def prepared(text: str) -> str:
    """The text before each of its characters is folded by itself: look-alikes told apart, halves of one joined."""
    text = unmasked(text)
    return _PAIRS.sub(lambda found: _whole(found[0]), text) if _JOINED.search(text) else text


def folded_char(code: int) -> str:
    """What a character of a prepared text is folded to."""
    return _TABLE[code]


def fold_keeping_case(text: str) -> str:
    """As `fold`, but capitals stay capitals: for `!"Target"`."""
    if text.isascii():
        return text
    return prepared(text).translate(_CASED)


def unmasked(text: str) -> str:
    """Cyrillic capitals that look Latin, and their small letters, become so where they stand among Latin letters."""
    return _RUN.sub(_unmasked_run, text) if is_unmasked(text) else text


def is_unmasked(text: str) -> bool:
    """Whether it has letters that are read by their neighbours."""
    return _MIXED.search(text) is not None


def _unmasked_run(run: re.Match[str]) -> str:
    return run[0].translate(_CAPITALS) if any(char < "\u0250" for char in run[0]) else run[0]


def offsets(text: str) -> Sequence[int]:
    """For each character of the folded text, and for its end, where it stands in the original."""
    if text.isascii():
        return range(len(text) + 1)
    text = unmasked(text)
    if _JOINED.search(text):
        clusters = _CLUSTER.findall(text)
        starts: Iterable[int] = accumulate(map(len, clusters), initial=0)
        lengths = map(len, map(_folded_cluster, clusters))
    else:
        starts, lengths = count(), map(len, map(_TABLE.__getitem__, map(ord, text)))
    return [*chain.from_iterable(map(repeat, starts, lengths)), len(text)]


def _folded_cluster(cluster: str) -> str:
    return _whole(cluster).translate(_TABLE)


def _whole(cluster: str) -> str:
    return cluster if len(cluster) == 1 else unicodedata.normalize("NFKC", cluster)

"""What a word is: a run of letters and digits, with apostrophes inside it; runs of spaceless scripts stand apart."""

import re
import unicodedata

from listener.query.fold import SPACELESS, fold_keeping_case


def _marks() -> str:
    """Vowel signs and the like, which are part of words but no letters; those of spaceless scripts are listed there."""
    codes = (*range(0x0900, 0x0E00), *range(0x0F00, 0x1000), *range(0x1700, 0x1780), *range(0x1800, 0x1C00), 0xA9C0)
    return "".join(char for char in map(chr, codes) if unicodedata.category(char) in ("Mn", "Mc"))


_MARKS = _marks()
LETTERS = rf"(?:[^\W_{SPACELESS}]++|[{_MARKS}]++)++"
"""A run of letters and digits, marks included, of scripts that have spaces."""

_ASCII = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
_WORD = re.compile(rf"[{SPACELESS}]+|{LETTERS}(?:'{LETTERS})*+")
_WILD = re.compile(rf"[*?]*[{SPACELESS}][{SPACELESS}*?]*|(?:{LETTERS}|[*?])+(?:'(?:{LETTERS}|[*?])+)*")
_SPACELESS = re.compile(f"[{SPACELESS}]")
_ASIDE = "_*~™®©℠"  # signs of emphasis and trade
_JOINTS = re.compile(rf"[{_ASIDE}]*+[\s\-‐‑‒–—―−][\s\-‐‑‒–—―−{_ASIDE}]*+")
_NAME = rf"(?:\w++|[{_MARKS}]++)++"
NAME = re.compile(rf"(?<![^\W{SPACELESS}])([#@$])({_NAME})((?:[.@-]{_NAME})*+)")
"""A hashtag, handle or cashtag in a folded text: its sign, its name, and what a handle of a federated network adds."""

WILD_NAME = re.compile(rf"[#@$](?:{_NAME}|[*?])+|@{_NAME}(?:[.@-]{_NAME})+")
"""The same in a query, wildcards included."""

_LABEL = rf"[^\W_{SPACELESS}](?:[^\W{SPACELESS}]|-){{0,62}}"
HOST = re.compile(
    rf"(?<![^\W{SPACELESS}])(?<![.-])(?<!\w@)(?:{_LABEL}(?:\.|\[\.\])){{1,40}}"
    rf"(?:xn--[a-z0-9-]{{1,59}}|[^\W\d_{SPACELESS}]{{2,63}})(?![^\W{SPACELESS}]|@|\.[^\W{SPACELESS}])"
)
"""A bare domain in a folded text, outside e-mail addresses."""

_IN_ADDRESS = rf"(?:[!#-;=?-\]_a-z~]|[^\W{SPACELESS}])++"
ADDRESS = re.compile(rf"(?:https?|hxxps?|ftp)://{_IN_ADDRESS}|(?<![\w.@])www\.{_IN_ADDRESS}", re.IGNORECASE)
"""An address in a text: it holds no words."""

KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
"""A digit on a key, which is a sign and no word."""


def word_pattern(folded: str) -> re.Pattern[str]:
    """What finds the words of a folded text; a possessive 's is still on them."""
    return _ASCII if folded.isascii() else _WORD


def cased_words(text: str) -> list[str]:
    """The words of a text, folded but in their case; as many as those of the folded text."""
    return _WORD.findall(fold_keeping_case(text))


def wild_words(folded: str) -> list[re.Match[str]]:
    """The words of a term of a query, wildcards included."""
    return list(_WILD.finditer(folded))


def spaceless(text: str) -> bool:
    """Whether a word is of a script without spaces."""
    return _SPACELESS.match(text) is not None


def joined(gap: str) -> bool:
    """Whether a phrase goes on across what stands between two words.

    White space and dashes, with or without signs of emphasis and ™ beside them; but not such signs alone: acme_cloud is
    no "acme cloud".
    """
    return gap in (" ", "") or _JOINTS.fullmatch(gap) is not None

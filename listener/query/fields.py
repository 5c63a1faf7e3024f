"""The fields that a query may name, and how what is asked of them is written."""

import re
from difflib import get_close_matches

from msgspec import Struct

from listener.types import Moment

URGENCIES = {"none": 0, "soon": 1, "now": 2}
NUMBER_FIELDS = ("followers", "likes", "replies")
TAG_FIELDS = ("moment", "urgency", "sentiment", "question", "signal", "place", "score", "topic", "state")
FIELDS = (
    *("source", "author", "title", "community", "site", "lang", "type", "url", "tag"),
    *NUMBER_FIELDS,
    "age",
    *TAG_FIELDS,
)
_COMPARED = (*NUMBER_FIELDS, "age", "score", "urgency")
_CHOICES = {
    "moment": tuple(moment.value for moment in Moment),
    "sentiment": ("negative", "neutral", "positive"),
    "signal": ("complaint", "praise", "switching", "promo"),
    "question": ("yes", "no"),
}

_COMPARISON = re.compile(r"(<=|>=|<|>|=)?(.*)", re.DOTALL)
_NUMBER = re.compile(r"(\d+(?:\.\d+)?|\d{1,3}(?:,\d{3})+)([km]?)")
_AGE = re.compile(r"(\d+(?:\.\d+)?)([mhd])")
_MINUTES = {"m": 1, "h": 60, "d": 1_440}
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}
_SAID = {  # what a value has to have; without it, it would be that of every post that has none
    "place": (re.compile(r".*?[\w*?]", re.DOTALL), "expected a word, as in place:leeds"),
    "site": (re.compile(r"(?:[^/?#]*://)?+[^/?#]*[\w*]"), "expected a host, as in site:reddit.com"),
}
_NEEDS_QUOTES = re.compile(r"[(\"`]|[^\s)\"`]*[\s)`]")


class Facts(Struct, frozen=True, kw_only=True):
    """The values of the tag fields of one finding."""

    moments: tuple[str, ...] = ()
    urgency: int = 0  # 0 none, 1 soon, 2 now
    sentiment: str = ""
    question: bool = False
    signals: tuple[str, ...] = ()
    place: str = ""
    score: float = 0.0
    topic: tuple[str, ...] = ()  # id and name
    state: str = ""


def nearest(name: str, names: tuple[str, ...]) -> str:
    """A hint at the nearest name, or at all there are."""
    found = get_close_matches(name.lower(), names, n=1)
    return f'did you mean "{found[0]}"?' if found else f"there are {', '.join(names)}."


def understood(name: str, written: str) -> tuple[str, str]:
    """Operator (one of = < <= > >=) and value of `name:written`; raises ValueError saying what was expected."""
    if name not in _COMPARED:
        return "=", _choice(name, written)
    op, value = _COMPARISON.fullmatch(written.lower()).groups()  # type: ignore[union-attr]  # it fits every text
    if name == "age" and not (op and _AGE.fullmatch(value)):
        raise ValueError("expected an age in minutes, hours or days after < or >, as in age:<30m, age:<2h, age:>7d")
    if name == "urgency" and value in URGENCIES:
        value = str(URGENCIES[value])
    if name != "age" and not _NUMBER.fullmatch(value):
        words = "now, soon, none or " if name == "urgency" else ""
        raise ValueError(f"expected {words}a number, as in {name}:>=2")
    return op or "=", value


def _choice(name: str, value: str) -> str:
    choices = _CHOICES.get(name)
    if name in _SAID and not _SAID[name][0].match(value):
        raise ValueError(_SAID[name][1])
    if not choices:
        return value
    if value.lower() not in choices:
        raise ValueError(f"expected {', '.join(choices[:-1])} or {choices[-1]}")
    return value.lower()


def shown(name: str, op: str, value: str) -> str:
    """The field as it is written."""
    value = f'"{value}"' if _NEEDS_QUOTES.match(value) else value
    return f"{name}:{'' if op == '=' else op}{value}"


def number(value: str) -> float:
    """A number as it is written: 5, 1.5k, 2m, 1,000."""
    digits, times = _NUMBER.fullmatch(value).groups()  # type: ignore[union-attr]  # `understood` has seen it
    return float(digits.replace(",", "")) * _TIMES[times]


def minutes(value: str) -> float:
    """An age as it is written: 30m, 2h, 7d."""
    digits, unit = _AGE.fullmatch(value).groups()  # type: ignore[union-attr]  # `understood` has seen it
    return float(digits) * _MINUTES[unit]

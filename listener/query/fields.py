"""The fields of a post and of a finding: what may be asked of them, and whether it holds."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from difflib import get_close_matches
from operator import eq, ge, gt, le, lt
from urllib.parse import urlsplit

from msgspec import Struct

from listener.query.fold import fold
from listener.query.glob import matches
from listener.types import Moment, Post

MOMENTS = tuple(m.value for m in Moment)
URGENCIES = {"none": 0, "soon": 1, "now": 2}
SENTIMENTS = ("negative", "neutral", "positive")
SIGNALS = ("complaint", "praise", "switching", "promo")
YES_NO = ("yes", "no")

TEXT_FIELDS = ("source", "author", "title", "community", "site", "lang", "type", "url", "tag")
NUMBER_FIELDS = ("followers", "likes", "replies")
TAG_FIELDS = ("moment", "urgency", "sentiment", "question", "signal", "place", "score", "topic", "state")
FIELDS = (*TEXT_FIELDS, *NUMBER_FIELDS, "age", *TAG_FIELDS)
COMPARED = (*NUMBER_FIELDS, "age", "score", "urgency")
CHOICES = {"moment": MOMENTS, "sentiment": SENTIMENTS, "signal": SIGNALS, "question": YES_NO}

_COMPARISON = re.compile(r"(<=|>=|<|>|=)?(.*)", re.DOTALL)
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)([km]?)")
_AGE = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}
_HOLDS: Mapping[str, Callable[[float, float], bool]] = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}


class Facts(Struct, frozen=True, kw_only=True):
    """The values of the tag fields of one finding."""

    moments: tuple[str, ...] = ()
    urgency: int = 0
    sentiment: str = ""
    question: bool = False
    signals: tuple[str, ...] = ()
    place: str = ""
    score: float = 0.0
    topic: tuple[str, ...] = ()  # id and name
    state: str = ""


def near(name: str, names: tuple[str, ...]) -> str:
    """A hint at the nearest name, or the list of all."""
    found = get_close_matches(name.lower(), names, n=1)
    return f'did you mean "{found[0]}"?' if found else f"there is {', '.join(names)}"


def understood(name: str, written: str) -> tuple[str, str]:
    """Operator and value of `name:written`; raises ValueError saying what was expected."""
    op, value = _COMPARISON.fullmatch(written).groups()  # type: ignore[union-attr]  # matches everything
    if name not in COMPARED:
        return "=", _choice(name, written)
    if name == "age":
        if not op or not _AGE.fullmatch(value.lower()):
            raise ValueError("expected an age like age:<2h, with s, m, h, d or w")
    elif name == "urgency" and value.lower() in URGENCIES:
        value = str(URGENCIES[value.lower()])
    elif not _NUMBER.fullmatch(value.lower()):
        words = f" or one of {', '.join(URGENCIES)}" if name == "urgency" else ""
        raise ValueError(f"expected a number{words}, like {name}:>=2")
    return op or "=", value.lower()


def _choice(name: str, value: str) -> str:
    choices = CHOICES.get(name)
    if choices and value.lower() not in choices:
        raise ValueError(f"{value!r} is no {name}; {near(value, choices)}")
    return value.lower() if choices else value


def holds(name: str, op: str, value: str, post: Post, now: datetime, facts: Facts | None) -> bool:
    """Whether the field of this post, or the tag of this finding, is so. What is missing is not."""
    if name in TAG_FIELDS:
        return facts is not None and _tag_holds(name, op, value, facts)
    if name in NUMBER_FIELDS:
        number = getattr(post.reach, name)
        return number is not None and _HOLDS[op](number, _number(value))
    if name == "age":
        return "time-missing" not in post.flags and _HOLDS[op]((now - post.created_at).total_seconds(), _seconds(value))
    return _TEXTS[name](post, fold(value))


def _tag_holds(name: str, op: str, value: str, facts: Facts) -> bool:
    if name in ("score", "urgency"):
        return _HOLDS[op](getattr(facts, name), _number(value))
    if name == "question":
        return facts.question == (value == "yes")
    have = {
        "moment": facts.moments,
        "sentiment": (facts.sentiment,),
        "signal": facts.signals,
        "topic": facts.topic,
        "state": (facts.state,),
        "place": (facts.place, *facts.place.split()),
    }[name]
    return any(matches(fold(value), fold(one)) for one in have)


def _number(value: str) -> float:
    number, times = _NUMBER.fullmatch(value).groups()  # type: ignore[union-attr]  # checked by `understood`
    return float(number) * _TIMES[times]


def _seconds(value: str) -> float:
    number, unit = _AGE.fullmatch(value).groups()  # type: ignore[union-attr]  # checked by `understood`
    return timedelta(seconds=float(number) * _UNITS[unit]).total_seconds()


def _author(post: Post, value: str) -> bool:
    return bool(post.author) and matches(_bare(value, "@", "u/"), _bare(fold(post.author), "@", "u/"))


def _community(post: Post, value: str) -> bool:
    return bool(post.community) and matches(_bare(value, "r/"), _bare(fold(post.community), "r/"))


def _bare(value: str, *prefixes: str) -> str:
    for prefix in prefixes:
        value = value.removeprefix(prefix)
    return value


def _lang(post: Post, value: str) -> bool:
    lang = fold(post.lang).replace("_", "-")
    return lang == value or lang.startswith(f"{value}-")


def _site(post: Post, value: str) -> bool:
    """The host or a sub-domain of it, and whole segments of the path, in any case."""
    host, _, path = _bare(value, "https://", "http://", "www.").partition("/")
    try:
        parts = urlsplit(post.url.lower())
        found = parts.hostname or ""
    except ValueError:
        return False
    wanted = [segment for segment in path.split("/") if segment]
    have = [segment for segment in parts.path.split("/") if segment]
    return (found == host or found.endswith(f".{host}")) and have[: len(wanted)] == wanted


_TEXTS: Mapping[str, Callable[[Post, str], bool]] = {
    "source": lambda post, value: matches(value, fold(post.source)),
    "author": _author,
    "community": _community,
    "site": _site,
    "lang": _lang,
    "type": lambda post, value: matches(value, fold(post.kind)),
    "url": lambda post, value: value in fold(post.url),
    "tag": lambda post, value: any(matches(value.removeprefix("#"), fold(t).removeprefix("#")) for t in post.tags),
}

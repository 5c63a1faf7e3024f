"""Posts as people read them, one JSON object a line; every line that is none is told with its cure."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta, Struct

from listener.errors import ListenerError
from listener.tag.weights import MOODS, SIGNALS
from listener.types import Moment

_SHOWN = 10  # wrong lines that are told at once
_NEAR = 0.8  # how like a name must be to be taken for mistyped
_LINK = re.compile(r"(https?://|www\.)\S+")
_REST = re.compile(r"[\W_]+")
_EXAMPLE = '{"id": "1", "text": "where can I buy a lamp?", "moments": ["buy"], "question": true}'


class LabelsError(ListenerError):
    """A file of labels cannot be used; says which lines, why, and what to write there."""


class Label(Struct, frozen=True, kw_only=True):
    """A post as a person read it; what was not asked for is None."""

    id: str
    text: str
    platform: str = ""
    origin: str = ""
    natural: bool = False
    moments: tuple[Moment, ...] | None = None
    question: bool | None = None
    urgency: Annotated[int, Meta(ge=0, le=2)] | None = None
    signals: tuple[Literal["complaint", "praise", "switching", "promo"], ...] | None = None
    place: str | None = None
    label: Literal["negative", "neutral", "positive"] | None = None  # the mood


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


_WRITE = {
    "id": 'a text, "id": "17"',
    "text": 'the words of the post, "text": "…"',
    "moments": f"a list of {_quoted(Moment)}, or []",
    "question": "true or false",
    "urgency": "0, 1 (soon) or 2 (now)",
    "signals": f"a list of {_quoted(SIGNALS)}, or []",
    "place": "the words that name it, or null",
    "label": f"the mood, one of {_quoted(MOODS)}",
    "natural": "true or false",
}
_TYPES = get_type_hints(Label, include_extras=True)


def read_labels(lines: Iterable[bytes], name: str) -> list[Label]:
    """The labels of a file; raises `LabelsError` with every line that is none."""
    found: list[Label] = []
    wrong: list[str] = []
    for number, line in enumerate(lines, 1):
        raw = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if raw.strip():
            try:
                found.append(_label(raw))
            except ValueError as error:
                wrong.append(f"{name}:{number}: {error}")
    if wrong:
        more = [f"{name}: {len(wrong) - _SHOWN} more lines are wrong"] if len(wrong) > _SHOWN else []
        raise LabelsError("\n".join([*wrong[:_SHOWN], *more, f"A line is one JSON object, such as {_EXAMPLE}"]))
    if not found:
        raise LabelsError(f"{name}: no labels in it; write one JSON object a line, such as {_EXAMPLE}")
    return found


def _label(raw: bytes) -> Label:
    """The label of a line; raises ValueError."""
    try:
        fields = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"this is no JSON: {error}") from None
    if not isinstance(fields, dict):
        raise ValueError("this is JSON, but no object")
    if problem := next(_problems(fields), None):
        raise ValueError(problem)
    return msgspec.convert(fields, Label)


def _problems(fields: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the fields of a line."""
    for name in ("id", "text"):
        if name not in fields:
            yield f'"{name}" is missing: write {_WRITE[name]}'
    for name in fields.keys() - _TYPES.keys():
        if near := get_close_matches(name, _TYPES, 1, _NEAR):
            yield f'"{name}" is not known: did you mean "{near[0]}"?'
    for name in _TYPES.keys() & fields.keys():
        try:
            msgspec.convert(fields[name], _TYPES[name])
        except msgspec.ValidationError:
            yield f'"{name}": write {_WRITE.get(name, "a text")}'


def plain(text: str) -> str:
    """What copies of a text share: letters and digits, without links."""
    return _REST.sub(" ", _LINK.sub("", text.lower())).strip()


def mark(text: str) -> bytes:
    """Eight bytes, the same for copies of a text."""
    return hashlib.sha256(plain(text).encode()).digest()[:8]

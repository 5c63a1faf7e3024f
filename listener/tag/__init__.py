"""Which moment is this, how urgent, in what mood, where, and which words say so."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from listener.errors import ODD, ConfigError
from listener.tag.fast import fast_tagger
from listener.tag.own import KINDS, SHIPPED, own_path
from listener.tag.tagger import lexicon_tagger
from listener.tag.weights import Card, WeightsError, read_card
from listener.types import Json, Moment, Post, Tags

_NEEDS = ("numpy", "onnxruntime", "tokenizers")  # of the accurate tagger
_log = logging.getLogger(__name__)


class Tagger(Protocol):
    """Tags posts; deterministic and free of side effects, picklable for workers."""

    model: str  # name and version, kept with every finding

    def __call__(self, posts: Sequence[Post]) -> list[Tags]:
        """The tags of each post, in order."""


class Described(Tagger, Protocol):
    """A tagger that says how good it is."""

    card: Card


def load(choice: str = "auto", store: Path | None = None) -> Described:
    """The tagger that `[tag] tagger` names: "auto", "fast" or "accurate"; raises ConfigError.

    A team's own weights beside its database come before the shipped ones. Where weights cannot be read, the next
    simpler tagger reads posts, with a warning.
    """
    makers: list[Callable[[], Described]] = []
    for kind in KINDS[KINDS.index(kind_of(choice)) :]:
        if store and (own := own_path(store, kind)).exists():
            makers.append(partial(_own, kind, own))
        makers.append(partial(_MAKERS[kind], None))
    return _first(*makers, lexicon_tagger)


def kind_of(choice: str) -> Literal["accurate", "fast"]:
    """Which tagger "auto", "fast" or "accurate" is here; raises ConfigError."""
    if choice not in ("auto", "fast", "accurate"):
        raise ConfigError([f'[tag] tagger = "{choice}": use "auto", "fast" or "accurate"'])
    missing = [name for name in _NEEDS if not find_spec(name)]
    if choice == "accurate" and missing:
        needs = f'it needs {" and ".join(missing)}: pip install "listener[accurate]", or use "auto" or "fast"'
        raise ConfigError([f'[tag] tagger = "accurate": {needs}'])
    return "fast" if choice == "fast" or missing else "accurate"


def _accurate(path: Path | None = None) -> Described:
    """Imported only where it is chosen: ONNX Runtime takes its time."""
    from listener.tag.accurate import accurate_tagger  # noqa: PLC0415

    return accurate_tagger(path)


_MAKERS: Mapping[str, Callable[[Path | None], Described]] = {"accurate": _accurate, "fast": fast_tagger}


def _own(kind: str, path: Path) -> Described:
    """A team's own tagger; raises `WeightsError`."""
    try:
        tagger = _MAKERS[kind](path)
        base = read_card(SHIPPED[kind]).model
    except ODD as error:
        raise WeightsError(f"{path}: of another version of Listener ({type(error).__name__})") from None
    if tagger.card.base != base:
        _log.warning("%s: learned from %s, now %s is there: `listener train` again", path, tagger.card.base, base)
    return tagger


def _first(*makers: Callable[[], Described]) -> Described:
    """The first tagger whose weights can be read."""
    *learned, simplest = makers
    for make in learned:
        try:
            return make()
        except WeightsError as error:
            _log.warning("%s; %s. Until then the next best tagger reads posts.", error, _cure(make))
    return simplest()


def _cure(make: Callable[[], Described]) -> str:
    is_own = isinstance(make, partial) and make.func is _own
    return "`listener train --undo` puts those before in their place" if is_own else "reinstall Listener"


def as_json(post: Post, tags: Tags) -> Json:
    """One line of `listener tag`."""
    return {
        "id": post.id,
        "moments": {moment.value: tags.moments.get(moment, 0.0) for moment in Moment},
        "labels": [moment.value for moment in tags.labels],
        "question": tags.question,
        "is_question": tags.is_question,
        "urgency": tags.urgency,
        "sentiment": {
            "label": tags.sentiment.label,
            "compound": tags.sentiment.compound,
            "p": list(tags.sentiment.p),
        },
        "signals": list(tags.signals),
        "place": tags.place,
        "where": msgspec.to_builtins(tags.where),
        "lang": tags.lang,
        "evidence": [
            {"tag": shown.tag, "start": shown.start, "end": shown.end, "text": shown.text} for shown in tags.evidence
        ],
    }

"""Which moment is this, how urgent, in what mood, where, and which words say so."""

import logging
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Protocol

from listener.errors import ConfigError
from listener.tag.fast import fast_tagger
from listener.tag.tagger import lexicon_tagger
from listener.tag.weights import Card, WeightsError
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


def load(choice: str = "auto") -> Described:
    """The tagger that `[tag] tagger` names: "auto", "fast" or "accurate"; raises ConfigError.

    One whose weights cannot be read is replaced by the next simpler one, with a warning.
    """
    if choice not in ("auto", "fast", "accurate"):
        raise ConfigError([f'[tag] tagger = "{choice}": use "auto", "fast" or "accurate"'])
    missing = [name for name in _NEEDS if not find_spec(name)]
    if choice == "accurate" and missing:
        needs = f'it needs {" and ".join(missing)}: pip install "listener[accurate]", or use "auto" or "fast"'
        raise ConfigError([f'[tag] tagger = "accurate": {needs}'])
    if choice == "fast" or missing:
        return _first(fast_tagger, lexicon_tagger)
    return _first(_accurate, fast_tagger, lexicon_tagger)


def _accurate() -> Described:
    """Imported only where it is chosen: ONNX Runtime takes its time."""
    from listener.tag.accurate import accurate_tagger  # noqa: PLC0415

    return accurate_tagger()


def _first(*makers: Callable[[], Described]) -> Described:
    """The first tagger whose weights can be read."""
    *learned, simplest = makers
    for make in learned:
        try:
            return make()
        except WeightsError as error:
            _log.warning("%s; reinstall Listener. Until then a simpler tagger reads posts.", error)
    return simplest()


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
        "lang": tags.lang,
        "evidence": [
            {"tag": shown.tag, "start": shown.start, "end": shown.end, "text": shown.text} for shown in tags.evidence
        ],
    }

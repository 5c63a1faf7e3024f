"""Which moment is this, how urgent, in what mood, where, and which words say so."""

from collections.abc import Sequence
from typing import Protocol

from listener.errors import ConfigError
from listener.tag.tagger import lexicon_tagger
from listener.types import Json, Moment, Post, Tags


class Tagger(Protocol):
    """Tags posts; deterministic and free of side effects, picklable for workers."""

    model: str  # name and version, kept with every finding

    def __call__(self, posts: Sequence[Post]) -> list[Tags]:
        """The tags of each post, in order."""


def load(choice: str = "auto") -> Tagger:
    """The tagger that `[tag] tagger` names: "auto", "fast" or "accurate"; raises ConfigError."""
    if choice == "accurate":
        raise ConfigError(['[tag] tagger = "accurate": no trained tagger is installed; use "auto" or "fast"'])
    if choice not in ("auto", "fast"):
        raise ConfigError([f'[tag] tagger = "{choice}": use "auto", "fast" or "accurate"'])
    return lexicon_tagger()


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

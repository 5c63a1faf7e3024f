"""`listener train`: a team's labels become its own weights, where that makes the tagger better."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from listener.tag.labels import Label, mark
from listener.tag.language import Languages, is_english
from listener.tag.learn import Learner, Outcome, train
from listener.tag.learn.fast import FastLearner
from listener.tag.own import SHIPPED, learned, own_path, put
from listener.tag.tagger import CAP
from listener.tag.texts import read as read_texts
from listener.tag.weights import Weights, WeightsError, read_weights


class Lesson(Struct, frozen=True, kw_only=True):
    """What came of the learning, and which tagger is in use after it."""

    outcome: Outcome
    foreign: int  # labels in other languages, which no learned tagger reads
    before: str  # the model that was in use
    model: str  # the model that is in use now
    path: Path  # of the team's own weights


def teach(store: Path, kind: str, labels: Sequence[Label], now: datetime) -> Lesson:
    """Learn from labels, and take the new tagger into use where it is better; raises `WeightsError`.

    It always begins with the shipped weights, so that what is learned hangs on the labels alone. Own weights that came
    from other shipped ones cannot be made again to be judged: the shipped ones are what must be beaten then.
    """
    shipped, path = read_weights(SHIPPED[kind], kind), own_path(store, kind)
    used = _used(path, shipped)
    known = learned(used) if used.card.base == shipped.card.model else ()
    texts = [each.text[:CAP] for each in labels]
    langs = Languages()([""] * len(texts), texts, read_texts(texts).tokens)
    read = [each for each, lang in zip(labels, langs, strict=True) if is_english(lang)]
    learner = learner_of(shipped, [each.text[:CAP] for each in read])
    outcome = train(learner, shipped.card.levels, read, known)
    lesson = Lesson(
        outcome=outcome, foreign=len(labels) - len(read), before=used.card.model, model=used.card.model, path=path
    )
    if outcome.added is None:
        return lesson
    card = replace(
        shipped.card,
        version=f"{shipped.card.version}-own",
        made=now.date().isoformat(),
        base=shipped.card.model,
        labels={"posts": len(read), "sha256": _fingerprint(read), "shipped": shipped.card.labels},
        levels=outcome.levels,
        figures={"own labels": {tag: asdict(row) for tag, row in _rows(outcome)}, "shipped": shipped.card.figures},
    )
    made = put(path, card, learner.parts(outcome.added), {mark(each.text) for each in read})
    return replace(lesson, model=made.model)


def _used(path: Path, shipped: Weights) -> Weights:
    """The weights in use: the team's own, if they can be read."""
    try:
        return read_weights(path, shipped.card.kind)
    except WeightsError:
        return shipped


def learner_of(shipped: Weights, texts: Sequence[str]) -> Learner:
    """The tagger of these weights, as one that learns."""
    if shipped.card.kind == "fast":
        return FastLearner(shipped, texts)
    from listener.tag.learn.accurate import AccurateLearner  # noqa: PLC0415  # ONNX Runtime takes its time

    return AccurateLearner(shipped, texts)


def _rows(outcome: Outcome) -> list[tuple[str, Any]]:
    return [(row.tag, row) for row in outcome.rows]


def _fingerprint(labels: Sequence[Label]) -> str:
    return hashlib.sha256(msgspec.json.encode(labels)).hexdigest()

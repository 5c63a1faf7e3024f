"""Figures for the card, from held-out logits: levels are chosen on other posts than they are judged by."""

from collections.abc import Callable
from typing import Any

import numpy as np

from listener.tag.calibrate import Rated, level
from listener.tag.evaluate import row_of
from listener.tag.weights import MOODS, TAGS, Level
from training import data
from training.data import Floats, Record

Choose = Callable[[Rated], Level]
"""How the level of a tag is chosen."""


def best_f1(true: Floats, logits: Floats) -> dict[str, float]:
    """The F1 of each tag at its best threshold: flatters, but quick."""
    found = {}
    for n, tag in enumerate(TAGS):
        order = np.argsort(-logits[:, n])
        hits = np.cumsum(true[order, n])
        found[tag] = round(float((2 * hits / (np.arange(1, len(true) + 1) + true[:, n].sum())).max()), 3)
    return found | {"macro": round(sum(found[tag] for tag in TAGS[:4]) / 4, 4)}


def judged(labels: list[Record], logits: Floats, choose: Choose = level) -> dict[str, list[tuple[bool, bool, float]]]:
    """A tag → (labelled, given, probability) of each post, by levels chosen on four fifths of the others."""
    folds = np.array([data.bucket(record["text"], data.FOLDS**2) // data.FOLDS for record in labels])
    true = data.targets(labels) > 0
    found = {}
    for n, tag in enumerate(TAGS):
        out: list[tuple[bool, bool, float]] = [(False, False, 0.0)] * len(labels)
        for number in sorted(set(folds)):
            rest, here = np.flatnonzero(folds != number), np.flatnonzero(folds == number)
            chosen = choose(list(zip(logits[rest, n].tolist(), true[rest, n].tolist(), strict=True)))
            for at in here:
                p = chosen.p(float(logits[at, n]))
                out[at] = (bool(true[at, n]), p >= chosen.threshold, p)
        found[tag] = out
    needed = [(any(t), any(s), 0.0) for t, s in _any(found)]
    for tag in ("soon", "now"):  # urgency is told only of posts with a moment or a complaint
        told = [n or c[1] for (_, n, _), c in zip(needed, found["complaint"], strict=True)]
        found[tag] = [(t, s and asked, p) for (t, s, p), asked in zip(found[tag], told, strict=True)]
    return found | {"any moment": needed}


def _any(found: dict[str, list[tuple[bool, bool, float]]]) -> list[tuple[list[bool], list[bool]]]:
    columns = [found[tag] for tag in TAGS[:4]]
    return [([c[0] for c in row], [c[1] for c in row]) for row in zip(*columns, strict=True)]


def cross_validated(labels: list[Record], logits: Floats, choose: Choose = level) -> dict[str, Any]:
    """The figures overall, on natural posts and for each platform."""
    found = judged(labels, logits, choose)
    return {name: _part(found, chosen) for name, chosen in parts_of(labels).items()}


def parts_of(labels: list[Record]) -> dict[str, list[bool]]:
    """All posts, those drawn at random, and those of each platform."""
    parts = {"all": [True] * len(labels), "natural": [bool(record["natural"]) for record in labels]}
    for platform in sorted({record["platform"] for record in labels}):
        parts[platform] = [record["platform"] == platform for record in labels]
    return parts


def _part(found: dict[str, list[tuple[bool, bool, float]]], chosen: list[bool]) -> dict[str, Any]:
    rows = {
        tag: row_of(tag, [one for one, keep in zip(each, chosen, strict=True) if keep], rated=tag != "any moment")
        for tag, each in found.items()
    }
    shown = {
        tag: {
            "f1": row.f1,
            "precision": [row.precision.value, row.precision.low, row.precision.high],
            "recall": [row.recall.value, row.recall.low, row.recall.high],
            "ap": row.average_precision,
            "ece": row.calibration_error,
        }
        for tag, row in rows.items()
    }
    return {"macro_f1": round(sum(rows[tag].f1 for tag in TAGS[:4]) / 4, 4), "posts": sum(chosen), "tags": shown}


def moods(tweets: list[Record], logits: Floats) -> dict[str, Any]:
    """The mean recall of the three moods on held-out tweets."""
    true = data.moods([tweet for tweet in tweets if data.held_tweet(tweet)]).argmax(1)
    said = logits[:, len(TAGS) :].argmax(1)
    recalls = {mood: round(float((said[true == n] == n).mean()), 4) for n, mood in enumerate(MOODS)}
    return {"mood": {"macro_recall": round(sum(recalls.values()) / 3, 4), "recalls": recalls, "tweets": len(true)}}

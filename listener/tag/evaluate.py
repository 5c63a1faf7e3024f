"""How well tags agree with labels: precision, recall, F1 with intervals, average precision, calibration."""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

from msgspec import Struct

from listener.tag.labels import Label
from listener.types import Moment, Tags

_Z = 1.96  # 95 %
_EDGES = (0.1, 0.3, 0.5, 0.7, 0.9)
_BINS = 10  # of probabilities, each with as many posts
MOMENTS = tuple(moment.value for moment in Moment)


class Share(Struct, frozen=True):
    """A share of a number, with its 95 % Wilson interval."""

    value: float
    low: float
    high: float
    of: int


class Bin(Struct, frozen=True):
    """Posts of which a tag was said to be about as likely: the mean of what was said, the share that held."""

    said: float
    held: float
    posts: int


class Row(Struct, frozen=True, kw_only=True):
    """How well one tag was given."""

    tag: str
    labelled: int
    given: int
    precision: Share
    recall: Share
    f1: float
    average_precision: float | None = None
    calibration_error: float | None = None  # expected, over ten bins of as many posts
    reliability: tuple[Bin, ...] = ()  # by what was said: below .1, .3, .5, .7, .9, and above


class Report(Struct, frozen=True, kw_only=True):
    """All rows, the mean F1 of the moments, and the mean recall of the moods."""

    posts: int
    rows: tuple[Row, ...]
    macro_f1: float | None
    mood_recall: float | None = None
    mood_recalls: Mapping[str, float] = {}


def share(hits: int, of: int) -> Share:
    """Wilson's interval; 0…1 where there is nothing to count."""
    if not of:
        return Share(0.0, 0.0, 1.0, 0)
    p = hits / of
    middle, spread = p + _Z**2 / (2 * of), _Z * math.sqrt(p * (1 - p) / of + _Z**2 / (4 * of**2))
    scale = 1 + _Z**2 / of
    return Share(round(p, 4), round((middle - spread) / scale, 4), round((middle + spread) / scale, 4), of)


def report(labels: Sequence[Label], tags: Sequence[Tags]) -> Report:
    """The figures of tags against the labels of the same posts."""
    pairs = list(zip(labels, tags, strict=True))
    rows = tuple(row for tag, true, said, p in _COLUMNS for row in _row(tag, pairs, true, said, p))
    moments = [row.f1 for row in rows if row.tag in MOMENTS]
    recalls = _mood_recalls(pairs)
    return Report(
        posts=len(pairs),
        rows=rows,
        macro_f1=round(sum(moments) / len(moments), 4) if moments else None,
        mood_recall=round(sum(recalls.values()) / len(recalls), 4) if recalls else None,
        mood_recalls=recalls,
    )


Pairs = Sequence[tuple[Label, Tags]]
True_ = Callable[[Label], bool | None]
Said = Callable[[Tags], bool]
Likely = Callable[[Tags], float] | None


def _moment(name: str) -> tuple[str, True_, Said, Likely]:
    moment = Moment(name)
    return (
        name,
        lambda label: None if label.moments is None else moment in label.moments,
        lambda tags: moment in tags.labels,
        lambda tags: tags.moments[moment],
    )


def _signal(name: str) -> tuple[str, True_, Said, Likely]:
    return (
        name,
        lambda label: None if label.signals is None else name in label.signals,
        lambda tags: name in tags.signals,
        None,
    )


def _urgent(least: int) -> tuple[str, True_, Said, Likely]:
    return (
        f"urgency ≥ {least}",
        lambda label: None if label.urgency is None else label.urgency >= least,
        lambda tags: tags.urgency >= least,
        None,
    )


_COLUMNS: tuple[tuple[str, True_, Said, Likely], ...] = (
    *map(_moment, MOMENTS),
    (
        "any moment",
        lambda label: None if label.moments is None else bool(label.moments),
        lambda tags: bool(tags.labels),
        None,
    ),
    ("question", lambda label: label.question, lambda tags: tags.is_question, lambda tags: tags.question),
    *map(_urgent, (1, 2)),
    *map(_signal, ("complaint", "praise", "switching", "promo")),
)


def _row(tag: str, pairs: Pairs, true: True_, said: Said, p: Likely) -> Iterable[Row]:
    """The row of a tag; none where no post says whether it holds. The place has a row of its own kind."""
    known = [(bool(true(label)), said(tags), p(tags) if p else 0.0) for label, tags in pairs if true(label) is not None]
    if known:
        yield row_of(tag, known, rated=p is not None)
    if known and tag == "question":
        yield _place(pairs)


def row_of(tag: str, known: Sequence[tuple[bool, bool, float]], rated: bool) -> Row:
    """The row of (labelled, given, probability) a post."""
    labelled, given = sum(t for t, _, _ in known), sum(s for _, s, _ in known)
    hits = sum(t and s for t, s, _ in known)
    return Row(
        tag=tag,
        labelled=labelled,
        given=given,
        precision=share(hits, given),
        recall=share(hits, labelled),
        f1=round(2 * hits / max(1, labelled + given), 4),
        average_precision=average_precision([(p, t) for t, _, p in known]) if rated else None,
        calibration_error=calibration_error([(p, t) for t, _, p in known]) if rated else None,
        reliability=reliability([(p, t) for t, _, p in known]) if rated else (),
    )


def _place(pairs: Pairs) -> Row:
    """A place is right where it is the labelled words; case and blanks at the ends do not count."""
    known = [(_folded(label.place), _folded(tags.place)) for label, tags in pairs if label.question is not None]
    labelled, given = sum(bool(t) for t, _ in known), sum(bool(s) for _, s in known)
    hits = sum(bool(t) and t == s for t, s in known)
    f1 = round(2 * hits / max(1, labelled + given), 4)
    return Row(
        tag="place", labelled=labelled, given=given, precision=share(hits, given), recall=share(hits, labelled), f1=f1
    )


def _folded(place: str | None) -> str:
    return " ".join((place or "").casefold().split())


def average_precision(rated: Sequence[tuple[float, bool]]) -> float:
    """The mean of the precisions at each labelled post, the likeliest first; posts of one probability count as one."""
    hits = seen = 0
    total = 0.0
    for _, group in groupby(sorted(rated, reverse=True), key=lambda pair: pair[0]):
        tied = [true for _, true in group]
        seen += len(tied)
        hits += sum(tied)
        total += sum(tied) * hits / seen
    return round(total / max(1, hits), 4)


def calibration_error(rated: Sequence[tuple[float, bool]]) -> float:
    """The mean distance of the probability and the share that holds, over bins of as many posts."""
    ordered = sorted(rated)
    bins = [ordered[len(ordered) * n // _BINS : len(ordered) * (n + 1) // _BINS] for n in range(_BINS)]
    gaps = [abs(sum(p for p, _ in each) - sum(t for _, t in each)) for each in bins]
    return round(sum(gaps) / max(1, len(ordered)), 4)


def reliability(rated: Sequence[tuple[float, bool]]) -> tuple[Bin, ...]:
    """Of each of six ranges of probabilities: what was said, and what held."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(len(_EDGES) + 1)]
    for p, true in rated:
        bins[bisect_right(_EDGES, p)].append((p, true))
    return tuple(Bin(_mean([p for p, _ in each]), _mean([t for _, t in each]), len(each)) for each in bins)


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / max(1, len(values)), 4)


def _mood_recalls(pairs: Pairs) -> dict[str, float]:
    """The recall of each mood that some post is labelled with."""
    moods = sorted({label.label for label, _ in pairs if label.label})
    found = {mood: [tags.sentiment.label == mood for label, tags in pairs if label.label == mood] for mood in moods}
    return {mood: round(sum(hits) / len(hits), 4) for mood, hits in found.items()}

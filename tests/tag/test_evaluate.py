"""Figures of tags against labels."""

import pytest

from listener.tag.evaluate import average_precision, calibration_error, report, share
from listener.tag.labels import Label
from listener.types import Moment, Sentiment, Tags

BUY = Moment.BUY


def label(*moments: Moment, **fields: object) -> Label:
    return Label(id="1", text="x", moments=moments, question=False, urgency=0, signals=(), **fields)  # type: ignore[arg-type]


def tags(*labels: Moment, p: float = 0.5, **fields: object) -> Tags:
    return Tags(moments=dict.fromkeys(Moment, p), labels=labels, **fields)  # type: ignore[arg-type]


def test_precision_recall_and_f1() -> None:
    found = report([label(BUY), label(BUY), label(), label()], [tags(BUY), tags(), tags(BUY), tags()])
    row = {row.tag: row for row in found.rows}["buy"]
    assert (row.labelled, row.given, row.precision.value, row.recall.value, row.f1) == (2, 2, 0.5, 0.5, 0.5)
    assert found.macro_f1 == 0.125


def test_the_interval_is_wilsons() -> None:
    assert (share(8, 10).low, share(8, 10).high) == (0.4902, 0.9433)
    assert (share(0, 0).low, share(0, 0).high) == (0, 1)
    assert share(10, 10).high == 1


def test_average_precision_counts_ties_together() -> None:
    assert average_precision([(0.9, True), (0.8, False), (0.7, True)]) == pytest.approx((1 + 2 / 3) / 2, abs=1e-4)
    assert average_precision([(0.5, True), (0.5, False)]) == average_precision([(0.5, False), (0.5, True)]) == 0.5
    assert average_precision([]) == 0


def test_calibration_error_is_the_mean_gap() -> None:
    assert calibration_error([(0.35 + n * 1e-9, n % 4 == 0) for n in range(40)]) == pytest.approx(0.1)
    assert calibration_error([(1.0, False)] * 20) == 1
    assert calibration_error([]) == 0


def test_a_place_is_right_by_its_words() -> None:
    labels = [label(place="New  York"), label(place="Leeds"), label(), label()]
    said = [tags(place="new york"), tags(place="York"), tags(place="Rome"), tags()]
    row = {row.tag: row for row in report(labels, said).rows}["place"]
    assert (row.labelled, row.given, row.precision.of, row.f1) == (2, 3, 3, 0.4)


def test_what_is_not_labelled_is_not_judged() -> None:
    found = report([Label(id="1", text="x", label="negative")], [tags(sentiment=Sentiment("negative"))])
    assert (found.rows, found.macro_f1, found.mood_recall) == ((), None, 1.0)


def test_urgency_counts_by_step() -> None:
    labels = [Label(id="1", text="x", urgency=urgency) for urgency in (0, 1, 2)]
    rows = {row.tag: row for row in report(labels, [tags(urgency=urgency) for urgency in (1, 2, 2)]).rows}
    assert rows["urgency ≥ 1"].f1 == 0.8
    assert rows["urgency ≥ 2"].f1 == pytest.approx(0.6667, abs=1e-3)

"""Folds that keep copies together, targets in their columns, thresholds and figures that follow from them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.tag.calibrate import level, threshold
from listener.tag.weights import MOODS, TAGS

pytest.importorskip("numpy", reason="training needs NumPy")

from training import data

WORDS = st.lists(st.sampled_from(["kettle", "lamp", "desk", "leaks", "where", "7"]), min_size=1, max_size=8)


def labelled(text: str = "x", **fields: Any) -> dict[str, Any]:
    return {"text": text, "moments": [], "question": False, "urgency": 0, "signals": [], **fields}


def row(**fields: Any) -> dict[str, float]:
    return dict(zip(TAGS, data.targets([labelled(**fields)])[0].tolist(), strict=True))


@pytest.mark.parametrize(
    "copy",
    [
        "MY KETTLE LEAKS",
        "my kettle leaks!!! https://x.example/1",
        "  my — kettle,  leaks 😀",
        "www.x.example my kettle\nleaks",
    ],
)
def test_copies_of_a_text_are_held_out_together(copy: str) -> None:
    assert data.plain(copy) == "my kettle leaks"
    assert data.fold({"text": copy}) == data.fold({"text": "my kettle leaks"})
    assert data.held_tweet({"text": copy}) == data.held_tweet({"text": "my kettle leaks"})


@settings(max_examples=30)
@given(WORDS, st.integers(1, 30))
def test_a_bucket_hangs_on_the_words_alone(words: list[str], of: int) -> None:
    assert 0 <= data.bucket(" ".join(words), of) < of
    assert data.bucket(" ".join(words), of) == data.bucket("… ".join(words).upper() + "?", of)


def test_other_words_are_another_text() -> None:
    assert data.plain("my kettle leaks") != data.plain("my kettles leak")


def test_folds_are_of_like_size() -> None:
    folds = [data.fold({"text": f"post {n}"}) for n in range(1_000)]
    assert {*folds} == set(range(data.FOLDS))
    assert all(150 < folds.count(number) < 250 for number in range(data.FOLDS))


def test_one_tweet_in_ten_is_held_out() -> None:
    assert 60 < sum(data.held_tweet({"text": f"tweet {n}"}) for n in range(1_000)) < 140


def test_each_label_has_its_own_column() -> None:
    assert {tag for tag, value in row(moments=["go", "buy"], question=True).items() if value} == {
        "go",
        "buy",
        "question",
    }
    assert {tag for tag, value in row(signals=["promo", "switching"]).items() if value} == {"promo", "switching"}


@pytest.mark.parametrize(("urgency", "steps"), [(0, (0, 0)), (1, (1, 0)), (2, (1, 1))])
def test_urgency_counts_by_step(urgency: int, steps: tuple[int, int]) -> None:
    told = row(urgency=urgency)
    assert (told["soon"], told["now"]) == steps


@pytest.mark.parametrize("mood", MOODS)
def test_a_tweet_has_one_mood(mood: str) -> None:
    [told] = data.moods([{"label": mood}]).tolist()
    assert dict(zip(MOODS, told, strict=True)) == {each: float(each == mood) for each in MOODS}


def test_a_fingerprint_changes_with_any_byte_and_with_the_order(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"1")
    second.write_bytes(b"2")
    known = {data.fingerprint(first, second), data.fingerprint(second, first), data.fingerprint(first)}
    assert len(known) == 3
    second.write_bytes(b"3")
    assert data.fingerprint(first, second) not in known


def test_records_are_read_line_by_line_in_order(tmp_path: Path) -> None:
    rows = [{"id": "1", "text": "ü😀"}, {"id": "2", "text": "a\nb"}]
    file = tmp_path / "labels.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    assert data.records(file) == rows


def correction(**fields: Any) -> dict[str, Any]:
    return {"id": "1", "field": "moments", "from": ["buy"], "to": ["know"], "rule": "a website is know", **fields}


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    file = tmp_path / "labels.jsonl"
    file.write_text(json.dumps({"id": "1", "moments": ["buy"], "question": True}) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def corrections(tmp_path: Path) -> Path:
    return tmp_path / "corrections.jsonl"


def test_a_correction_mends_its_field_alone(labels: Path, corrections: Path) -> None:
    corrections.write_text(json.dumps(correction()), encoding="utf-8")
    assert data.records(labels, corrections) == [{"id": "1", "moments": ["know"], "question": True}]


@pytest.mark.parametrize("other", [{"id": "2"}, {"field": "place"}, {"from": ["go"]}])
def test_a_correction_of_another_post_field_or_value_changes_nothing(
    other: dict[str, Any], labels: Path, corrections: Path
) -> None:
    corrections.write_text(json.dumps(correction(**other)), encoding="utf-8")
    assert data.records(labels, corrections) == [{"id": "1", "moments": ["buy"], "question": True}]


def test_without_corrections_labels_are_as_they_are(labels: Path, corrections: Path) -> None:
    assert data.records(labels, corrections) == [{"id": "1", "moments": ["buy"], "question": True}]


def test_corrections_are_part_of_the_fingerprint(labels: Path, corrections: Path) -> None:
    before = data.fingerprint(labels, corrections=corrections)
    corrections.write_text(json.dumps(correction()), encoding="utf-8")
    assert data.fingerprint(labels, corrections=corrections) != before


def test_each_correction_of_ours_changes_a_value_once_and_says_why() -> None:
    ours = [json.loads(line) for line in data.CORRECTIONS.read_text(encoding="utf-8").splitlines()]
    assert len({(each["id"], each["field"]) for each in ours}) == len(ours)
    assert all({*each} == {"id", "field", "from", "to", "rule"} for each in ours)
    assert all(each["from"] != each["to"] and each["rule"] for each in ours)
    assert {each["field"] for each in ours} <= {"moments", "question", "urgency", "signals", "place"}


def test_our_corrections_meet_the_labels_that_they_name(shared: Path) -> None:
    path = shared / "data/labels/train.jsonl"
    ours = [json.loads(line) for line in data.CORRECTIONS.read_text(encoding="utf-8").splitlines()]
    mended = {record["id"]: record for record in data.records(path)}
    assert all(mended[each["id"]][each["field"]] == each["to"] for each in ours)
    assert not [
        r["id"] for r in mended.values() if r["urgency"] and not r["moments"] and "complaint" not in r["signals"]
    ]
    assert not [r["id"] for r in mended.values() if r["place"] and not {"go", "buy"} & {*r["moments"]}]


def test_a_threshold_parts_posts_that_can_be_parted() -> None:
    rated = [(n / 100, n > 50) for n in range(1, 100)]
    assert 0.5 < threshold(rated) < 0.51


def test_without_a_post_that_holds_the_threshold_is_even() -> None:
    assert threshold([]) == threshold([(0.9, False), (0.2, False)]) == 0.5


def test_more_precision_never_lowers_the_threshold() -> None:
    rated = [(n / 40, n % 3 == 0 or n > 30) for n in range(1, 40)]
    found = [threshold(rated, least) for least in (0.0, 0.5, 0.9, 1.0)]
    assert found == sorted(found)
    assert found[0] < found[-1]


@settings(max_examples=20)
@given(st.lists(st.tuples(st.floats(-6, 6), st.booleans()), min_size=2, max_size=30))
def test_a_level_keeps_the_order_of_logits_and_a_usable_threshold(rated: list[tuple[float, bool]]) -> None:
    found = level(rated)
    assert 0.01 <= found.threshold <= 0.99
    assert found.scale > 0
    told = [found.p(logit) for logit, _ in sorted(rated)]
    assert told == sorted(told)


def test_no_tweets_have_no_rows_but_columns() -> None:
    assert data.moods([]).shape == (0, len(MOODS))

"""Learning in small: what is learned is told apart, and figures are right on invented logits."""

import importlib
from typing import Any

import pytest

from listener.tag.weights import MOODS, TAGS

np = pytest.importorskip("numpy", reason="training needs NumPy")
pytest.importorskip("scipy", reason="training needs SciPy")

from listener.tag.grams import tokens  # noqa: E402
from listener.tag.linear import HEADS, load_linear  # noqa: E402

# Looked up by name: training is checked by what it does, its libraries ship no types.
fast: Any = importlib.import_module("training.fast")
figures: Any = importlib.import_module("training.figures")
linear: Any = importlib.import_module("training.linear")

ASK, SAY = "where can I buy a lamp", "the sun is out"


def post(number: int, *moments: str) -> dict[str, Any]:
    text = f"{ASK if moments else SAY} {number}{number % 7}"
    return {
        "id": str(number),
        "text": text,
        "platform": "forum" if number % 2 else "blog",
        "natural": number % 4 == 0,
        "moments": list(moments),
        "question": bool(moments),
        "urgency": 0,
        "signals": [],
    }


LABELS = [post(number, *(["buy"] if number % 2 else [])) for number in range(40)]
TWEETS = [{"text": f"{mood} thing {n}", "label": mood} for n in range(10) for mood in MOODS]
SURE = np.where(np.array([[(tag in ("buy", "question")) and n % 2 for tag in TAGS] for n in range(40)]), 4.0, -4.0)


def test_what_was_learned_is_told_apart() -> None:
    fitted = fast.fit(fast.rows(LABELS, TWEETS), linear.known_grams([ASK, SAY] * 2, 2), 1e-3, 30)
    ask, say = fitted.logits([ASK, SAY])
    assert ask[TAGS.index("buy")] > 0 > say[TAGS.index("buy")]


def test_a_file_tells_the_same_as_what_was_learned() -> None:
    fitted = fast.fit(fast.rows(LABELS, TWEETS), linear.known_grams([ASK, SAY] * 2, 2), 1e-3, 30)
    told = load_linear(linear.parts(fitted)).logits(tokens(ASK))
    assert told == pytest.approx(fitted.logits([ASK])[0].tolist(), abs=0.2)


def test_posts_teach_tags_and_tweets_teach_moods() -> None:
    rows = fast.rows(LABELS[:2], TWEETS[:3])
    tags = len(TAGS)
    assert rows.mask[:2, :tags].all() and not rows.mask[:2, tags:].any()
    assert rows.mask[2:, tags:].all() and not rows.mask[2:, :tags].any()


def test_a_teacher_weighs_less_than_a_label() -> None:
    rows = fast.rows(LABELS[:1], TWEETS[:1], [("a lamp", np.full(len(HEADS), 0.25, np.float32))])
    assert rows.mask[2].tolist() == pytest.approx([fast.SOFT] * len(HEADS))
    assert rows.targets[2].tolist() == [0.25] * len(HEADS)
    assert fast.SOFT < 1


def test_only_grams_of_enough_texts_are_known() -> None:
    known = linear.known_grams(["lamp lamp lamp", "desk", "a desk"], 2)
    assert "desk" in known
    assert "lamp" not in known, "three times in one text is one text"


def test_levels_are_chosen_for_every_tag() -> None:
    assert fast.levels(LABELS, SURE).keys() == set(TAGS)


def test_logits_that_know_all_are_judged_right() -> None:
    found = figures.judged(LABELS, SURE)
    assert all(true == said for true, said, _ in found["buy"])
    assert sum(true for true, _, _ in found["buy"]) == 20


def test_logits_that_know_nothing_are_not_flattered() -> None:
    told = figures.cross_validated(LABELS, -SURE)["all"]
    assert told["tags"]["buy"]["f1"] < 0.8


def test_figures_are_told_overall_for_natural_posts_and_for_each_platform() -> None:
    told = figures.cross_validated(LABELS, SURE)
    assert {name: part["posts"] for name, part in told.items()} == {"all": 40, "natural": 10, "blog": 20, "forum": 20}
    assert told["all"]["tags"]["buy"]["f1"] == 1.0


def test_urgency_without_a_moment_or_a_complaint_is_not_given() -> None:
    urgent = [{**each, "urgency": 2} for each in LABELS]
    logits = SURE.copy()
    logits[:, TAGS.index("now")] = 4.0
    given = [said for _, said, _ in figures.judged(urgent, logits)["now"]]
    assert not any(said for said, each in zip(given, LABELS, strict=True) if not each["moments"])

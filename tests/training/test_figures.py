"""Learning in small: what is learned is told apart, and figures are right on invented logits."""

import importlib
from pathlib import Path
from typing import Any

import pytest

from listener.tag.weights import MOODS, TAGS

np = pytest.importorskip("numpy", reason="training needs NumPy")
pytest.importorskip("scipy", reason="training needs SciPy")

from listener.tag.linear import HEADS, load_linear  # noqa: E402

# Looked up by name: training is checked by what it does, its libraries ship no types.
data: Any = importlib.import_module("training.data")
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
SAID = np.array([0.25] * len(TAGS) + [-1] * (len(HEADS) - len(TAGS)), np.float32)
LAMP = {"text": "a lamp", "soft": SAID}
SURE = np.where(np.array([[(tag in ("buy", "question")) and n % 2 for tag in TAGS] for n in range(40)]), 4.0, -4.0)


def test_what_was_learned_is_told_apart() -> None:
    fitted = fast.fit(fast.rows(LABELS, TWEETS), linear.known_grams([ASK, SAY] * 2, 2), 1e-3, 30)
    ask, say = fitted.logits([ASK, SAY])
    assert ask[TAGS.index("buy")] > 0 > say[TAGS.index("buy")]


def test_a_file_tells_the_same_as_what_was_learned() -> None:
    fitted = fast.fit(fast.rows(LABELS, TWEETS), linear.known_grams([ASK, SAY] * 2, 2), 1e-3, 30)
    told = load_linear(linear.parts(fitted)).logits(ASK)
    assert told == pytest.approx(fitted.logits([ASK])[0].tolist(), abs=0.2)


def test_posts_teach_tags_and_tweets_teach_moods() -> None:
    rows = fast.rows(LABELS[:2], TWEETS[:3])
    tags = len(TAGS)
    assert rows.mask[:2, :tags].all() and not rows.mask[:2, tags:].any()
    assert rows.mask[2:, tags:].all() and not rows.mask[2:, :tags].any()


def test_a_teacher_weighs_less_than_a_label() -> None:
    rows = fast.rows(LABELS[:1], TWEETS[:1], [{"text": "a lamp", "soft": SAID}])
    assert rows.mask[2].tolist() == pytest.approx([fast.SOFT] * len(TAGS) + [0] * (len(HEADS) - len(TAGS)))
    assert rows.targets[2, : len(TAGS)].tolist() == [0.25] * len(TAGS)
    assert fast.SOFT < 1


def test_half_of_a_labelled_post_is_what_a_teacher_says_of_it() -> None:
    said = {"text": LABELS[0]["text"], "soft": SAID}
    posts, more = fast.beside(LABELS[:2], {each["text"]: each for each in (said, LAMP)})
    assert more == [LAMP]
    alone, taught = fast.rows(LABELS[:2], []).targets, fast.rows(posts, []).targets
    assert taught[0, : len(TAGS)] == pytest.approx((alone[0, : len(TAGS)] + 0.25) / 2)
    assert (taught[1] == alone[1]).all()


def test_a_teacher_brings_words_that_no_label_holds(tmp_path: Path) -> None:
    wishes = [f"anybody selling a unicycle {n}" for n in range(40)]
    talk = [f"my unicycle {n} is fine" for n in range(40)]
    sure = np.stack([np.where(np.array(HEADS) == "buy", p, 0.02) for p in [0.98] * 40 + [0.02] * 40]).astype(np.float32)
    texts = np.array(wishes + talk)
    np.savez(tmp_path / "soft.npz", texts=texts, heads=sure, long=np.ones(80, int), places=np.zeros(80))
    found = fast.by_teacher(LABELS, [], tmp_path / "soft.npz", 0)
    assert {data.fold(record) for record in found.posts} == {0} and len(found.logits) == len(found.posts)
    wish, said = found.fitted.logits(["anybody selling a unicycle", "my unicycle is fine"])[:, TAGS.index("buy")]
    assert wish > said + 2


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

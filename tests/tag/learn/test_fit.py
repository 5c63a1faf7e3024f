"""Labels move weights as far as they speak, and no further; what they do not judge stays."""

from collections.abc import Callable

import numpy as np
import pytest

from listener.tag.labels import Label
from listener.tag.learn.fast import Counts
from listener.tag.learn.fit import HEADS, Targets, moved, targets_of

Make = Callable[..., Label]
ROWS = Counts([[0], [0], [1], [1]], np.array([0, 1]))
"""Two texts of one word each, twice."""

FLAT = np.zeros((4, len(HEADS)), np.float32)


def column(tag: str) -> int:
    return HEADS.index(tag)


def said(make: Make, **fields: object) -> dict[str, tuple[float, float]]:
    targets = targets_of([make("x", **fields)])
    return {head: (float(targets.true[0, n]), float(targets.mask[0, n])) for n, head in enumerate(HEADS)}


def buys(label: Make, times: int = 1) -> Targets:
    return targets_of([label("x", "buy"), label("x", "buy"), label("y"), label("y")] * times)


def test_each_field_has_its_heads(label: Make) -> None:
    told = said(label, moments=("go",), question=True, urgency=1, signals=("promo",), label="neutral")
    assert {head for head, (true, _) in told.items() if true} == {"go", "question", "soon", "promo", "neutral"}
    assert all(mask for _, mask in told.values())


@pytest.mark.parametrize(
    ("field", "heads"),
    [
        ("moments", {"know", "go", "do", "buy"}),
        ("question", {"question"}),
        ("urgency", {"soon", "now"}),
        ("signals", {"complaint", "praise", "switching", "promo"}),
    ],
)
def test_what_a_label_leaves_out_is_not_judged(label: Make, field: str, heads: set[str]) -> None:
    silent = {head for head, (_, mask) in said(label, **{field: None}).items() if not mask}
    assert silent == heads | {"negative", "neutral", "positive"}


def test_urgency_two_is_soon_and_now(label: Make) -> None:
    told = said(label, urgency=2)
    assert (told["soon"][0], told["now"][0]) == (1, 1)


def test_weights_move_to_where_the_labels_are(label: Make) -> None:
    added = moved(ROWS, FLAT, buys(label), 0.1)
    assert added[0, column("buy")] > 0 > added[1, column("buy")]
    assert added.shape == (3, len(HEADS))


def test_what_is_not_judged_does_not_move(label: Make) -> None:
    added = moved(ROWS, FLAT, buys(label), 0.1)
    assert not added[:, column("negative") :].any()


def test_the_harder_they_are_held_the_less_they_move(label: Make) -> None:
    far = [abs(moved(ROWS, FLAT, buys(label), hold)[:-1]).max() for hold in (0.01, 1.0, 100.0)]
    assert far[0] > far[1] > far[2]


def test_many_labels_move_more_than_few(label: Make) -> None:
    few = moved(ROWS, FLAT, buys(label), 1.0)
    many_rows = Counts([[0], [0], [1], [1]] * 5, np.array([0, 1]))
    many = moved(many_rows, np.zeros((20, len(HEADS)), np.float32), buys(label, 5), 1.0)
    assert many[0, column("buy")] > few[0, column("buy")]


def test_who_is_right_already_hardly_moves(label: Make) -> None:
    right = FLAT.copy()
    right[:, column("buy")] = [8, 8, -8, -8]
    assert abs(moved(ROWS, right, buys(label), 0.1)[:, column("buy")]).max() < 0.01


def test_only_the_chosen_posts_teach(label: Make) -> None:
    none = buys(label).only(np.zeros(4, bool))
    assert not moved(ROWS, FLAT, none, 0.1).any()


def test_moods_are_learned_against_each_other() -> None:
    labels = [Label(id="1", text=text, label=mood) for text, mood in (("x", "negative"), ("y", "positive")) * 2]  # type: ignore[arg-type]
    added = moved(Counts([[0], [1]] * 2, np.array([0, 1])), FLAT, targets_of(labels), 0.1)
    assert added[0, column("negative")] > 0 > added[0, column("positive")]
    assert not added[:-1, : column("negative")].any()


def test_counts_add_up_what_stands_in_a_text_by_its_length() -> None:
    rows = Counts([[5, 7, 7, 5], [], [7]], np.array([5, 7]))
    weights = np.array([[1.0], [10.0]], np.float32)
    assert rows.dot(weights)[:, 0].tolist() == [11.0, 0.0, 10.0]
    assert rows.back(np.array([[1.0], [1.0], [1.0]], np.float32))[:, 0].tolist() == [1.0, 2.0]


def test_no_text_with_a_known_word_has_no_counts() -> None:
    rows = Counts([[], []], np.array([], np.int64))
    assert rows.dot(np.zeros((0, 2), np.float32)).tolist() == [[0, 0], [0, 0]]
    assert rows.back(np.ones((2, 2), np.float32)).shape == (0, 2)

"""Better, worse, or luck: what is said of two taggers on the same posts."""

from typing import Any

import numpy as np
import pytest

from listener.tag.learn.compare import LEAST, Bools, Difference, compare, judged
from listener.tag.learn.fit import HEADS, Targets

BUY, ASK = HEADS.index("buy"), HEADS.index("question")


def posts(count: int, *heads: int) -> Targets:
    """Every second post has the tags of these heads; nothing is said of the others."""
    true, mask = (np.zeros((count, len(HEADS)), np.float32) for _ in range(2))
    for head in heads:
        true[::2, head], mask[:, head] = 1, 1
    return Targets(true, mask)


def wrong(targets: Targets, every: int, heads: tuple[int, ...] = (BUY, ASK)) -> Bools:
    """What a tagger gives that errs at every so many of the posts."""
    given = targets.true > 0
    for head in heads:
        given[::every, head] = ~given[::every, head]
    return given


def told(targets: Targets, old: Bools, new: Bools) -> Difference:
    _, difference = compare(targets, range(len(old)), old, new)
    assert difference
    return difference


def test_the_better_one_is_taken() -> None:
    targets = posts(400, BUY, ASK)
    found = told(targets, wrong(targets, 3), wrong(targets, 10))
    assert found.refusal == ""
    assert 0 < found.low < found.gain < found.high
    assert found.gain == pytest.approx(found.new - found.old, abs=2e-4)


def test_the_worse_one_and_the_same_one_are_refused() -> None:
    targets = posts(400, BUY, ASK)
    assert told(targets, wrong(targets, 10), wrong(targets, 3)).refusal == "it is no better than the one in use"
    same = told(targets, wrong(targets, 5), wrong(targets, 5))
    assert (same.gain, same.low, same.high) == (0, 0, 0)
    assert same.refusal == "it is no better than the one in use"


def test_few_posts_do_not_tell_a_small_difference() -> None:
    few, many = posts(40, BUY), posts(1_600, BUY)
    assert "may be luck; more labels" in told(few, wrong(few, 9, (BUY,)), wrong(few, 13, (BUY,))).refusal
    assert not told(many, wrong(many, 9, (BUY,)), wrong(many, 13, (BUY,))).refusal


def test_giving_a_tag_always_is_no_skill() -> None:
    targets = posts(400, BUY)
    never, always = np.zeros((400, len(HEADS)), bool), np.ones((400, len(HEADS)), bool)
    found = told(targets, never, always)
    assert found.low > 0
    assert "nothing to do with the posts" in found.refusal


def test_one_tag_that_surely_lost_is_named() -> None:
    targets = posts(600, BUY, ASK)
    old, new = wrong(targets, 2, (ASK,)), wrong(targets, 8, (BUY,))
    found = told(targets, old, new)
    assert found.gain > 0
    assert found.worse == ("buy",)
    assert found.refusal == "it is worse at buy"


@pytest.mark.parametrize("count", [LEAST * 2 - 2, LEAST * 2])
def test_a_tag_is_judged_by_enough_posts_with_and_without_it(count: int) -> None:
    assert judged(posts(count, BUY)) == ([BUY] if count >= LEAST * 2 else [])


def test_nothing_is_said_of_too_few_posts() -> None:
    targets = posts(10, BUY)
    assert compare(targets, range(10), wrong(targets, 2), wrong(targets, 3)) == ([], None)


def test_rows_count_what_is_labelled_and_judged() -> None:
    targets = posts(100, BUY)
    targets.mask[:20] = 0
    [row], _ = compare(targets, range(100), wrong(targets, 5, (BUY,)), targets.true > 0)
    assert (row.tag, row.labelled, row.new) == ("buy", 40, 1.0)
    assert 0.7 < row.old < 0.9


def test_copies_are_drawn_together() -> None:
    """Ten copies of forty posts tell no more than forty posts."""
    few = posts(40, BUY)
    many: Any = Targets(np.repeat(few.true, 10, 0), np.repeat(few.mask, 10, 0))
    old, new = wrong(few, 9, (BUY,)), wrong(few, 13, (BUY,))
    groups = np.repeat(np.arange(40), 10).tolist()
    _, copied = compare(many, groups, np.repeat(old, 10, 0), np.repeat(new, 10, 0))
    assert copied == told(few, old, new)


def test_the_same_posts_are_judged_the_same() -> None:
    targets = posts(100, BUY, ASK)
    assert told(targets, wrong(targets, 4), wrong(targets, 7)) == told(targets, wrong(targets, 4), wrong(targets, 7))

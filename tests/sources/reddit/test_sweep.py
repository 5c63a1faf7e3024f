"""The sweep over a listing alone: whatever happens, each post is read or lies in a gap that is reported."""

from hypothesis import given, settings
from hypothesis import strategies as st

from listener.sources.reddit.sweep import (
    AGAIN,
    OVERLAP,
    Entry,
    Page,
    Sweep,
    advance,
    back_to,
    begin,
    decoded,
    encoded,
)

NOON = 1_795_176_000
DAY = 86_400


def entry(n: int, at: float | None) -> Entry:
    return Entry(f"t3_{n}", at, {})


def page(*entries: Entry, after: str = "") -> Page:
    return Page(entries, after)


class Listing:
    """Newest first, with a ceiling; posts may be taken away."""

    def __init__(self, ceiling: int) -> None:
        self.posts: list[tuple[str, int]] = []
        self.ceiling = ceiling

    def page(self, after: str, size: int) -> Page:
        shown = self.posts[::-1][: self.ceiling]
        names = [name for name, _ in shown]
        start = 0 if not after else names.index(after) + 1 if after in names else len(shown)
        part = shown[start : start + size]
        return Page([Entry(name, at, {}) for name, at in part], part[-1][0] if start + size < len(shown) else "")


BURSTS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 900), st.none() | st.integers(0, 9), st.integers(0, 30)), max_size=8
)


@given(BURSTS, st.integers(1, 7), st.sampled_from([12, 20]), st.sets(st.integers(1, 40), max_size=6))
@settings(max_examples=200, deadline=None)
def test_each_post_is_read_or_lies_in_a_reported_gap(
    bursts: list[tuple[int, int, int | None, int]], size: int, ceiling: int, snatched: set[int]
) -> None:
    listing, cursor, now = Listing(ceiling), "", NOON
    read: set[str] = set()
    gaps: list[tuple[int, int]] = []
    began = asked = 0  # before it nothing is promised; questions
    for number, (count, pause, crash, gone) in enumerate([*bursts, (0, 60, None, 99), (0, 60, None, 99)]):
        now += pause
        listing.posts += [(f"{number}-{n}", now - pause + pause * n // (count or 1)) for n in range(count)]
        if gone < len(listing.posts):
            read.add(listing.posts.pop(gone)[0])  # nobody can miss it any more
        for turn in range(60):
            going = begin(cursor, now, DAY)
            if going is None or turn == crash:
                break
            asked += 1
            if asked in snatched:  # just the post to go on from
                listing.posts = [post for post in listing.posts if post[0] != going.after]
            step = advance(going, listing.page(going.after, size), now, ceiling)
            cursor = encoded(step.sweep)
            read |= {each.name for each in step.wanted}
            gaps += [step.lost] if step.lost else []
            assert step.sweep.done >= going.done
            began = began or now
        assert crash is not None or begin(cursor, now, DAY) is None, "a pass comes to its end"
    for name, at in listing.posts:
        is_known = name in read or any(since <= at <= until for since, until in gaps)
        assert is_known or at < began, (name, at, gaps)


def test_the_mark_moves_only_when_the_sweep_has_come_down_to_it() -> None:
    going = begin(encoded(Sweep(done=NOON - 5_000, start=NOON - DAY, at=1.0)), NOON, DAY)
    assert going
    full = page(*(entry(n, NOON - n) for n in range(100)), after="t3_99")
    step = advance(going, full, NOON)
    assert (step.sweep.done, step.sweep.after, step.sweep.top) == (NOON - 5_000, "t3_99", NOON)
    end = advance(step.sweep, page(*(entry(n, NOON - n * 60) for n in range(100, 200)), after="t3_199"), NOON)
    assert end.sweep == Sweep(done=NOON, start=NOON - DAY, at=NOON, rate=0.02)


def test_every_sweep_reads_ten_minutes_and_a_hundred_posts_again() -> None:
    going = begin(encoded(Sweep(done=NOON, start=NOON - DAY, at=1.0)), NOON + 60, DAY)
    assert going
    slow = advance(going, page(*(entry(n, NOON - n * 600) for n in range(AGAIN)), after="t3_99"), NOON + 60)
    assert (len(slow.wanted), slow.sweep.began) == (AGAIN, 0.0), "a slow subreddit: a hundred posts"
    fast = advance(going, page(*(entry(n, NOON - n) for n in range(AGAIN)), after="t3_99"), NOON + 60)
    assert fast.sweep.after == "t3_99", "a fast one: ten minutes"
    rest = advance(fast.sweep, page(*(entry(n, NOON - n * 5) for n in range(100, 200)), after="t3_199"), NOON + 60)
    assert [each.time for each in rest.wanted] == [NOON - n * 5 for n in range(100, 200) if n * 5 <= OVERLAP]
    assert not rest.sweep.began


def test_nothing_older_than_the_first_look_back_is_wanted() -> None:
    going = begin("", NOON, 3_600)
    assert going
    step = advance(going, page(entry(1, NOON - 60), entry(2, NOON - 3_700)), NOON)
    assert [each.name for each in step.wanted] == ["t3_1"]


def test_absurd_times_are_wanted_and_never_become_the_mark() -> None:
    going = begin("", NOON, DAY)
    assert going
    odd = page(entry(1, NOON + 10_000), entry(2, None), entry(3, NOON - 60))
    step = advance(going, odd, NOON)
    assert ([each.name for each in step.wanted], step.sweep.done) == (["t3_1", "t3_2", "t3_3"], NOON - 60)


def test_an_anchor_that_is_gone_begins_again_from_the_top_and_the_same_again_is_the_end() -> None:
    under_way = Sweep(
        done=NOON - 900, start=NOON - DAY, at=1.0, began=NOON, top=NOON, after="t3_9", low=NOON - 9, seen=600
    )
    again = advance(under_way, page(), NOON + 1).sweep
    assert (again.after, again.gone, again.top, again.began) == ("", "t3_9", NOON, NOON + 1)
    shown = page(*(entry(n, NOON - n / 9) for n in range(600)), after="t3_599")
    other = advance(advance(again, shown, NOON + 1).sweep, page(), NOON + 1).sweep
    assert (other.after, other.gone, other.done) == ("", "t3_599", NOON - 900), "another one that is gone is no end"
    end = advance(advance(other, shown, NOON + 1).sweep, page(), NOON + 1)
    assert (end.lost, end.sweep.began) == ((NOON - 900, NOON - 67), 0.0)


def test_a_sweep_that_goes_on_later_and_meets_the_end_begins_again_to_be_sure() -> None:
    under_way = Sweep(NOON - 900, NOON - DAY, at=1.0, began=NOON, top=NOON, after="t3_9", low=NOON - 9, seen=100)
    step = advance(under_way, page(*(entry(n, NOON - 10) for n in range(90))), NOON + 600)
    assert (len(step.wanted), step.lost) == (90, None)
    assert (step.sweep.after, step.sweep.seen, step.sweep.began) == ("", 0, NOON + 600)


def test_a_short_listing_that_ends_is_no_gap() -> None:
    going = begin(encoded(Sweep(done=NOON - 60, start=NOON - DAY, at=1.0)), NOON, DAY)
    assert going
    assert advance(going, page(entry(1, NOON - 30)), NOON).lost is None


def test_a_cursor_of_another_version_is_a_first_look_back() -> None:
    assert decoded('{"page": 3}') is None and decoded("nonsense") is None
    assert begin("nonsense", NOON, 60) == Sweep(NOON - 60, NOON - 60, NOON, began=NOON, top=NOON - 60)


def test_the_rate_is_that_of_the_posts() -> None:
    going = begin(encoded(Sweep(done=NOON - 100, start=NOON - DAY, at=1.0)), NOON, DAY)
    assert going
    step = advance(going, page(*(entry(n, NOON - n) for n in range(50)), entry(51, NOON - DAY - 1)), NOON)
    assert step.sweep.rate == 0.5


def test_going_back_keeps_whether_there_was_a_sweep() -> None:
    assert back_to(Sweep(100, 5, at=9.0, began=1.0, after="x"), 50) == Sweep(50, 5, at=1.0)
    assert back_to(Sweep(100, 5), 500) == Sweep(100, 5)

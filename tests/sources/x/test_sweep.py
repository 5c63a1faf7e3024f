"""Cursors and packing, as pure functions."""

import string

from hypothesis import given
from hypothesis import strategies as st

from listener.query import parse
from listener.query.native import widest
from listener.sources.x import sweep
from listener.sources.x.queries import DIALECT, without_reposts
from listener.sources.x.sweep import Mark, Seen, State, Sweep

NOW = 1_800_000_000.0
HOUR = 3_600.0

words = st.text(string.ascii_lowercase, min_size=4, max_size=30)
queries = st.lists(words, min_size=1, max_size=12).map(" OR ".join)


def current(state: State, names: dict[str, str], now: float = NOW) -> Sweep | None:
    return sweep.current(state, names, now, room=DIALECT.longest, since=HOUR, overlap=600.0)


def read_to_the_end(state: State, names: dict[str, str], now: float = NOW) -> tuple[State, list[str]]:
    """All sweeps of a round, each answered by one empty page; and what was asked."""
    asked = []
    while going := current(state, names, now):
        asked.append(without_reposts(sweep.question(going, names)))
        state = sweep.moved(state, going, Seen((), (), ""), now)
    return state, asked


@given(st.lists(queries, min_size=1, max_size=60, unique=True))
def test_packing_loses_no_query_and_every_question_fits(topics: list[str]) -> None:
    natives = [native for topic in topics for native in widest(parse(topic, {}).tree, DIALECT)]
    names = sweep.named(natives)
    _, asked = read_to_the_end(State(), names)
    assert all(len(question) <= 512 for question in asked)
    for native in natives:
        whole = f"({native})" if " " in native else native
        assert sum(whole in question or question.startswith(f"{whole} -is") for question in asked) >= 1, native


@given(st.lists(words, min_size=1, max_size=300, unique=True))
def test_packing_wastes_less_than_a_half(topics: list[str]) -> None:
    _, asked = read_to_the_end(State(), sweep.named(topics))
    assert len(asked) <= 2 * sum(len(topic) + 4 for topic in topics) / DIALECT.longest + 1


def test_each_query_is_asked_once_a_round_and_again_in_the_next() -> None:
    names = sweep.named(["desk", "lamp"])
    state, asked = read_to_the_end(State(), names)
    assert len(asked) == 1 and sweep.due(state, names, NOW) == []
    assert set(sweep.due(state, names, NOW + 1)) == set(names)


def test_the_same_topics_make_the_same_question_whatever_their_order() -> None:
    _, one = read_to_the_end(State(), sweep.named(["desk", "lamp", "chair"]))
    _, other = read_to_the_end(State(), sweep.named(["chair", "desk", "lamp"]))
    assert one == other


def test_queries_that_were_read_to_distant_points_are_asked_for_apart() -> None:
    names = sweep.named(["desk", "lamp"])
    desk, lamp = names
    state = State({desk: Mark(NOW - 60, NOW - 60), lamp: Mark(NOW - 90_000, NOW - 90_000)})
    going = current(state, names)
    assert going and going.queries == (lamp,)


def test_a_query_without_posts_need_not_look_back_to_its_last_one() -> None:
    names = sweep.named(["desk"])
    going = current(State({min(names): Mark(NOW - 500_000, NOW - 120)}), names)
    assert going and going.floor == NOW - 120 - HOUR - 600


def test_a_search_that_is_behind_is_looked_at_again() -> None:
    """What it shows decides how far was read, not our clock."""
    names = sweep.named(["desk"])
    going = current(State({min(names): Mark(NOW - 1_500, NOW - 60)}), names)
    assert going and going.floor == NOW - 1_500 - 600


def test_an_absurd_time_is_no_high_water_mark() -> None:
    names = sweep.named(["desk"])
    going = current(State(), names)
    assert going
    state = sweep.moved(State(), going, Seen((NOW + 9e6, NOW - 30), (2, 1), ""), NOW)
    assert state.marks[min(names)].done == NOW - 30


def test_a_sweep_without_its_token_goes_on_below_what_was_read_or_from_the_top() -> None:
    going = Sweep(("a",), NOW - HOUR, began=NOW, low=NOW - 100.5, lowest=7, count=100)
    assert sweep.resumed(going, NOW).until == int(NOW - 100.5) + 1
    fresh = sweep.resumed(Sweep(("a",), NOW - HOUR, began=NOW, low=NOW - 3, lowest=7, count=100), NOW)
    assert (fresh.until, fresh.low, fresh.lowest, fresh.count) == (0, 0.0, 0, 0), "X takes no end so late"
    tokened = Sweep(("a",), NOW - HOUR, began=NOW, low=NOW - 100, token="t")
    assert sweep.resumed(tokened, NOW) == tokened


def test_a_query_that_is_refused_is_found_by_halves_and_left_out_for_a_while() -> None:
    names = sweep.named([f"word{n}" for n in range(40)] + ["odd"])
    (odd,) = (name for name, query in names.items() if query == "odd")
    state, asked = State(), 0
    while going := current(state, names):
        asked += 1
        if odd in going.queries:
            state = sweep.refused(state, going, "no viable alternative", NOW)
        else:
            state = sweep.moved(state, going, Seen((), (), ""), NOW)
    assert asked <= 14
    assert {name for name, mark in state.marks.items() if mark.why} == {odd}
    assert odd not in sweep.due(state, names, NOW + 60)
    assert odd in sweep.due(state, names, NOW + sweep.RETRY)
    now = NOW + sweep.RETRY
    while going := current(state, names, now):
        assert going.queries == (odd,) or odd not in going.queries, "alone"
        state = sweep.moved(state, going, Seen((), (), ""), now)
    assert not state.marks[odd].why


@given(
    st.lists(st.tuples(st.integers(0, 59), st.integers(0, 50)), max_size=30, unique_by=lambda pair: pair[0]),
    st.integers(0, 200),
)
def test_the_money_reaches_down_to_where_the_counts_say(counts: list[tuple[int, int]], most: int) -> None:
    rows = [(60.0 * minute, 60.0 * minute + 60, count) for minute, count in counts]
    floor = sweep.affordable(0.0, HOUR, rows, most)
    assert sum(count for start, _, count in rows if start >= floor) <= most
    below = [row for row in rows if row[1] <= floor]
    if below:
        newest = max(below)
        assert newest[2] + sum(count for start, _, count in rows if start >= floor) > most, "and no less far"


def test_a_cursor_survives_and_a_strange_one_begins_anew() -> None:
    state = State({"a": Mark(1.0, 2.0, why="odd", tried=3.0)}, Sweep(("a",), 1.0, began=2.0, token="t"))
    assert sweep.decoded(sweep.encoded(state)) == state
    assert sweep.decoded("") == sweep.decoded("?") == sweep.decoded('{"marks": 7}') == State()


def test_what_was_not_asked_for_in_a_week_is_forgotten() -> None:
    names = sweep.named(["desk"])
    state, _ = read_to_the_end(State({"old": Mark(1.0, NOW - 8 * 86_400)}), names)
    assert set(state.marks) == set(names)

"""Each post of X is read in the end, or lies in a gap that is told, whatever fails, ends or empties the purse."""

from datetime import datetime, timedelta
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from listener.sources.x import sweep
from listener.sources.x.api import Refused
from tests.sources.x.fake import NOW, X, tweet
from tests.sources.x.reader import Reader

DAY = 86_400.0
TOPICS = ("desk", "lamp")
LEFT_OUT = [TOPICS, ("desk",), ("lamp", "desk", "chair")]

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("poll"), st.just(0)),
        st.tuples(st.just("kill"), st.integers(0, 3)),  # before the page with this number is stored
        st.tuples(st.just("lose"), st.integers(1, 4)),  # the answer to this question, and go on
        st.tuples(st.just("die"), st.integers(1, 4)),  # with this question
        st.tuples(st.just("refuse"), st.integers(0, 3)),
        st.tuples(st.just("misunderstand"), st.integers(0, 3)),
        st.tuples(st.just("topics"), st.integers(0, 2)),
        st.tuples(st.just("later"), st.sampled_from([2, 30, 900, 4_000, DAY])),
        st.tuples(st.just("burst"), st.integers(1, 120)),
        st.tuples(st.just("drizzle"), st.integers(1, 60)),
    ),
    max_size=14,
)


class Writers:
    """They write posts on both topics."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.count = reader, 10_000

    def write(self, count: int, every: float) -> None:
        """So many, up to now."""
        self.reader.later(count * every)
        for n in range(count):
            at = self.reader.now - timedelta(seconds=(count - 1 - n) * every)
            self.count += 1
            words = f"A {TOPICS[self.count % 3 == 0]} {self.count}"
            self.reader.service.tweets.append(tweet(self.count, (NOW - at).total_seconds(), words))
            if self.count % 7 == 0:  # shows late
                self.reader.service.shows[str(self.count)] = at + timedelta(seconds=self.count * 37 % 500)


def missed(reader: Reader) -> list[str]:
    """What was neither read nor told to be missing."""
    gaps = [(gap.since, gap.until) for gap in reader.gaps]
    unread = [each for each in reader.service.tweets if each["id"] not in reader.stored]
    times = [datetime.fromisoformat(each["created_at"]) for each in unread]
    return [f"{at:%dT%T}" for at in times if not any(since <= at <= until for since, until in gaps)]


def trouble(reader: Reader, kind: str, number: int) -> None:
    """A pass in which this happens."""
    service = reader.service
    if kind in ("lose", "die"):
        service.lost = [len(service.asked) + number]
    if kind in ("refuse", "misunderstand"):
        code = "400" if kind == "misunderstand" else "503"
        service.fails = [*[None] * number, Refused("x", "no", code=code)]
    reader.poll(stop=number if kind == "kill" else None)
    service.lost, service.fails = [], []
    if kind in ("kill", "die"):
        reader.start()


def calm(reader: Reader) -> None:
    """Days without trouble: waits are waited for, and refused questions are asked again."""
    for rest in (1_000, 60):
        for _ in range(60):
            reader.errors.clear()
            if not reader.poll().errors and not reader.last.more:
                break
            reader.later(reader.errors[-1].wait or 60 if reader.errors else 60)
        else:
            raise AssertionError("it never comes to an end")
        reader.later(rest)


@mock.patch.object(sweep, "_LATE", 600.0)  # less: what was read shortly before the money ended is not paid for again
@settings(max_examples=60, deadline=None)
@given(usd=st.floats(0.07, 3.0), count=st.integers(0, 60), steps=STEPS)
def test_whatever_happens_each_post_is_read_or_lies_in_a_gap(
    usd: float, count: int, steps: list[tuple[str, int]]
) -> None:
    reader = Reader(X(), *TOPICS, usd=usd)
    writers = Writers(reader)
    writers.write(count, 40)
    reader.poll()
    for kind, number in steps:
        if kind == "later":
            reader.later(number)
        elif kind == "topics":
            reader.queries = LEFT_OUT[number]
        elif kind in ("burst", "drizzle"):
            writers.write(number, 0.1 if kind == "burst" else 60.0)
        else:
            trouble(reader, kind, number)
    reader.queries = TOPICS
    calm(reader)
    assert missed(reader) == []


def test_a_topic_that_there_was_no_money_for_is_read_from_when_it_was_new() -> None:
    reader = Reader(X([tweet(n, 60 + n) for n in range(1, 25)]), "desk", usd=0.125).poll()
    assert [error.code for error in reader.errors] == ["cap"]
    reader.queries = TOPICS
    reader.later(60).poll()
    reader.service.tweets += [tweet(100 + n, -600 * n, "a lamp") for n in range(1, 4)]
    reader.later(reader.errors[-1].wait or 0).poll()
    calm(reader)
    assert missed(reader) == []


def test_a_topic_that_x_did_not_understand_for_a_day_is_read_from_when_it_was_new() -> None:
    reader = Reader(X())
    reader.service.refuses = "desk"
    reader.poll()
    reader.service.tweets += [tweet(1, -60)]
    reader.service.refuses = ""
    assert reader.later(DAY).poll().ids == {1}


def test_what_has_just_come_is_read_before_what_is_older_is_counted() -> None:
    """X takes no end of a count that is so late."""
    reader = Reader(X([tweet(1, 60)])).poll()
    reader.service.tweets += [tweet(999 - n, 0.1 * n - 4_000) for n in range(300)]
    reader.later(4_000).poll()
    assert len(reader.ids) == 301 and not reader.errors


def test_a_repeated_answer_is_asked_for_again_where_reading_goes_on_by_time() -> None:
    reader = Reader(X([tweet(1, 60)])).poll()
    reader.service.tweets += [tweet(100 + n, -0.4 * n) for n in range(250)]
    reader.service.fails = [None, Refused("x", "busy", code="503")]
    reader.later(120).poll()
    reader.service.fails, reader.service.repeats = [Refused("x", "no such token", code="400")], 1
    reader.later(60).poll()
    by_time = [params for params in reader.requests() if "end_time" in params and "next_token" not in params]
    assert len(by_time) == 2 and len(reader.ids) == 251


def test_after_a_look_from_the_future_everything_is_read_as_before() -> None:
    """`once --now`, or a clock that was ahead for a while."""
    reader = Reader(X([tweet(1, 60)])).poll()
    reader.later(5 * 3_600).poll()
    reader.service.tweets += [tweet(2, -1_800), tweet(3, -2 * 3_600)]
    reader.later(-3_600).poll()
    assert reader.ids == {1, 2, 3} and reader.gaps == []


def test_posts_that_show_late_are_found_also_after_a_round_that_failed() -> None:
    """The round after it follows closely, and reads all of the overlap nevertheless."""
    service = X([tweet(1, 120), tweet(2, 10)])
    service.shows["1"] = NOW + timedelta(seconds=300)
    reader = Reader(service).poll()
    service.tweets.append(tweet(3, -900))
    service.fails = [Refused("x", "down", code="503")]
    reader.later(900).poll().later(20).poll()
    for _ in range(2):
        reader.later(120).poll()
    assert reader.ids == {1, 2, 3}

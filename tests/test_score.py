"""Scores and expiries: pure, bounded, and the same however late a post is read."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.score import _MEANINGS, expiry, score
from listener.tag.tagger import lexicon_tagger
from listener.types import Match, Moment, Post, Reach, Score, Span, Tags

FRIDAY = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NONE = Tags(moments={})
MATCH = Match("desks", ("desk",), (Span(20, 24),))
TAGGER = lexicon_tagger()


def post_of(text: str, **fields: object) -> Post:
    return Post(**{"source": "forum", "id": "1", "text": text, "created_at": FRIDAY, **fields})  # type: ignore[arg-type]  # fields vary


def scored(text: str, match: Match = MATCH, **fields: object) -> Score:
    post = post_of(text, **fields)
    return score(post, match, TAGGER([post])[0], FRIDAY)


def at(day: int, hour: int = 0, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expires"),
    [
        ("a table for tonight", at(21)),
        ("today please", at(21)),
        ("this evening?", at(21)),
        ("free this afternoon?", at(20, 20)),
        ("tomorrow", at(22)),
        ("before Saturday", at(21)),
        ("before Friday", at(27)),
        ("on Saturday", at(22)),
        ("by sunday", at(23)),
        ("next friday", at(28)),
        ("this weekend", at(23)),
        ("next weekend", at(30)),
        ("this week", at(23)),
        ("next week", at(30)),
        ("this month", at(1, month=12)),
        ("next month", at(1, month=1, year=2027)),
        ("by 5pm", at(20, 17)),
        ("by 5 p.m.", at(20, 17)),
        ("by 11am", at(21, 11)),
        ("before 17:30", at(20, 17, 30)),
        ("until midnight", at(21)),
        ("before noon", at(21, 12)),
        ("by 12am", at(21)),
        ("in 2 hours", at(20, 14)),
        ("in an hour", at(20, 13)),
        ("within 30 minutes", at(20, 12, 30)),
        ("in a couple of days", at(22, 12)),
        ("in three weeks", at(11, 12, month=12)),
        ("December 3", at(4, month=12)),
        ("the 3rd of Dec", at(4, month=12)),
        ("before Dec 24th", at(24, month=12)),
        ("May 3", at(4, month=5, year=2027)),
        ("2026-12-01", at(2, month=12)),
        ("on saturday, or at the latest by 5pm", at(20, 17)),
    ],
)
def test_a_stated_deadline_is_read(text: str, expires: datetime) -> None:
    assert expiry(post_of(f"need a desk, {text}"), NONE) == expires


@pytest.mark.parametrize(
    "text",
    [
        "last saturday I sat",
        "every sunday",
        "last weekend was fun",
        "Nov 18 was cold",  # just past: not next year's
        "february 30",
        "by 99:99",
        "at 13pm",
        "2026-13-45",
        "todays",
        "in 2 houses",
    ],
)
def test_what_is_past_or_no_time_is_no_deadline(text: str) -> None:
    assert expiry(post_of(text), NONE) == FRIDAY + timedelta(hours=24)


@pytest.mark.parametrize(
    ("moment", "urgency", "hours"),
    [
        (Moment.KNOW, 0, 24),
        (Moment.GO, 0, 24),
        (Moment.DO, 1, 12),
        (Moment.BUY, 0, 48),
        (Moment.BUY, 2, 6),
        (None, 2, 6),
    ],
)
def test_without_a_deadline_the_moment_decides(moment: Moment | None, urgency: int, hours: int) -> None:
    tags = Tags(moments={}, labels=(moment,) if moment else (), urgency=urgency)
    assert expiry(post_of("a desk"), tags) == FRIDAY + timedelta(hours=hours)


@pytest.mark.parametrize("words", ["tonight", "today", "this evening", "tonite"])
@pytest.mark.parametrize(
    ("hour", "expires"), [(0, at(21)), (8, at(21)), (12, at(21)), (17, at(21, 5)), (23, at(21, 11))]
)
def test_today_lasts_to_the_end_of_the_day_and_at_least_half_a_day(words: str, hour: int, expires: datetime) -> None:
    post = post_of(f"need a desk {words}", created_at=FRIDAY.replace(hour=hour))
    assert expiry(post, NONE) == expires


@pytest.mark.parametrize(
    "text",
    [
        "my desk fell apart today",
        "my desk died this afternoon, which one now?",
        "the lamp broke tonight",
        "today my chair collapsed",
        "it was delivered today and is already broken",
        "woke up at 3am, again",
        "the boiler stopped on Tuesday",
        "just got fired today. ideas?",
    ],
)
def test_what_has_happened_is_no_deadline(text: str) -> None:
    assert expiry(post_of(text), NONE) == FRIDAY + timedelta(hours=24)


@pytest.mark.parametrize(
    ("text", "expires"),
    [
        ("Mine fell apart today and the race is on SUNDAY. Which shoes?", at(23)),
        ("It died this afternoon. I need one by 9pm", at(20, 21)),
        ("My chair broke this morning, where can I get one today?", at(21)),
        ("Broke mine today, so I need one before Monday", at(23)),
        ("I booked a van for tomorrow", at(22)),
        ("Needs to be fixed today", at(21)),
        ("is the shop closed today?", at(21)),
        ("the lamp that I ordered must come today", at(21)),
    ],
)
def test_a_deadline_of_the_need_wins_over_what_has_happened(text: str, expires: datetime) -> None:
    assert expiry(post_of(text), NONE) == expires


def test_a_deadline_in_the_title_counts() -> None:
    assert expiry(post_of("details inside", title="Desk wanted by 5pm"), NONE) == at(20, 17)


def test_days_are_read_in_utc_whatever_the_zone_of_the_time() -> None:
    zoned = FRIDAY.astimezone(tz=None)
    assert expiry(post_of("by 5pm", created_at=zoned), NONE) == at(20, 17)


@pytest.mark.parametrize("created_at", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
@pytest.mark.parametrize(
    "text", ["tomorrow", "by 5pm", "next month", "before saturday", "in 3 weeks", "May 3", "a desk"]
)
def test_absurd_times_are_survived(created_at: datetime, text: str) -> None:
    assert created_at <= expiry(post_of(text, created_at=created_at), NONE) <= datetime.max.replace(tzinfo=UTC)


def test_a_clear_ask_for_tonight_is_far_above_the_threshold() -> None:
    assert scored("where can I buy a standing desk tonight?").value > 75


@pytest.mark.parametrize(
    "text",
    [
        "looking for a laptop under 800",
        "how do I fix a wobbly standing desk?",
        "is acme.com down?",
        "best tacos in Austin?",
        "@acme your website is down again, this is ridiculous",
    ],
)
def test_a_real_ask_reaches_the_threshold(text: str) -> None:
    assert scored(text).value >= 50


@pytest.mark.parametrize(
    "text",
    [
        "my new standing desk arrived",
        "nice desk",
        "desks are heavy",
        "who cares about a desk?",
        "20% off all desks tonight! Where can you buy them? Use code DESK20 https://example.org",
        "Want a new desk? Shop now, giveaway ends tonight, subscribe to my channel",
    ],
)
def test_noise_and_promotion_stay_below(text: str) -> None:
    assert scored(text).value < 50


def test_promotion_stays_below_whatever_speaks_for_it() -> None:
    tags = Tags(
        moments=dict.fromkeys(Moment, 1.0),
        labels=tuple(Moment),
        question=1.0,
        is_question=True,
        urgency=2,
        signals=("complaint", "switching", "promo"),
    )
    post = post_of("tonight", title="a standing desk", reach=Reach(followers=10**9))
    match = Match("desks", ("a", "b", "c"), (Span(0, 1),))
    assert score(post, match, tags, FRIDAY).value < 50


def test_the_score_does_not_depend_on_when_the_post_is_read() -> None:
    post = post_of("where can I buy a desk by 5pm?")
    (tags,) = TAGGER([post])
    scores = {score(post, MATCH, tags, FRIDAY + timedelta(minutes=late)) for late in (0, 1, 299, 10_000)}
    assert len(scores) == 1


def test_urgency_and_a_near_deadline_raise_the_score() -> None:
    calm, soon, now = (Tags(moments={Moment.BUY: 0.8}, labels=(Moment.BUY,), urgency=u) for u in (0, 1, 2))
    plain, tonight = post_of("a desk"), post_of("a desk tonight")
    values = [score(plain, MATCH, tags, FRIDAY).value for tags in (calm, soon, now)]
    assert values == sorted(set(values))
    assert score(tonight, MATCH, calm, FRIDAY).value > values[0]


def test_a_switching_author_wants_more() -> None:
    plain = Tags(moments={Moment.BUY: 0.6}, labels=(Moment.BUY,))
    leaving = Tags(moments={Moment.BUY: 0.6}, labels=(Moment.BUY,), signals=("switching",))
    post = post_of("a desk")
    assert score(post, MATCH, leaving, FRIDAY).intent > score(post, MATCH, plain, FRIDAY).intent


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"title": "A standing desk wanted", "text": "thanks"}, Match("t", ("desk",), (Span(11, 15),))),
        ({"text": "desk, chair and lamp"}, Match("t", ("desk", "chair", "lamp"), (Span(0, 4), Span(6, 11)))),
        ({"text": "a desk", "reach": Reach(followers=10_000)}, Match("t", ("desk",), (Span(2, 6),))),
    ],
)
def test_a_central_match_is_more_relevant(fields: dict[str, object], match: Match) -> None:
    base = score(post_of("x" * 1_500), Match("t", ("desk",), (Span(900, 904),)), NONE, FRIDAY)
    more = score(post_of(**{"text": "", **fields}), match, NONE, FRIDAY)  # type: ignore[arg-type]  # fields vary
    assert more.relevance > base.relevance


NUMBERS = st.one_of(st.none(), st.integers(-(10**12), 10**400))


@given(
    text=st.one_of(
        st.text(max_size=80), st.sampled_from(["in 999 months", "by 5pm", "next friday", "May 3 2026-01-01"])
    ),
    created_at=st.datetimes(timezones=st.just(UTC)),
    moments=st.dictionaries(st.sampled_from(Moment), st.floats(0, 1)),
    labels=st.lists(st.sampled_from(Moment), unique=True),
    question=st.floats(0, 1),
    urgency=st.integers(0, 2),
    signals=st.lists(st.sampled_from(["complaint", "praise", "switching", "promo"]), unique=True),
    reach=st.builds(Reach, NUMBERS, NUMBERS, NUMBERS),
    spans=st.lists(st.builds(Span, st.integers(0, 10**6), st.integers(0, 10**6)), max_size=4),
)
def test_scores_stay_in_bounds(  # noqa: PLR0917 - one argument for each thing that varies
    text: str,
    created_at: datetime,
    moments: dict[Moment, float],
    labels: list[Moment],
    question: float,
    urgency: int,
    signals: list[str],
    reach: Reach,
    spans: list[Span],
) -> None:
    tags = Tags(moments=moments, labels=tuple(labels), question=question, urgency=urgency, signals=tuple(signals))
    post = post_of(text, created_at=created_at, reach=reach)
    result = score(post, Match("t", ("a",) * len(spans), tuple(spans)), tags, FRIDAY)
    for part in (result.value, result.intent, result.urgency, result.relevance):
        assert 0 <= part <= 100
    assert result.expires_at >= post.created_at
    assert result.expires_at.tzinfo is UTC


TIMES = [
    *(
        "tonight",
        "tonite",
        "today",
        "this evening",
        "this afternoon",
        "tomorrow",
        "tmrw",
        "tmw",
        "weekend",
        "this week",
    ),
    *("next weekend", "next month", "before monday", "since friday", "in 2 hours"),
    "within a couple of days",
    *("by noon", "until midnight", "by 5pm", "at 5:30 p.m", "before 17:30", "march 3rd", "the 3rd of sept", "sep. 4"),
    *("2026-03-04", "3 mar", "december 24", "in an hr", "in 5 minutes", "till 9 a.m.", "week", "pm", "-", ":", "in "),
]


@given(st.lists(st.sampled_from(TIMES) | st.text("aimnpy 0123:.-", max_size=6), max_size=6).map(" ".join))
def test_a_time_is_looked_for_wherever_its_pattern_would_find_it(text: str) -> None:
    for hints, pattern, _ in _MEANINGS:
        assert pattern.search(text) is None or any(hint in text for hint in hints)


def test_every_kind_of_time_is_among_those_looked_for() -> None:
    assert all(any(pattern.search(text) for text in TIMES) for _, pattern, _ in _MEANINGS)

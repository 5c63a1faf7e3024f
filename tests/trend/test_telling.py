from datetime import timedelta

import pytest
from msgspec.structs import replace

from listener.trend.telling import alerts, notice
from listener.types import Post, Reason
from listener.types.trend import Trend
from tests.conftest import NOW
from tests.making import finding

TREND = Trend(
    at=NOW,
    question="x:2",
    votes=6,
    posts=tuple(f"x:{n}" for n in range(6)),
    authors=6,
    expected=0.5,
    score=7.2,
    since=NOW - timedelta(minutes=50),
    window=3_600,
    hours=(*[0] * 22, 2, 4),
)


def post(minutes: float, source: str = "x") -> Post:
    at = NOW - timedelta(minutes=minutes)
    return Post(source=source, id=f"{minutes:g}", text="<!channel> evil", created_at=at, url="https://example.org/ann")


def test_a_notice_says_how_many_how_unusual_since_when_and_where() -> None:
    lines = notice(replace(TREND, said=41, authors=12), [post(50), post(20, "reddit"), post(0)]).splitlines()
    assert lines[0] == "📈 Asked more than usual: 6 ask this within 1 h"
    assert lines[1] == "41 posts by 12 authors, 6 votes · ×12 the usual 0.5 an hour"
    assert lines[2] == "first 20 Nov 11:10 UTC · Reddit, X"
    assert lines[3] == "▁" * 22 + "▄█ last 24 hours"


@pytest.mark.parametrize(
    ("votes", "expected", "said"),
    [
        (6, 0.5, "×12 the usual 0.5 an hour"),
        (60, 42.4, "×1.4 the usual 42 an hour"),
        (900, 220.0, "×4.1 the usual 220 an hour"),
        (3, 0.00001, "×300000 the usual 0.0001 an hour"),
        (3, 0.0, ""),
    ],
)
def test_how_unusual_it_is_is_said_in_plain_numbers(votes: int, expected: float, said: str) -> None:
    told = notice(replace(TREND, votes=votes, expected=expected), []).splitlines()[1]
    assert told.partition("votes · ")[2] == said


def test_a_notice_holds_no_words_and_no_address_of_a_post() -> None:
    said = notice(TREND, [post(50), post(20)])
    assert "evil" not in said
    assert "example.org" not in said


def test_little_history_is_said() -> None:
    assert "little history" in notice(replace(TREND, cold=True), [post(1)])
    assert "little history" not in notice(TREND, [post(1)])


@pytest.mark.parametrize(("seconds", "said"), [(900, "15 minutes"), (3_600, "1 h"), (21_600, "6 h"), (86_400, "24 h")])
def test_a_window_is_said_in_words(seconds: float, said: str) -> None:
    assert f"within {said}" in notice(replace(TREND, window=seconds), [])


def test_a_trend_whose_posts_are_gone_is_told_all_the_same() -> None:
    assert notice(TREND, []).splitlines()[0].startswith("📈")


def test_each_channel_hears_of_the_example_once() -> None:
    found = finding(post(0))
    told = alerts(["desk", "team"], found, NOW)
    assert [alert.channel for alert in told] == ["desk", "team"]
    assert len({alert.key for alert in told}) == len(told)
    assert [(alert.reason, alert.about, alert.due_at) for alert in told] == 2 * [(Reason.TRENDING, (found,), NOW)]
    assert all(alert.deadline_at > NOW for alert in told)

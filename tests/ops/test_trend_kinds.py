"""The benchmark of needs, moods and silences: what is put in, and what counts as found."""

import json
import random
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from listener.cli import cli
from listener.ops.trends.kinds import SIZES, Event, Run, _hits, measure_kind, votes_of, with_events
from listener.types.trend import Kind, Trend, Vote
from tests.cli.test_replay import write
from tests.conftest import NOW
from tests.trend.asking import background


@pytest.fixture(scope="module")
def votes() -> list[Vote]:
    """Six days, three posts an hour, one of ten wants to buy, one of five is negative."""
    return [
        Vote(
            post=f"x:{n}",
            at=NOW + timedelta(minutes=20 * n),
            author=n + 1,
            text=n + 1,
            moments=("buy",) if n % 10 == 0 else (),
            negative=n % 5 == 1,
        )
        for n in range(6 * 72)
    ]


def draw() -> random.Random:
    return random.Random(3)


def test_a_need_is_new_posts_within_an_hour_by_other_people(votes: list[Vote]) -> None:
    changed, events = with_events(votes, Kind.NEED, draw())
    assert {event.cell for event in events} == {"know", "go", "do", "buy"}
    assert all(event.size in SIZES[Kind.NEED] and event.end - event.start <= 3_600 for event in events)
    new = [vote for vote in changed if vote.post.startswith("new:")]
    assert len({vote.author for vote in new}) == len({vote.text for vote in new}) == len(new)
    assert [vote for vote in changed if vote not in new] == votes


def test_a_fall_turns_most_of_some_posts_in_a_row(votes: list[Vote]) -> None:
    changed, events = with_events(votes, Kind.MOOD, draw())
    turned = sum(vote.negative for vote in changed) - sum(vote.negative for vote in votes)
    assert 0 < turned < sum(event.size for event in events) + SIZES[Kind.MOOD][-1]
    assert [vote.post for vote in changed] == [vote.post for vote in votes]


def test_a_silence_takes_the_posts_of_some_hours_away(votes: list[Vote]) -> None:
    changed, events = with_events(votes, Kind.SILENCE, draw())
    assert events
    for event in events:
        assert not [v for v in changed if event.start < v.at.timestamp() <= event.end]
        assert event.end - event.start == event.size * 3_600


def test_what_is_told_in_time_is_found_and_nothing_else(votes: list[Vote]) -> None:
    event = Event("buy", 10, NOW.timestamp(), NOW.timestamp() + 3_600)
    assert _hits([Run([], [event])], "buy", Kind.NEED)[10] == [None]
    for minutes, found in ((30, [30.0]), (119, [119.0]), (121, [None]), (-1, [None])):
        told = _trend(NOW.timestamp() + 60 * minutes)
        assert _hits([Run([told], [event])], "buy", Kind.NEED)[10] == found
        assert _hits([Run([told], [event])], "know", Kind.NEED)[10] == []


def _trend(at: float) -> Trend:
    return Trend(
        kind=Kind.NEED,
        what="buy",
        at=NOW + timedelta(seconds=at - NOW.timestamp()),
        question="x:1",
        votes=5,
        posts=("x:1",),
        authors=5,
        expected=1,
        score=5,
        since=NOW,
        window=3_600,
    )


@pytest.mark.slow
def test_large_events_are_found_quiet_days_are_quiet_and_a_restart_changes_nothing(votes: list[Vote]) -> None:
    needs = {each.cell: each for each in measure_kind("x", votes, Kind.NEED, [1, 2])}
    assert needs["buy"].by_size[40].value == 1
    assert all(each.same and not each.spam.hits and not each.permuted and not each.natural for each in needs.values())
    [silence] = measure_kind("x", votes, Kind.SILENCE, range(1, 7))
    assert (silence.natural, silence.permuted, silence.same) == (0, None, True)
    long = [share for hours, share in silence.by_size.items() if hours >= 12]
    assert sum(share.hits for share in long) == sum(share.of for share in long) > 0


def test_posts_are_counted_as_they_are_tagged() -> None:
    lines = background(days=0.2)
    found = [*votes_of(lines)]
    assert [vote.post for vote in found] == [line.id for line in lines]
    assert len({vote.author for vote in found}) == len(lines)


@pytest.mark.slow
def test_bench_trends_prints_a_table_of_another_kind(tmp_path: Path) -> None:
    write(tmp_path / "small.jsonl", background(days=4, an_hour=3))
    out = tmp_path / "out.json"
    words = ["bench", "trends", "--data", str(tmp_path), "--seeds", "1", "--kind", "silence", "--json", str(out)]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    assert "24 HOURS" in done.output
    [figures] = json.loads(out.read_bytes())
    assert figures["same"] is True

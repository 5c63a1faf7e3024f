import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from listener.cli import cli
from listener.ops.trends import Share
from listener.ops.trends.events import Event, late, permuted, recurring, span, with_events
from listener.ops.trends.judge import Verdict, a_day, judge, oracle
from listener.ops.trends.load import load
from listener.ops.trends.rivals import authors, methods, poisson, signitrend, z_score
from listener.trend import Line
from listener.types.trend import Trend
from tests.cli.test_replay import write
from tests.trend.asking import REFUND, background, told

GROUPS = [(f"group {n}", [f"{text} {n} {m}" for text in REFUND for m in range(6)]) for n in range(80)]


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    return background(days=4, an_hour=3)


def test_bursts_follow_the_rules(lines: list[Line]) -> None:
    posts, events = with_events("airline", lines, GROUPS, 1)
    since, until = span(lines)
    assert [e.kind for e in events[:6]] == ["real"] * 4 + ["author", "copies"]
    assert [e.size for e in events[:10]] == [3, 5, 10, 30, 30, 30, 3, 5, 10, 30]
    assert len({e.group for e in events}) == len(events)
    assert all(since <= e.times[0] and e.times[-1] <= until + 3600 for e in events)
    assert all(e.times[-1] - e.times[0] <= 3600 for e in events)
    [author] = {p.author for p in posts if events[4].holds(p.id)}
    [text] = {p.text for p in posts if events[5].holds(p.id)}
    assert author
    assert text
    assert len(posts) == len(lines) + sum(e.size for e in events)


def test_the_same_seed_makes_the_same_bursts(lines: list[Line]) -> None:
    assert with_events("airline", lines, GROUPS, 1) == with_events("airline", lines, GROUPS, 1)
    assert with_events("airline", lines, GROUPS, 1) != with_events("airline", lines, GROUPS, 2)


def test_the_controls_change_times_alone(lines: list[Line]) -> None:
    assert sorted(x.text for x in permuted(lines)) == sorted(x.text for x in lines)
    assert sorted(x.ts for x in permuted(lines)) == [x.ts for x in lines]
    moved = late(lines)
    assert {x.id: x for x in moved} == {x.id: x for x in lines}
    assert moved != lines


def test_the_daily_question_is_asked_each_day(lines: list[Line]) -> None:
    daily = [x for x in recurring(lines, GROUPS) if x.id.startswith("recurring.")]
    assert len(daily) == 10 * int((lines[-1].ts - lines[0].ts) / 86_400)


def test_an_alert_counts_for_the_burst_that_half_of_its_posts_are_of(lines: list[Line]) -> None:
    posts, events = with_events("airline", lines, GROUPS, 1)
    trends = told(posts)
    verdict = judge(trends, events, lines)
    assert set(verdict.found) <= {e.key for e in events if e.kind == "real"}
    assert verdict.recall(events, 30).of == sum(e.size == 30 and e.kind == "real" for e in events)
    assert verdict.recall(events, 30).hits > 0
    assert verdict.spam == 0
    assert a_day([], lines) == 0


def test_the_oracle_waits_for_the_third_post(lines: list[Line]) -> None:
    _, events = with_events("airline", lines, GROUPS, 1)
    [first] = [e for e in events if e.size == 3][:1]
    assert oracle([first], 3) == pytest.approx((first.times[2] - first.times[0]) / 60)
    assert oracle([first], 5) is None
    assert Verdict({first.key: 600.0}).delay(events, 3) == 10
    assert Verdict({}).delay(events, 3) is None


def test_an_interval_holds_its_share() -> None:
    low, high = Share(8, 10).interval
    assert low == pytest.approx(0.490, abs=0.001)
    assert high == pytest.approx(0.943, abs=0.001)
    assert Share(0, 0).interval == (0.0, 1.0)
    assert str(Share(1, 2)) == "0.50 (0.09–0.91)"


@pytest.mark.parametrize("method", methods(4.0), ids=lambda method: method.name)
def test_every_measure_grows_with_the_votes(method: object) -> None:
    measure = method.measure  # type: ignore[attr-defined]
    assert measure(10, 50, 3, 1_000) > measure(5, 50, 3, 1_000)


def test_rivals_are_their_formulas() -> None:
    assert authors(7, 50, 0, 0) == 7
    assert z_score(5, 100, 9, 9_500) == pytest.approx((5 - 0.1) / 0.1**0.5)
    assert poisson(1, 100, 9, 9_500) == pytest.approx(1.0219, abs=0.001)
    assert poisson(0, 100, 9, 9_500) == 0
    assert signitrend(0, 100, 0, 1_000) == pytest.approx(-0.25)


@pytest.mark.slow
def test_bench_trends_prints_a_table_and_writes_json(tmp_path: Path) -> None:
    write(tmp_path / "airline.jsonl", background(days=2, an_hour=3))
    (tmp_path / "groups.json").write_text(json.dumps({"all": dict(GROUPS)}), encoding="utf-8")
    out = tmp_path / "out.json"
    words = ["bench", "trends", "--data", str(tmp_path), "--seeds", "1", "--no-rivals", "--json", str(out)]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    assert "kill and restart: identical" in done.output
    [figures] = json.loads(out.read_bytes())
    assert figures["same"] is True
    assert figures["recall"]["of"] > 0
    assert len(figures["recall"]["interval"]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("sample", [0, 100])
def test_what_many_posts_cost_is_measured_to_the_restart(sample: int, lines: list[Line]) -> None:
    cost = load(lines, 1_200, 3, sample)
    assert (cost.posts, cost.questions, cost.days) == (1_200, 1_200, 3)
    assert min(cost.first, cost.last, cost.restart) > 0


@pytest.mark.slow
def test_bench_trends_prints_what_many_posts_cost(tmp_path: Path) -> None:
    write(tmp_path / "small.jsonl", background(days=1, an_hour=3))
    out = tmp_path / "out.json"
    words = ["bench", "trends", "--data", str(tmp_path), "--posts", "1000", "--days", "2", "--json", str(out)]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    assert "RESTART" in done.output
    assert json.loads(out.read_bytes())["small"]["questions"] == 1_000


def _alert(posts: list[str], at: float) -> Trend:
    found = datetime.fromtimestamp(at, UTC)
    return Trend(
        at=found,
        question=posts[0],
        votes=len(posts),
        posts=tuple(posts),
        authors=len(posts),
        expected=0.1,
        score=5.0,
        since=found,
        window=3_600,
    )


def test_alerts_are_matched_with_bursts_by_half_of_their_posts_and_two_hours(lines: list[Line]) -> None:
    since = span(lines)[0]
    real = Event("event-1-0", "real", 3, "g", (since, since + 60, since + 120))
    copies = Event("event-1-1", "copies", 3, "g", (since, since + 60, since + 120))
    half = ["event-1-0.0", "event-1-0.1", "b1", "b2"]
    assert judge([_alert(half, since + 60)], [real, copies], lines) == Verdict({"event-1-0": 60.0})
    assert judge([_alert([*half, "b3"], since + 60)], [real, copies], lines).others == 1
    assert judge([_alert(half, since + 7_201)], [real, copies], lines).found == {}
    assert judge([_alert(["event-1-1.0"], since + 60)], [real, copies], lines).spam == 1
    assert judge([_alert(["b1"], since - 1)], [real, copies], lines) == Verdict({})


def test_the_first_alert_of_a_burst_counts(lines: list[Line]) -> None:
    since = span(lines)[0]
    real = Event("event-1-0", "real", 3, "g", (since,))
    alerts = [_alert(["event-1-0.0"], since + wait) for wait in (60, 30)]
    assert judge(alerts, [real], lines).found == {"event-1-0": 60.0}

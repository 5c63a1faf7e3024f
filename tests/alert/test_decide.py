"""Who hears of what: each verdict has its reason in words."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from listener.alert import Router, Rules
from listener.testing import posts
from listener.types import Before, Context, Decisions, Finding, Fresh, Moment, Reason, Route, Topic
from tests.making import NOW, finding, topic

LATER = NOW + timedelta(minutes=30)


def rules(*topics: Topic, route: Route | None = None, own: frozenset[str] = frozenset()) -> Rules:
    return Rules(topics or (topic(),), Router(route or Route(channel="slack:#all"), {}, {}), own)


def context(**fields: Any) -> Context:
    return Context(**{"source_since": NOW, "topic_since": {"desks": NOW}, **fields})


def decide(*findings: Finding, by: Rules | None = None, known: Context | None = None) -> Decisions:
    return (by or rules())([Fresh(f) for f in findings], known or context(), LATER)


def why(decisions: Decisions) -> list[str]:
    return [verdict.why for verdict in decisions.verdicts.values()]


def one(text: str = "where can I buy a standing desk in Leeds?", **fields: Any) -> Finding:
    return finding(replace(posts(1)[0], text=text), **fields)


def test_a_finding_with_a_moment_and_a_score_is_told() -> None:
    decisions = decide(one())
    assert [alert.key for alert in decisions.alerts] == ["slack:#all/forum:1/1"]
    assert why(decisions) == ["told to slack:#all"]


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (one(value=41.26), "score 41.3 is below the topic's threshold 50"),
        (replace(one(), tags=replace(one().tags, labels=())), "no moment and no complaint"),
        (
            replace(one(), score=replace(one().score, expires_at=LATER)),
            "expired at 2026-11-20 12:30 UTC",
        ),
        (
            replace(one(), post=replace(one().post, created_at=NOW - timedelta(seconds=1))),
            "backfill: written before its source was first read",
        ),
        (one(topic="gone"), "its topic is no longer configured"),
    ],
)
def test_what_is_not_told_says_why(made: Finding, reason: str) -> None:
    decisions = decide(made)
    assert decisions.alerts == ()
    assert why(decisions) == [reason]


def test_a_complaint_without_a_moment_is_told() -> None:
    made = replace(one(), tags=replace(one().tags, labels=(), signals=("complaint",)))
    assert decide(made).alerts


def test_a_topic_may_choose_its_moments() -> None:
    by = rules(topic(moments=(Moment.GO, Moment.BUY)))
    assert decide(finding(posts(1)[0], "buy"), by=by).alerts
    assert why(decide(finding(posts(1)[0], "know"), by=by)) == ["know; the topic alerts on go, buy"]


def test_what_was_written_before_its_topic_was_tracked_is_backfill() -> None:
    known = context(topic_since={"desks": NOW + timedelta(minutes=1)})
    assert why(decide(one(), known=known)) == ["backfill: written before its topic was first tracked"]


def test_undated_posts_of_a_first_pass_do_not_flood() -> None:
    undated = replace(one(), post=replace(one().post, flags=("time-missing",)))
    assert "undated" in why(decide(undated, known=context(first_pass=True)))[0]
    assert decide(undated).alerts


def test_our_own_accounts_never_alert() -> None:
    by = rules(own=frozenset({"forum:author1"}))
    made = replace(one(), post=replace(one().post, author="Author1"))
    assert why(decide(made, by=by)) == ["written by our own account Author1"]


def test_a_post_that_matches_two_topics_is_one_alert_naming_both_the_better_first() -> None:
    by = rules(topic(), topic("chairs"))
    known = context(topic_since={})
    [alert] = decide(one(value=60), one(topic="chairs", value=90), by=by, known=known).alerts
    assert [f.match.topic for f in alert.about] == ["chairs", "desks"]


def test_the_same_words_are_told_once_a_day_and_counted() -> None:
    first, second = posts(2)
    same = [finding(replace(p, text="Where can I buy a standing desk in Leeds??")) for p in (first, second)]
    decisions = decide(*same)
    assert len(decisions.alerts) == 1
    assert decisions.folds == (("desks/forum:2", "slack:#all/forum:1/1"),)
    assert decisions.verdicts["desks/forum:2"].why == "the same words were told within 24 hours: slack:#all/forum:1/1"


def test_words_told_in_an_earlier_page_are_known() -> None:
    made = one()
    [print_] = rules().fingerprints(made.post)
    known = context(told={("slack:#all", print_): "slack:#all/x:1/1"})
    assert decide(made, known=known).alerts == ()
    elsewhere = context(told={("slack:#other", print_): "slack:#other/x:1/1"})
    assert decide(made, known=elsewhere).alerts


def test_a_copy_is_noted_with_each_of_its_topics() -> None:
    by = rules(topic(), topic("chairs"))
    [print_] = by.fingerprints(one().post)
    known = context(topic_since={}, told={("slack:#all", print_): "slack:#all/x:1/1"})
    decisions = decide(one(), one(topic="chairs"), by=by, known=known)
    assert decisions.folds == (("desks/forum:1", "slack:#all/x:1/1"), ("chairs/forum:1", "slack:#all/x:1/1"))


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (Before((Moment.KNOW,), 0), True),
        (Before((Moment.BUY,), 0), True),
        (Before((Moment.BUY,), 2), False),
        (Before((Moment.BUY, Moment.KNOW), 2), False),
    ],
)
def test_an_edit_alerts_again_only_where_moment_or_urgency_rose(before: Before, told: bool) -> None:
    made = finding(posts(1)[0], "buy", urgency=2)
    decisions = rules()([Fresh(made, 3, before)], context(), LATER)
    assert [alert.key for alert in decisions.alerts] == (["slack:#all/forum:1/3"] if told else [])
    assert [v.reason for v in decisions.verdicts.values()] == [Reason.ROSE if told else Reason.SUPPRESSED]


def test_words_of_a_post_that_were_told_join_the_alert_that_told_them() -> None:
    made = finding(posts(1)[0], "buy", urgency=2)
    [print_] = rules().fingerprints(made.post)
    known = context(told={("slack:#all", print_): "slack:#all/forum:1/1"})
    decisions = rules()([Fresh(made, 2, Before((), 0))], known, LATER)
    assert ([alert.key for alert in decisions.alerts], decisions.folds) == (["slack:#all/forum:1/1"], ())


@given(st.lists(st.sampled_from(["a b c d e", "f g h i j", "k"]), max_size=6), st.integers(1, 3))
def test_every_finding_gets_a_verdict_and_every_alert_is_named_once(texts: Sequence[str], topics: int) -> None:
    names = [f"t{n}" for n in range(topics)]
    made = [
        finding(replace(post, text=text), topic=name)
        for post, text in zip(posts(len(texts)), texts, strict=True)
        for name in names
    ]
    decisions = decide(*made, by=rules(*map(topic, names)), known=context(topic_since={}))
    assert set(decisions.verdicts) == {f.key for f in made}
    keys = [alert.key for alert in decisions.alerts]
    assert len(keys) == len(set(keys))
    told = {f.key for alert in decisions.alerts for f in alert.about}
    assert told == {key for key, v in decisions.verdicts.items() if v.reason is not Reason.SUPPRESSED}

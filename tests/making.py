"""Invented findings and decisions for tests of what comes after tagging."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from listener.testing import START
from listener.types import (
    Alert,
    Analysis,
    Context,
    Decisions,
    Evidence,
    Finding,
    Fresh,
    Json,
    Match,
    Moment,
    Post,
    Reason,
    Score,
    Sentiment,
    Span,
    Tags,
    Topic,
    Verdict,
)


def topic(name: str = "desks", **fields: Any) -> Topic:
    return Topic(**{"id": name, "name": name, "query": name, **fields})


def tags(*labels: str, **fields: Any) -> Tags:
    moments = {m: 0.9 if m in labels else 0.05 for m in Moment}
    evidence = tuple(Evidence(label, 0, 5, "where") for label in labels)
    made = {
        "moments": moments,
        "labels": tuple(Moment(label) for label in labels),
        "question": 0.8,
        "is_question": True,
        "sentiment": Sentiment("positive", 0.4, (0.1, 0.3, 0.6)),
        "evidence": evidence,
        "lang": "en",
        "model": "test-1",
    }
    return Tags(**{**made, **fields})


def finding(post: Post, *labels: str, topic: str = "desks", value: float = 70.0, **fields: Any) -> Finding:
    score = Score(value, 80.0, 50.0, 60.0, expires_at=post.created_at + timedelta(hours=24))
    return Finding(post, Match(topic, ("desk",), (Span(0, 5),), topic), tags(*(labels or ("buy",)), **fields), score)


def analysis(posts: Sequence[Post], *labels: str, **fields: Any) -> Analysis:
    return Analysis(findings=tuple(finding(post, *labels, **fields) for post in posts))


class Tell:
    """Decides to tell one channel of everything."""

    def __init__(self, channel: str = "fake") -> None:
        self.channel = channel
        self.contexts: list[Context] = []

    def fingerprints(self, post: Post) -> tuple[str, ...]:
        return ()

    def __call__(self, fresh: Sequence[Fresh], context: Context, now: datetime) -> Decisions:
        self.contexts.append(context)
        alerts = tuple(
            Alert(
                key=f"{self.channel}/{f.finding.post.key}/{f.revision if f.before else 1}",
                channel=self.channel,
                reason=Reason.ROSE if f.before else Reason.FIRST,
                about=(f.finding,),
                due_at=now,
                deadline_at=now + timedelta(hours=1),
            )
            for f in fresh
        )
        return Decisions(
            alerts=alerts,
            verdicts={f.finding.key: Verdict(Reason.ROSE if f.before else Reason.FIRST, "told") for f in fresh},
        )


NOW = START


def in_documented_form(line: Json, *more: str) -> None:
    """Check the keys of a line of `listener tag`."""
    keys = "id moments labels question is_question urgency sentiment signals place where lang"
    assert list(line) == [*keys.split(), *more]
    assert list(line["moments"]) == ["know", "go", "do", "buy"]
    assert list(line["sentiment"]) == ["label", "compound", "p"]
    assert len(line["sentiment"]["p"]) == 3

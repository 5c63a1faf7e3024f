"""`listener status`: whole and readable in 100 columns; its JSON has every key, always."""

from datetime import timedelta
from typing import Any

import pytest

from listener.cli.overview import sections
from listener.cli.tables import columns
from listener.ops.status import Budget, DeskStatus, Money, Part, SourceStatus, Status
from listener.store.anew import Progress
from tests.cli.conftest import Run
from tests.making import NOW

REDDIT = SourceStatus(
    name="reddit",
    use="reddit",
    last_read=NOW - timedelta(seconds=12),
    lag=41.0,
    next_read=NOW + timedelta(seconds=50),
    troubles=(
        Part("r/chairs", "Reddit answered 403: it is private", "check REDDIT_CLIENT_ID", NOW - timedelta(hours=2), NOW),
    ),
    rate=Budget(asked=35, most=100, seconds=60.0, left=65, resets_at=NOW + timedelta(seconds=20)),
    gaps_open=1,
    gaps_filled=2,
    rechecks_due=12,
)
X = SourceStatus(
    name="x",
    use="x",
    last_read=NOW - timedelta(hours=1),
    next_read=NOW + timedelta(minutes=15),
    failures=3,
    error="api.x.com answered 401: check X_BEARER_TOKEN",
    cure="check X_BEARER_TOKEN; it is tried again at 12:15 UTC",
    failing_since=NOW - timedelta(hours=1),
    money=Money(spent=0.355, held=0.01, cap=2.0, left=1.635, parts={"collect": 0.365}),
)
GAP = {
    "source": "reddit",
    "stream": "posts",
    "since": "2026-11-20T10:00:00.000000Z",
    "until": "2026-11-20T10:07:00.000000Z",
    "why": "more came between two polls than the 1000 posts that Reddit shows",
    "filled_at": None,
}


def found(*sources: SourceStatus, **more: Any) -> Status:
    said: dict[str, Any] = {"failed": (), "gaps": (), "outbox": {}, "quarantine": 0, **more}
    return Status(at=NOW, database="listener.db", running="7", sources=sources, posts=1, findings=2, alerts=3, **said)


def test_the_page_is_readable_in_100_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    gaps = (GAP, {**GAP, "filled_at": "2026-11-20T11:00:00.000000Z"})
    page = "\n\n".join(sections(found(REDDIT, X, outbox={"slack": {"sent": 2}}, gaps=gaps, quarantine=1)))
    assert page == PAGE
    assert max(columns(line) for line in page.splitlines()) <= 100


PAGE = """\
running as process 7; listener.db holds 1 post, 2 findings, 3 alerts

SOURCE  LAST READ   LAG   NEXT       STATE
reddit  12 s ago    41 s  in 50 s    ok, but for 1 part of it
x       60 min ago  –     in 15 min  3 failures since 2026-11-20 11:00 UTC: api.x.com answered 401:…

SOURCE  REQUESTS    LEFT       FREE AGAIN  USD TODAY     RE-CHECKS DUE  GAPS
reddit  35 in 60 s  65 of 100  in 20 s     –             12             1 open, 2 back-filled
x       –           –          –           0.36 of 2.00  –              –

✗ reddit, r/chairs, since 2026-11-20 10:00 UTC: Reddit answered 403: it is private
  → check REDDIT_CLIENT_ID
✗ x: api.x.com answered 401: check X_BEARER_TOKEN
  → check X_BEARER_TOKEN; it is tried again at 12:15 UTC

CHANNEL  PENDING  SENDING  UNKNOWN  SENT  FAILED  DROPPED
slack    0        0        0        2     0       0

NOT READ OF    FROM                  TO                    NOW          WHY
reddit, posts  2026-11-20 10:00 UTC  2026-11-20 10:07 UTC  open         more came between two polls…
reddit, posts  2026-11-20 10:00 UTC  2026-11-20 10:07 UTC  back-filled  more came between two polls…

1 post set aside: `listener quarantine list`"""


def test_a_source_that_is_well_and_free_needs_one_line() -> None:
    well = SourceStatus(name="hn", use="hackernews", last_read=NOW, next_read=NOW + timedelta(seconds=60))
    assert len(list(sections(found(well)))) == 2


def test_the_json_has_every_key_of_every_source(listener: Run, database: object) -> None:
    said = listener("status", "--json").json
    assert set(said) == {
        *("at", "database", "running", "sources", "outbox", "failed", "gaps", "quarantine"),
        *("posts", "findings", "alerts", "vectors", "desk"),
    }
    [source] = said["sources"]
    assert set(source) == {
        *("name", "use", "last_read", "lag", "next_read", "failures", "error", "cure", "failing_since", "troubles"),
        *("skipped", "rate", "money", "gaps_open", "gaps_filled", "rechecks_due"),
    }


@pytest.mark.parametrize(
    ("desk", "line"),
    [
        (DeskStatus(NOW), "buttons in Slack are answered since 2026-11-20 12:00 UTC"),
        (
            DeskStatus(NOW, "SLACK_APP_TOKEN was revoked: make one"),
            "✗ buttons in Slack do nothing since 2026-11-20 12:00 UTC: SLACK_APP_TOKEN was revoked: make one",
        ),
    ],
)
def test_whether_buttons_are_answered_is_said(desk: DeskStatus, line: str) -> None:
    well = SourceStatus(name="hn", use="hackernews", last_read=NOW)
    assert list(sections(found(well, desk=desk)))[-1] == line


def test_by_which_vectors_questions_are_compared_is_said_and_how_far_others_are() -> None:
    well = SourceStatus(name="hn", use="hackernews", last_read=NOW, lag=3.0)
    vectors = (
        Progress(model="light-1", questions=1_200, anew=300, anew_model="vectors/1c6205a0"),
        Progress(model="turned-1", questions=7),
    )
    *_, last = sections(found(well, vectors=vectors))
    assert last.splitlines() == [
        "QUESTIONS OF TRENDS  VECTORS   BEING MADE",
        "1200                 light-1   vectors/1c6205a0: 300 of 1200",
        "7                    turned-1  –",
    ]

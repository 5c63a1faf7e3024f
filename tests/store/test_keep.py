"""A page goes in whole or not at all, and twice is as once."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from listener.errors import StoreError
from listener.store import Kept, Store
from listener.store.draw import draw
from listener.testing import edited, posts
from listener.types import Analysis, Bad, Batch, Context, Decisions, Fresh, Gap, Reason, Verdict
from tests.making import NOW, Tell, analysis, finding

Rows = Callable[[str], list[tuple[object, ...]]]


def page(count: int, **fields: object) -> Batch:
    return replace(Batch(posts=tuple(posts(count)), cursors={"new": str(count)}), **fields)


def keep(store: Store, batch: Batch, found: Analysis | None = None, decide: Tell | None = None) -> Kept:
    return store.keep("feed", batch, analysis(batch.posts) if found is None else found, decide or Tell(), NOW)


def test_a_page_stores_posts_findings_alerts_messages_and_the_cursor(store: Store, rows: Rows) -> None:
    assert keep(store, page(3)) == Kept(read=3, posts=3, findings=3, alerts=3)
    assert rows("select key from posts") == [("forum:1",), ("forum:2",), ("forum:3",)]
    assert rows("select key, state, reason, why from findings")[0] == ("desks/forum:1", "open", "first", "told")
    assert rows("select key, state from outbox")[0] == ("fake/forum:1/1", "pending")
    assert store.cursors("feed") == {"new": "3"}


def test_the_same_page_again_changes_nothing(store: Store, rows: Rows) -> None:
    keep(store, page(3))
    before = [rows(f"select * from {table}") for table in ("posts", "findings", "alerts", "outbox", "unmatched")]
    assert keep(store, page(3)) == Kept(read=3)
    assert [
        rows(f"select * from {table}") for table in ("posts", "findings", "alerts", "outbox", "unmatched")
    ] == before


def test_a_failing_decision_leaves_nothing_behind(store: Store, rows: Rows) -> None:
    class Broken(Tell):
        def __call__(self, *_: object) -> None:  # type: ignore[override]
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        keep(store, page(2), decide=Broken())
    assert [rows(f"select count(*) from {t}") for t in ("posts", "findings", "seen", "cursors")] == [[(0,)]] * 4
    assert keep(store, page(2)) == Kept(read=2, posts=2, findings=2, alerts=2)


def test_posts_that_match_nothing_are_counted_and_sampled_not_stored(store: Store, rows: Rows) -> None:
    keep(store, page(3), Analysis())
    assert rows("select count(*) from posts") == [(0,)]
    assert rows("select source, posts from unmatched") == [("forum", 3)]
    assert rows("select count(*) from samples") == [(3,)]
    assert rows("select verdict from seen where key='forum:1'") == [("no match",)]


def test_a_day_keeps_the_smallest_draws_as_its_sample(
    store: Store, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.store.passed.SAMPLES_A_DAY", 5)
    many = posts(40)
    keep(store, Batch(posts=tuple(many[:20])), Analysis())
    keep(store, Batch(posts=tuple(many[20:])), Analysis())
    assert rows("select draw from samples order by draw") == [(d,) for d in sorted(draw(p.key) for p in many)[:5]]


def test_posts_read_before_are_left_out_until_their_words_change(store: Store) -> None:
    batch = page(2)
    keep(store, batch)
    changed = edited(batch.posts[0], "where can I buy a desk? need it today")
    assert store.unread(batch.posts) == []
    assert store.unread([changed, batch.posts[1]]) == [changed]


def test_an_edit_is_a_new_revision_shown_on_the_message_it_had(store: Store, rows: Rows) -> None:
    [post] = posts(1)
    keep(store, Batch(posts=(post,)), analysis([post], "know"))
    changed = edited(post, "need to buy a desk today")
    decide = Tell()
    kept = keep(store, Batch(posts=(changed,)), Analysis(findings=(finding(changed, "buy", urgency=2),)), decide)
    assert (kept.posts, kept.findings, kept.edited, kept.alerts) == (0, 0, 1, 1)
    assert rows("select text, revision from posts") == [("need to buy a desk today", 2)]
    assert rows("select top_moment, urgency, reason from findings") == [("buy", 2, "rose")]
    assert rows("select key, version from outbox") == [("fake/forum:1/1", 2), ("fake/forum:1/2", 1)]


def test_of_a_post_that_comes_twice_in_a_page_the_last_form_counts(store: Store, rows: Rows) -> None:
    [post] = posts(1)
    changed = edited(post, "where can I buy a kettle")
    both = (post, changed)
    assert keep(store, Batch(posts=both), analysis(both)) == Kept(read=2, posts=1, findings=1, alerts=1)
    assert rows("select text, revision from posts") == [("where can I buy a kettle", 1)]
    assert rows("select count(*) from findings") == rows("select count(*) from words") == [(1,)]
    assert store.unread([changed]) == []


def test_the_index_of_words_holds_each_post_once_however_often_it_comes(store: Store, rows: Rows) -> None:
    for _ in range(2):
        keep(store, page(3), analysis([*page(3).posts]))
    assert rows("select count(*) from posts_fts where posts_fts match 'kettle'") == [(1,)]
    assert rows("select count(*) from posts_fts_docsize") == rows("select count(*) from posts") == [(3,)]


def test_tags_given_by_a_person_survive_an_edit(store: Store, rows: Rows) -> None:
    [post] = posts(1)
    keep(store, Batch(posts=(post,)), analysis([post], "know"))
    with store.db.write() as conn:
        conn.execute("update findings set labels_by='anna'")
    changed = edited(post, "need to buy a desk today")
    keep(store, Batch(posts=(changed,)), analysis([changed], "buy"))
    assert rows("select top_moment from findings") == [("know",)]


def test_a_deleted_post_loses_its_words_everywhere_and_keeps_its_counts(store: Store, rows: Rows) -> None:
    batch = page(2)
    keep(store, batch)
    assert keep(store, Batch(deleted=("forum:1",)), Analysis()).deleted == 1
    assert rows("select text, author, url from posts where key='forum:1'") == [("", "", "")]
    assert rows("select evidence, spans from findings where post_key='forum:1'") == [("[]", "[]")]
    assert (
        rows("select key from posts join posts_fts on posts_fts.rowid = posts.id where posts_fts match 'kettle'") == []
    )
    assert rows("select count(*), sum(know is not null) from findings") == [(2, 2)]
    assert rows("select version from outbox where key='fake/forum:1/1'") == [(2,)]


def test_a_deleted_post_does_not_come_back_when_an_old_page_shows_it(store: Store, rows: Rows) -> None:
    batch = page(1)
    keep(store, batch)
    keep(store, Batch(deleted=("forum:1",)), Analysis())
    assert keep(store, batch) == Kept(read=1)
    assert rows("select text from posts") == [("",)]


def test_a_second_topic_joins_the_card_that_the_post_has(store: Store, rows: Rows) -> None:
    [post] = posts(1)
    keep(store, Batch(posts=(post,)))
    keep(store, Batch(posts=(post,)), analysis([post], topic="chairs"))
    assert rows("select findings from alerts") == [('["desks/forum:1","chairs/forum:1"]',)]
    assert rows("select key, version from outbox") == [("fake/forum:1/1", 2)]


def test_a_folded_copy_counts_on_the_card_it_repeats(store: Store, rows: Rows) -> None:
    first, second = posts(2)
    keep(store, Batch(posts=(first,)))

    class Fold(Tell):
        def __call__(self, fresh: Sequence[Fresh], context: Context, now: datetime) -> Decisions:
            decisions = super().__call__(fresh, context, now)
            folds = tuple((key, "fake/forum:1/1") for key in decisions.verdicts)
            return replace(decisions, alerts=(), folds=folds)

    keep(store, Batch(posts=(second,)), decide=Fold())
    assert rows("select version from outbox") == [(2,)]
    claimed = store.outbox.claim("fake", NOW)
    assert claimed and claimed.message.alerts[0].copies == 1


def test_gaps_and_unreadable_posts_are_written_down_once(store: Store, rows: Rows) -> None:
    gap = Gap("new", NOW, NOW + timedelta(hours=1), "the listing ended")
    batch = page(1, gaps=(gap,), bad=(Bad("forum", "9", "{", "not JSON"),))
    keep(store, batch)
    keep(store, batch)
    assert rows("select source, stream, why from gaps") == [("feed", "new", "the listing ended")]
    assert rows("select post_id, why from quarantine") == [("9", "not JSON")]


def test_a_decision_knows_since_when_source_and_topic_are_listened_to(store: Store) -> None:
    decide = Tell()
    keep(store, page(1, more=True), decide=decide)
    keep(store, page(2), decide=decide)
    keep(store, page(3), decide=decide)
    assert [c.first_pass for c in decide.contexts] == [True, True, False]
    assert decide.contexts[0].source_since == NOW
    assert decide.contexts[0].topic_since == {"desks": NOW}


def test_errors_of_the_disk_are_told_in_words(store: Store) -> None:
    store.db.conn.execute("pragma max_page_count = 1")
    huge = replace(posts(1)[0], text="x" * 5_000_000)
    with pytest.raises(StoreError, match="the disk is full: free some space"):
        keep(store, Batch(posts=(huge,)))


def test_full_text_search_finds_a_post(store: Store, rows: Rows) -> None:
    keep(store, page(3))
    sql = "select p.key from posts p join posts_fts f on f.rowid = p.id where posts_fts match 'kettle'"
    assert rows(sql) == [("forum:1",)]


def test_a_verdict_says_why_a_finding_was_not_told(store: Store, rows: Rows) -> None:
    class Silent(Tell):
        def __call__(self, fresh: Sequence[Fresh], context: Context, now: datetime) -> Decisions:
            decisions = super().__call__(fresh, context, now)
            return Decisions(verdicts={k: Verdict(Reason.SUPPRESSED, "too weak") for k in decisions.verdicts})

    keep(store, page(1), decide=Silent())
    assert rows("select state, reason, why from findings") == [("suppressed", "suppressed", "too weak")]
    assert rows("select count(*) from outbox") == [(0,)]


def test_a_finding_that_was_deleted_by_hand_leaves_its_place_in_the_index_to_the_next(store: Store) -> None:
    keep(store, page(3))
    with store.db.write() as conn:
        conn.execute("delete from findings where id = (select max(id) from findings)")
    keep(store, Batch(posts=tuple(posts(4)[3:])))
    assert store.db.value("select count(*) from words") == 3

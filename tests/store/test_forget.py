"""After forgetting nothing says who wrote what; what counts still counts."""

import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from listener.edge import repair
from listener.store import Author, Limits, PostName, Store
from listener.store.columns import BLANK, KEPT, MENTIONS, MESSAGES, NAMES
from listener.testing import START, posts
from listener.types import Post, Receipt
from tests.making import NOW
from tests.store.personal import AUTHOR, TRACES, WORD, aside, counts, crowd, in_files, keep, left, sample, theirs

Rows = Callable[[str], list[tuple[object, ...]]]
LATER = NOW + timedelta(hours=1)


def send(store: Store, channel: str = "fake") -> list[str]:
    """Everything that waits is sent."""
    sent: list[str] = []
    while claimed := store.outbox.claim(channel, NOW):
        store.outbox.sent(Receipt(claimed.message.key, channel, NOW, f"ref{len(sent)}"), claimed.version)
        sent.append(claimed.message.key)
    return sent


def test_nothing_of_an_author_is_left_and_all_still_counts(store: Store, path: Path) -> None:
    crowd(store)
    send(store)
    finding = f"desks/{theirs().key}"
    with store.db.write() as conn:
        conn.execute(
            "insert into events values (1, 'e1', ?, 'replied', '', 'U1', ?, '')", (finding, f"hello {AUTHOR}!")
        )
        conn.execute("insert into events values (2, 'e2', ?, 'dismissed', '', 'U1', 'spam', '')", (finding,))
        conn.execute("insert into events values (3, 'e3', ?, 'converted', '', 'U1', '12.50', '')", (finding,))
    before = counts(store)
    assert left(store, *TRACES), "they were there"
    erased = store.forget(Author("forum", AUTHOR.lower()), LATER)
    assert (erased.posts, erased.findings, erased.alerts, erased.messages, erased.events) == (2, 2, 2, 2, 3)
    assert (erased.samples, erased.quarantine, erased.read) == (1, 1, 3)
    assert left(store, *TRACES) == []
    assert counts(store) == before
    assert [row[0] for row in store.db.rows("select value from events order by id")] == ["", "spam", "12.50"]
    assert store.purge()
    assert in_files(path, *TRACES) == []
    assert store.db.value("select count(*) from posts_fts where posts_fts match 'ramen OR kettle'") == 3


def test_one_post_is_forgotten_by_its_key_and_the_others_stay(store: Store) -> None:
    crowd(store)
    erased = store.forget(PostName("forum:abc"), LATER)
    assert (erased.posts, erased.read) == (1, 1)
    words = [row[0] for row in store.db.rows("select text from posts where author=?", (AUTHOR,))]
    assert len(words) == 1 and WORD in words[0]
    assert store.db.value("select count(*) from posts where key='forum:abc'") == 0


def test_repeating_it_changes_nothing(store: Store) -> None:
    crowd(store)
    store.forget(Author("forum", AUTHOR), LATER)
    before = [tuple(row) for row in store.db.rows("select * from posts")], store.guard.path.read_bytes()
    again = store.forget(Author("forum", AUTHOR), LATER)
    assert again.posts == again.samples == 0
    assert ([tuple(row) for row in store.db.rows("select * from posts")], store.guard.path.read_bytes()) == before


def test_a_rehearsal_counts_and_changes_nothing(store: Store) -> None:
    crowd(store)
    before = [tuple(row) for row in store.db.rows("select * from posts")]
    erased = store.forget(Author("forum", AUTHOR), LATER, rehearse=True)
    assert erased == store.forget(Author("forum", AUTHOR), LATER, rehearse=True)
    assert erased.posts == 2
    assert [tuple(row) for row in store.db.rows("select * from posts")] == before
    assert store.guard.forgotten() == []


def test_the_same_name_elsewhere_and_longer_names_stay(store: Store) -> None:
    others = replace(posts(1)[0], source="other", author=AUTHOR), replace(posts(2)[1], author=f"{AUTHOR}x")
    keep(store, theirs(), *others)
    assert store.forget(Author("forum", AUTHOR), LATER).posts == 1
    assert store.db.value("select count(*) from posts where text != ''") == 2


# Messages


def test_what_waits_to_be_told_is_never_told(store: Store, rows: Rows) -> None:
    keep(store, theirs())
    store.forget(Author("forum", AUTHOR), LATER)
    assert rows("select state, error from outbox") == [("dropped", "forgotten before it was sent")]
    assert store.outbox.claim("fake", LATER) is None


def test_what_was_told_is_shown_anew_without_its_words(store: Store) -> None:
    keep(store, theirs())
    [key] = send(store)
    store.forget(Author("forum", AUTHOR), LATER)
    stale = store.outbox.stale("fake", LATER)
    assert stale and stale.ref == "ref0"
    [alert] = stale.message.alerts
    assert (alert.deleted, alert.gone) == (True, "forgotten")
    assert "abc" in key and "abc" not in stale.message.key, "its key goes into Slack's metadata"
    assert not any(trace in repr(stale.message) for trace in TRACES)


def test_a_message_in_doubt_is_looked_for_by_its_old_name_and_then_loses_it(store: Store, rows: Rows) -> None:
    keep(store, theirs())
    claimed = store.outbox.claim("fake", NOW)
    assert claimed
    store.outbox.unknown(claimed.message.key, NOW, "the answer was lost")
    store.forget(Author("forum", AUTHOR), LATER)
    [lost] = store.outbox.lost("fake", LATER, timedelta(seconds=1))
    assert lost.message.key == "fake/forum:abc/1"
    store.outbox.sent(Receipt(lost.message.key, "fake", LATER, "ref"), lost.version - 1)
    assert store.outbox.stale("fake", LATER), "it was found: its words are to go"
    assert store.purge()
    assert not re.search("abc", repr(rows("select o.key, c.message, c.alert from outbox o, carries c")))
    assert store.outbox.stale("fake", LATER), "the new name goes into its metadata"


def test_a_message_that_is_being_sent_meanwhile_is_emptied_after_it_arrived(store: Store) -> None:
    keep(store, theirs())
    claimed = store.outbox.claim("fake", NOW)
    store.forget(Author("forum", AUTHOR), LATER)
    assert claimed and claimed.message.alerts[0].about[0].post.text
    store.outbox.sent(Receipt(claimed.message.key, "fake", LATER, "ref"), claimed.version)
    stale = store.outbox.stale("fake", LATER)
    assert stale and stale.message.alerts[0].deleted


def test_who_repeated_the_words_is_heard_instead(store: Store, rows: Rows) -> None:
    first, second = theirs(), replace(theirs("def"), author="somebody", url="", community="")
    keep(store, first)
    keep(store, second)
    with store.db.write() as conn:  # as the rules do for the same words
        conn.execute("delete from carries where message='fake/forum:def/1'")
        conn.execute("delete from outbox where key='fake/forum:def/1'")
        conn.execute("delete from alerts where key='fake/forum:def/1'")
        conn.execute("insert into folds values ('fake/forum:abc/1', 'desks/forum:def')")
    store.forget(Author("forum", AUTHOR), LATER)
    assert rows("select key, state from outbox where state='pending'") == [("fake/forum:def/1", "pending")]


def test_a_sentence_that_mentions_the_post_names_it_anew(store: Store, rows: Rows) -> None:
    keep(store, theirs(), *posts(2))
    with store.db.write() as conn:
        conn.execute("update findings set why='told within 24 hours: fake/forum:abc/1' where key='desks/forum:1'")
        conn.execute(
            "update findings set why='written by our own account ' || ? where key='desks/forum:abc'", (AUTHOR,)
        )
        conn.execute("insert into health(name, kind, since, error) values ('x', 'source', '', ?)", (f"odd: {AUTHOR}",))
    store.outbox.notify("ops/1", "fake:#ops", "fake/forum:abc/1 could not be delivered", NOW)
    store.forget(Author("forum", AUTHOR), LATER)
    assert left(store, *TRACES, "forum:abc") == []
    assert rows("select error from health where name='x'") == [("odd: (forgotten)",)]
    assert "told within 24 hours: fake/forum:forgotten-" in str(
        rows("select why from findings where key='desks/forum:1'")
    )


# Age and terms


def test_posts_whose_names_are_gone_by_age_can_still_be_forgotten(store: Store, path: Path) -> None:
    keep(store, theirs(), *posts(1))
    send(store)
    store.retain(Limits(posts=timedelta(days=90), counts=timedelta(days=400)), NOW + timedelta(days=91))
    assert left(store, AUTHOR) == []
    assert store.outbox.stale("fake", NOW + timedelta(days=92)) is None, "what was told long ago stays as it was told"
    assert store.forget(Author("forum", AUTHOR), NOW + timedelta(days=92)).posts == 1
    stale = store.outbox.stale("fake", NOW + timedelta(days=92))
    assert stale and stale.message.alerts[0].gone == "forgotten"


# All tables


HARMLESS = {
    "posts": "id source stream community kind lang followers likes replies revision created_at fetched_at checked_at "
    "erased_at erased_why",
    "findings": "id topic top_moment moments know go do buy question is_question urgency sentiment compound "
    "sentiment_p signals lang score intent urgency_score relevance expires_at state reason claimed_by tagger_version "
    "labels_by created_at why",
    "alerts": "id channel reason revision findings due_at deadline_at created_at",
    "told": "channel fingerprint at",
    "outbox": "id channel sender thread state epoch at next_at tries ref version shown created_at trend",
    "events": "id kind at by value trend",
    "aged": "author",
    "passed": "id at keys urls",  # hashes of one way alone
    "health": "name kind since caught_up_at ok_at error_at failures next_at asked_until",
    "gaps": "id source stream since until at filled_at",
    "troubles": "source stream since next_at",
    "requests": "budget at",
    "rates": "budget remaining resets_at at",
    "cursors": "source stream cursor at",
    "meta": "name value",
    "unmatched": "day source posts",
    "topics": "id name query since",
    "spending": "source part day spent held",
    "forgotten": "mark kind at",
    "trends": "id key kind topic votes authors expected score since seconds at updated_at state answer "
    "what of over posts cold model vector within verdict muted_until owner owner_id hours",
    "trend_posts": "trend",
    "replies": "trend",
    "totals": "topic cell hour votes",
    "heard": "stream hour seconds posts",
    "trend_memory": "topic model upto memory",  # hashes of one way alone
}
DELETED = {"asked", "asked_anew", "votes", "seen", "samples", "quarantine", "bought"}


def test_every_column_is_known_to_those_who_erase(store: Store) -> None:
    """A new column must be erased, renamed or cleaned (listener/store/columns.py), or be harmless and named here."""
    tables = [
        row[0]
        for row in store.db.rows("select name from sqlite_master where type='table'")
        if not row[0].startswith(("posts_fts", "words", "sqlite_", "_sqlite_"))
    ]
    unknown = []
    for table in set(tables) - DELETED:
        known = {
            *NAMES.get(table, ()),
            *MESSAGES.get(table, ()),
            *MENTIONS.get(table, ()),
            *BLANK.get(table, ()),
            *KEPT.get(table, ()),
        }
        known |= set(HARMLESS.get(table, "").split())
        columns = {row["name"] for row in store.db.rows(f"pragma table_info({table})")}
        unknown += [f"{table}.{column}" for column in columns - known]
    assert unknown == []


token = st.text("bcdfghjklmnpqrstvwxz", min_size=7, max_size=12).map(lambda text: f"qq{text}")
noise = st.text(max_size=20)


@st.composite
def strange(draw: st.DrawFn) -> tuple[Post, str, str]:
    """A post with its author and a secret in whatever fields there are, wrapped in whatever characters there are."""
    author, secret = draw(token), draw(token)

    def text() -> str:
        return draw(noise) + draw(st.sampled_from(["", secret, author, f"{author} {secret}"])) + draw(noise)

    made = Post(
        source="forum",
        id=draw(st.sampled_from(["7", f"https://x.example/{author}/{secret}", f"<{secret}@x>", f"a b/{author}"])),
        text=text() + secret,
        title=text(),
        url=draw(st.sampled_from(["", f"https://x.example/{author}", f"https://{secret}.example/7"])),
        author=draw(st.sampled_from([author, author.upper()])),
        community=draw(st.sampled_from(["desks", author, f"u_{author}"])),
        kind=draw(st.sampled_from(["post", author])),
        parent=text(),
        tags=(text(),),
        links=(f"https://{secret}.example",),
        place=text(),
        lang=draw(st.sampled_from(["en", author[:5]])),
        flags=(secret,),
        created_at=START,
    )
    return made, author, secret


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(strange(), st.lists(st.sampled_from(["send", "lose", "age", "edit", "sample", "aside"]), max_size=4))
def test_whatever_was_stored_no_field_of_any_table_says_who_wrote_what(
    memory: Path, post: tuple[Post, str, str], fate: list[str]
) -> None:
    made, author, secret = repair(post[0], START), post[1], post[2]
    for leftover in memory.iterdir():
        leftover.unlink()
    store = Store.open(memory / "listener.db", NOW)
    try:
        keep(store, *posts(2), made)
        for step in fate:
            live(store, made, step)
        store.forget(Author("forum", made.author), LATER)
        named = ("outbox.key", "carries.message") if "lose" in fate else ()  # as long as it is in doubt
        assert [each for each in left(store, author, secret) if not each.startswith(named)] == []
        assert store.db.value("select count(*) from posts") == 3
    finally:
        store.close()


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory where there is such a place: every statement of dozens of databases ends on the disk else."""
    place = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=place if place.is_dir() else None) as made:
        yield Path(made)


def live(store: Store, post: Post, step: str) -> None:
    """Something that may happen to a post before it is forgotten."""
    if step == "send":
        send(store)
    elif step == "lose":
        if claimed := store.outbox.claim("fake", NOW):
            store.outbox.unknown(claimed.message.key, NOW, "lost")
    elif step == "age":
        store.retain(Limits(posts=timedelta(), counts=timedelta(days=400)), LATER)
    elif step == "edit":
        keep(store, replace(post, text=f"{post.text} today"))
    elif step == "sample":
        sample(store, replace(post, id=f"{post.id}s"))
    elif step == "aside":
        aside(store, replace(post, id=f"{post.id}q", text=""))

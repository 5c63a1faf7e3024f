"""What is erased by age, by the platform's terms, by an edit and by a deletion, and that its bytes go too."""

import random
from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from listener.store import Limits, Store
from listener.testing import posts
from listener.types import Analysis, Batch, Evidence, Post, Receipt
from tests.making import NOW, Tell, analysis, finding
from tests.store.personal import TRACES, WORD, aside, counts, in_files, keep, left, sample, theirs

DAY = timedelta(days=1)
LIMITS = Limits(posts=90 * DAY, counts=400 * DAY)


def told(store: Store) -> None:
    while claimed := store.outbox.claim("fake", NOW):
        store.outbox.sent(Receipt(claimed.message.key, "fake", NOW, claimed.message.key), claimed.version)


def delete(store: Store, key: str) -> None:
    store.keep("feed", Batch(deleted=(key,)), Analysis(), Tell(), NOW)


def test_no_byte_of_a_post_that_was_deleted_upstream_is_left(store: Store, path: Path) -> None:
    keep(store, *posts(3), theirs())
    told(store)
    before = counts(store)
    delete(store, "forum:abc")
    assert store.purge()
    assert (in_files(path, *TRACES), counts(store)) == ([], before)


def test_rows_that_moved_to_another_page_leave_no_copy(store: Store, path: Path) -> None:
    """SQLite leaves the bytes of a row where it was moved from; only rewriting the file removes them."""
    rng = random.Random(2)
    ids = [f"{rng.getrandbits(60):x}" for _ in range(400)]

    def page(some: list[str]) -> tuple[Post, ...]:
        return tuple(
            theirs(id, text="wombatphone " * rng.randint(1, 200))
            if n % 10 == 0
            else replace(posts(1)[0], id=id, text="ramen " * rng.randint(1, 200), url=f"https://x.example/{id}")
            for n, id in enumerate(some)
        )

    for _ in range(2):  # the second time all are edited
        for n in range(0, 400, 50):
            read = page(ids[n : n + 50])
            store.keep("feed", Batch(posts=read), analysis(read), Tell(), NOW)
    store.keep("feed", Batch(deleted=tuple(f"forum:{id}" for id in ids[::10])), Analysis(), Tell(), NOW)
    assert store.purge()
    assert in_files(path, *TRACES) == []


def test_no_byte_of_the_words_before_an_edit_is_left(store: Store, path: Path) -> None:
    keep(store, theirs(), *posts(2))
    edited = replace(theirs(), text="never mind", title="solved")
    store.keep("feed", Batch(posts=(edited,)), Analysis(), Tell(), NOW)  # no topic matches it any more
    assert store.purge()
    assert in_files(path, WORD) == ["listener.db: wombatphone"], "its tags and links, which stayed"
    store.keep("feed", Batch(posts=(replace(edited, tags=(), links=(), text="gone"),)), Analysis(), Tell(), NOW)
    assert store.purge()
    assert in_files(path, WORD) == []


def test_evidence_follows_an_edit_also_where_a_person_corrected_the_tags(store: Store) -> None:
    keep(store, theirs())
    with store.db.write() as conn:
        conn.execute("update findings set labels_by='U1', moments='[\"go\"]'")
    edited = replace(theirs(), text="where can I buy a teapot?")
    found = finding(edited, evidence=(Evidence("buy", 0, 6, "teapot"),))
    store.keep("feed", Batch(posts=(edited,)), Analysis(findings=(found,)), Tell(), NOW)
    [row] = store.db.rows("select moments, evidence, place from findings")
    assert (row["moments"], row["place"]) == ('["go"]', None)
    assert "teapot" in row["evidence"] and WORD not in row["evidence"]


def test_a_platform_that_allows_fewer_days_is_heeded(store: Store) -> None:
    keep(store, theirs())
    store.keep("other", Batch(posts=tuple(posts(1))), analysis(posts(1)), Tell(), NOW)
    told(store)
    limits = Limits(posts=90 * DAY, counts=400 * DAY, sources={"feed": 7 * DAY})
    assert store.retain(limits, NOW + 6 * DAY) == 0
    assert store.retain(limits, NOW + 8 * DAY) == 1
    assert [row["erased_why"] for row in store.db.rows("select erased_why from posts order by id")] == ["terms", ""]
    stale = store.outbox.stale("fake", NOW + 8 * DAY)
    assert stale and stale.message.alerts[0].gone == "terms", "its copy in the channel is a copy, too"


def test_the_smaller_of_both_counts(store: Store) -> None:
    keep(store, theirs())
    told(store)
    limits = Limits(posts=3 * DAY, counts=400 * DAY, sources={"feed": 7 * DAY})
    assert store.retain(limits, NOW + 4 * DAY) == 1
    assert store.db.value("select erased_why from posts") == "age"


def test_counts_go_in_the_end_with_the_marks_of_authors(store: Store) -> None:
    keep(store, theirs())
    told(store)
    store.retain(LIMITS, NOW + 91 * DAY)
    assert store.db.value("select count(*) from aged") == 1
    store.retain(LIMITS, NOW + 401 * DAY)
    assert [store.db.value(f"select count(*) from {table}") for table in ("posts", "findings", "aged")] == [0, 0, 0]


def test_terms_hold_for_what_was_sampled_and_set_aside(store: Store) -> None:
    keep(store, theirs())
    sample(store, theirs("dull"))
    aside(store, theirs("odd"))
    store.retain(Limits(posts=90 * DAY, counts=400 * DAY, sources={"feed": DAY}), NOW + 2 * DAY)
    held = [store.db.value(f"select count(*) from {table}") for table in ("samples", "quarantine")]
    assert held == [0, 0]


def test_what_could_not_be_looked_up_in_time_goes_from_the_channel_too(store: Store) -> None:
    keep(store, theirs())
    keep(store, theirs("def"))
    claimed = store.outbox.claim("fake", NOW)
    assert claimed
    store.outbox.sent(Receipt(claimed.message.key, "fake", NOW, "ref"), claimed.version)
    sample(store, theirs("dull"))
    assert store.erase_unchecked("feed", NOW + timedelta(hours=1), NOW + DAY) == 2
    assert left(store, WORD) == []
    stale = store.outbox.stale("fake", NOW + DAY)
    assert stale and stale.message.alerts[0].gone == "unchecked"
    assert store.outbox.claim("fake", NOW + DAY) is None, "what waited is not told without its words"


def test_a_community_that_names_the_author_goes_with_the_author(store: Store) -> None:
    keep(store, theirs(), replace(theirs("def"), community="desks"))
    delete(store, "forum:abc")
    delete(store, "forum:def")
    assert [row[0] for row in store.db.rows("select community from posts order by id")] == ["", "desks"]

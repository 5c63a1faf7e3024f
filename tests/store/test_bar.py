"""What was forgotten stays forgotten: read again, put back from a backup, or cut off at any step."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from listener.store import Author, PostName, Store
from listener.store.guard import Guard
from listener.store.marks import Forgotten, Marker
from listener.testing import posts
from listener.types import Analysis, Bad, Batch, Receipt
from tests.crash.life import Died, Steps, connect
from tests.making import NOW, Tell, analysis
from tests.store.personal import AUTHOR, TRACES, aside, backup, counts, crowd, in_files, keep, left, sample, theirs

Rows = Callable[[str], list[tuple[object, ...]]]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def gone(store: Store) -> Store:
    """A store whose author was forgotten."""
    crowd(store)
    store.forget(Author("forum", AUTHOR), LATER)
    return store


# Read again


def test_the_same_posts_are_not_stored_again(gone: Store) -> None:
    before = counts(gone)
    keep(gone, theirs(), theirs("dull"))
    sample(gone, theirs("dull"))
    aside(gone, theirs("odd"))
    assert (left(gone, *TRACES), counts(gone)) == ([], before)


def test_a_new_post_of_the_author_stays_out(gone: Store) -> None:
    keep(gone, theirs("new", author=AUTHOR.upper()))
    assert left(gone, *TRACES) == []


def test_an_old_post_under_a_new_name_stays_out(gone: Store) -> None:
    """The author was renamed, or the account is gone: "[deleted]"."""
    keep(gone, theirs(author="[deleted]"))
    assert left(gone, *TRACES) == []


def test_posts_of_others_come_in_beside_it(gone: Store, rows: Rows) -> None:
    keep(gone, theirs("new"), *posts(9)[6:])
    assert rows("select count(*) from posts where text != ''") == [(9,)]


def test_only_that_post_stays_out_where_one_was_forgotten(store: Store, rows: Rows) -> None:
    keep(store, theirs())
    store.forget(PostName("forum:abc"), LATER)
    keep(store, theirs(), theirs("def"))
    assert rows("select key from posts where text != ''") == [("forum:def",)]


def test_a_post_that_was_never_read_can_be_forgotten_beforehand(store: Store, rows: Rows) -> None:
    assert store.forget(PostName("forum:abc"), LATER).posts == 0
    assert store.forget(Author("forum", "Nobody"), LATER).posts == 0
    keep(store, theirs(), replace(posts(1)[0], author="nobody"))
    assert rows("select count(*) from posts") == [(0,)]


def test_what_is_set_aside_of_the_author_stays_out_and_that_of_others_does_not(gone: Store, rows: Rows) -> None:
    bad = [Bad("forum", "8", f"{{'author': '{AUTHOR}'}}", "odd"), Bad("forum", "9", "{'author': 'pia'}", "odd")]
    failed = Analysis(failed=(Bad("forum", "abc", "{}", "analysis failed: odd"),))
    gone.keep("feed", Batch(bad=tuple(bad)), failed, Tell(), LATER)
    assert rows("select post_id from quarantine") == [("9",)]


def test_a_post_of_the_quarantine_that_must_stay_out_is_dropped(store: Store, rows: Rows) -> None:
    bad = Bad("forum", "abc", "{}", "analysis failed: odd")
    store.keep("feed", Batch(), Analysis(failed=(bad,)), Tell(), NOW)
    [held] = store.quarantined()
    store.forget(Author("forum", AUTHOR), LATER)
    assert store.take_back(held, theirs(), analysis([theirs()]), Tell(), LATER).posts == 0
    assert (rows("select count(*) from quarantine"), left(store, *TRACES)) == ([(0,)], [])


# Put back


def put_back(path: Path) -> None:
    for leftover in ("", "-wal", "-shm"):
        Path(f"{path}{leftover}").unlink(missing_ok=True)
    shutil.move(f"{path}.copy", path)


def test_a_backup_that_is_put_back_is_forgotten_before_anything_else(store: Store, path: Path) -> None:
    crowd(store)
    backup(path)
    while claimed := store.outbox.claim("fake", NOW):
        store.outbox.sent(Receipt(claimed.message.key, "fake", NOW, f"ref{claimed.message.key}"), claimed.version)
    store.forget(Author("forum", AUTHOR), LATER)
    store.close()
    put_back(path)
    again = Store.open(path, LATER)
    assert {each.partition(":")[0] for each in left(again, *TRACES)} == {"outbox.key", "carries.message"}
    lost = again.outbox.lost("fake", LATER + timedelta(hours=1), timedelta(seconds=1))
    assert len(lost) == 8, "all may have been sent: those of the author are looked for by their old names"
    for each in lost:  # Slack shows them under new names by now
        again.outbox.back(each.message.key, LATER, LATER, "not in the channel's history")
    sent = []
    while claimed := again.outbox.claim("fake", LATER):
        sent.append(claimed.message)
    assert len(sent) == 6 and not any(trace in repr(sent) for trace in TRACES)
    again.purge()
    keep(again, theirs("new"))
    assert left(again, *TRACES) == []
    assert again.db.value("select count(*) from posts where text != ''") == 6
    again.close()


def test_the_guard_says_nothing_of_anybody(gone: Store) -> None:
    text = gone.guard.path.read_text()
    assert not any(trace.lower() in text.lower() for trace in (*TRACES, "forum:abc"))
    assert oct(gone.guard.path.stat().st_mode)[-3:] == "600"


def test_a_guard_that_grew_is_rewritten_with_all_that_was_forgotten(
    gone: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.store.guard._COMPACT_AT", 10)
    before, marker = gone.guard.forgotten(), gone.marker
    gone.close()
    again = Store.open(path, LATER)
    assert (again.guard.forgotten(), again.marker, again.start and again.start.restored) == (before, marker, False)
    again.close()


def test_marks_cannot_be_made_without_the_key() -> None:
    one, other = Marker(b"1" * 32), Marker(b"2" * 32)
    assert one.author("x", "Pia") == one.author("x", "PIA") != other.author("x", "pia")
    assert len({one.author("x", "1"), one.post("x:1"), one.alias("x:1").partition("-")[2]}) == 3
    assert one.alias(one.alias("x:1")) == one.alias("x:1") != one.alias("x:2")


def test_two_that_write_into_the_guard_lose_nothing(path: Path) -> None:
    one, other = Guard(path), Guard(path)
    assert one.marker() == other.marker()
    marks = [Forgotten(f"{n}", "post", NOW) for n in range(4)]
    one.forget(marks[:3])
    other.forget(marks[1:])
    assert sorted(each.mark for each in one.forgotten()) == ["0", "1", "2", "3"]


# Cut off


@pytest.fixture
def memory() -> Iterator[Path]:
    """Hundreds of lives end on the disk otherwise."""
    place = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=place if place.is_dir() else None) as made:
        yield Path(made)


def life(path: Path, steps: Steps) -> None:
    """Forget the author and clean the files, as far as the steps let us."""
    store = None
    try:
        store = Store.open(path, LATER, connect=connect(steps))
        store.forget(Author("forum", AUTHOR), LATER)
        store.purge()
    except Died:
        pass
    finally:
        if store:
            store.close()


@pytest.mark.slow
def test_forgetting_that_is_cut_off_at_any_step_is_whole_after_the_next_start(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = memory / "full.db"
    store = Store.open(full, NOW)
    store.activate(["feed"], [], NOW)
    crowd(store)
    before = counts(store)
    store.close()
    forget = Guard.forget

    def live(steps: Steps) -> Path:
        path = memory / "listener.db"
        for ending in ("", ".guard"):
            shutil.copy(f"{full}{ending}", f"{path}{ending}")
        for ending in ("-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)

        def counted(self: Guard, marks: object) -> None:
            steps()
            forget(self, marks)  # type: ignore[arg-type]
            steps()

        with monkeypatch.context() as patch:
            patch.setattr(Guard, "forget", counted)
            life(path, steps)
        return path

    whole = Steps()
    live(whole)
    assert whole.count > 200
    kept = 0
    for death in range(1, whole.count + 1, 3):
        path = live(Steps(death))
        remembered = bool(Guard(path).forgotten())
        again = Store.open(path, LATER)
        if not remembered:
            kept += 1
            assert counts(again) == before and left(again, AUTHOR), "nothing had begun: the command is repeated"
            again.forget(Author("forum", AUTHOR), LATER)
        assert left(again, *TRACES) == []
        assert again.purge()
        assert counts(again) == before
        again.close()
        assert in_files(path, *TRACES) == []
    assert 0 < kept < whole.count / 3


def test_a_reader_in_the_way_puts_cleaning_off(gone: Store, path: Path) -> None:
    reader = sqlite3.connect(path)
    reader.execute("begin")
    reader.execute("select count(*) from posts").fetchone()
    gone.db.conn.execute("pragma busy_timeout = 0")
    assert not gone.purge()
    reader.close()
    assert gone.purge()
    assert in_files(path, *TRACES) == []

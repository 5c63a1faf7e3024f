"""Forgetting as a whole: the database, its files and the messages, with and without a running Listener."""

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from listener.app import App, assemble, clock, forget, once
from listener.config import Settings
from listener.errors import ChannelError, StoreError
from listener.store import Author, PostName, Store
from listener.testing import FakeChannel, posts
from listener.types import Message, Terms
from tests.app.conftest import Office
from tests.app.plugged import TERMS

PIA = Author("forum", "author1")


@pytest.fixture
def settings(office: Office) -> Settings:
    """Everything was read and told; nobody owns the database. Posts of tests are old by now."""
    once(office.app, ["feed"])
    assert "descale" in repr(office.desk.messages)
    office.store.close()
    return office.parts.settings


@pytest.fixture
def updates(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """What every channel is asked to show anew."""
    shown: list[Message] = []
    monkeypatch.setattr(FakeChannel, "update", lambda self, message, ref: shown.append(message))
    return shown


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.app.app._PATIENCE", 0.2)
    monkeypatch.setattr("listener.app.forgetting._PATIENCE", 0.2)
    monkeypatch.setattr("listener.app.forgetting._EACH", 0.2)
    monkeypatch.setattr("listener.app.forgetting.sleep", lambda _: None)


def test_words_go_from_the_database_and_from_the_channel(
    office: Office, settings: Settings, updates: list[Message]
) -> None:
    receipt = forget(settings, office.env, PIA)
    assert (receipt.erased.posts, receipt.emptied, receipt.waiting, receipt.fixed) == (1, 1, (), ())
    assert receipt.cleaned and receipt.done and receipt.asked == "author forum:author1"
    assert [alert.gone for message in updates for alert in message.alerts] == ["forgotten"]
    everything = b"".join(file.read_bytes() for file in settings.store.parent.glob("listener.db*"))
    assert b"descale" not in everything and b"author1" not in everything
    assert b"ramen" in everything


def test_nothing_new_is_told_by_it(office: Office, settings: Settings, updates: list[Message]) -> None:
    pending = "select key from outbox where state='pending' order by key"
    with closing(Store.look(settings.store)) as store:
        with store.db.write() as conn:
            conn.execute("update outbox set state='pending', ref='' where key not like '%forum:1/%'")
        others = store.db.rows(pending)
    assert others, "somebody else's post waits to be told"
    receipt = forget(settings, office.env, PIA)
    assert receipt.done
    with closing(Store.look(settings.store)) as store:
        assert store.db.rows(pending) == others


def test_a_rehearsal_changes_nothing(office: Office, settings: Settings, updates: list[Message]) -> None:
    receipt = forget(settings, office.env, PIA, rehearse=True)
    assert (receipt.erased.posts, receipt.rehearsed, receipt.done, updates) == (1, True, True, [])
    with closing(Store.look(settings.store)) as store:
        assert store.db.value("select count(*) from posts where author='author1'") == 1


def test_the_same_receipt_names_nobody_and_is_the_same_again(
    office: Office, settings: Settings, updates: list[Message]
) -> None:
    first, second = (forget(settings, office.env, PIA) for _ in range(2))
    assert first.id == second.id and "author1" not in first.id
    assert (second.erased.posts, second.done, len(updates)) == (0, True, 1)


def test_a_channel_that_cannot_be_reached_is_told_and_tried_again_by_the_next_run(
    office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: FakeChannel, message: Message, ref: str) -> None:
        raise ChannelError("desk", "the token was revoked", permanent=True, code="token_revoked")

    with monkeypatch.context() as patch:
        patch.setattr(FakeChannel, "update", refuse)
        receipt = forget(settings, office.env, PIA)
    assert [(each.channel, each.state) for each in receipt.waiting] == [("desk", "sent")]
    assert receipt.cleaned and not receipt.done
    office.clock.advance(40 * 365 * 86_400)  # the pause is by the clock of the world
    again = App(assemble(settings, office.env), Store.open(settings.store, office.clock()), office.clock, office.clock)
    again.mend()
    desk = again.parts.channels["desk"]
    assert isinstance(desk, FakeChannel) and [m.alerts[0].gone for _, m in desk.updates] == ["forgotten"]
    again.store.close()


def test_a_message_that_can_never_be_changed_is_named(
    office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: FakeChannel, message: Message, ref: str) -> None:
        raise ChannelError("desk", "#listening is archived", permanent=True, code="is_archived", scope="place")

    monkeypatch.setattr(FakeChannel, "update", refuse)
    receipt = forget(settings, office.env, PIA)
    [fixed] = receipt.fixed
    assert "cannot be changed any more" in fixed.error and "archived" in fixed.error
    assert receipt.done, "there is nothing that we could do"


def test_copies_made_before_an_upgrade_are_named(office: Office, settings: Settings, updates: list[Message]) -> None:
    copy = Path(f"{settings.store}.before-m002_spending")
    copy.write_bytes(b"words")
    assert forget(settings, office.env, PIA).copies == (str(copy),)


def test_without_a_database_there_is_nothing_to_forget(office: Office) -> None:
    office.store.close()
    office.parts.settings.store.unlink()
    with pytest.raises(StoreError, match="no such database yet"):
        forget(office.parts.settings, office.env, PIA)
    assert not office.parts.settings.store.exists()


@pytest.fixture
def running(office: Office) -> Iterator[Office]:
    """A Listener at work: its sender runs in a thread."""
    once(office.app, ["feed"])
    ended, sender = threading.Event(), office.app.senders()["desk"]

    def work() -> None:
        while not ended.is_set():
            sender.step()
            ended.wait(0.01)

    thread = threading.Thread(target=work)
    thread.start()
    yield office
    ended.set()
    thread.join()


def test_beside_a_running_listener_that_one_changes_the_messages(
    running: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.app.forgetting._PATIENCE", 60.0)
    running.clock.now = clock() + timedelta(days=1)  # it sends by its own clock
    receipt = forget(running.parts.settings, running.env, PIA)
    assert (receipt.erased.posts, receipt.emptied, receipt.waiting) == (1, 1, ())
    assert [m.alerts[0].gone for _, m in running.desk.updates] == ["forgotten"]
    running.feed.add(replace(posts(1)[0], id="99", author="AUTHOR1"), replace(posts(2)[1], id="98", author="else"))
    running.app.poll("feed")
    keys = {row[0] for row in running.store.db.rows("select key from posts where text != ''")}
    assert "forum:98" in keys and "forum:99" not in keys


# By age and by terms


def test_the_smaller_of_the_configuration_and_the_platforms_terms_counts(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.app.plugged.TERMS", Terms(about="", keep_days=2))
    office.app.use(assemble(office.parts.settings, office.env))
    office.feed.add(*posts(4))
    once(office.app, ["feed"])
    office.clock.advance(86_400)
    office.app.retain()
    assert office.store.db.value("select count(*) from posts where text != ''") == 3
    office.clock.advance(1.5 * 86_400)
    office.app.retain()
    assert {row[0] for row in office.store.db.rows("select erased_why from posts")} == {"terms"}


def test_terms_of_a_source_that_is_no_longer_configured_hold_by_its_platform(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    once(office.app, ["feed"])
    with office.store.db.write() as conn:
        conn.execute("update posts set stream='old', source='rss'")
    monkeypatch.setattr("listener.sources.rss.TERMS", Terms(about="", recheck_hours=24, erase_unchecked=True))
    office.clock.advance(25 * 3600)
    office.app.retain()
    assert {row[0] for row in office.store.db.rows("select erased_why from posts")} == {"unchecked"}
    assert TERMS.keep_days is None


def test_after_a_look_no_byte_of_a_deleted_post_is_left(office: Office) -> None:
    once(office.app, ["feed"])
    before = [office.count(t) for t in ("posts", "findings", "alerts", "outbox")]
    office.feed.delete("forum:1")
    office.clock.advance(2 * 3600)
    office.app.recheck("feed")
    everything = b"".join(file.read_bytes() for file in office.store.db.path.parent.glob("listener.db*"))
    assert b"descale" not in everything and b"author1" not in everything
    office.app.mend()
    assert [m.alerts[0].gone for _, m in office.desk.updates] == ["deleted"]
    assert "descale" not in repr(office.desk.sent["fake/1"])
    assert [office.count(t) for t in ("posts", "findings", "alerts", "outbox")] == before


def test_a_large_database_is_cleaned_at_quieter_times(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.app.app._LARGE", 1)
    once(office.app, ["feed"])
    office.feed.delete("forum:1")
    office.clock.advance(2 * 3600)
    office.app.recheck("feed")
    assert office.store.db.value("select value from meta where name='unpurged'") == "1"
    office.app.retain()
    assert office.store.db.value("select value from meta where name='unpurged'") is None


def test_a_post_can_be_forgotten_by_its_key(office: Office, settings: Settings, updates: list[Message]) -> None:
    receipt = forget(settings, office.env, PostName("forum:1"))
    assert (receipt.asked, receipt.erased.posts, len(updates)) == ("post forum:1", 1, 1)

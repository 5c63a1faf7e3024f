"""Hot reload and channels that go away, over the running product's parts."""

import contextlib

import pytest

from listener.app.run import Running
from listener.errors import ChannelError, SourceError, StoreError
from listener.schedule import Schedule
from listener.testing import FakeClock, posts
from tests.app.conftest import Office


def test_a_reload_that_meets_a_full_disk_is_taken_over_later(office: Office) -> None:
    schedule = Schedule(FakeClock())
    running = Running(office.app, office.env, schedule)
    running.put_jobs()
    activate, left = office.store.activate, [StoreError("the disk is full")]

    def failing(*args: object) -> None:
        if left:
            raise left.pop()
        activate(*args)  # type: ignore[arg-type]

    office.store.activate = failing  # type: ignore[method-assign, assignment]
    office.write("listener.toml", office.config.joinpath("listener.toml").read_text().replace('"other"', '"third"'))
    for _ in range(3):  # the job of the watch, every two seconds
        with contextlib.suppress(StoreError):
            running._watch()
    names = [job.id for job in schedule._scheduler.get_jobs()]
    schedule.end()
    assert "read third" in names


def test_what_waits_for_a_channel_that_was_removed_is_told_elsewhere_or_named(
    office: Office,
    caplog: pytest.LogCaptureFixture,
) -> None:
    office.clock.advance(3600)
    list(office.app.read("feed"))
    assert office.count("outbox where state='pending'") > 0
    office.write(
        "listener.toml",
        office.config.joinpath("listener.toml")
        .read_text()
        .replace('name = "desk"', 'name = "team"')
        .replace('channel = "desk"', 'channel = "team"'),
    )
    schedule = Schedule(FakeClock())
    Running(office.app, office.env, schedule).reload()
    schedule.end()
    senders = office.app.senders()
    stranded = office.store.db.rows("select key from outbox where state='pending' and sender='desk'")
    assert not (stranded and "desk" not in senders) or "desk" in caplog.text


def test_a_look_up_says_nothing_about_whether_the_source_can_be_read(office: Office) -> None:
    """Else trouble never lasts the 15 minutes after which the operators hear of it."""

    list(office.app.read("feed"))
    office.clock.advance(2 * 3600)
    office.feed.errors = [SourceError("feed", "down")]
    office.app.poll("feed")
    since = office.store.trouble_since("source", "feed")
    assert since
    office.clock.advance(600)
    office.app.recheck("feed")
    assert office.store.trouble_since("source", "feed") == since


def test_a_pause_that_slack_asked_for_outlives_a_reload(office: Office) -> None:

    office.feed.add(*posts(2))
    list(office.app.read("feed"))
    sent: list[object] = []
    office.desk.errors = [ChannelError("desk", "slow down", wait=300.0)]
    office.app.senders()["desk"].step()
    office.desk.on_send = sent.append
    office.app.senders()["desk"].step()  # a reload makes new senders
    assert sent == []

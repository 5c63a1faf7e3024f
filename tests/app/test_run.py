"""The schedule, the watch on the configuration, and the end."""

import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import pytest
from msgspec.structs import replace

from listener.app import clock
from listener.app.run import Running, Watch
from listener.config import init
from listener.schedule import Job, Schedule
from listener.tag.own import SHIPPED, own_path, put, undo
from listener.tag.weights import read_weights
from listener.testing import FakeClock
from tests.app.conftest import TOPICS, Office


@pytest.fixture
def schedule() -> Schedule:
    """Not started: jobs are listed, not run."""
    return Schedule(FakeClock())


def jobs(schedule: Schedule) -> list[str]:
    return sorted(job.id for job in schedule._scheduler.get_jobs())


def test_every_source_is_read_and_looked_up_again_on_schedule(office: Office, schedule: Schedule) -> None:
    Running(office.app, office.env, schedule).put_jobs()
    assert jobs(schedule) == [
        *("configuration", "operators", "read feed", "read other", "recheck feed", "recheck other", "retention"),
        "trends",
    ]
    read = schedule._scheduler.get_job("read feed")
    assert (read.trigger.interval.total_seconds(), read.misfire_grace_time, read.coalesce) == (5.0, 5, True)


def test_posts_are_looked_up_again_soon_also_where_no_process_lives_for_long(
    office: Office, schedule: Schedule
) -> None:
    Running(office.app, office.env, schedule).put_jobs()
    planned = {job.id: job.next_run_time for job in schedule._scheduler.get_jobs()}
    assert (planned["recheck feed"] - planned["read feed"]).total_seconds() <= 60


def test_work_that_is_done_waits_for_its_interval(office: Office, schedule: Schedule) -> None:
    """What a job answers are the seconds until its next run: at 0 it would never rest."""
    Running(office.app, office.env, schedule).put_jobs()
    for job in schedule._scheduler.get_jobs():
        (plan,) = job.args
        assert plan.work() is None, plan.name


def test_a_job_that_stays_the_same_keeps_its_rhythm(schedule: Schedule) -> None:
    schedule.put([Job("a", 5.0, lambda: None), Job("b", 5.0, lambda: None)])
    first = {job.id: job for job in schedule._scheduler.get_jobs()}
    schedule.put([Job("a", 5.0, lambda: None), Job("c", 5.0, lambda: None)])
    second = {job.id: job for job in schedule._scheduler.get_jobs()}
    assert sorted(second) == ["a", "c"]
    assert second["a"] is first["a"]


def test_a_job_that_pauses_is_tried_at_once_after_a_change(schedule: Schedule) -> None:
    """The change may have mended it: more money for a day, say."""
    schedule.put([Job("a", 5.0, lambda: 9 * 3600.0)])
    schedule._do(Job("a", 5.0, lambda: 9 * 3600.0))
    paused = schedule._scheduler.get_job("a").next_run_time
    schedule.put([Job("a", 5.0, lambda: None)])
    after = schedule._scheduler.get_job("a").next_run_time
    assert (paused - after).total_seconds() == 9 * 3600.0


def test_twenty_sources_that_hang_hold_no_other_up() -> None:
    schedule, end, read = Schedule(clock), Event(), Event()

    def hang() -> None:
        end.wait(20)

    schedule.start()
    schedule.put([*(Job(f"hangs {n}", 60.0, hang) for n in range(20)), Job("reads", 60.0, read.set)])
    came = read.wait(10)
    end.set()
    assert schedule.end()
    assert came


def test_a_changed_file_is_noticed_once(tmp_path: Path) -> None:
    init(tmp_path)
    changes: list[int] = []

    def changed() -> bool:
        changes.append(1)
        return True

    watch = Watch(tmp_path, changed)
    watch()
    (tmp_path / "topics.toml").write_text("[sets]\n")
    watch()
    watch()
    assert changes == [1]


def test_another_file_may_be_watched_too(tmp_path: Path) -> None:
    init(tmp_path)
    changes: list[int] = []

    def changed() -> bool:
        changes.append(1)
        return True

    own = tmp_path / "elsewhere" / "own.weights"
    watch = Watch(tmp_path, changed, [own])
    watch()
    own.parent.mkdir()
    own.write_bytes(b"1")
    watch()
    own.unlink()
    watch()
    watch()
    assert changes == [1, 1]


def test_weights_of_the_team_are_taken_over_and_left_again(office: Office, schedule: Schedule) -> None:
    running = Running(office.app, office.env, schedule)
    path = own_path(office.app.parts.settings.store, "fast")
    shipped = read_weights(SHIPPED["fast"], "fast")
    card = replace(shipped.card, version="2-own", base=shipped.card.model)
    models = [office.app.parts.analyser._tag.model]
    put(path, card, shipped.parts, ())
    running._watch()
    models.append(office.app.parts.analyser._tag.model)
    undo(path)
    running._watch()
    models.append(office.app.parts.analyser._tag.model)
    assert models[0] == models[2] != models[1]
    assert models[1].startswith("fast-2-own/")
    schedule.end()


def test_a_good_edit_is_taken_over(office: Office, schedule: Schedule, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    office.write("topics.toml", TOPICS + '[[topics]]\nname = "doors"\nquery = "door"\n')
    Running(office.app, office.env, schedule).reload()
    assert [topic.id for topic in office.app.parts.settings.topics] == ["kettles", "doors"]
    assert "the configuration was taken over: 2 topics, 2 sources" in caplog.text
    schedule.end()


def test_a_bad_edit_is_reported_and_the_old_one_stays(
    office: Office, schedule: Schedule, caplog: pytest.LogCaptureFixture
) -> None:
    office.write("topics.toml", TOPICS + '[[topics]]\nname = "doors"\nquery = "(door"\n')
    Running(office.app, office.env, schedule).reload()
    assert [topic.id for topic in office.app.parts.settings.topics] == ["kettles"]
    assert "the configuration was not taken over, the one before stays" in caplog.text
    assert "a parenthesis is not closed; expected )" in caplog.text


@pytest.mark.slow
def test_the_sample_plays_and_sigterm_ends_it_cleanly(tmp_path: Path) -> None:
    init(tmp_path / "config")
    process = subprocess.Popen(
        [sys.executable, "-m", "listener", "run"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    first = process.stdout.readline()
    assert "I want to" in first, "a card appears"
    asked = time.monotonic()
    process.terminate()
    rest = process.communicate(timeout=10)
    assert process.returncode == 0, rest[1]
    assert time.monotonic() - asked < 10
    assert "These posts are invented. To listen for real, edit config/listener.toml" in rest[1]
    assert "Stopped. What was found is in sample.db: `listener findings`" in rest[1]
    again = subprocess.run(
        [sys.executable, "-m", "listener", "run", "--for", "1s"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, again.stderr


@pytest.mark.slow
def test_a_second_start_exits_3_and_names_the_first(office: Office, tmp_path: Path) -> None:
    init(tmp_path / "config2")
    text = (tmp_path / "config2" / "listener.toml").read_text()
    (tmp_path / "config2" / "listener.toml").write_text(text.replace("sqlite:///sample.db", "sqlite:///listener.db"))
    done = subprocess.run(
        [sys.executable, "-m", "listener", "run", "--config", "config2"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "already running: process" in done.stderr

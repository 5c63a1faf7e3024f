"""Each thing that may be wrong, and the words that mend it."""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from listener.channels.slack import SCOPES, Channel, Options
from listener.channels.slack.app import SlackApp
from listener.config import ChannelSettings, Env, Ops, Settings
from listener.errors import StoreError
from listener.ops.doctor import Trouble, examine
from listener.ops.doctor.slack import buttons, places, workspace
from listener.ops.doctor.sources import source
from listener.ops.status import SourceStatus
from listener.store import PostName, Store
from listener.types import Route
from tests.channels.conftest import Secrets
from tests.channels.server import Answer, Server, answer, closed_port
from tests.making import NOW

Examine = Callable[..., list[Trouble]]


@pytest.fixture
def examined(settings: Settings) -> Examine:
    """Everything that is wrong, without asking anybody; a little later than NOW unless said otherwise."""
    return lambda now=NOW + timedelta(seconds=5), env=None: list(examine(settings, Env(env or {}), now, offline=True))


def lose(store: Store, why: str, at: datetime = NOW) -> str:
    """The answer to the next message is lost."""
    claimed = store.outbox.claim("fake", at)
    assert claimed
    store.outbox.unknown(claimed.message.key, at, why)
    return claimed.message.key


def test_a_running_listener_without_trouble_has_none(examined: Examine, store: Store) -> None:
    assert examined() == []


def test_a_missing_database_is_made_by_run(examined: Examine, path: Path) -> None:
    assert examined() == [Trouble(f"there is no database {path} yet", "listener run")]


def test_a_file_that_is_no_database_is_not_a_traceback(examined: Examine, path: Path) -> None:
    path.write_text("not a database " * 100)
    path.chmod(0o644)  # it is not ours: who may read it, and that it has no guard, is nobody's business
    [trouble] = examined()
    assert trouble.what == f"the database {path}: file is not a database"
    assert trouble.cure == "it is not an SQLite database: name another file under [store] url"


def test_a_database_of_another_program_is_left_alone(examined: Examine, path: Path) -> None:
    sqlite3.connect(path).execute("create table notes(text)").connection.close()
    path.chmod(0o644)
    [trouble] = examined()
    assert trouble.what == f"the database {path} is no database of Listener's"
    assert trouble.cure == "name another file under [store] url"


def test_a_database_of_a_newer_version_says_what_to_install(examined: Examine, store: Store) -> None:
    with store.db.write() as conn:
        conn.execute("insert into _sqlite_migrations(migration_set, name, applied_at) values ('listener', 'm9', '')")
    [trouble] = examined()
    assert trouble.what.endswith("was written by a newer Listener (schema m9)")
    assert trouble.cure.startswith("install that version again, or put the copy back")


def test_a_database_that_cannot_be_written_is_noticed(
    examined: Examine, store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Store) -> None:
        said = f"{path}: attempt to write a readonly database (it is read-only: make the file writable)"
        raise StoreError(said) from sqlite3.OperationalError()

    monkeypatch.setattr(Store, "try_to_write", refuse)
    assert examined()[-1] == Trouble(
        f"the database {path}: attempt to write a readonly database", "it is read-only: make the file writable"
    )


def test_what_sqlite_says_is_not_taken_for_a_cure(
    examined: Examine, store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Store) -> None:
        raise StoreError(f"{path}: no such table: posts") from sqlite3.OperationalError()

    monkeypatch.setattr(Store, "try_to_write", refuse)
    assert examined()[-1] == Trouble(
        f"the database {path}: no such table: posts", "stop Listener and put a backup in its place"
    )


def test_a_folder_in_place_of_the_database_is_named(examined: Examine, path: Path) -> None:
    path.mkdir()
    assert examined() == [Trouble(f"the database {path} is a folder", "name another file under [store] url")]


def test_a_missing_folder_is_made_by_a_command(settings: Settings, path: Path) -> None:
    folder = path.parent / "my data"
    asked = examine(replace(settings, store=folder / "listener.db"), Env({}), NOW, offline=True)
    assert list(asked) == [Trouble(f"the folder {folder} of the database does not exist", f"mkdir -p '{folder}'")]


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_that_cannot_be_written_to_is_named(
    examined: Examine, path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    if there:
        path.touch()
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write anywhere
    [trouble] = examined()
    assert trouble.what == f"the folder {path.parent} of the database cannot be written to"
    assert f"chmod u+w {path.parent}" in trouble.cure


def test_a_damaged_database_asks_for_a_backup(examined: Examine, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "damage", lambda self: ["row 3 missing from index posts_url"])
    [trouble] = examined()
    assert "is damaged: row 3 missing" in trouble.what
    assert "put a backup in its place" in trouble.cure


def test_a_missing_guard_is_named(examined: Examine, store: Store, path: Path) -> None:
    Path(f"{path}.guard").unlink()
    [trouble] = examined()
    assert trouble.what.startswith(f"{path}.guard is missing")


def test_a_guard_that_does_not_know_who_was_forgotten_is_named(examined: Examine, store: Store, path: Path) -> None:
    store.forget(PostName("forum:1"), NOW)
    assert examined() == []
    lines = Path(f"{path}.guard").read_text().splitlines(keepends=True)
    Path(f"{path}.guard").write_text("".join(line for line in lines if '"mark"' not in line))
    [trouble] = examined()
    assert trouble.what.startswith("1 authors and posts that were forgotten could come back")
    assert trouble.cure.endswith("listener forget --author NAME")


def test_a_database_that_others_may_read_is_closed_by_a_command(examined: Examine, store: Store, path: Path) -> None:
    path.chmod(0o644)
    assert Trouble(f"{path} may be read by other users of this machine", f"chmod 600 {path}") in examined()


def test_a_full_disk_is_noticed_before_it_hurts(
    examined: Examine, store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(10**9, 10**9 - 37_000_000, 37_000_000))
    assert examined() == [Trouble(f"the disk of {path} has 37 MB left", "free some space")]


def test_a_failing_source_is_tried_again_by_run(examined: Examine, store: Store) -> None:
    store.failed("source", "feed", "503", NOW, NOW + timedelta(minutes=3))
    assert examined() == [
        Trouble("source feed fails since 2026-11-20 12:00 UTC: 503", "it is tried again at 12:03 UTC")
    ]


def test_a_failing_source_is_tried_again_by_hand_where_nothing_runs(examined: Examine, store: Store) -> None:
    store.failed("source", "feed", "503", NOW, NOW + timedelta(minutes=3))
    store.close()
    assert [trouble.cure for trouble in examined()] == ["listener once --source feed"]


def test_a_source_that_is_not_read_any_more_is_noticed(examined: Examine, store: Store) -> None:
    [trouble] = examined(NOW + timedelta(minutes=20))
    assert "was last read at 2026-11-20 12:00 UTC, though Listener is running" in trouble.what
    assert "start process" in trouble.cure


def test_a_source_that_was_never_read_is_noticed(settings: Settings, store: Store) -> None:
    more = replace(settings, sources=(*settings.sources, replace(settings.sources[0], name="new")))
    store.close()
    assert list(examine(more, Env({}), NOW, offline=True)) == [
        Trouble("source new was never read", "`listener run`, or `listener once --source new`")
    ]


@pytest.mark.parametrize(
    ("next_read", "running", "cure"),
    [
        (NOW + timedelta(minutes=5), "7", "wait until 12:05 UTC, when it is read"),
        (None, "7", "wait a minute; if it stays so, look at the log of process 7"),
        (NOW - timedelta(minutes=5), "7", "wait a minute; if it stays so, look at the log of process 7"),
        (NOW + timedelta(minutes=5), "", "`listener run`, or `listener once --source new`"),
    ],
)
def test_what_to_do_about_a_source_that_was_never_read(next_read: datetime | None, running: str, cure: str) -> None:
    found = SourceStatus(name="new", use="feed", next_read=next_read)
    assert [trouble.cure for trouble in source(found, running, NOW)] == [cure]


def test_a_source_whose_only_try_failed_says_why(settings: Settings, store: Store) -> None:
    more = replace(settings, sources=(*settings.sources, replace(settings.sources[0], name="new")))
    store.failed("source", "new", "502 Bad Gateway", NOW, NOW + timedelta(minutes=3))
    store.close()
    assert list(examine(more, Env({}), NOW, offline=True)) == [
        Trouble("source new fails since 2026-11-20 12:00 UTC: 502 Bad Gateway", "listener once --source new")
    ]


def test_messages_that_were_given_up_are_sent_again_by_a_command(examined: Examine, store: Store) -> None:
    for _ in range(2):
        claimed = store.outbox.claim("fake", NOW)
        assert claimed
        store.outbox.fail(claimed.message.key, NOW, "msg_too_long")
    assert examined() == [Trouble("2 messages to fake could not be delivered: msg_too_long", "listener outbox retry")]


def test_what_a_fallback_has_told_is_only_worth_knowing(examined: Examine, store: Store) -> None:
    claimed = store.outbox.claim("fake", NOW)
    assert claimed
    store.outbox.reroute(claimed.message.key, "console", "meant for fake", NOW, "archived")
    assert examined() == [
        Trouble(
            "1 message to fake could not be delivered there: archived; sent to console instead",
            "`listener outbox list --failed` shows them",
            note=True,
        )
    ]


def test_held_messages_name_the_permission_and_the_setting(examined: Examine, store: Store) -> None:
    lose(store, "held: the app lacks the scope channels:history")
    [trouble] = examined()
    assert "1 message to fake held, as it is not known whether they arrived: the app lacks" in trouble.what
    assert 'on_ambiguous = "resend" under [slack]' in trouble.cure


def test_messages_that_wait_for_long_are_noticed(examined: Examine, store: Store) -> None:
    lose(store, "the answer was lost")
    assert examined(NOW + timedelta(minutes=5)) == []
    store.close()
    [trouble] = examined(NOW + timedelta(hours=2))
    assert trouble == Trouble("3 messages to fake waiting for more than an hour: the answer was lost", "listener run")


def test_posts_that_were_set_aside_are_named_by_what_helps(examined: Examine, store: Store) -> None:
    raw = '{"source":"forum","id":"9","text":"x","created_at":"2026-11-20T12:00:00Z"}'
    for number, why in (("9", "analysis failed: ValueError: odd"), ("10", "line 3: not JSON")):
        with store.db.write() as conn:
            row = ("forum", "feed", number, raw, why, "2026-11-20T12:00:00Z")
            conn.execute("insert into quarantine(source, stream, post_id, raw, why, at) values (?,?,?,?,?,?)", row)
    failed, unreadable = examined()
    assert (failed.cure, failed.note) == ("listener quarantine retry", False)
    assert (unreadable.what, unreadable.note) == ("1 post could not be read: line 3: not JSON", True)
    assert unreadable.cure.startswith("`listener quarantine list` shows them")


def test_a_channel_without_its_secret_is_named(settings: Settings, store: Store) -> None:
    slack = replace(settings, channels=(ChannelSettings("slack", "slack", Options(), places=True),))
    assert list(examine(slack, Env({}), NOW)) == [
        Trouble(
            "channel slack is not told, the console is: it lacks a secret",
            "set SLACK_BOT_TOKEN or SLACK_BOT_TOKEN_FILE",
        )
    ]


# Slack

SLACK = ChannelSettings("slack", "slack", Options(), places=True)
LISTED = {"ok": True, "channels": [{"id": "C1", "name": "listening"}]}
OPEN = answer({"ok": True, "channel": {"id": "C1", "is_archived": False}})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with Server() as server:
        yield server


def granted(*scopes: str) -> Answer:
    """The token works, and has these permissions."""
    return answer({"ok": True}, x_oauth_scopes=",".join(scopes))


def asked(url: str, *wanted: str) -> list[Trouble]:
    return list(workspace(Channel(Options(), Secrets(SLACK_BOT_TOKEN="xoxb-1"), url), SLACK, list(wanted), NOW))


def test_a_slack_that_works_is_no_trouble(server: Server) -> None:
    yes = answer({"ok": True, "messages": []})
    server.script = [granted(*SCOPES), granted(*SCOPES), answer(LISTED), OPEN, yes]
    assert asked(server.url, "slack:#listening") == []
    asks = ["list", "info", "history"]
    assert [seen.path for seen in server.seen] == ["/auth.test"] * 2 + [f"/conversations.{each}" for each in asks]


def test_a_channel_that_is_archived_is_named(server: Server) -> None:
    archived = answer({"ok": True, "channel": {"id": "C1", "is_archived": True}})
    server.script = [granted(*SCOPES), granted(*SCOPES), answer(LISTED), archived]
    assert asked(server.url, "slack:#listening") == [
        Trouble("slack:#listening: it is archived", "unarchive it, or route its alerts elsewhere")
    ]


def test_a_revoked_token_says_what_to_set(server: Server) -> None:
    server.script = [answer({"ok": False, "error": "token_revoked"})]
    [trouble] = asked(server.url, "slack:#listening")
    assert trouble.what == "channel slack: the token was revoked"
    assert "set SLACK_BOT_TOKEN" in trouble.cure


def test_a_missing_permission_is_named(server: Server) -> None:
    server.script = [granted(*(scope for scope in SCOPES if scope != "channels:history"))]
    [trouble] = asked(server.url)
    assert trouble.what == "channel slack: the Slack app lacks the scope channels:history"
    assert "OAuth & Permissions" in trouble.cure


def test_pictures_are_told_of_once_and_may_be_switched_off(server: Server) -> None:
    server.script = [granted(*(scope for scope in SCOPES if scope != "files:write"))]
    [trouble] = asked(server.url)
    assert trouble.what == "channel slack: the Slack app lacks the scope files:write"
    assert trouble.cure.endswith("; or set pictures = false")
    without = Channel(Options(pictures=False), Secrets(SLACK_BOT_TOKEN="xoxb-1"), server.url)
    assert list(workspace(without, SLACK, [], NOW)) == []


def test_a_channel_that_the_app_is_not_in_says_invite(server: Server) -> None:
    no = answer({"ok": False, "error": "not_in_channel"})
    server.script = [granted(*SCOPES), granted(*SCOPES), answer(LISTED), OPEN, no]
    [trouble] = asked(server.url, "slack:#listening")
    assert "the app is not in #listening" in trouble.what
    assert "/invite @listener" in trouble.cure


def test_a_channel_that_does_not_exist_is_named(server: Server) -> None:
    server.script = [granted(*SCOPES), granted(*SCOPES), answer(LISTED)]
    [trouble] = asked(server.url, "slack:#sales")
    assert "there is no channel #sales that the app can see" in trouble.what
    assert trouble.cure == "create it, or /invite @listener into it"


def test_a_slack_that_cannot_be_reached_is_one_trouble() -> None:
    [trouble] = asked(f"http://127.0.0.1:{closed_port()}/", "slack:#listening")
    assert "cannot be reached" in trouble.what
    assert "HTTPS_PROXY" in trouble.cure


def test_a_slack_that_answers_nonsense_is_one_trouble(server: Server) -> None:
    server.script = [answer(b"<html>we are sorry</html>", status=502)]
    [trouble] = asked(server.url, "slack:#listening")
    assert "channel slack: " in trouble.what
    assert "--offline" in trouble.cure


def buttoned(url: str, **secrets: str) -> list[Trouble]:
    env = Secrets(SLACK_BOT_TOKEN="xoxb-1", **secrets)
    return list(buttons(env, SlackApp(env, url)))


def test_an_app_level_token_that_works_is_no_trouble(server: Server) -> None:
    server.script = [answer({"ok": True, "url": "wss://x.example/"})]
    assert buttoned(server.url, SLACK_APP_TOKEN="xapp-1") == []
    assert [seen.path for seen in server.seen] == ["/apps.connections.open"]


def test_without_an_app_level_token_the_doctor_says_how_to_have_buttons(server: Server) -> None:
    [trouble] = buttoned(server.url)
    assert trouble.what == "cards in Slack have no buttons: SLACK_APP_TOKEN is not set"
    assert "App-Level Tokens" in trouble.cure
    assert trouble.note, "nothing need be mended"
    assert server.seen == []


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("token_revoked", "buttons in Slack: SLACK_APP_TOKEN was revoked"),
        ("missing_scope", "buttons in Slack: SLACK_APP_TOKEN lacks the scope connections"),
    ],
)
def test_an_app_level_token_that_slack_refuses_is_named(server: Server, code: str, what: str) -> None:
    server.script = [answer({"ok": False, "error": code})]
    [trouble] = buttoned(server.url, SLACK_APP_TOKEN="xapp-1")
    assert trouble.what.startswith(what)
    assert "set SLACK_APP_TOKEN" in trouble.cure
    assert not trouble.note


@pytest.mark.parametrize(
    ("secret", "cure"),
    [
        ({"SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN is no app-level token, which begins with xapp-: make one"),
        (
            {"SLACK_APP_TOKEN_FILE": "/no/file"},
            "set SLACK_APP_TOKEN or SLACK_APP_TOKEN_FILE (SLACK_APP_TOKEN_FILE is set, but /no/file cannot be read: ",
        ),
    ],
)
def test_a_token_of_another_kind_is_known_without_asking(
    settings: Settings, store: Store, server: Server, secret: dict[str, str], cure: str
) -> None:
    with_slack = replace(settings, channels=(*settings.channels, SLACK))
    env = Env({"SLACK_BOT_TOKEN": "xoxb-1", **secret})
    store.close()
    [trouble] = examine(with_slack, env, NOW + timedelta(seconds=5), offline=True)
    assert trouble.what == "cards in Slack have no buttons"
    assert trouble.cure.startswith(cure)
    assert list(buttons(env, SlackApp(env, server.url))) == [], "it is said already"
    assert server.seen == []


def test_the_places_are_those_of_the_routes_and_of_the_operators(settings: Settings) -> None:
    route = Route(
        channel="slack:#listening",
        fallback="console",
        routes=(Route(channel="slack:#sales"), Route(channel="slack:#listening", fallback="slack:#spare")),
    )
    settings = replace(settings, route=route, ops=Ops(channel="slack:#ops"))
    assert places(settings, "slack") == ["slack:#listening", "slack:#sales", "slack:#spare", "slack:#ops"]
    assert places(settings, "other") == []

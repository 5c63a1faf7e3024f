import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from listener import types
from listener.channels.slack import Channel, Options
from listener.channels.slack.refusals import CHANNEL, PLACE, SHAPE, UNSURE
from listener.errors import Ambiguous, ChannelError, MissingSecret
from listener.plugins import find
from listener.types import Editable, Json, Message, Traceable
from tests.channels.conftest import Secrets
from tests.channels.server import Answer, Server, answer, closed_port, drip, reset

Make = Callable[..., Message]

POSTED = answer({"ok": True, "channel": "C0A", "ts": "1.5"})


def refused(code: str, **more: Any) -> Answer:
    return answer({"ok": False, "error": code, **more})


def methods(server: Server) -> list[str]:
    return [seen.path.removeprefix("/") for seen in server.seen]


@pytest.fixture
def slack(server: Server, secrets: Secrets) -> Channel:
    return Channel(Options(timeout=5, deadline=5), secrets, server.url)


@pytest.fixture
def direct(message: Make) -> Make:
    """Makes messages to a channel id, which needs no look-up."""

    def make(text: str = "where can I buy a standing desk?", **fields: Any) -> Message:
        return message(text, **{"channel": "slack:C0A", **fields})

    return make


def failure(slack: Channel, message: Message) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        slack.send(message)
    assert "very-secret" not in str(caught.value)
    return caught.value


def test_it_is_a_channel_that_can_edit_and_look_back(slack: Channel) -> None:
    as_told: types.Channel = slack
    assert as_told.interval == 1.0
    assert find("channel", "slack").places
    assert isinstance(slack, Editable)
    assert isinstance(slack, Traceable)


def test_a_message_is_posted_once_without_previews_or_parsing(slack: Channel, server: Server, direct: Make) -> None:
    server.script = [POSTED]
    assert slack.send(direct()) == "C0A/1.5"
    (seen,) = server.seen
    assert seen.path == "/chat.postMessage"
    assert seen.headers["authorization"] == "Bearer xoxb-very-secret"
    given = {
        name: seen.form[name] for name in ("channel", "parse", "link_names", "unfurl_links", "unfurl_media", "mrkdwn")
    }
    assert given == {
        "channel": "C0A",
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "mrkdwn": False,
    }
    assert seen.form["metadata"]["event_payload"] == {"k": "slack/forum:1/1", "i": "here"}
    assert "thread_ts" not in seen.form


def test_a_reply_goes_to_its_thread_and_nowhere_else(slack: Channel, server: Server, direct: Make) -> None:
    server.script = [POSTED]
    slack.send(direct(thread="C0A/1.1"))
    slack.send(direct(thread="C0OTHER/1.1"))
    assert [seen.form.get("thread_ts") for seen in server.seen] == ["1.1", None]


def test_a_reply_to_a_deleted_thread_starts_a_new_one(slack: Channel, server: Server, direct: Make) -> None:
    server.script = [refused("thread_not_found"), POSTED]
    assert slack.send(direct(thread="C0A/1.1")) == "C0A/1.5"
    assert [seen.form.get("thread_ts") for seen in server.seen] == ["1.1", None]


# Places


def channels(*names: str, cursor: str = "") -> Answer:
    found = [{"name": name, "id": f"C0{name.upper()}"} for name in names]
    return answer({"ok": True, "channels": found, "response_metadata": {"next_cursor": cursor}})


def test_a_name_becomes_an_id_before_the_first_post(slack: Channel, server: Server, message: Make) -> None:
    server.script = [channels("general", cursor="more"), channels("listening"), POSTED]
    slack.send(message())
    slack.send(message(channel="slack:listening"))
    slack.send(message(channel="slack:#general"))
    assert methods(server) == ["conversations.list"] * 2 + ["chat.postMessage"] * 3
    assert server.seen[1].form["cursor"] == "more"
    assert [seen.form["channel"] for seen in server.seen[2:]] == ["C0LISTENING", "C0LISTENING", "C0GENERAL"]


def test_a_name_that_is_not_there_names_the_cure(slack: Channel, server: Server, message: Make) -> None:
    server.script = [channels("general")]
    error = failure(slack, message())
    assert (error.scope, error.permanent, error.code) == ("place", True, "channel_not_found")
    assert "#listening" in str(error)
    assert "/invite @listener" in str(error)
    assert methods(server) == ["conversations.list"]


def test_without_a_place_the_setting_is_named(slack: Channel, message: Make) -> None:
    error = failure(slack, message(channel="slack"))
    assert (error.scope, error.permanent) == ("place", True)
    assert 'channel = "slack:#listening"' in str(error)


def test_private_channels_are_left_out_where_their_scope_is_missing(slack: Channel, server: Server) -> None:
    server.script = [refused("missing_scope", needed="groups:read"), channels("listening")]
    assert slack.resolve("#listening") == "C0LISTENING"
    assert [seen.form["types"] for seen in server.seen] == ["public_channel,private_channel", "public_channel"]


def test_without_any_scope_to_look_up_names_the_scope_is_named(slack: Channel, server: Server) -> None:
    server.script = [refused("missing_scope", needed="channels:read")]
    with pytest.raises(ChannelError, match="channels:read") as caught:
        slack.resolve("#listening")
    assert (caught.value.scope, caught.value.permanent) == ("channel", True)


def test_a_deleted_channel_is_looked_up_anew(slack: Channel, server: Server, message: Make) -> None:
    server.script = [channels("listening"), refused("channel_not_found"), channels("listening"), POSTED]
    assert failure(slack, message()).scope == "place"
    assert slack.send(message()) == "C0A/1.5"


def test_a_list_that_goes_in_circles_ends(slack: Channel, server: Server) -> None:
    server.script = [channels("general", cursor="same")]
    with pytest.raises(ChannelError, match="no channel #listening"):
        slack.resolve("#listening")
    assert len(server.seen) == 2


# Refusals


@pytest.mark.parametrize("code", sorted(CHANNEL))
def test_a_refused_token_stops_the_channel(slack: Channel, server: Server, direct: Make, code: str) -> None:
    server.script = [refused(code)]
    error = failure(slack, direct())
    assert (error.scope, error.permanent, error.code) == ("channel", True, code)


def test_a_missing_scope_is_named(slack: Channel, server: Server, direct: Make) -> None:
    server.script = [refused("missing_scope", needed="chat:write", provided="channels:read")]
    assert str(failure(slack, direct())) == (
        "slack: the app lacks the scope chat:write: add it under OAuth & Permissions and install the app again"
    )


@pytest.mark.parametrize("code", sorted(PLACE))
def test_a_refused_place_stops_that_place_alone(slack: Channel, server: Server, direct: Make, code: str) -> None:
    server.script = [refused(code)]
    error = failure(slack, direct())
    assert (error.scope, error.permanent, error.code) == ("place", True, code)
    assert "{" not in str(error)


@pytest.mark.parametrize("code", sorted(SHAPE))
def test_a_refused_shape_is_rebuilt_once_as_plain_text(slack: Channel, server: Server, direct: Make, code: str) -> None:
    server.script = [refused(code), POSTED]
    assert slack.send(direct("w" * 9000)) == "C0A/1.5"
    first, second = (seen.form for seen in server.seen)
    assert "blocks" in first
    assert "blocks" not in second
    assert len(second["text"]) <= 3000
    assert second["metadata"] == first["metadata"]


def test_a_shape_refused_twice_is_the_messages_own_fault(slack: Channel, server: Server, direct: Make) -> None:
    server.script = [refused("invalid_blocks"), refused("msg_too_long")]
    error = failure(slack, direct())
    assert (error.scope, error.permanent, error.code) == ("message", True, "msg_too_long")
    assert len(server.seen) == 2


def test_a_word_unknown_to_us_holds_only_its_message_and_gives_nothing_up(
    slack: Channel, server: Server, direct: Make
) -> None:
    server.script = [refused("mercury_in_retrograde")]
    error = failure(slack, direct())
    assert (error.scope, error.permanent, error.code) == ("message", False, "mercury_in_retrograde")


@pytest.mark.parametrize(("value", "wait"), [("30", 30.0), ("1.5", 1.5), ("soon", None), (None, None)])
@pytest.mark.parametrize("body", [{"ok": False, "error": "ratelimited"}, b"slow down"])
def test_a_rate_limit_says_how_long_to_wait(
    slack: Channel, server: Server, direct: Make, value: str | None, wait: float | None, body: Any
) -> None:
    server.script = [answer(body, 429, **({"Retry_After": value} if value else {}))]
    error = failure(slack, direct())
    assert (error.scope, error.permanent, error.wait) == ("place", False, wait)
    assert len(server.seen) == 1


UNCLEAR = {
    "reset": reset,
    "html": answer(b"<!doctype html><title>Just a moment</title>", Content_Type="text/html"),
    "truncated": answer(b'{"ok": true, "ts": "1'),
    "not an object": answer([1, 2]),
    "without ok": answer({"ts": "1.5"}),
    "not text": answer(b"\xff\xfe"),
    "redirect": answer(b"", 302, Location="http://elsewhere.example/"),
    "server error": answer({"ok": False, "error": "internal_error"}, 500),
    "gateway": answer(b"bad gateway", 502),
    "without a name": answer({"ok": True}),
    **{code: refused(code) for code in sorted(UNSURE)},
}


@pytest.mark.parametrize("reply", UNCLEAR.values(), ids=UNCLEAR)
def test_an_unclear_answer_is_ambiguous_and_never_tried_again(
    slack: Channel, server: Server, direct: Make, reply: Answer
) -> None:
    server.script = [reply, POSTED]
    with pytest.raises(Ambiguous) as caught:
        slack.send(direct())
    assert len(server.seen) == 1
    assert "very-secret" not in str(caught.value)


def test_a_dripping_answer_is_ambiguous_at_the_deadline(server: Server, secrets: Secrets, direct: Make) -> None:
    server.script = [drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{")]
    with pytest.raises(Ambiguous, match="no answer in time"):
        Channel(Options(timeout=5, deadline=0.3), secrets, server.url).send(direct())


def test_an_unreachable_slack_has_seen_nothing(secrets: Secrets, direct: Make) -> None:
    slack = Channel(Options(), secrets, f"http://127.0.0.1:{closed_port()}/")
    error = failure(slack, direct())
    assert (error.scope, error.permanent, error.code) == ("channel", False, "unreachable")


def test_failures_are_not_logged_by_the_library(
    slack: Channel, server: Server, direct: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script = [reset, answer(b"<html>"), POSTED]
    for _ in range(2):
        with pytest.raises(Ambiguous):
            slack.send(direct())
    slack.send(direct())
    assert caplog.records == []


# The token


def test_without_a_token_there_is_no_channel() -> None:
    with pytest.raises(MissingSecret, match="SLACK_BOT_TOKEN"):
        Channel(Options(), Secrets())


def test_what_cannot_be_a_token_is_refused_without_being_shown() -> None:
    with pytest.raises(ChannelError, match="SLACK_BOT_TOKEN holds characters") as caught:
        Channel(Options(), Secrets(SLACK_BOT_TOKEN="xoxb-1\nhidden"))
    assert "hidden" not in str(caught.value)


def test_a_rotated_token_is_read_again(slack: Channel, server: Server, secrets: Secrets, direct: Make) -> None:
    server.script = [refused("token_revoked"), POSTED]
    secrets["SLACK_BOT_TOKEN"] = "xoxb-new"
    assert slack.send(direct()) == "C0A/1.5"
    assert [seen.headers["authorization"] for seen in server.seen] == ["Bearer xoxb-very-secret", "Bearer xoxb-new"]


@pytest.mark.parametrize("change", [None, "", "xoxb bad"])
def test_a_token_that_did_not_change_is_not_tried_twice(
    slack: Channel, server: Server, secrets: Secrets, direct: Make, change: str | None
) -> None:
    server.script = [refused("token_revoked"), POSTED]
    if change == "":
        del secrets["SLACK_BOT_TOKEN"]
    elif change:
        secrets["SLACK_BOT_TOKEN"] = change
    assert failure(slack, direct()).code == "token_revoked"
    assert len(server.seen) == 1


# Changing


def test_an_update_changes_the_message_in_place(slack: Channel, server: Server, direct: Make) -> None:
    server.script = [answer({"ok": True})]
    slack.update(direct(), "C0A/1.5")
    (seen,) = server.seen
    assert (seen.path, seen.form["channel"], seen.form["ts"]) == ("/chat.update", "C0A", "1.5")
    assert seen.form["metadata"]["event_payload"]["k"] == "slack/forum:1/1"


def test_an_update_whose_shape_is_refused_becomes_plain_text(slack: Channel, server: Server, direct: Make) -> None:
    server.script = [refused("invalid_blocks"), answer({"ok": True})]
    slack.update(direct(), "C0A/1.5")
    assert server.seen[1].form["blocks"] == []


@pytest.mark.parametrize("code", ["edit_window_closed", "cant_update_message"])
def test_words_that_may_not_stay_and_cannot_be_changed_go_with_their_message(
    slack: Channel, server: Server, direct: Make, code: str
) -> None:
    server.script = [refused(code)]
    with pytest.raises(ChannelError):
        slack.update(direct(), "C0A/1.5")
    server.script = [refused(code), answer({"ok": True})]
    message = direct()
    slack.update(replace(message, alerts=tuple(replace(alert, deleted=True) for alert in message.alerts)), "C0A/1.5")
    assert [seen.path for seen in server.seen[-2:]] == ["/chat.update", "/chat.delete"]


def test_an_update_of_a_message_deleted_by_hand_says_so(slack: Channel, server: Server, direct: Make) -> None:
    server.script = [refused("message_not_found")]
    with pytest.raises(ChannelError) as caught:
        slack.update(direct(), "C0A/1.5")
    assert (caught.value.scope, caught.value.permanent, caught.value.code) == ("message", True, "message_not_found")


def test_erasing_leaves_one_neutral_line(slack: Channel, server: Server, direct: Make) -> None:
    server.script = [answer({"ok": True})]
    slack.erase(direct(), "C0A/1.5")
    assert "standing desk" not in json.dumps(server.seen[0].form)
    assert "deleted by its author" in server.seen[0].form["text"]


@pytest.mark.parametrize("act", ["erase", "remove"])
def test_erasing_and_removing_what_is_gone_is_no_error(slack: Channel, server: Server, direct: Make, act: str) -> None:
    server.script = [refused("message_not_found")]
    slack.erase(direct(), "C0A/1.5") if act == "erase" else slack.remove("C0A/1.5")
    server.script = [refused("cant_delete_message")]
    with pytest.raises(ChannelError):
        slack.erase(direct(), "C0A/1.5") if act == "erase" else slack.remove("C0A/1.5")


# Looking back


def written(key: str, ts: str, install: str = "here", kind: str = "listener_message") -> Json:
    return {"ts": ts, "metadata": {"event_type": kind, "event_payload": {"k": key, "i": install}}}


def page(*messages: Json, cursor: str = "") -> Answer:
    return answer({"ok": True, "messages": list(messages), "response_metadata": {"next_cursor": cursor}})


def test_lost_messages_are_found_by_key_and_installation(
    slack: Channel, server: Server, direct: Make, now: datetime
) -> None:
    server.script = [
        page({"ts": "9", "text": "hi"}, written("a", "8", install="there"), written("b", "7"), cursor="2"),
        page(
            written("c", "6", kind="other"),
            {"ts": "5", "metadata": {"event_type": "listener_message"}},
            written("a", "4"),
        ),
    ]
    assert slack.find([direct(key=key) for key in "abc"], now) == {"a": "C0A/4", "b": "C0A/7"}
    first, second = (seen.form for seen in server.seen)
    assert (first["channel"], first["limit"], first["include_all_metadata"]) == ("C0A", "999", "1")
    assert float(first["oldest"]) == now.timestamp()
    assert second["cursor"] == "2"


def test_the_history_of_a_place_is_read_once_for_all_and_no_further_than_needed(
    slack: Channel, server: Server, direct: Make, now: datetime
) -> None:
    server.script = [page(written("a", "8"), written("b", "7"), cursor="2")]
    assert len(slack.find([direct(key="a"), direct(key="b")], now)) == 2
    assert len(server.seen) == 1


def test_replies_are_looked_for_in_their_threads(slack: Channel, server: Server, direct: Make, now: datetime) -> None:
    server.script = [page(written("c", "3")), page(written("a", "2.2")), refused("thread_not_found")]
    replies = [direct(key="a", thread="C0A/1"), direct(key="b", thread="C0A/2"), direct(key="c", thread="C0A/2")]
    assert slack.find(replies, now) == {"a": "C0A/2.2", "c": "C0A/3"}
    assert methods(server) == ["conversations.history", "conversations.replies", "conversations.replies"]
    assert [seen.form.get("ts") for seen in server.seen] == [None, "1", "2"]


def test_a_history_that_may_not_be_read_names_the_scope(
    slack: Channel, server: Server, direct: Make, now: datetime
) -> None:
    server.script = [refused("missing_scope", needed="channels:history")]
    with pytest.raises(ChannelError, match="channels:history") as caught:
        slack.find([direct()], now)
    assert (caught.value.permanent, caught.value.code) == (True, "missing_scope")


@pytest.mark.parametrize("reply", [reset, answer(b"<html>"), refused("internal_error")])
def test_a_lost_answer_while_looking_back_is_only_a_failure(
    slack: Channel, server: Server, direct: Make, now: datetime, reply: Answer
) -> None:
    server.script = [reply]
    with pytest.raises(ChannelError) as caught:
        slack.find([direct()], now)
    assert not caught.value.permanent


def test_a_history_that_goes_in_circles_ends(slack: Channel, server: Server, direct: Make, now: datetime) -> None:
    server.script = [page(cursor="same")]
    assert slack.find([direct()], now) == {}
    assert len(server.seen) == 2


# The workspace


def test_the_scopes_come_from_the_answer(slack: Channel, server: Server) -> None:
    server.script = [answer({"ok": True}, X_OAuth_Scopes="chat:write, channels:read")]
    assert slack.scopes() == {"chat:write", "channels:read"}
    slack.probe()
    assert methods(server) == ["auth.test", "auth.test"]


def test_a_probe_of_a_revoked_token_fails(slack: Channel, server: Server) -> None:
    server.script = [refused("account_inactive")]
    with pytest.raises(ChannelError, match="install the app again"):
        slack.probe()

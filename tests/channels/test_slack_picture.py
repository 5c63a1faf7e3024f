"""The bars of a trend as a picture: after the card, and never in its way."""

import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from listener.channels.slack import SCOPES, Channel, Options
from listener.channels.slack.picture import BAR, GAP, HEIGHT, draw
from listener.channels.slack.pictures import SOON
from listener.errors import ChannelError
from listener.types import Message, Pictured
from tests.channels.conftest import Secrets
from tests.channels.server import Answer, Server, answer, reset
from tests.channels.test_trend_card import ALERT, VIEW

HOURS = (*[0] * 20, 1, 0, 3, 9)
TREND = Message(
    key="trend/slack:C0A/kettles/ab",
    channel="slack:C0A",
    notice="📈 Asked more than usual\n▁▁█ last 24 hours",
    trend=replace(VIEW, hours=HOURS, window=3_600.0),
    install="here",
)
FINE = answer({"ok": True, "channel": "C0A", "ts": "1.5"})
EARLY = answer({"ok": False, "error": "invalid_blocks", "errors": ["invalid slack file"]})
DONE = answer({"ok": True, "files": [{"id": "F0PICTURE"}]})
UPLOAD, COMPLETE, UPDATE = "/files.getUploadURLExternal", "/files.completeUploadExternal", "/chat.update"


def place(server: Server) -> Answer:
    return answer({"ok": True, "upload_url": f"{server.url}upload/v1/abc", "file_id": "F0PICTURE"})


def taken(server: Server, *then: Answer) -> list[Answer]:
    """A picture is uploaded, and then these answers come."""
    return [place(server), answer(b"OK - 300"), DONE, *then]


@pytest.fixture
def slack(server: Server, secrets: Secrets) -> Channel:
    return Channel(Options(timeout=5, deadline=5), secrets, server.url)


def paths(server: Server) -> list[str]:
    return [seen.path for seen in server.seen]


def images(server: Server) -> list[list[Any]]:
    """Of each change of the card, the pictures."""
    changed = [seen.form for seen in server.seen if seen.path == UPDATE]
    return [[block for block in form["blocks"] if block["type"] == "image"] for form in changed]


# Drawing


def pixels(png: bytes) -> tuple[int, list[bytes]]:
    """The width and the rows of a picture, as any reader of PNG understands it."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, found = 8, dict[bytes, bytes]()
    while at < len(png):
        [length] = struct.unpack_from(">I", png, at)
        name, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length) == (zlib.crc32(name + data),)
        found[name], at = data, at + 12 + length
    assert [*found] == [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"]
    width, height, *rest = struct.unpack(">IIBBBBB", found[b"IHDR"])
    assert rest == [8, 3, 0, 0, 0]
    rows = zlib.decompress(found[b"IDAT"])
    assert len(rows) == height * (width + 1)
    return width, [rows[y * (width + 1) + 1 : (y + 1) * (width + 1)] for y in range(height)]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30), st.integers(0, 30))
def test_a_picture_has_a_bar_for_each_number_as_high_as_it_is_large(hours: list[int], blue: int) -> None:
    width, rows = pixels(draw(hours, blue))
    assert width == len(hours) * (BAR + GAP)
    for at, count in enumerate(hours):
        column = bytes(row[at * (BAR + GAP)] for row in rows).lstrip(b"\0")
        assert len(column) == max(6 if count else 2, round(count / max(1, *hours) * HEIGHT))
        assert {*column} == {2 if len(hours) - at <= blue else 1}


def test_a_picture_of_a_day_is_as_wide_as_slack_shows_it_and_small() -> None:
    assert pixels(draw(HOURS, 1))[0] == 360
    assert len(draw(HOURS, 1)) < 600


# Showing


def test_the_card_is_posted_before_anything_is_uploaded(slack: Channel, server: Server) -> None:
    server.script = [FINE]
    assert slack.send(TREND) == "C0A/1.5"
    assert paths(server) == ["/chat.postMessage"]
    assert isinstance(slack, Pictured)
    assert slack.owes(TREND)


def test_a_change_of_the_card_shows_the_picture_instead_of_the_bars_of_text(slack: Channel, server: Server) -> None:
    server.script = taken(server, FINE)
    slack.update(TREND, "C0A/1.5")
    assert paths(server) == [UPLOAD, "/upload/v1/abc", COMPLETE, UPDATE]
    asked, sent, done, changed = server.seen
    assert (asked.form["filename"], asked.form["length"]) == ("hours.png", str(len(sent.body)))
    assert sent.body == draw(HOURS, 1)
    assert "authorization" not in sent.headers, "the token goes to Slack's methods alone"
    assert "channel" not in str(done.form), "nobody is shown the file beside the card"
    [[image]] = images(server)
    assert image["slack_file"] == {"id": "F0PICTURE"}
    said = "13 such posts in the last 24 hours, at most 9 in one: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 3 9"
    assert image["alt_text"] == asked.form["alt_txt"] == said
    assert "▁" not in str(changed.form["blocks"])
    assert "▁" in changed.form["text"], "who hears of it without blocks has the bars of text"


def test_the_same_picture_is_uploaded_once_and_a_new_one_when_it_has_grown(slack: Channel, server: Server) -> None:
    server.script = [*taken(server, FINE, FINE), *taken(server, FINE)]
    for hours in (HOURS, HOURS, (*HOURS[1:], 20)):
        assert TREND.trend
        slack.update(replace(TREND, trend=replace(TREND.trend, hours=hours)), "C0A/1.5")
    assert paths(server).count(UPLOAD) == 2
    assert [len(each) for each in images(server)] == [1, 1, 1]


def test_a_process_that_runs_for_long_does_not_remember_every_picture(
    slack: Channel, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.channels.slack.pictures._KEPT", 1)
    server.script = [*taken(server, FINE), *taken(server, FINE), *taken(server, FINE)]
    for hours in (HOURS, (*HOURS[1:], 20), HOURS):
        assert TREND.trend
        slack.update(replace(TREND, trend=replace(TREND.trend, hours=hours)), "C0A/1.5")
    assert paths(server).count(UPLOAD) == 3


def test_a_picture_that_slack_has_not_looked_through_is_tried_again_and_the_card_is_right_meanwhile(
    slack: Channel, server: Server
) -> None:
    server.script = taken(server, EARLY, FINE, FINE)
    with pytest.raises(ChannelError) as early:
        slack.update(TREND, "C0A/1.5")
    assert (early.value.wait, early.value.scope, early.value.permanent) == (SOON, "message", False)
    slack.update(TREND, "C0A/1.5")
    assert [len(each) for each in images(server)] == [1, 0, 1]
    assert paths(server).count(UPLOAD) == 1


def test_a_picture_that_slack_never_shows_is_given_up(slack: Channel, server: Server) -> None:
    server.script = taken(server, EARLY, FINE, EARLY, FINE, EARLY, FINE, FINE)
    for _ in range(2):
        with pytest.raises(ChannelError):
            slack.update(TREND, "C0A/1.5")
    slack.update(TREND, "C0A/1.5")
    slack.update(TREND, "C0A/1.5")
    assert [len(each) for each in images(server)] == [1, 0, 1, 0, 1, 0, 0]


@pytest.mark.parametrize("error", ["missing_scope", "unknown_method", "file_uploads_disabled"])
def test_a_workspace_that_takes_no_pictures_is_asked_once(slack: Channel, server: Server, error: str) -> None:
    server.script = [answer({"ok": False, "error": error}), FINE]
    slack.update(TREND, "C0A/1.5")
    assert not slack.owes(TREND)
    slack.update(TREND, "C0A/1.5")
    assert paths(server) == [UPLOAD, UPDATE, UPDATE]
    assert images(server) == [[], []]


@pytest.mark.parametrize("trouble", [reset, answer(b"busy", 503), answer({"ok": False, "error": "ratelimited"}, 429)])
def test_trouble_with_one_picture_leaves_its_card_without_and_the_next_is_tried(
    slack: Channel, server: Server, trouble: Answer
) -> None:
    server.script = [trouble, FINE, place(server), trouble, FINE, *taken(server, FINE)]
    for _ in range(3):
        slack.update(TREND, "C0A/1.5")
    assert [len(each) for each in images(server)] == [0, 0, 1]


def test_a_picture_is_sent_only_with_tls(slack: Channel, server: Server) -> None:
    server.script = [answer({"ok": True, "upload_url": "http://elsewhere.example/", "file_id": "F0PICTURE"}), FINE]
    slack.update(TREND, "C0A/1.5")
    assert (paths(server), images(server)) == ([UPLOAD, UPDATE], [[]])


def test_without_the_scope_nothing_is_uploaded(slack: Channel, server: Server) -> None:
    server.script = [answer({"ok": True, "channel": "C0A", "ts": "1.5"}, x_oauth_scopes="chat:write"), FINE]
    slack.send(TREND)
    assert not slack.owes(TREND)
    slack.update(TREND, "C0A/1.5")
    assert paths(server) == ["/chat.postMessage", UPDATE]


def test_pictures_can_be_switched_off(server: Server, secrets: Secrets) -> None:
    slack = Channel(Options(pictures=False), secrets, server.url)
    server.script = [FINE]
    slack.update(TREND, "C0A/1.5")
    assert (slack.owes(TREND), paths(server)) == (False, [UPDATE])
    assert {*SCOPES} - {*slack.needs} == {"files:write"}


@pytest.mark.parametrize(
    "message",
    [
        replace(TREND, trend=None),
        replace(TREND, trend=replace(VIEW, hours=(0,) * 24)),
        replace(TREND, alerts=(replace(ALERT, deleted=True),)),
    ],
)
def test_what_has_no_bars_or_no_words_any_more_gets_no_picture(slack: Channel, message: Message) -> None:
    assert not slack.owes(message)

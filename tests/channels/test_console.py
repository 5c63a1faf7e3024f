import io
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.card import Piece
from listener.channels.console import Channel, Options, _rows, render
from listener.errors import ChannelError
from listener.plugins import find
from listener.types import Alert, Message, Reach
from tests.channels.conftest import Secrets
from tests.channels.hostile import HOSTILE

Make = Callable[..., Message]


class Stream(io.StringIO):
    """A terminal or a pipe that may break."""

    def __init__(self, terminal: bool = False, error: Exception | None = None) -> None:
        super().__init__()
        self.terminal, self.error = terminal, error

    def isatty(self) -> bool:
        return self.terminal

    def write(self, text: str) -> int:
        if self.error:
            raise self.error
        return super().write(text)


def printed(message: Message, stream: Stream, **options: Any) -> str:
    channel = Channel(Options(**options), Secrets(), stream, UTC)
    assert channel.send(message) == message.key
    return stream.getvalue()


def test_a_card_is_compact_and_readable(message: Make) -> None:
    shown = printed(message(reach=Reach(followers=1204), copies=2, tags={"place": "Leeds"}), Stream())
    assert shown.splitlines() == [
        "🛒 I want to buy · desks · 82/100",
        "   intent 93 · urgency 70 · relevance 88 · answer by Fri 20 Nov 15:00",
        "   │ where can I buy a standing desk?",
        "   pia · forum · 1,204 followers · Fri 20 Nov 12:00",
        "   buy “where can I buy” · 😐 neutral · in Leeds · +2 near-identical posts",
        "   https://forum.example/t/1",
        "",
    ]


@pytest.mark.parametrize(
    ("colour", "terminal", "coloured"),
    [("auto", True, True), ("auto", False, False), ("always", False, True), ("never", True, False)],
)
def test_colours_are_for_terminals_unless_set(message: Make, colour: str, terminal: bool, coloured: bool) -> None:
    shown = printed(message(), Stream(terminal), colour=colour)
    assert ("\x1b[1mstanding desk\x1b[0m" in shown) == coloured
    assert ("\x1b" in shown) == coloured


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="colour"):
        msgspec.convert({"colour": "sometimes"}, Options)
    with pytest.raises(msgspec.ValidationError, match="color"):
        msgspec.convert({"color": "auto"}, Options)


def test_colours_do_not_change_the_words(message: Make) -> None:
    plain = render(message(), zone=UTC)
    assert re.sub(r"\x1b\[\d+m", "", render(message(), colour=True, zone=UTC)) == plain


def test_times_are_shown_in_the_readers_zone(message: Make) -> None:
    assert "answer by Fri 20 Nov 20:30" in render(message(), zone=timezone(timedelta(hours=5, minutes=30)))


@pytest.mark.parametrize("year", [1, 9999])
def test_absurd_times_do_no_harm(message: Make, year: int) -> None:
    at = datetime(year, 1, 1, tzinfo=UTC) if year == 1 else datetime(year, 12, 31, 23, 59, tzinfo=UTC)
    shift = timezone(timedelta(hours=-12 if year == 1 else 12))
    assert "pia" in render(message(created_at=at), zone=shift)


def test_a_deleted_post_is_one_line(message: Make) -> None:
    assert render(message(deleted=True)) == "This post was deleted by its author.\n\n"


def test_a_notice_stands_above(message: Make) -> None:
    shown = render(message(notice="reddit: 503\nnext try 12:30"), zone=UTC)
    assert shown.startswith("! reddit: 503\n! next try 12:30\n🛒")


def test_several_alerts_follow_each_other(message: Make, alert: Callable[..., Alert]) -> None:
    assert render(message(alerts=(alert(), alert())), zone=UTC).count("I want to buy") == 2


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_cannot_command_the_terminal(message: Make, text: str) -> None:
    shown = render(
        message(text, title=text, author=text, community=text, topic=text, notice=text, url=text, tags={"place": text}),
        zone=UTC,
    )
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)
    assert len(shown.splitlines()) < 60


@given(
    st.lists(st.builds(Piece, st.text(st.sampled_from("ab \n漢字🔥\u0301"), max_size=60), st.booleans())),
    st.integers(40, 60),
)
def test_rows_fit_and_lose_nothing(pieces: list[Piece], columns: int) -> None:
    rows = ["".join(text for text, _ in row) for row in _rows(pieces, columns)]
    assert "".join(rows).replace(" ", "") == re.sub("[ \n]", "", "".join(piece.text for piece in pieces))
    for row in rows:
        wide = sum(unicodedata.east_asian_width(character) == "W" for character in row)
        accents = row.count("\u0301")
        assert len(row) + wide - accents <= columns


def test_writing_without_spaces_is_wrapped_by_its_width(message: Make) -> None:
    shown = render(message("漢字" * 60, spans=()), width=45, zone=UTC)
    assert shown.count("│ " + "漢字" * 10 + "\n") == 6


def test_a_long_text_is_wrapped_at_words(message: Make) -> None:
    shown = render(message("word " * 30, spans=()), width=45, zone=UTC)
    assert shown.count("│ word word word word word word word word") == 3


@pytest.mark.parametrize(
    ("error", "permanent"),
    [
        (BrokenPipeError(), True),
        (ValueError("I/O operation on closed file"), True),
        (OSError(28, "No space left"), False),
    ],
)
def test_an_output_that_fails_is_an_error_of_the_channel(message: Make, error: Exception, permanent: bool) -> None:
    with pytest.raises(ChannelError) as caught:
        printed(message(), Stream(error=error))
    assert (caught.value.permanent, caught.value.scope) == (permanent, "channel")


def test_a_terminal_without_unicode_shows_what_it_can(message: Make) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    Channel(Options(), Secrets(), stream, UTC).send(message())
    assert "? I want to buy ? desks" in raw.getvalue().decode("ascii")


def test_standard_output_is_looked_up_at_each_message(message: Make, capsys: pytest.CaptureFixture[str]) -> None:
    Channel(Options(), Secrets()).send(message())
    assert "I want to buy" in capsys.readouterr().out


def test_it_is_found_by_its_name(secrets: Secrets) -> None:
    plugin = find("channel", "console")
    made = plugin.make(plugin.options(), secrets)
    assert made.interval == 0.0
    assert not plugin.places

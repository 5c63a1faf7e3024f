"""People press the buttons on the card of a trend, with the real client, a real socket and the product as a process."""

import json
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any

import pytest

from tests.forked import Forked
from tests.trend.asking import REFUND, other
from tests.world.support import Product, distrust, scopes
from tests.world.test_trends import FILE, _asked, _cards, _write

pytestmark = [pytest.mark.world, pytest.mark.slow]

ADDRESS = "https://example.org/answers/refund"
SAID = "select owner, owner_id, answer, verdict, muted_until != '' from trends where kind = 'question'"
EVENTS = "select kind, by, value from events order by id"


class Office:
    """A product that told a trend in Slack, and the people there."""

    def __init__(self, made: Product, world: Any) -> None:
        self.made, self.slack, self.world = made, world.slack, world
        [card] = _cards(world)
        self.ts = card["ts"]
        self.process: Forked | None = None

    def start(self) -> None:
        self.process = self.made.start("run")

    def fresh(self) -> None:
        """Start, and wait until the card shows that nothing was said."""
        self.start()
        until(lambda: self.buttons == ["Own it", "Answered…", "Mute 24 h", "Not a question"])

    def end(self, number: int = signal.SIGKILL) -> str:
        assert self.process
        os.killpg(self.process.pid, number)
        said = self.process.communicate(timeout=30)[1]
        self.process = None
        return said

    @property
    def card(self) -> dict[str, Any]:
        """The card as people see it."""
        found: dict[str, Any] = self.slack.messages["C0LISTENING"][self.ts]
        return found

    @property
    def buttons(self) -> list[str]:
        blocks = [block for block in self.card["blocks"] if block["type"] == "actions"]
        return [button["text"]["text"] for block in blocks for button in block["elements"]]

    def press(self, act: str, user: str = "U0ANNA") -> str:
        found: str = self.slack.click(f"trend.{act}", channel="C0LISTENING", ts=self.ts, user=user)
        return found

    def click(self, act: str, user: str = "U0ANNA") -> dict[str, Any]:
        """Press a button; answers the entry of the ledger once it is acknowledged."""
        return self.acked(self.press(act, user))

    def acked(self, envelope: str) -> dict[str, Any]:
        entry: dict[str, Any] | None = self.slack.acked(envelope, 60)
        assert entry, "it was never acknowledged"
        return entry

    def submit(self, url: str) -> dict[str, Any]:
        return self.acked(self.slack.submit({"url": {"url": {"type": "url_text_input", "value": url}}}))

    def forget(self) -> None:
        """Nobody said anything."""
        with closing(sqlite3.connect(self.made.database)) as database, database:
            database.execute("delete from events")
            database.execute("update trends set owner='', owner_id='', answer='', verdict='', muted_until=''")
            database.execute("update outbox set version = version + 1 where trend != ''")

    def said(self) -> tuple[Any, ...]:
        [row] = self.made.rows(SAID)
        return row

    def opened(self) -> int:
        """How often a socket was opened."""
        return len([each for each in self.world.ledger["requests"] if each["path"].startswith("/link")])

    def whispers(self) -> list[tuple[str, str]]:
        return [(each["user"], each["text"]) for each in self.world.ledger["slack"]["ephemeral"]]


def until(true: Callable[[], object]) -> None:
    """Wait for something that will be so."""
    end = monotonic() + 60
    while not true():
        assert monotonic() < end, "it never came about"
        sleep(0.02)


@pytest.fixture(scope="module")
def building(new_world: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One trend for all tests: it takes days of posts to come about."""
    now = datetime.now(UTC)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOPBACK_SLACK_SCOPES", scopes())
        with new_world(speed=0) as world:
            made = Product(tmp_path_factory.mktemp("desk") / "product", world.env, FILE, {"kettles": "kettle"})
            made.env["SLACK_APP_TOKEN"] = "xapp-1-world"
            quiet = "[[topics]]\nname = 'kettles'\nquery = 'kettle'\nthreshold = 100\ntrends = ['question']\n"
            (made.folder / "config" / "topics.toml").write_text(quiet)
            days = ((f"b{n}", other(n), now - timedelta(minutes=15 * (240 - n)), f"a{n}") for n in range(240))
            _write(made.folder, days)
            made.run("once")
            _write(made.folder, _asked(REFUND[:3]))
            made.run("once")
            office = Office(made, world)
            assert office.opened() == 0, "one pass waits for nobody"
            yield office
            ledger = world.ledger
            assert (ledger["errors"], ledger["unknown_hosts"], distrust(ledger)) == ([], [], [])


@pytest.fixture
def office(building: Office) -> Iterator[Office]:
    """Nothing was said of the trend yet, and nobody runs."""
    building.forget()
    yield building
    if building.process:
        building.end()


def test_every_button_does_what_it_says_and_the_card_shows_it(office: Office) -> None:
    office.fresh()
    office.click("own")
    until(lambda: "Take over" in office.buttons)
    assert '{"type": "user", "user_id": "U0ANNA"}' in json.dumps(office.card["blocks"])
    office.click("take-over", "U0BEN")
    until(lambda: '"user_id": "U0BEN"' in json.dumps(office.card["blocks"]))
    office.click("let-go", "U0ANNA")
    until(lambda: [user for user, text in office.whispers() if "<@U0BEN> takes care" in text] == ["U0ANNA"])
    office.click("mute")
    until(lambda: "Unmute" in office.buttons)
    assert "muted until" in json.dumps(office.card["blocks"])
    office.click("answered")
    until(lambda: office.world.ledger["slack"]["views"])
    assert office.submit("javascript:alert(1)")["answer"]["response_action"] == "errors"
    assert office.submit(ADDRESS)["answer"] is None
    until(lambda: "Change the answer…" in office.buttons)
    assert ADDRESS in json.dumps(office.card["blocks"])
    assert office.said() == ("ben", "U0BEN", ADDRESS, "", 1)
    told = [key for key, _, _ in office.made.rows(EVENTS)]
    assert told == ["own", "take-over", "in-vain", "mute", "answered"]
    assert len(_cards(office.world)) == 1, "nothing new was posted"
    ended = monotonic()
    said = office.end(signal.SIGTERM)
    assert monotonic() - ended < 10, "as long as `listener run` takes to end, by its promise, whoever has clicked"
    assert "Stopped." in said
    assert office.world.ledger["slack"]["refused"] == []


def test_a_kill_between_click_and_card_loses_nothing_and_repeats_nothing(office: Office) -> None:
    office.fresh()
    office.acked(first := office.press("own"))
    office.end()  # stored and acknowledged; the card may not show it yet
    second = office.press("mute", "U0BEN")  # while nobody is there
    office.slack.again(first)
    office.start()
    until(lambda: "Take over" in office.buttons and "Unmute" in office.buttons)
    for envelope in (first, second, first):
        office.slack.again(envelope)
    office.slack.disconnect()
    office.click("let-go")  # comes after all of these
    until(lambda: "Own it" in office.buttons)
    assert office.made.rows(EVENTS) == [("own", "anna", ""), ("mute", "ben", ""), ("let-go", "anna", "")]
    assert office.said()[:2] == ("", "")
    assert len(_cards(office.world)) == 1


def test_a_click_of_ten_megabytes_and_one_of_strangers_leave_the_desk_at_work(office: Office) -> None:
    office.fresh()
    opened = office.opened()
    office.click("mute")
    until(lambda: "Unmute" in office.buttons)
    good = office.world.ledger["slack"]["interactions"][-1]["payload"]
    huge = {**good, "actions": [{**good["actions"][0], "value": "x" * 10_000_000}]}
    strange = {**good, "team": {"id": "T0OTHER"}, "actions": [{**good["actions"][0], "action_ts": "9.9"}]}
    office.acked(office.slack.push("interactive", strange))
    office.slack.push("interactive", huge)
    until(lambda: office.opened() > opened)
    office.click("own", "U0BEN")
    until(lambda: "Take over" in office.buttons)
    assert [kind for kind, _, _ in office.made.rows(EVENTS)] == ["mute", "own"]
    assert "which are not ours" in office.end(signal.SIGTERM)

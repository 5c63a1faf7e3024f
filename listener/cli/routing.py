"""`listener routes`: the tree that says who hears of what, and where a finding would go."""

import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import click
from msgspec.structs import replace

from listener.alert import Router
from listener.app import clock
from listener.cli.common import as_json, configured, put, say, settings_of
from listener.cli.hints import STATES
from listener.cli.tables import near
from listener.config import Settings
from listener.query import Doc, Facts
from listener.types import Moment, Post, Route

_URGENCY = {"none": 0, "soon": 1, "now": 2, "0": 0, "1": 1, "2": 2}
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "moment": tuple(Moment),
    "urgency": tuple(_URGENCY),
    "sentiment": ("negative", "neutral", "positive"),
    "question": ("yes", "no"),
    "signal": ("complaint", "praise", "switching", "promo"),
    "state": STATES,
}
_POST = {"source": "source", "author": "author", "title": "title", "community": "community"} | {
    "lang": "lang",
    "type": "kind",
    "url": "url",
}
_OTHERS = ("place", "score", "topic", "tag")
_FIELDS = (*_CHOICES, *_OTHERS, *_POST)


@click.group()
def routes() -> None:
    """Show the route tree, or where a finding would go."""


@routes.command()
@configured
@as_json
def show(folder: Path, json: bool) -> None:
    """Print the tree: the first child that matches decides, unless it goes on."""
    settings, _ = settings_of(folder)
    if json:
        put(settings.route)
    else:
        click.echo("\n".join(_drawn(settings.route)))


def _drawn(route: Route, before: str = "", mark: str = "") -> Iterator[str]:
    what = route.match or "everything"
    notes = [f"if that fails: {route.fallback}"] if route.fallback and route.fallback != route.channel else []
    notes += ["and goes on"] if route.go_on else []
    yield f"{before}{mark}{what} → {route.channel}" + (f" ({', '.join(notes)})" if notes else "")
    below = before + {"": "", "├─ ": "│  ", "└─ ": "   "}[mark]
    for number, child in enumerate(route.routes):
        yield from _drawn(child, below, "└─ " if number == len(route.routes) - 1 else "├─ ")


@routes.command()
@configured
@as_json
@click.argument("words", metavar="FIELD:VALUE…", nargs=-1, required=True)
@click.option("--expect", multiple=True, metavar="CHANNEL", help="Exit 1 unless it goes there, and only there.")
def test(folder: Path, json: bool, words: tuple[str, ...], expect: tuple[str, ...]) -> None:
    """Say where a finding would go that has these tags, such as: listener routes test moment:buy topic:x

    Fields: moment urgency sentiment question signal place score topic state, and of the post source author title
    community lang type url tag. Words without a field are its text. "#sales" means "slack:#sales".
    """
    settings, _ = settings_of(folder)
    names = {topic.id: topic.name for topic in settings.topics}
    doc = _doc(words, settings, clock())
    channels = Router(settings.route, dict(settings.sets), names).where(doc)
    as_expected = not expect or (
        all(any(_is(channel, wanted) for wanted in expect) for channel in channels)
        and all(any(_is(channel, wanted) for channel in channels) for wanted in expect)
    )
    if json:
        put({"channels": channels, "as_expected": as_expected})
    else:
        click.echo("\n".join(channels))
    if not as_expected:
        say(f"expected {', '.join(expect)}")
        sys.exit(1)


def _is(channel: str, wanted: str) -> bool:
    """Whether people mean this channel: by all of its name, or by the place in it."""
    return wanted in (channel, channel.partition(":")[2])


def _doc(words: tuple[str, ...], settings: Settings, now: datetime) -> Doc:
    """The finding that these words describe."""
    said: dict[str, list[str]] = {}
    for word in words:
        name, colon, value = word.partition(":")
        if colon:
            said.setdefault(name, []).append(_known(name, _unquoted(value)))
        else:
            said.setdefault("text", []).append(word)
    last = {name: values[-1] for name, values in said.items()}
    written = {field: last[name] for name, field in _POST.items() if name in last}
    text, tags = " ".join(said.get("text", ())), tuple(said.get("tag", ()))
    post = replace(Post(source="test", id="1", text=text, tags=tags, created_at=now), **written)
    return Doc.of(post, now, _facts(said, last, settings))


def _facts(said: Mapping[str, list[str]], last: Mapping[str, str], settings: Settings) -> Facts:
    return Facts(
        moments=tuple(said.get("moment", ())),
        urgency=_URGENCY[last.get("urgency", "none")],
        sentiment=last.get("sentiment", "neutral"),
        question=last.get("question") == "yes",
        signals=tuple(said.get("signal", ())),
        place=last.get("place", ""),
        score=_score(last.get("score", "100")),
        topic=_topic(last["topic"], settings) if "topic" in last else (),
        state=last.get("state", "open"),
    )


def _unquoted(value: str) -> str:
    """The value without the quotes that a query needs around blanks."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def _known(name: str, value: str) -> str:
    if name not in _FIELDS:
        raise click.UsageError(f"there is no field {name!r}{near(name, _FIELDS)}")
    choices = _CHOICES.get(name)
    if choices and value not in choices:
        raise click.UsageError(f"{value!r} is no {name}{near(value, choices)}")
    return value


def _score(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise click.UsageError(f"score:{text}: expected a number from 0 to 100") from None


def _topic(name: str, settings: Settings) -> tuple[str, str]:
    for topic in settings.topics:
        if name in (topic.id, topic.name):
            return topic.id, topic.name
    raise click.UsageError(f"no topic is called {name!r}{near(name, [topic.name for topic in settings.topics])}")

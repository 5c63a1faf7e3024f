"""Invented questions for the tests of trends."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from listener.trend import Detector, Light, Line, asked
from listener.types.trend import Trend
from tests.conftest import NOW

REFUND = (
    "How long does a refund take to reach my card?",
    "When will my refund arrive on my card?",
    "Where is the refund to my card, how long does it take?",
    "How many days until a refund shows on my card?",
    "Does anyone know how long a card refund takes?",
    "Still no refund on my card, when will it arrive?",
)
_WORDS = (
    "kettle tent violin sofa puppy lawn guitar oven boat lamp rope soup drum glove mango pillow tractor wallet rain "
    "Leeds chess winter copper mustard opera moss neighbour Friday cricket marble thunder Latin yoga bishop cactus "
    "eagle fossil goblin harbour insulin jacket kidney lemon magnet nephew orbit parrot quartz rocket saddle tulip "
    "velvet walnut xylophone yacht zebra anchor barley cement dolphin engine fiddle granite hockey igloo jelly "
    "umbrella diesel ladder onion piano robot sausage tiger uncle valley window"
)


def other(number: int) -> str:
    """A question that nobody else asks."""
    return " ".join(random.Random(5_000 + number).sample(_WORDS.split(), 5)) + "?"


def line(text: str, minutes: float, name: str = "", author: str = "") -> Line:
    """A post, so many minutes after the first day that is looked at."""
    at = NOW.timestamp() + 60 * minutes
    name = name or f"p{minutes:g}"
    return Line(at, name, text, "x", author or f"author of {name}")


def background(days: float = 3, an_hour: int = 4) -> list[Line]:
    """Questions of all kinds, at an even pace."""
    count = int(days * 24 * an_hour)
    return [line(other(n), n * 60 / an_hour, f"b{n}") for n in range(count)]


def burst(minutes: float, texts: Sequence[str] = REFUND, author: str = "") -> list[Line]:
    """The same question in different words, one every five minutes."""
    return [line(text, minutes + 5 * n, f"r{minutes:g}.{n}", author) for n, text in enumerate(texts)]


def detector() -> Detector:
    """One that knows nothing yet."""
    return Detector(Light.load().width)


def told(lines: Sequence[Line], by: Detector | None = None) -> list[Trend]:
    """What is told of posts that come when they are posted, updates too."""
    by = by or detector()
    found = [by.add(asked(each, Light.load()), _at(each)) for each in sorted(lines, key=lambda each: each.ts)]
    return [trend for trend in found if trend]


def _at(each: Line) -> datetime:
    return NOW + timedelta(seconds=each.ts - NOW.timestamp())

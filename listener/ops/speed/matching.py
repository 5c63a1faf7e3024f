"""Which phrases are in a post: our matcher beside what else one might take for it, on the same posts in one run."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from importlib import import_module
from statistics import median

from msgspec import Struct

from listener.edge import mended
from listener.match import Matcher
from listener.ops.speed.stream import Stream
from listener.ops.speed.timing import peak_mb, taken
from listener.types import Post, Topic

SHARE = 0.02
"""Of the posts, how many hold one of the phrases."""

TIMES = 5
_PAGE = 500
_A_TOPIC = 40  # phrases
_MOST_CHECKS, _FEWEST = 2_000_000, 20  # posts × phrases that `re` is given, more would take minutes; and posts

Search = Callable[[Sequence[str]], int]
"""How many of these texts hold a phrase as whole words."""


class Rate(Struct, frozen=True):
    """Posts a second and core, and the share of them that hold a phrase."""

    posts: float
    share: float


class Row(Struct, frozen=True):
    """So many phrases: seconds until all are ready, and the rate of each way; None: not installed."""

    phrases: int
    load_seconds: float
    peak_mb: float
    rates: dict[str, Rate | None]


def compared(stream: Stream, counts: Sequence[int], now: datetime) -> Iterator[Row]:
    """A row for each number of phrases; medians of five."""
    texts = [mended(post.text) for post in stream.posts]  # as they are matched
    for count in counts:
        phrases = stream.phrases(count, SHARE)
        loading, ours = taken(partial(_ours, phrases, now))
        some = texts[: max(_FEWEST, _MOST_CHECKS // count)]
        measured = {
            "listener": _rate(ours, texts),
            "re": _rate(_alternation(phrases), some),
            "pyahocorasick": _rate(_other(phrases), texts),
        }
        yield Row(count, loading, peak_mb(), measured)


def _rate(search: Search | None, texts: Sequence[str]) -> Rate | None:
    if search is None:
        return None
    runs = [taken(partial(search, texts)) for _ in range(TIMES)]
    return Rate(len(texts) / median(seconds for seconds, _ in runs), runs[0][1] / len(texts))


def topics_of(phrases: Sequence[str]) -> list[Topic]:
    """Topics that look for all of these phrases, forty each."""
    groups = [phrases[start : start + _A_TOPIC] for start in range(0, len(phrases), _A_TOPIC)]
    queries = [" OR ".join(f'"{phrase}"' for phrase in group) for group in groups]
    return [Topic(id=f"t{number}", name=f"t{number}", query=query) for number, query in enumerate(queries)]


def _ours(phrases: Sequence[str], now: datetime) -> Search:
    matcher = Matcher.of(topics_of(phrases), {})

    def search(texts: Sequence[str]) -> int:
        posts = [Post(source="bench", id="1", text=text, created_at=now) for text in texts]
        pages = (posts[start : start + _PAGE] for start in range(0, len(posts), _PAGE))
        return sum(bool(matches) for page in pages for matches in matcher(page, now))

    return search


def _alternation(phrases: Sequence[str]) -> Search:
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases))})\b", re.IGNORECASE)
    return lambda texts: sum(pattern.search(text) is not None for text in texts)


def _other(phrases: Sequence[str]) -> Search | None:
    """None where it is not installed: it is no part of the product."""
    try:
        automaton = import_module("ahocorasick").Automaton()
    except ImportError:
        return None
    for phrase in phrases:
        automaton.add_word(phrase, len(phrase))
    automaton.make_automaton()

    def search(texts: Sequence[str]) -> int:
        return sum(any(_is_whole(text, *hit) for hit in automaton.iter(text)) for text in map(str.lower, texts))

    return search


def _is_whole(text: str, last: int, length: int) -> bool:
    before, after = text[last - length : last - length + 1], text[last + 1 : last + 2]
    return not ((last >= length and before.isalnum()) or after.isalnum())

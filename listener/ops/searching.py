"""What a search costs in a large database of invented findings."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from statistics import median
from time import process_time

from msgspec import Struct

from listener.query import parse
from listener.store import Store
from listener.store.search import Search
from listener.types import (
    Analysis,
    Batch,
    Context,
    Decisions,
    Finding,
    Fresh,
    Match,
    Moment,
    Post,
    Reach,
    Reason,
    Score,
    Sentiment,
    Tags,
    Verdict,
)

AIM = 100.0
"""Milliseconds that a typical query may take."""

_PAGE, _TIMES = 1_000, 5
_SYLLABLES = [consonant + vowel for consonant in "bdklmn" for vowel in "aeiou"]
_PLACES = ("Leeds", "York", "Köln", "Porto", "")
_LONG = " OR ".join(f'"word{n} phrase{n}"' for n in range(60))

QUERIES = {
    "a common word": "bababe",
    "a rare word": "nununu",
    "a word that is nowhere": "zebra",
    "two words": "bababe babebe",
    "two words that never meet": "nununu numunu",
    "a phrase": '"bababe babebi"',
    "one of two, without a third": "(nunono OR nununu) -bababe",
    "within five words": "(nunono OR nununu) NEAR/5 (bababe OR babebe)",
    "an ending": "nunun*",
    "a short ending": "nu*",
    "a beginning": "*nunu",
    "a hashtag": "#nununu",
    "a word in the title": "title:nununu",
    "a platform and a word": "source:reddit nununu",
    "an author": "author:author77",
    "a moment and a score": "moment:buy score:>=60",
    "a rare tag": "signal:switching urgency:now",
    "a place": "place:koln moment:go",
    "a word and tags": "babido moment:buy score:>=90 state:suppressed",
    "a word and a number": "babido likes:>500",
    "a topic": "topic:topic3 sentiment:negative",
    f"a query of {len(_LONG):,} characters": _LONG,
    "a regular expression": "/nu(nu|no)nu/",
    "exactly these characters": "`Nununu`",
}
"""Queries by what they are; the last two have no word to look up and read everything that is stored."""

SCANS = tuple(QUERIES)[-2:]


class Took(Struct, frozen=True):
    """What a query cost."""

    what: str
    query: str
    ms: float  # median of CPU time for the first page
    found: int  # on it
    stopped: bool  # it was too much for one page

    @property
    def is_typical(self) -> bool:
        """Whether something in it can be looked up."""
        return self.what not in SCANS

    @property
    def met(self) -> bool:
        """Whether it is as quick as a typical query should be; queries that read everything may take longer."""
        return self.ms <= AIM or not self.is_typical


class _Quiet:
    """Tells nobody."""

    def fingerprints(self, post: Post) -> tuple[str, ...]:
        return ()

    def __call__(self, fresh: Sequence[Fresh], context: Context, now: datetime) -> Decisions:
        quiet = Verdict(Reason.SUPPRESSED, "invented")
        return Decisions(alerts=(), verdicts={each.finding.key: quiet for each in fresh})


def fill(path: Path, count: int, now: datetime, progress: Callable[[str], None] = lambda _: None) -> None:
    """Make a database of so many invented findings, the same ones each time."""
    rng = random.Random(1)  # noqa: S311  # no secret
    words = ["".join(syllables) for syllables in product(_SYLLABLES, repeat=3)]
    with closing(Store.open(path, now)) as store:
        for first in range(0, count, _PAGE):
            some = range(first, min(first + _PAGE, count))
            found = tuple(_finding(rng, words, number, now - timedelta(minutes=count - number)) for number in some)
            batch = Batch(posts=tuple(finding.post for finding in found))
            store.keep("invented", batch, Analysis(findings=found), _Quiet(), now)
            progress(f"{some.stop:,} of {count:,} findings")
    progress("")


def search_takes(path: Path, now: datetime) -> Iterator[Took]:
    """What each query costs, a table a time."""
    with closing(Store.look(path)) as store:
        for what, text in QUERIES.items():
            wanted = Search(query=parse(text))
            times = []
            for _ in range(_TIMES):
                began = process_time()
                page = store.search(wanted, now)
                times.append((process_time() - began) * 1_000)
            yield Took(what, text, median(times), len(page.found), page.stopped is not None)


def _finding(rng: random.Random, words: list[str], number: int, at: datetime) -> Finding:
    """The first words are in most posts, half of all in fewer than one of 10,000, as in a language."""
    said = [words[int(rng.paretovariate(0.3)) % len(words)] for _ in range(12)]
    platform = rng.choice(("reddit", "x", "hackernews"))
    post = Post(
        source=platform,
        id=str(number),
        title=" ".join(said[:4]) if platform == "reddit" else "",
        text=" ".join(said).capitalize() + (f" #{rng.choice(words)}" if number % 10 == 0 else ""),
        author=f"author{number % 5_000}",
        url=f"https://{platform}.example/{number}",
        created_at=at,
        reach=Reach(likes=int(rng.paretovariate(1))),
    )
    moment = rng.choice(tuple(Moment))
    tags = Tags(
        moments={each: 0.9 if each is moment else 0.05 for each in Moment},
        labels=(moment,),
        urgency=int(number % 50 == 0) * 2,
        sentiment=Sentiment(rng.choice(("negative", "neutral", "neutral", "positive")), 0.0, (0.1, 0.8, 0.1)),
        signals=("switching",) if number % 97 == 0 else (),
        place=rng.choice(_PLACES) or None,
    )
    score = Score(rng.uniform(0, 100), 50.0, 50.0, 50.0, expires_at=at)
    return Finding(post, Match(f"topic{number % 20}"), tags, score)

"""What one would write at first: json, `re`, vaderSentiment's own package and a row a post, on the same lines."""

import json
import re
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from listener.ops.speed.timing import taken

MOST_ALTERNATIVES = 10_000
"""Phrases up to which `re` is asked; with more it takes hours, and runs of words are looked up in a set."""

TIMES = 5
_PAGE = 500
_WORD = re.compile(r"[a-z0-9']+")

Finds = Callable[[str], bool]
"""Whether a text holds a phrase as whole words."""


def usual(lines: Sequence[bytes], phrases: Sequence[str], database: Path) -> float:
    """Posts a second and core from their lines to rows of a new database; median of five."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415 - slow to load

    mood, finds = SentimentIntensityAnalyzer().polarity_scores, finder(phrases)
    conn = sqlite3.connect(database)
    conn.execute("pragma journal_mode=wal")
    conn.execute("create table found(id text, source text, text text, compound real)")

    def run() -> None:
        for start in range(0, len(lines), _PAGE):
            posts = [json.loads(line) for line in lines[start : start + _PAGE]]
            hits = [post for post in posts if finds(post["text"])]
            rows = [(hit["id"], hit["source"], hit["text"], mood(hit["text"])["compound"]) for hit in hits]
            with conn:
                conn.executemany("insert into found values (?,?,?,?)", rows)

    seconds = median(taken(run)[0] for _ in range(TIMES))
    conn.close()
    return len(lines) / seconds


def finder(phrases: Sequence[str]) -> Finds:
    """Looks for phrases by one alternation, or for very many in a set."""
    if len(phrases) > MOST_ALTERNATIVES:
        return partial(_holds, frozenset(phrases), max(phrase.count(" ") for phrase in phrases) + 1)
    search = re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases))})\b", re.IGNORECASE).search
    return lambda text: search(text) is not None


def _holds(phrases: frozenset[str], longest: int, text: str) -> bool:
    words = _WORD.findall(text.lower())
    runs = (words[start : start + length] for length in range(1, longest + 1) for start in range(len(words)))
    return any(" ".join(run) in phrases for run in runs)

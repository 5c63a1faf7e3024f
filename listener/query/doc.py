"""One post, made ready for queries: folded once; its words, marks and hosts are found when they are first asked for."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from urllib.parse import urlsplit

from listener.query.fields import Facts
from listener.query.fold import fold, fold_with_offsets
from listener.query.words import Word, crossable, is_cjk, split
from listener.types import Post, Span

_IN_URL = r"(?:[^\s<>\"'()\[\]{}]|\[\.\]|\([^\s()]*\))+"
_URL = re.compile(rf"(?:https?|hxxps?|ftp)://{_IN_URL}|(?<![\w.])www\.{_IN_URL}")
_MARK = re.compile(r"(?<![\w#@$])([#@$])(\w+)")
_HOST = re.compile(r"(?<!\[\.\])(?<![\w@.-])(?:[^\W_](?:[\w-]*[^\W_])?(?:\.|\[\.\]))+[^\W\d_]{2,}(?![\w@-]|\.\w)")
_SCHEME = re.compile(r"^[a-z]+://")


class Doc:
    """A post as queries see it."""

    def __init__(self, text: str, post: Post, now: datetime, facts: Facts | None = None) -> None:
        self.text, self.post, self.now, self.facts = text, post, now, facts

    @classmethod
    def of(cls, post: Post, now: datetime, facts: Facts | None = None) -> "Doc":
        """The title and text of a post as one."""
        return cls(post.words, post, now, facts)

    @cached_property
    def title(self) -> "Doc":
        """The title alone; its offsets are those of the whole, which it begins."""
        return Doc(self.post.title, self.post, self.now, self.facts)

    @cached_property
    def _fold(self) -> tuple[str, Sequence[int]]:
        return fold_with_offsets(self.text)

    @property
    def folded(self) -> str:
        """The text as it is compared."""
        return self._fold[0]

    @cached_property
    def _urls(self) -> list[tuple[int, int]]:
        return (
            [hit.span() for hit in _URL.finditer(self.folded)] if "://" in self.folded or "www." in self.folded else []
        )

    @cached_property
    def words(self) -> list[Word]:
        """Its words in order, those inside addresses left out."""
        found = list(split(self.folded))
        if not self._urls:
            return found
        starts = [start for start, _ in self._urls]
        return [word for word in found if not self._in_url(word.start, starts)]

    def _in_url(self, at: int, starts: list[int]) -> bool:
        index = bisect_right(starts, at) - 1
        return index >= 0 and at < self._urls[index][1]

    @cached_property
    def positions(self) -> Mapping[str, list[int]]:
        """Where each word stands, counted in words."""
        found = defaultdict(list)
        for position, word in enumerate(self.words):
            found[word.text].append(position)
        return found

    @cached_property
    def cjk(self) -> list[int]:
        """Positions of words in scripts without spaces."""
        return [] if self.folded.isascii() else [n for n, word in enumerate(self.words) if is_cjk(word.text)]

    @cached_property
    def _word_starts(self) -> list[int]:
        return [word.start for word in self.words]

    def place_of(self, start: int, end: int) -> tuple[float, float]:
        """The first and last word that folded characters [start, end) touch; between two where they touch none."""
        first = bisect_right(self._word_starts, start) - 1
        if first < 0 or self.words[first].end <= start:
            first += 1
        last = bisect_left(self._word_starts, end) - 1
        return (first, last) if first <= last else (first - 0.5, first - 0.5)

    def runs_on(self, position: int, between: str) -> bool:
        """Whether a phrase goes on from the word before to the one at `position`."""
        gap = self.folded[self.words[position - 1].end : self.words[position].start]
        return gap == between or crossable(gap)

    @cached_property
    def marks(self) -> Mapping[tuple[str, str], list[tuple[int, int]]]:
        """Hashtags, handles and cashtags: where each stands in the folded text."""
        found = defaultdict(list)
        starts = [start for start, _ in self._urls]
        for hit in _MARK.finditer(self.folded):
            if not self._in_url(hit.start(), starts):
                found[hit[1], hit[2]].append(hit.span())
        return found

    @cached_property
    def hosts(self) -> Mapping[str, list[tuple[int, int]]]:
        """Host names in the text, in addresses or bare: where each stands in the folded text."""
        found = defaultdict(list)
        for start, end in self._urls:
            if host := _host(self.folded[start:end]):
                found[host].append((start, end))
        starts = [start for start, _ in self._urls]
        for hit in _HOST.finditer(self.folded):
            if not self._in_url(hit.start(), starts):
                found[hit[0].replace("[.]", ".")].append(hit.span())
        return found

    @cached_property
    def linked(self) -> frozenset[str]:
        """Hosts of the post's own address and of its links."""
        return frozenset(_host(fold(link)) for link in (self.post.url, *self.post.links) if link)

    def to_folded(self, start: int, end: int) -> tuple[int, int]:
        """Characters of the original as characters of the folded text."""
        offsets = self._fold[1]
        if isinstance(offsets, range):
            return start, end
        return bisect_left(offsets, start), bisect_left(offsets, end)

    def span(self, start: int, end: int) -> Span:
        """Characters of the folded text as characters of the original."""
        offsets = self._fold[1]
        return Span(offsets[start], offsets[end - 1] + 1 if end > start else offsets[start])


def _host(url: str) -> str:
    plain = _SCHEME.sub("//", url.replace("[.]", ".")) if "://" in url else f"//{url}"
    try:
        return (urlsplit(plain).hostname or "").removesuffix(".")
    except ValueError:
        return ""

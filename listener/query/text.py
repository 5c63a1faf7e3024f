"""One text, folded once: its words and where they are, its addresses, hashtags and hosts, when first asked for."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from itertools import repeat
from typing import NamedTuple

from listener.query.fold import fold, offsets
from listener.query.glob import fitting
from listener.query.lazy import Lazy
from listener.query.plain import plain
from listener.query.words import ADDRESS, HOST, KEYCAP, NAME, cased_words, spaceless, word_pattern
from listener.types import Span

_GAPS = {code: " " for code in range(128) if not chr(code).isalnum()}  # in texts of ASCII without apostrophes
_SIGN = re.compile("[#@$]")
_DOTTED = re.compile(r"\.[^\W_]|\[\.\]")  # in every host
_HOST = re.compile(r"(?:[^\W_]|[-_.]|\[\.\])+")
_LONGEST_HOST = 253
_NUMBER = re.compile(r"\d[.,]\d")
_BLANK = "\x02"  # stands for what is no text: no letter, no white space, and never in a post


STEPS = 20_000
"""What a query may cost on one text, in about microseconds; only texts that were made to be slow need more."""


class Flood(Exception):
    """A query would take longer on a text than anybody's post deserves."""


class Place(NamedTuple):
    """One occurrence of a leaf, or of several near each other.

    `first` and `last` number its first and last word, as distances count them; [start, end) are characters of the
    folded text.
    """

    first: float
    last: float
    start: int
    end: int
    leaf: str = ""  # as the query writes it
    members: tuple["Place", ...] = ()  # the leaves that are near each other


class Text:
    """A text as queries see it; words of the title (its first `title` characters) run into none of the rest."""

    def __init__(self, original: str, title: int = 0) -> None:
        self.original, self._title = original, title
        self.known = dict[Hashable, list[Place]]()  # the places of leaves that were looked for in all of it
        self.steps = STEPS  # that are left to the query at work

    def spend(self, steps: int) -> None:
        """Note work of about so many microseconds; raises `Flood` where it was too much."""
        self.steps -= steps
        if self.steps < 0:
            raise Flood

    @Lazy
    def addresses(self) -> list[tuple[int, int]]:
        """Characters of the original that are addresses."""
        lower = self.original.lower()
        return [m.span() for m in ADDRESS.finditer(self.original)] if "://" in lower or "www." in lower else []

    @Lazy
    def _clear(self) -> str:
        """The original without what holds no words, as long as before."""
        text = self.original
        if "\u20e3" in text:
            text = KEYCAP.sub(_blanked, text)
        if self.addresses:
            text = ADDRESS.sub(_blanked, text)
        return text[: self._title] + _BLANK + text[self._title + 1 :] if self._title else text

    @Lazy
    def folded(self) -> str:
        """The text as it is compared, without addresses."""
        return fold(self._clear)

    @Lazy
    def _offsets(self) -> Sequence[int]:
        return offsets(self._clear)

    @Lazy
    def words(self) -> list[str]:
        """The words in order, a possessive 's still on them."""
        if self.folded.isascii() and "'" not in self.folded:
            return self.folded.translate(_GAPS).split()
        return word_pattern(self.folded).findall(self.folded)

    @Lazy
    def starts(self) -> list[int]:
        """Where each word begins in the folded text: between two words there is nothing that a word begins with."""
        starts, end = list[int](), 0
        for word in self.words:
            starts.append(self.folded.find(word, end))
            end = starts[-1] + len(word)
        return starts

    @Lazy
    def forms(self) -> Set[str]:
        """All words, each with and without its possessive 's."""
        forms = set(self.words)
        return forms if "'s" not in self.folded else forms | {word.removesuffix("'s") for word in forms}

    @Lazy
    def positions(self) -> Mapping[str, list[int]]:
        """Where each form stands, counted in words."""
        found, has_owners = defaultdict[str, list[int]](list), "'s" in self.folded
        for position, word in enumerate(self.words):
            found[word].append(position)
            if has_owners and word.endswith("'s"):
                found[word[:-2]].append(position)
        return found

    @Lazy
    def plain(self) -> bytes:
        """The text as all queries at once are looked for in it."""
        return plain([self.original])

    @Lazy
    def runs(self) -> list[int]:
        """Positions of the words that are runs of a spaceless script."""
        return [] if self.folded.isascii() else [n for n, word in enumerate(self.words) if spaceless(word)]

    @Lazy
    def _counts(self) -> Sequence[int]:
        """The words up to each, as distances count them: 3.5 and 1,000 are one."""
        if not _NUMBER.search(self.folded):
            return range(len(self.words))
        counts, count = list[int](), -1
        for position in range(len(self.words)):
            count += not (position and self._in_number(position))
            counts.append(count)
        return counts

    def _in_number(self, position: int) -> bool:
        start = self.starts[position]
        return (
            self.folded[start - 1] in ".,"
            and self.folded[start].isdigit()
            and self.folded[start - 2].isdigit()
            and start - 1 == self.starts[position - 1] + len(self.words[position - 1])
        )

    @Lazy
    def _wild(self) -> dict[str, Set[str]]:
        return {}

    def fitting(self, wild: str) -> Set[str]:
        """The forms that fit a wildcard."""
        if wild not in self._wild:
            self.spend(len(self.forms) // 4)
            self._wild[wild] = fitting(wild, self.forms, self.folded)
        return self._wild[wild]

    @Lazy
    def cased(self) -> list[str]:
        """The words in order, folded but in their case."""
        return cased_words(self._clear)

    def place(self, first: int, last: int, start: int, end: int, leaf: str) -> Place:
        """The place of the words from position `first` to `last`, characters [start, end)."""
        return Place(self._counts[first], self._counts[last], start, end, leaf)

    def word_places(self, word: str, leaf: str) -> Iterator[Place]:
        """All places of a word that is no wildcard."""
        positions = self.positions.get(word, ())
        counts = [self._counts[position] for position in positions]
        starts = [self.starts[position] for position in positions]
        return map(Place, counts, counts, starts, [start + len(word) for start in starts], repeat(leaf))

    def place_at(self, start: int, end: int, leaf: str) -> Place:
        """The place of characters [start, end) of the folded text; between two words where they touch none."""
        starts, first = self.starts, bisect_right(self.starts, start) - 1
        if first < 0 or starts[first] + len(self.words[first]) <= start:
            first += 1
        last = bisect_left(starts, end, max(first, 0)) - 1
        if first <= last:
            return Place(self._counts[first], self._counts[last], start, end, leaf)
        between = self._counts[first - 1] + 0.5 if first else -0.5
        return Place(between, between, start, end, leaf)

    def folded_span(self, start: int, end: int) -> tuple[int, int]:
        """Characters [start, end) of the original in the folded text."""
        if isinstance(self._offsets, range):
            return start, end
        return bisect_left(self._offsets, start), bisect_left(self._offsets, end)

    def span(self, place: Place) -> Span:
        """The characters of the original, marks and invisible characters after them included."""
        start, end = self._offsets[place.start], self._offsets[place.end]
        return Span(start, max(end, self._offsets[place.end - 1] + 1) if place.end > place.start else start)

    @Lazy
    def names(self) -> Mapping[str, list[tuple[int, int]]]:
        """Hashtags, handles and cashtags with their signs: where each stands in the folded text."""
        found = defaultdict[str, list[tuple[int, int]]](list)
        for name in NAME.finditer(self.folded) if _SIGN.search(self.folded) else ():
            found[name[1] + name[2]].append((name.start(), name.end(2)))
            if name[3] and name[1] == "@":
                found[name[0]].append(name.span())
        return found

    @Lazy
    def hosts(self) -> Mapping[str, list[tuple[int, int]]]:
        """Host names, in addresses and bare, and all domains above them: where each stands in the folded text."""
        found = defaultdict[str, list[tuple[int, int]]](list)
        for start, end in self.addresses:
            span = self.folded_span(start, end)
            for domain in domains(self.original[start:end]):
                found[domain].append(span)
        for host in HOST.finditer(self.folded) if _DOTTED.search(self.folded) else ():
            for domain in domains(host[0]):
                found[domain].append(host.span())
        return found


def domains(address: str) -> list[str]:
    """The folded host of an address and the domains above it; "[.]" is a dot."""
    rest = address.partition("://")[2] or address
    for end in "/?#\\":
        rest = rest.partition(end)[0]
    found = _HOST.match(rest.rpartition("@")[2])
    host = fold(found[0].replace("[.]", ".")).strip(".") if found else ""
    labels = host.split(".") if len(host) <= _LONGEST_HOST else []
    return [".".join(labels[n:]) for n in range(max(1, len(labels) - 1))]


def _blanked(found: re.Match[str]) -> str:
    return _BLANK * len(found[0])

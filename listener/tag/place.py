"""Which words name the place where a need is to be met: "Shibuya", "new york", "near me".

Every run of words that could name a place is a candidate; signs speak for and against it, each with a weight that was
learned (`training.place`): the word before it, whether a town bears the name, where in the post it stands.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from typing import NamedTuple

from listener.tag.data import Places
from listener.tag.gazetteer import LONGEST, Known, beginnings, folded, known
from listener.tag.reading import Read, Reading
from listener.types import Span

_WORD = re.compile(
    r"https?://\S+|#\w+|@\w+|\d+(?:st|nd|rd|th)\b|(?:[A-Z]\.){2,}|(?:St|Ft|Mt)\.(?= [A-Z])|['’]s\b"
    r"|[^\W_]+(?:['’](?!s\b)[^\W_]+)*|\n+|[^\w\s]"
)
_NUMBERED = re.compile(r"\d+(?:st|nd|rd|th)$|#[^\W\d]")  # "39th"; or a hashtag
NEEDS = frozenset({"go", "buy"})
_TITLE = " — "
_LARGE = 300_000  # people of a town that is known without a capital
_SKIPPED = ("the", "a", "downtown")  # between a cue and a name


class _Word(NamedTuple):
    text: str
    start: int
    end: int
    folded: str


def find_place(text: str, places: Places, needs: Set[str], read: Read | None = None) -> Span | None:
    """The likeliest place in a text, the first of equals; None where none is likely enough, or nobody needs one.

    Args:
        needs: the moments that hold; a place is named only where somebody wants to go or buy.
        read: what the accurate tagger thinks.
    """
    wants = dict.fromkeys(needs & NEEDS, 1.0)
    best, least = None, 0.0
    for span, score in _rated(text, places, wants, read) if wants else ():
        if score > least:
            best, least = span, score
    return best


def _rated(text: str, places: Places, wants: Mapping[str, float], read: Read | None) -> Iterator[tuple[Span, float]]:
    found = list(candidates(text, places, read))
    words = [_weigh({**signs, **wants}, places.weights["words"]) for _, signs in found]
    for (span, signs), score in zip(found, words, strict=True):
        beside = {**signs, "words": score, "lead": score - max(words)}
        yield span, _weigh(beside, places.weights["read"]) if read else score


def _weigh(signs: Mapping[str, float], weights: Mapping[str, float]) -> float:
    return sum(weights.get(sign, 0.0) * value for sign, value in signs.items()) + weights["none"]


def candidates(text: str, places: Places, read: Read | None = None) -> Iterator[tuple[Span, dict[str, float]]]:
    """Every stretch of a text that could name a place, with its signs."""
    finder = _Finder(text, places, read)
    for first, last in finder.found:
        span = Span(finder.words[first].start, finder.words[last - 1].end)
        yield span, {**finder.signs(first, last), **(finder.reading.signs(first, last) if finder.reading else {})}


class _Finder:
    """The words of one text and the runs of them that could name a place: [first, last)."""

    def __init__(self, text: str, places: Places, read: Read | None = None) -> None:
        self.text, self._places = text, places
        self.words = [
            _Word(found[0], found.start(), found.end(), folded(found[0].lstrip("#"))) for found in _WORD.finditer(text)
        ]
        self.reading = Reading([Span(word.start, word.end) for word in self.words], read) if read else None

    @cached_property
    def found(self) -> list[tuple[int, int]]:
        """The candidates, in order of their first words."""
        runs = [run for at in range(len(self.words)) for run in self._runs(at)]
        runs += [(self._begun(first, last), last) for first, last in (self.reading.runs() if self.reading else ())]
        ended = ((first, self._trimmed(first, last)) for first, last in runs)
        return list(dict.fromkeys(run for run in ended if run[0] < run[1]))

    def _begun(self, first: int, last: int) -> int:
        """The beginning of a run without marks."""
        while first < last and not (self.words[first].text[0].isalnum() or self.words[first].text[0] == "#"):
            first += 1
        return first

    def _trimmed(self, first: int, last: int) -> int:
        """The end of a run without the marks and small words that no name ends on."""
        while last > first and not self._ends(self.words[last - 1]):
            last -= 1
        return last

    def _ends(self, word: _Word) -> bool:
        return (word.text[0].isalnum() or word.text[0] == "#") and word.folded not in self._places.join

    def _runs(self, at: int) -> Iterator[tuple[int, int]]:
        """The runs that begin at a word, and the same with the small words around it."""
        word = self.words[at]
        if word.text[0].islower() and not self._could_begin(word.folded):
            return
        last = self._here(at)
        if last > at:
            yield at, last
        named = self._known_ends(at)
        for last in dict.fromkeys((*named, *([self._capital_run(at)] if self._opens(at) else ()))):
            yield at, last
            tail = self._tail(last)
            yield at, tail
            if self._head(at) < at:
                yield self._head(at), tail
                yield self._head(at), last
        if not named and self._is_venue(at):
            yield at - 1, at + 1

    def _could_begin(self, word: str) -> bool:
        return word in beginnings() or word in self._places.here_begins or word in self._places.tail

    def _here(self, at: int) -> int:
        """The end of a word for "here" that begins at a word, or that word."""
        if self.words[at].folded not in self._places.here_begins:
            return at
        for last in range(min(at + 3, len(self.words)), at, -1):
            if " ".join(word.folded for word in self.words[at:last]) in self._places.here:
                return last
        return at

    def named(self, at: int) -> tuple[int, list[Known]]:
        """The end of the longest known name that begins at a word, and the places that bear it."""
        if self.words[at].folded not in beginnings():
            return at, []
        for last in range(min(at + LONGEST, len(self.words)), at, -1):
            run = self.words[at:last]
            if all(word.text[0].isalnum() or word.text[0] in "#-" for word in run):
                places = known(" ".join(word.folded for word in run if word.folded))
                if places and any(place.kind != "short" for place in places):
                    return last, places
        return at, []

    def _known_ends(self, at: int) -> list[int]:
        """The ends of a known name that begins at a word, with the state or country behind it and without."""
        word = self.words[at]
        last, places = self.named(at)
        if not places:
            return [at + 1] if self._listed(at, at + 1) else []
        if last == at + 1 and word.folded in self._places.never:
            return []
        state, clear = self._state(last), last > at + 1 or word.folded not in self._places.common
        large = clear and (_people(places) >= _LARGE or state > last)
        if word.text[0].isupper() or word.text[0] == "#" or large or self._listed(at, last):
            return [state, last]
        return []

    def _listed(self, first: int, last: int) -> bool:
        return " ".join(word.folded for word in self.words[first:last]) in self._places.names

    def _state(self, last: int) -> int:
        """The end of "WA" in "Tacoma, WA" or "Tacoma WA"."""
        at = last + 1 if last < len(self.words) and self.words[last].text == "," else last
        if at >= len(self.words):
            return last
        if self.words[at].text.isupper() and any(place.kind == "short" for place in known(self.words[at].folded)):
            return at + 1
        end, places = self.named(at)
        wide = any(place.kind in ("region", "country") for place in places)
        return end if wide and (self.words[at].text[0].isupper() or self._listed(at, end)) else last

    def _opens(self, at: int) -> bool:
        """Whether a run of capitals may begin here."""
        word = self.words[at]
        return self._capital(at) or bool(_NUMBERED.match(word.text))

    def _capital(self, at: int) -> bool:
        word = self.words[at]
        if not (word.text[0].isalpha() and word.text[0].isupper()):
            return False
        if word.folded in self._places.opening and at + 1 < len(self.words):
            after = self.words[at + 1]
            return after.text[0].isupper() and after.folded not in self._places.never
        return word.folded not in self._places.never

    def _capital_run(self, at: int) -> int:
        """The end of a run of capitals: "St Mark's Place", "Statue of Liberty", "39th", "Tacoma, WA"."""
        last = at + 1
        while self.words[at].text[0] != "#" and last < len(self.words):
            if self._capital(last) or self.words[last].text[0].isdigit():
                last += 1
            elif self._joins(last):
                last += 2
            else:
                break
        return self._state(last)

    def _joins(self, at: int) -> bool:
        """Whether a small word here joins two words of a name; a hyphen does where no space is around it."""
        word, close = self.words[at], self.words[at - 1].end == self.words[at].start
        joins = close if word.text == "-" else word.folded in self._places.join or word.text in self._places.join
        return joins and at + 1 < len(self.words) and self._capital(at + 1)

    def _tail(self, last: int) -> int:
        while last < len(self.words) and self.words[last].folded in self._places.tail:
            last += 1
        return last

    def _head(self, first: int) -> int:
        while first and self.words[first - 1].folded in self._places.head:
            first -= 1
        return first

    def _is_venue(self, at: int) -> bool:
        """Whether the word before and this one may name a venue: "auburn mall"."""
        if not at or self.words[at].folded not in self._places.tail:
            return False
        before = self.words[at - 1]
        return before.text[0].isalpha() and before.text.islower() and before.folded not in self._places.never

    def signs(self, first: int, last: int) -> dict[str, float]:
        """What speaks for and against a candidate."""
        told = dict.fromkeys((*self._around(first, last), *self._inside(first, last)), 1.0)
        people = _people(self._bearing(first, last))
        late = self.words[first].start / max(60, len(self.text))
        return {**told, "people": math.log10(people) - 5 if people else 0.0, "late": late}

    def _around(self, first: int, last: int) -> Iterator[str]:
        before = first - 1
        while before >= 0 and self.words[before].folded in _SKIPPED:
            before -= 1
            yield "after the"
        yield f"after {self._cue(before)}"
        if before > 0:
            yield f"verb {self.words[before - 1].folded}"
        yield f"before {self._cue(last) if last < len(self.words) else 'end'}"
        dash = self.text.find(_TITLE)
        yield "in title" if self.words[first].start < dash else "below title" if dash > 0 else "no title"
        if any(other <= first and last <= end and (other, end) != (first, last) for other, end in self.found):
            yield "within another"
        if any(end <= first for _, end in self.found):
            yield "not the first"

    def _cue(self, at: int) -> str:
        if at < 0:
            return "start"
        return self.words[at].folded or self.words[at].text

    def _inside(self, first: int, last: int) -> Iterator[str]:
        run = self.words[first:last]
        yield from {f"a {place.kind}" for place in self._bearing(first, last)} or {self._partly(first, last)}
        if self._listed(first, last):
            yield "listed"
        yield f"{min(len(run), 5)} words"
        yield "hashtag" if run[0].text[0] == "#" else "capital" if run[0].text[0].isupper() else "small"
        if run[-1].folded in self._places.tail:
            yield from ("tail", f"ends on {run[-1].folded}")
        if self._here(first) == last:
            yield "here"
        if self._state(last - 1) == last and last - first > 1:
            yield "state"
        if any(word.text[0].isdigit() for word in run):
            yield "number"
        if self.text.casefold().count(self.text[run[0].start : run[-1].end].casefold()) > 1:
            yield "again"

    def _bearing(self, first: int, last: int) -> list[Known]:
        return known(" ".join(word.folded for word in self.words[first:last] if word.folded))

    def _partly(self, first: int, last: int) -> str:
        return "holds a place" if any(self.named(at)[1] for at in range(first, last)) else "unknown"


def _people(places: Sequence[Known]) -> int:
    return max((10**7 if place.kind == "region" else place.people for place in places), default=0)

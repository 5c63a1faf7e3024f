"""The language of a post: what the platform says, else a guess from its short words."""

from collections.abc import Mapping

from listener.tag.data import English
from listener.tag.words import Reading

_UNSURE = frozenset({"", "und", "zxx", "qme", "qht", "qam", "qst", "qct"})  # what platforms say where they do not know
_ENOUGH = 2  # short words; one alone may stand in any language


def language(said: str, reading: Reading, short_words: Mapping[str, frozenset[str]], english: English) -> str:
    """A BCP 47 tag, or "" where neither the platform nor the words tell."""
    if said.lower() not in _UNSURE:
        return said
    words = [token.folded for token in reading.tokens if token.kind == "word"]
    counts = {name: sum(word in short for word in words) for name, short in short_words.items()}
    best = max(counts, key=counts.__getitem__)
    if best != "en" and counts[best] >= _ENOUGH:
        return best
    other = max(count for name, count in counts.items() if name != "en")
    sure, perhaps = (sum(word in known for word in words) for known in (english.sure, english.perhaps))
    return "en" if sure > other and sure + perhaps >= _ENOUGH else ""


def is_english(tag: str) -> bool:
    """Whether the cues, which are English, may be trusted: English or unknown."""
    return not tag or tag.lower().partition("-")[0] == "en"

"""Does a text ask its readers for something, by its form? A rule, the same for everybody, that can be read."""

import re
from collections.abc import Iterable

LONGEST = 1_000  # characters that are looked at
LIKELY = 0.05  # the accurate tagger's probability of a question from which on a text counts without that form

_ASIDE = re.compile(r"(?:https?://|www\.)\S+|\b\w+\.(?:com|co|ly)/\S+|(?<!\w)[@#]\w+|^rt\b:?", re.IGNORECASE)

_ASKING = "what|how|why|when|where|who|whom|which|whose|wat|wut"
_HELPING = (
    "is|are|am|was|were|do|does|did|can|could|will|would|should|shall|may|might|has|have|had|must|"
    "(?:is|are|was|were|do|does|did|could|wo|would|should|have|has|ai)n'?t|can'?t|cannot"
)
_WHOM = "i|you|u|ya|y'?all|we|he|she|it|they|there|this|that|these|those|(?:any|some)(?:one|body)|my|your|our|the|any"
# Where a sentence or a clause begins.
_FROM = (
    r"(?:^|[.!?;:,()\n\]–—-]\s*|\b(?:and|but|so|or|hi|hey|hello|ok|okay|please|pls|plz|also|yes|no|just|well|anyone|"
    r"guys|then|because|cuz|thanks|sir|to know|know|see|ask|me|sure|idea|wondering|wonder)[,:]?\s+)"
)
_CLAUSE = (  # what follows there
    rf"(?:{_ASKING})(?:'?s|'?re|'?d|'?ll)\b",
    rf"(?:(?:in|for|at|on|with|from|to|by|about) )?(?:{_ASKING})\b[^.!?\n]{{0,40}}?\b(?:{_HELPING})\b",
    r"(?:how|what|where|when|which|who) (?:to|about|come|many|much|long|often|far|old|big|soon|else|kind|if)\b",
    rf"(?:{_HELPING}) (?:not )?(?:{_WHOM})\b",
)
_QUESTION = (  # each begins with a word
    r"(?:any|some)(?:one|body) (?:know|have|has|had|tried|use[ds]?|else|got|recommend|help|explain|tell|able)\b",
    r"any (?:ideas?|advice|tips|suggestions?|recommendations?|recs?|thoughts|help|chance|news|updates?|word|info)\b",
)
_REQUEST = (
    r"(?:tell|show|give|explain|let|help|remind|teach|advise|inform|walk|send|find|get) (?:me|us)\b",
    r"(?:i|we|just|really|also) (?:am |are )?(?:would like|want(?:ed)?|need(?:ing|ed)?|wanna|gotta|have to|wish)\b",
    r"(?:i|we)'?d like\b",
    r"(?:wonder(?:ing)?|curious|not sure|unsure|no idea|(?:don'?t|do not) (?:know|understand)|trying to|"
    r"looking for|in search of|in need of|advice|please|pls|plz|help|recommend|suggestions?|figure out)\b",
    r"(?:can'?t|cannot|can not|couldn'?t|won'?t|unable to) (?:find|figure|get|seem|log|access|see|use|make|verify)\b",
)


def _any(words: Iterable[str], starts: str) -> re.Pattern[str]:
    """What begins a clause, begins with a word, or begins the text: looked for at once, not one after the other."""
    return re.compile(rf"{_FROM}(?:{'|'.join(_CLAUSE)})|\b(?:{'|'.join(words)})|^(?:{starts})")


_ASKS = _any((*_QUESTION, *_REQUEST), rf"(?:{_HELPING}) \w|(?:need|want|looking)\b")
_ASKS_NARROWLY = _any(_QUESTION, rf"(?:{_HELPING}) \w")


def asks(text: str) -> bool:
    """Whether a text has the form of a question or a request; about half of what has it is rhetorical."""
    plain = _plain(text)
    return "?" in plain or _ASKS.search(plain) is not None


def may_ask(text: str, question: float) -> bool:
    """Whether a text counts: it has the form, or an accurate tagger's probability says that it may ask all the same."""
    return question >= LIKELY or asks(text)


def questions(text: str) -> bool:
    """Whether a text has the form of a question; requests do not."""
    plain = _plain(text)
    return "?" in plain or _ASKS_NARROWLY.search(plain) is not None


def _plain(text: str) -> str:
    """Lower case, without addresses, names of accounts and hashtags; most texts have none, which is quickly seen."""
    text = text[:LONGEST].replace("’", "'")
    if "@" in text or "/" in text or "#" in text or text[:2].lower() == "rt" or "www." in text.lower():
        text = _ASIDE.sub(" ", text)
    return " ".join(text.split()).lower()

"""Does a text ask its readers for something, by its form alone? A rule, the same for everybody, that can be read."""

import re

LONGEST = 1_000  # characters that are looked at

_ASIDE = re.compile(r"(?:https?://|www\.)\S+|\b\w+\.(?:com|co|ly)/\S+|(?<!\w)[@#]\w+|^rt\b:?", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")

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
_QUESTION = (
    r"\?",
    rf"{_FROM}(?:{_ASKING})(?:'?s|'?re|'?d|'?ll)\b",
    rf"{_FROM}(?:(?:in|for|at|on|with|from|to|by|about) )?(?:{_ASKING})\b[^.!?\n]{{0,40}}?\b(?:{_HELPING})\b",
    rf"{_FROM}(?:how|what|where|when|which|who) (?:to|about|come|many|much|long|often|far|old|big|soon|else|kind|if)\b",
    rf"{_FROM}(?:{_HELPING}) (?:not )?(?:{_WHOM})\b",
    rf"^(?:{_HELPING}) \w",
    r"\b(?:any|some)(?:one|body) (?:know|have|has|had|tried|use[ds]?|else|got|recommend|help|explain|tell|able)\b",
    r"\bany (?:ideas?|advice|tips|suggestions?|recommendations?|recs?|thoughts|help|chance|news|updates?|word|info)\b",
)
_REQUEST = (
    r"\b(?:tell|show|give|explain|let|help|remind|teach|advise|inform|walk|send|find|get) (?:me|us)\b",
    r"\b(?:i|we|just|really|also) (?:am |are )?(?:would like|want(?:ed)?|need(?:ing|ed)?|wanna|gotta|have to|wish)\b",
    r"\b(?:i|we)'?d like\b|^(?:need|want|looking)\b",
    r"\b(?:wonder(?:ing)?|curious|not sure|unsure|no idea|(?:don'?t|do not) (?:know|understand)|trying to|"
    r"looking for|in search of|in need of|advice|please|pls|plz|help|recommend|suggestions?|figure out)\b",
    r"\b(?:can'?t|cannot|can not|couldn'?t|won'?t|unable to) (?:find|figure|get|seem|log|access|see|use|make|verify)\b",
)
_ASKS = re.compile("|".join((*_QUESTION, *_REQUEST)))
_ASKS_NARROWLY = re.compile("|".join(_QUESTION))


def asks(text: str) -> bool:
    """Whether a text has the form of a question or a request; about half of what has it is rhetorical."""
    return bool(_ASKS.search(_plain(text)))


def questions(text: str) -> bool:
    """Whether a text has the form of a question; requests do not."""
    return bool(_ASKS_NARROWLY.search(_plain(text)))


def _plain(text: str) -> str:
    """Lower case, without addresses, names of accounts and hashtags."""
    return _BLANKS.sub(" ", _ASIDE.sub(" ", text[:LONGEST].replace("’", "'"))).strip().lower()

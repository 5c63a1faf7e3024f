"""A post as tokens between spaces: an index of them finds what queries ask for, and need not understand any text."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from msgspec import Struct

from listener.query.doc import Doc
from listener.query.values import facets
from listener.query.words import spaceless
from listener.types import Post

VERSION = "1"
"""Changes whenever the tokens of a post may: an index of other tokens has to be made anew."""

_PLAIN = re.compile(r"[a-z0-9'#@$._:/=\-\u0080-\ud7ff\ue000-\U0010ffff]+")
_ODD = re.compile(r"[^a-z0-9'#@$._:/=\-\u0080-\ud7ff\ue000-\U0010ffff]")


class Tokens(Struct, frozen=True):
    """The words of the title, those of the text, and everything else, each in order."""

    title: str
    text: str
    marks: str  # hashtags, handles and cashtags, "//" and domains, "=" and fields: "=author:ann"


def tokens(post: Post) -> Tokens:
    """What an index keeps of a post."""
    doc = Doc.of(post, post.created_at)
    title, words = doc.title.body.words if post.title else [], doc.body.words
    rest = words[len(title) :] if words[: len(title)] == title else words
    return Tokens(_joined(title), _joined(rest), " ".join(_marks(doc)))


def spelled(word: str) -> list[str]:
    """The tokens of a folded word, of a post or a query, without a possessive 's; each sign of a spaceless script."""
    return list(word) if spaceless(word) else [word.removesuffix("'s")]


def domain(host: str) -> str:
    """The token of a domain."""
    return f"//{host}"


def facet(name: str, value: str) -> str:
    """The token of a field; what would part it is replaced."""
    return f"={name}:{_ODD.sub(chr(0xFFFD), value)}"


def is_token(text: str) -> bool:
    """Whether an index keeps the text as it is."""
    return _PLAIN.fullmatch(text) is not None


def _joined(words: Iterable[str]) -> str:
    text = " ".join(words)
    return text.replace("'s ", " ").removesuffix("'s") if text.isascii() else " ".join(chain(*map(spelled, words)))


def _marks(doc: Doc) -> Iterator[str]:
    found = (*doc.body.names, *map(domain, dict.fromkeys((*doc.body.hosts, *doc.linked))))
    yield from filter(is_token, found)
    for name, value in facets(doc.post):
        yield facet(name, value)

"""Single terms in our language; each is tried on our own parser, so that what is written reads as meant."""

import re

from listener.dialects.tree import Every, Leaf, Lost, Make, Near, Node, Not, Noted, Some
from listener.errors import QueryError
from listener.query import parse
from listener.query.tree import Domain, Field, In, Mark, Raw, Term
from listener.query.tree import Leaf as OurLeaf
from listener.query.tree import Node as OurNode

_SCHEME = re.compile(r"(?:https?://)?(?:www\.)?", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)+/\S*", re.IGNORECASE)
_RANGE = re.compile(r"\[?\s*(\d+|\*)\s*(?:TO|\.\.|-)\s*(\d+|\*)\s*\]?", re.IGNORECASE)
_COMPARED = re.compile(r"(<=|>=|<|>|=)?\s*(\d+)")
_PAUSES = re.compile(r"[,;:!?.…]+ +")
FARTHEST = 9_999  # words that NEAR may reach in our language
_AROUND = ",.;:!"  # signs that say nothing at the end of a word
_COMMAS = "a phrase of a title does not cross a comma or a full stop"
_MISSING = "posts whose source does not tell it are not found"


def term(text: str, at: int) -> Node:
    """A word as it stands, with or without wildcards, or a hashtag, handle, domain or address."""
    if _ADDRESS.fullmatch(text):
        return link(text, at)
    bare = text.rstrip(_AROUND)
    return _first(text, at, (bare, f'"{_clean(bare)}"', f"`{text}`"), Term, Mark, Domain, Raw)


def phrase(text: str, at: int) -> Node:
    """Words in this order; our phrases do not cross commas and full stops, those of others do."""
    if _ADDRESS.fullmatch(text.strip()):
        return link(text, at)
    parts = [
        _first(part, at, (f'"{part}"', f"`{part}`"), Term, Mark, Raw) for part in _PAUSES.split(_clean(text)) if part
    ]
    tree = parts[0] if parts else Lost(text, at, "it is empty")
    for part in parts[1:]:
        tree = Near(tree, part, 1, ordered=True)
    return tree


def keyword(text: str, at: int) -> Node:
    """A word, or words in this order."""
    text = text.strip().strip('"')
    return term(text, at) if text.isalnum() else phrase(text, at)


def cased(text: str, at: int) -> Node:
    """A word or words in exactly this case; without the case where our language has none for them."""
    found = _first(text, at, (f'!"{_clean(text)}"',), Term)
    return term(text, at) if isinstance(found, Lost) else found


def raw(text: str, at: int) -> Node:
    """Exactly these characters."""
    return _first(text, at, (f"`{text.strip()}`",), Raw)


def title(text: str, at: int) -> Node:
    """A word or words of the title."""
    found = _first(text, at, (f"title:{text}", f'title:"{_clean(text)}"'), In, field="title")
    return Noted(found, text, at, _COMMAS, wider=False) if _PAUSES.search(text) else found


def field(name: str) -> Make:
    """What asks for a field of ours as it was asked for there."""

    def make(value: str, at: int) -> Node:
        value = value.strip()
        return _first(f"{name}:{value}", at, (f"{name}:{value}", f'{name}:"{_clean(value)}"'), Field, field=name)

    return make


def lang(value: str, at: int) -> Node:
    """A language by its code."""
    value = {"iw": "he", "in": "id"}.get(value.lower(), value)
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?", value) or value.lower() == "und":
        return Lost(f"lang:{value}", at, "expected the code of a language, such as en")
    return Noted(field("lang")(value, at), f"lang:{value}", at, _MISSING, wider=False)


def site(value: str, at: int) -> Node:
    """Where a post is: a host, and perhaps the beginning of a path."""
    return field("site")(_SCHEME.sub("", value.strip(), count=1).rstrip("/*"), at)


def link(value: str, at: int) -> Node:
    """What a post links to: its domain, which our language also finds where it is only written."""
    host, *path = re.split(r"[/?#*]", _SCHEME.sub("", value.strip(), count=1), maxsplit=1)
    found = _first(value, at, (host.lower(),), Domain)
    if isinstance(found, Lost):
        words = _first(value, at, (f'"{_clean(value)}"',), Term, Mark)
        return Noted(words, value, at, "no domain, so its words are looked for in the text", wider=False)
    why = "its domain is looked for, in links and in the text" + (", whatever the path" if any(path) else "")
    return Noted(found, value, at, why, wider=True)


def marked(sign: str) -> Make:
    """A hashtag, handle or cashtag, written with its sign or without."""
    return lambda value, at: term(f"{sign}{value.strip().lstrip('#@$')}", at)


def number(name: str) -> Make:
    """A number field of ours: ">100", "100", "[10 TO 50]", "10..50"."""

    def make(value: str, at: int) -> Node:
        if found := _RANGE.fullmatch(value.strip()):
            bounds = [f"{name}:{op}{each}" for op, each in ((">=", found[1]), ("<=", found[2])) if each != "*"]
        else:
            compared = _COMPARED.fullmatch(value.strip())
            bounds = [f"{name}:{compared[1] or ''}{compared[2]}"] if compared else []
        if not bounds:
            return Lost(f"{name}:{value}", at, "expected a number or a range of numbers")
        return Noted(Every(tuple(Leaf(each, at, name) for each in bounds)), value, at, _MISSING, wider=False)

    return make


def least(name: str) -> Make:
    """A number field of ours, of which a single value is the least."""
    return lambda value, at: number(name)(f">={value.strip()}" if value.strip().isdecimal() else value, at)


def lost(why: str) -> Make:
    """What has no equal here."""
    return lambda value, at: Lost(value, at, why)


def excluded(make: Make) -> Make:
    """What must not be there."""
    return lambda value, at: Not(make(value, at))


def near_each_other(parts: list[Node], between: int, at: int, what: str) -> Node:
    """Parts with so many words between them at most, in any order."""
    tree = parts[0]
    for part in parts[1:]:
        tree = Near(tree, part, min(between + 1, FARTHEST))
    if len(parts) < 3:
        return tree
    return Noted(tree, what, at, "the words are counted from each to the next, not over all of them", wider=True)


def one_of(nodes: list[Node]) -> Node:
    """Any of them; the one itself where there is no other."""
    return nodes[0] if len(nodes) == 1 else Some(tuple(nodes))


def _first(what: str, at: int, candidates: tuple[str, ...], *kinds: type, field: str = "") -> Node:
    """The first of the ways of writing it that our parser reads as one of these kinds of a single term."""
    for text in candidates:
        if _reads_as(text, kinds):
            return Leaf(text, at, field)
    return Lost(what, at, "it has no letter or digit that could be looked for")


def _reads_as(text: str, kinds: tuple[type, ...]) -> bool:
    try:
        tree: OurNode = parse(text).tree
    except QueryError:
        return False
    if isinstance(tree, In):
        return In in kinds and isinstance(tree.child, OurLeaf)
    is_cased = isinstance(tree, Term) and tree.cased != ()
    return isinstance(tree, kinds) and is_cased == text.startswith("!")


def _clean(text: str) -> str:
    return " ".join(text.replace('"', " ").split())

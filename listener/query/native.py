"""What a platform's own search is asked: the widest query in its language that loses nothing, as narrow as that allows.

The full query is applied here to what comes back. So each part of it may only become wider: what a platform cannot
express turns into what it implies (NEAR: both sides), or is left out (wildcards, regular expressions, numbers). What
must not be there is only handed on where the platform surely sees no more of it than we do.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from msgspec import Struct

from listener.errors import ListenerError
from listener.query.fold import fold
from listener.query.glob import matches
from listener.query.tree import (
    And,
    Domain,
    Element,
    Field,
    In,
    Leaf,
    Leaves,
    Mark,
    Near,
    Node,
    Not,
    Or,
    Raw,
    Set,
    Term,
    children,
)
from listener.query.words import spaceless, wild_words


class Unsearchable(ListenerError):
    """A platform's search cannot be asked for a query without reading everything that is posted there."""


class Dialect(Struct, frozen=True, kw_only=True):
    """The language of a platform's search."""

    name: str  # Post.source of what it finds
    host: str  # where its posts are
    longest: int  # characters of one query
    both: str = " "  # between two things of which both must be there
    exact: bool = False  # a word finds what our word finds, and nothing more: then it may be excluded
    titles: bool = True  # whether its posts have titles
    communities: bool = True  # whether its posts are in communities
    operators: Mapping[str, tuple[str, str]] = {}  # leaf → which values it takes, how it is written


X = Dialect(
    name="x",
    host="x.com",
    longest=512,
    exact=True,
    titles=False,
    communities=False,
    operators={
        "#": (r"\w*[^\W\d_]\w*", "#{}"),
        "@": (r"[a-z0-9_]{1,15}", "@{}"),
        "$": (r"[a-z]{1,6}", "${}"),
        "tag": (r"\w*[^\W\d_]\w*", "#{}"),
        "author": (r"[a-z0-9_]{1,15}", "from:{}"),
        "lang": ("ar|bg|bn|ca|cs|da|de|el|en|es|et|eu|fa|fi|fr|gu|he|hi|ht|hu|hy|id|is|it|ja|ka|km|kn|ko|lo|lt|lv|"
                 "ml|mr|my|ne|nl|no|or|pa|pl|ps|pt|ro|ru|sd|si|sl|sr|sv|ta|te|th|tl|tr|ug|uk|ur|vi", "lang:{}"),
        "domain": (r"[a-z0-9.-]+", 'url:"{}"'),
    },
)  # fmt: skip
"""Recent search of X (operators as its documentation lists them)."""

REDDIT = Dialect(
    name="reddit", host="www.reddit.com", longest=512, both=" AND ", operators={"domain": (r"[a-z0-9.-]+", "site:{}")}
)
"""Search of Reddit; it also finds other forms of a word, so that nothing may be excluded."""

_RENAMED = {"he": "iw", "id": "in"}  # what X still calls these languages
_DEPENDENT = "lang:"  # X takes it only beside something else
_RESERVED = ("and", "or", "not")
_BARE = re.compile(r"[^\W_]+")
_HOST = re.compile(r"(?:https?://)?(?:www\.)?([^/]*)")
_LONG_ENOUGH = 4  # letters; shorter words are pieces of others where apostrophes part words: "won" of "won't"
_MOST = 20  # words of a phrase that are asked for


class Word(Struct, frozen=True):
    """Something that is looked for, as the platform writes it; `exact` where it finds nothing that ours does not."""

    text: str
    exact: bool = False


class Bar(Struct, frozen=True):
    """Must not be there."""

    word: Word


class Every(Struct, frozen=True):
    """All of them; of nothing: whatever is posted."""

    parts: tuple["Wide", ...] = ()


class Some(Struct, frozen=True):
    """Any of them; of nothing: no post of this platform."""

    parts: tuple["Wide", ...] = ()


Wide = Word | Bar | Every | Some
ANYTHING, NOTHING = Every(), Some()


def widest(tree: Node, dialect: Dialect) -> list[str]:
    """Queries that together find whatever the tree matches; none where it matches no post of the platform.

    Raises `Unsearchable`.
    """
    wide = _wide(tree, dialect)
    if wide == NOTHING:
        return []
    if not _stands(wide):
        raise Unsearchable(f"the search of {dialect.name} cannot be asked for {tree}: it would have to read every post")
    return list(dict.fromkeys(_fitting(wide, dialect)))


def left(tree: Node, dialect: Dialect) -> list[str]:
    """Parts of the tree that the platform's search is not asked for, or only more loosely."""
    return list(dict.fromkeys(_left(tree, dialect)))


def _left(node: Node, dialect: Dialect) -> Iterator[str]:
    if isinstance(node, Near | In):
        yield str(node)
    elif isinstance(node, Not):
        if _without(node.child, dialect) == ANYTHING:
            yield str(node)
    elif isinstance(node, Leaf):
        if _leaf(node, dialect) == ANYTHING or (isinstance(node, Term) and node.cased):
            yield str(node)
    else:
        for child in children(node):
            yield from _left(child, dialect)


def either(queries: Iterable[str]) -> str:
    """One query that finds what any of them finds."""
    alone = list(dict.fromkeys(queries))
    return alone[0] if len(alone) == 1 else " OR ".join(f"({one})" if " " in one else one for one in alone)


# What a tree implies


def _wide(node: Node, dialect: Dialect) -> Wide:
    if isinstance(node, Or):
        return _some(_wide(child, dialect) for child in node.children)
    if isinstance(node, And):
        return _every(_wide(child, dialect) for child in node.children)
    if isinstance(node, Near):
        return _every((_wide(node.left, dialect), _wide(node.right, dialect)))
    if isinstance(node, Set):
        return _wide(node.child, dialect)
    if isinstance(node, In):
        return _wide(node.child, dialect) if dialect.titles else NOTHING
    return _without(node.child, dialect) if isinstance(node, Not) else _leaf(node, dialect)


def _without(node: Node, dialect: Dialect) -> Wide:
    """What is implied where a node does not hold."""
    if isinstance(node, Not):
        return _wide(node.child, dialect)
    if isinstance(node, Set):
        return _without(node.child, dialect)
    if isinstance(node, Or):
        return _every(_without(child, dialect) for child in node.children)
    if isinstance(node, Field) and node.name == "source":
        return ANYTHING if _leaf(node, dialect) == NOTHING else NOTHING
    if isinstance(node, And | Near | In):
        return ANYTHING
    word = _leaf(node, dialect)
    return Bar(word) if isinstance(word, Word) and word.exact else ANYTHING


def _some(parts: Iterable[Wide]) -> Wide:
    flat = dict.fromkeys(inner for part in parts for inner in (part.parts if isinstance(part, Some) else (part,)))
    if any(isinstance(part, Bar) or (isinstance(part, Every) and _only_bars(part)) for part in flat):
        return ANYTHING
    return next(iter(flat)) if len(flat) == 1 else Some(tuple(flat))


def _every(parts: Iterable[Wide]) -> Wide:
    flat = dict.fromkeys(inner for part in parts for inner in (part.parts if isinstance(part, Every) else (part,)))
    if NOTHING in flat:
        return NOTHING
    return next(iter(flat)) if len(flat) == 1 else Every(tuple(flat))


def _only_bars(every: Every) -> bool:
    return all(isinstance(part, Bar) for part in every.parts)


def _stands(wide: Wide) -> bool:
    """Whether a platform takes it as a query of its own."""
    if isinstance(wide, Word):
        return not wide.text.startswith(_DEPENDENT)
    if isinstance(wide, Every):
        return any(map(_stands, wide.parts))
    return isinstance(wide, Some) and all(map(_stands, wide.parts))


# Leaves


def _leaf(leaf: Leaves, dialect: Dialect) -> Wide:
    if isinstance(leaf, Term):
        return _term(leaf, dialect)
    if isinstance(leaf, Raw):
        return _words(_written(fold(leaf.text)))
    if isinstance(leaf, Mark):
        sign, name = leaf.name[0], leaf.name[1:]
        return ANYTHING if leaf.glob else _operator(dialect, sign, name) or _words([name])
    if isinstance(leaf, Domain):
        return _domain(leaf.host, dialect)
    return _field(leaf, dialect) if isinstance(leaf, Field) else ANYTHING


def _term(term: Term, dialect: Dialect) -> Wide:
    runs = [list(run) for is_glob, run in groupby(term.elements, key=lambda e: e.glob) if not is_glob]
    if len(runs) != 1 or len(runs[0]) < len(term.elements):
        return _every(_phrase(run) for run in runs)
    folded = _phrase(runs[0])
    if not term.source.isascii():  # a platform may tell é from e: as it is written, too
        return _some((folded, _words(_written(term.source.lower().strip('!"')))))
    text = term.elements[0].text
    exact = dialect.exact and len(term.elements) == 1 and not term.cased and len(text) >= _LONG_ENOUGH
    return Word(folded.text, exact and text.isalnum()) if isinstance(folded, Word) else folded


def _written(text: str) -> list[str]:
    return [word[0].removesuffix("'s") for word in wild_words(text)]


def _phrase(elements: Iterable[Element]) -> Wide:
    """Words in a row; those of scripts without spaces each for itself, since platforms part them in their own ways."""
    texts = [element.text for element in elements]
    return _every(_words([text]) for text in texts) if any(map(spaceless, texts)) else _words(texts)


def _words(texts: Iterable[str]) -> Wide:
    words = [text.replace("_", " ").strip() for text in texts][:_MOST]
    phrase = " ".join(filter(None, words))
    if not phrase:
        return ANYTHING
    if "'" in phrase:  # a platform may tell it from the typographic one
        return Some((Word(f'"{phrase}"'), Word(f'"{phrase}"'.replace("'", "’"))))
    return Word(phrase if _BARE.fullmatch(phrase) and phrase not in _RESERVED else f'"{phrase}"')


def _domain(host: str, dialect: Dialect) -> Wide:
    if _is_home(host, dialect):
        return ANYTHING  # each post's own address is there
    linked = _operator(dialect, "domain", host)
    written = _words([host])
    return _some((linked, written)) if linked else ANYTHING


def _is_home(host: str, dialect: Dialect) -> bool:
    return dialect.host == host or dialect.host.endswith(f".{host}")


def _field(field: Field, dialect: Dialect) -> Wide:
    value = fold(field.value)
    if field.name == "source":
        return ANYTHING if matches(value, dialect.name) else NOTHING
    if field.name == "community" and not dialect.communities:
        return NOTHING
    if field.name == "site" and not _is_home(_HOST.match(value)[1], dialect):  # type: ignore[index]  # always matches
        return NOTHING
    value = value.removeprefix({"author": "@", "tag": "#"}.get(field.name, ""))
    return _operator(dialect, field.name, value) or ANYTHING


def _operator(dialect: Dialect, name: str, value: str) -> Word | None:
    """A leaf by the platform's own operator, where it has one that takes this value."""
    taken, written = dialect.operators.get(name, ("", ""))
    if not written or not re.fullmatch(taken, value):
        return None
    return Word(written.format(_RENAMED.get(value, value) if name == "lang" else value), exact=name != "domain")


# Writing, within the length that a platform takes


def _fitting(wide: Wide, dialect: Dialect) -> Iterator[str]:
    """The wide query as texts that fit; a longer one is parted at its alternatives, or made wider."""
    if len(text := _text(wide, dialect)) <= dialect.longest:
        yield text
    elif isinstance(wide, Some):
        for half in _halves(wide):
            yield from _fitting(half, dialect)
    elif isinstance(wide, Every):
        yield from _fitting_all(wide, dialect)
    else:
        raise Unsearchable(f"the search of {dialect.name} takes {dialect.longest} characters, a word here has more")


def _fitting_all(every: Every, dialect: Dialect) -> Iterator[str]:
    bars = tuple(part for part in every.parts if isinstance(part, Bar))
    needed = sorted((part for part in every.parts if part not in bars), key=lambda part: len(_text(part, dialect)))
    if len(_text(Every(tuple(needed)), dialect)) <= dialect.longest:
        yield _with_bars(every, bars, dialect)
        return
    alternatives = [part for part in needed if isinstance(part, Some)]
    if alternatives:
        rest = [part for part in needed if part is not alternatives[-1]]
        for half in _halves(alternatives[-1]):
            yield from _fitting(_every((*rest, half, *bars)), dialect)
    else:  # without its longest word it is only wider
        yield from _fitting(_every((*needed[:-1], *bars)) if needed[1:] else needed[0], dialect)


def _with_bars(every: Every, bars: tuple[Bar, ...], dialect: Dialect) -> str:
    """As much of what must not be there as there is room for: without the rest it is only wider."""
    kept = [part for part in every.parts if part not in bars]
    for bar in bars:
        if len(_text(Every((*kept, bar)), dialect)) <= dialect.longest:
            kept.append(bar)
    return _text(_every(kept), dialect)


def _halves(some: Some) -> tuple[Wide, Wide]:
    middle = len(some.parts) // 2
    return _some(some.parts[:middle]), _some(some.parts[middle:])


def _text(wide: Wide, dialect: Dialect) -> str:
    if isinstance(wide, Word):
        return wide.text
    if isinstance(wide, Bar):
        return f"-{wide.word.text}"
    if isinstance(wide, Some):
        return " OR ".join(_grouped(part, Every, dialect) for part in wide.parts)
    ordered = sorted(wide.parts, key=lambda part: isinstance(part, Bar))
    return dialect.both.join(_grouped(part, Some, dialect) for part in ordered)


def _grouped(part: Wide, kind: type, dialect: Dialect) -> str:
    text = _text(part, dialect)
    return f"({text})" if isinstance(part, kind) else text

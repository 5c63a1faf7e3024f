"""A query as SQL: what is in the index of words, and conditions on findings f, their posts p and words.

Pure. Each part of a query becomes what it implies, so that candidates lack nothing; `exact` says that nothing else is
among them. Only values from the query are bound and only tokens are quoted: no syntax of the index comes from a query.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import groupby

from msgspec import Struct

from listener.query.fields import NUMBER_FIELDS, minutes, number
from listener.query.fold import fold
from listener.query.glob import matches
from listener.query.tokens import domain, facet, is_token, spelled
from listener.query.tree import And, Domain, Element, Field, In, Mark, Near, Node, Not, Or, Raw, Regex, Set, Term
from listener.query.values import facet_of
from listener.query.words import spaceless
from listener.store.rows import iso

_SHORTEST = 2  # letters before a wildcard that are looked up: fewer begin too many words
_DEEPEST = 12  # parentheses of an expression of the index: its parser takes about 30
_SAYS = re.compile(r"[\w*?]")
_HALVES = re.compile("[\ud800-\udfff]")  # of characters: no database takes them
_WILDCARDS, _WILDCARDS_AND_APOSTROPHES = re.compile(r"[*?]+"), re.compile(r"[*?']+")
_SECOND = timedelta(seconds=1)
_WORDS = "p.title || char(10) || char(10) || p.text"
_INDEXED = "f.id in (select rowid from words where rowid >= ?1 and rowid < ?2 and words match ?)"


class Part(Struct, frozen=True):
    """What must be so: an expression of the index, and a condition with its values; "" asks for nothing."""

    words: str = ""
    sql: str = ""
    values: tuple[object, ...] = ()
    exact: bool = True  # and wherever it is so, the query holds
    depth: int = 0  # parentheses in `words`


ANYTHING = Part(exact=False)


def candidates(tree: Node, now: datetime, topics: Mapping[str, str]) -> Part:
    """What is so wherever the tree holds; `topics` names all topics that findings may have by their ids."""
    return _Translator(now, topics).part(tree)


class _Translator:
    def __init__(self, now: datetime, topics: Mapping[str, str], column: str = "") -> None:
        self._now, self._topics, self._column = now, topics, column

    def part(self, node: Node) -> Part:
        if isinstance(node, And):
            return self._every(node.children)
        if isinstance(node, Near):
            return _loose(self._every((node.left, node.right)))
        if isinstance(node, Or):
            return _any([self.part(child) for child in node.children])
        if isinstance(node, Set):
            return self.part(node.child)
        if isinstance(node, In):
            return _Translator(self._now, self._topics, "title").part(node.child)
        if isinstance(node, Not):
            return self._every((node,))
        if _HALVES.search(node.source):
            return ANYTHING
        return _loose(self._leaf(node)) if self._column and not isinstance(node, Term) else self._leaf(node)

    def _every(self, children: Iterable[Node]) -> Part:
        wanted = [self.part(child) for child in children if not isinstance(child, Not)]
        barred = [self.part(child.child) for child in children if isinstance(child, Not)]
        return _all(wanted, barred)

    # Leaves

    def _leaf(self, leaf: Node) -> Part:
        if isinstance(leaf, Term):
            return self._term(leaf)
        if isinstance(leaf, Mark):
            return _wild(leaf.name, ("marks",)) if leaf.glob else _token(leaf.name)
        if isinstance(leaf, Domain):
            return _token(domain(leaf.host))
        if isinstance(leaf, Field):
            return self._field(leaf)
        within = "p.title" if self._column else _WORDS
        if isinstance(leaf, Raw):
            return Part(sql=f"instr({within}, ?) > 0", values=(leaf.text,), exact=False)
        if isinstance(leaf, Regex):
            return Part(sql=f"finds(?, {within})", values=(leaf.pattern,))
        return ANYTHING

    def _term(self, term: Term) -> Part:
        parts = [self._run(list(run)) for is_wild, run in groupby(term.elements, _is_glob) if not is_wild]
        parts += [self._glob(element) for element in term.elements if element.glob]
        is_word = len(term.elements) == 1 and not term.cased
        return parts[0] if is_word else _loose(_all(parts, ()))

    def _glob(self, element: Element) -> Part:
        return self._placed(_wild(element.text, ("title",) if self._column else ("title", "text")))

    def _run(self, elements: list[Element]) -> Part:
        """Words in a row; only one that stands alone is exact."""
        texts = [token for element in elements for token in spelled(element.text)]
        if not all(map(is_token, texts)):
            return ANYTHING
        exact = texts == [elements[0].text]
        return self._placed(Part(_quoted(" ".join(texts)), exact=exact))

    def _placed(self, part: Part) -> Part:
        """In the title alone, or in either column of words."""
        return Part(f"title : {part.words}", part.sql, part.values, part.exact) if self._column and part.words else part

    # Fields

    def _field(self, field: Field) -> Part:
        name, value = field.name, fold(field.value)
        if name in NUMBER_FIELDS:
            return _compared(f"p.{name}", field, number(field.value))
        if name in ("score", "urgency"):
            return _compared(f"f.{name}", field, number(field.value))
        if name in ("moment", "signal"):
            return Part(sql=f"instr(f.{name}s, ?) > 0", values=(f'"{value}"',))
        if name == "question":
            return Part(sql="f.is_question = ?", values=(value == "yes",))
        if name in ("sentiment", "state"):
            return ANYTHING if _WILDCARDS.search(value) else Part(sql=f"f.{name} = ?", values=(value,))
        if name == "place":
            return Part(sql="ifnull(f.place, '') != ''", exact=False) if _SAYS.search(value) else ANYTHING
        if name == "url":
            return Part(sql="instr(folded(p.url), ?) > 0", values=(value,))
        return self._age(field) if name == "age" else self._topic(value) if name == "topic" else _facet(field)

    def _topic(self, value: str) -> Part:
        found = [id for id, name in self._topics.items() if any(matches(value, fold(each)) for each in (id, name))]
        return Part(sql=f"f.topic in ({','.join('?' * len(found))})", values=tuple(found))

    def _age(self, field: Field) -> Part:
        """Wider by a second, for ages are compared as minutes."""
        try:
            then = self._now - timedelta(minutes=minutes(field.value))
            if field.op.startswith("<"):
                return Part(sql="p.created_at >= ?", values=(iso(then - _SECOND),), exact=False)
            if field.op.startswith(">"):
                return Part(sql="p.created_at <= ?", values=(iso(then + _SECOND),), exact=False)
        except OverflowError:
            pass
        return ANYTHING


def _is_glob(element: Element) -> bool:
    return element.glob


def _facet(field: Field) -> Part:
    value, is_exact = facet_of(field)
    token = facet(field.name, value)
    if _WILDCARDS.search(value) and field.name not in ("lang", "site"):
        return _wild(f"={field.name}:{value}", ("marks",))
    return Part(_quoted(token), exact=is_exact and "\ufffd" not in token) if value else ANYTHING


def _compared(column: str, field: Field, value: float) -> Part:
    return Part(sql=f"({column} is not null and {column} {field.op} ?)", values=(value,))


def _token(text: str) -> Part:
    return Part(_quoted(text)) if is_token(text) else ANYTHING


def _wild(text: str, columns: tuple[str, ...]) -> Part:
    """What stands before the first wildcard, exact where that is one * at the end; and its longest piece, anywhere."""
    begin = _WILDCARDS.split(text, maxsplit=1)[0].partition("'")[0]
    is_known = len(begin.rpartition(":")[2].lstrip("#@$")) >= _SHORTEST and is_token(begin)
    words = f"{_quoted(begin)} *" if is_known else ""
    if words and text == f"{begin}*":
        return Part(words)
    piece = max(_WILDCARDS_AND_APOSTROPHES.split(text), key=len)
    if len(piece) < _SHORTEST or piece == begin or not is_token(piece) or spaceless(piece):
        return Part(words, exact=False)
    condition = " or ".join(f"instr(words.{column}, ?) > 0" for column in columns)
    return Part(words, f"({condition})", (piece,) * len(columns), exact=False)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


# Together


def _loose(part: Part) -> Part:
    return Part(part.words, part.sql, part.values, exact=False, depth=part.depth)


def _all(wanted: Iterable[Part], barred: Iterable[Part]) -> Part:
    """All of them, and none of those barred that can be told exactly from one side alone."""
    wanted, barred = list(wanted), list(barred)
    words = [part for part in wanted if part.words]
    not_words = [part for part in barred if part.exact and part.words and not part.sql] if words else []
    not_sql = [part for part in barred if part.exact and part.sql and not part.words]
    conditions = [*(part.sql for part in wanted if part.sql), *(f"not {part.sql}" for part in not_sql)]
    expression = " AND ".join(part.words for part in words)
    if not_words:
        expression = f"({expression}) NOT ({' OR '.join(part.words for part in not_words)})"
    return _within(
        Part(
            f"({expression})" if len(words) + len(not_words) > 1 else expression,
            f"({' and '.join(conditions)})" if conditions else "",
            tuple(value for part in (*wanted, *not_sql) for value in part.values),
            exact=all(part.exact for part in wanted) and len(not_words) + len(not_sql) == len(barred),
            depth=max((part.depth for part in (*words, *not_words)), default=0) + (2 if not_words else len(words) > 1),
        )
    )


def _any(parts: list[Part]) -> Part:
    if not all(part.words or part.sql for part in parts):
        return ANYTHING
    exact = all(part.exact for part in parts)
    if not any(part.sql for part in parts):
        words = f"({' OR '.join(part.words for part in parts)})"
        return _within(Part(words, exact=exact, depth=max(part.depth for part in parts) + 1))
    conditions, values = list[str](), list[object]()
    for part in parts:
        conditions.append(" and ".join(filter(None, (_INDEXED if part.words else "", part.sql))))
        values += ([part.words] if part.words else []) + list(part.values)
    return Part(sql=f"({' or '.join(f'({each})' for each in conditions)})", values=tuple(values), exact=exact)


def _within(part: Part) -> Part:
    """The index takes only so many parentheses in one another; what is deeper is left to the matcher."""
    return part if part.depth <= _DEEPEST else Part(sql=part.sql, values=part.values, exact=False)

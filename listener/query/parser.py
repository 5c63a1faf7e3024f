"""Tokens into a tree. Precedence, tightest first: field, NEAR, NOT, AND, OR."""

import re
from collections.abc import Mapping
from typing import Literal

from listener.errors import QueryError
from listener.query.fields import FIELDS, TAG_FIELDS, near, understood
from listener.query.fold import fold, fold_keeping_case
from listener.query.glob import regex
from listener.query.lexer import Token, tokens
from listener.query.tree import (
    And,
    Domain,
    Element,
    Field,
    In,
    Mark,
    Near,
    Node,
    Not,
    Or,
    Raw,
    Regex,
    Set,
    Term,
    leaves,
    positive,
)
from listener.query.words import is_cjk, split_query

Scope = Literal["topic", "route", "search"]

LONGEST, MOST_LEAVES, DEEPEST = 2_000, 200, 50

_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}")
_MARK = re.compile(r"([#@$])([\w*?]+)")
_SET = re.compile(r"@([\w-]+)")
_STARTS = ("(", "PHRASE", "RAW", "REGEX", "WORD", "FIELD", "NOT")


class Parser:
    """One query on its way from text to tree; `open_sets` are those whose own queries are being read."""

    def __init__(self, query: str, sets: Mapping[str, str], scope: Scope, open_sets: tuple[str, ...] = ()) -> None:
        self._query, self._sets, self._scope, self._open = query, sets, scope, open_sets
        if len(query) > LONGEST:
            raise QueryError(query[:60], 59, f"the query has {len(query):,} characters; at most {LONGEST:,} are read")
        self._tokens, self._at, self._depth = list(tokens(query)), 0, 0
        self._group_of: Token | None = None  # the field whose group of values is being read

    def parse(self) -> Node:
        """The tree of the whole query."""
        if self._token.kind == "END":
            raise self._error("the query is empty; expected a word", at=0)
        tree = self._or()
        if self._token.kind == ")":
            raise self._error("a parenthesis is closed that was never opened")
        if self._token.kind != "END":
            raise self._error(f"expected a term, not {self._token.text}")
        if not positive(tree):
            raise self._error("the query says only what must not be there; expected something that must", at=0)
        if (count := sum(1 for _ in leaves(tree))) > MOST_LEAVES:
            raise self._error(f"the query has {count} terms, those of its sets included; at most {MOST_LEAVES}", at=0)
        return tree

    # Operators

    def _or(self) -> Node:
        branches, starts = [self._and()], [self._at]
        while self._token.kind == "OR":
            self._at += 1
            starts.append(self._at)
            branches.append(self._and("after OR"))
        if len(branches) == 1:
            return branches[0]
        for branch, start in zip(branches, starts, strict=True):
            if not positive(branch):
                at = self._tokens[start if start != starts[0] else 0].at
                raise self._error("each side of an OR needs something that must be there", at=at)
        return Or(tuple(branches))

    def _and(self, where: str = "") -> Node:
        parts = [self._not(where)]
        while self._token.kind == "AND" or self._token.kind in _STARTS:
            written = self._token.kind == "AND"
            self._at += written
            parts.append(self._not("after AND" if written else ""))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _not(self, where: str) -> Node:
        if self._token.kind != "NOT":
            return self._near(where)
        self._at += 1
        self._deeper()
        child = self._not("after NOT")
        self._depth -= 1
        return Not(child)

    def _near(self, where: str) -> Node:
        start = self._at
        left = self._primary(where)
        while self._token.kind == "NEAR":
            operator = self._token
            self._at += 1
            right_at = self._at
            right = self._primary(f"after {operator.text}")
            self._check_near(left, start, operator)
            self._check_near(right, right_at, operator)
            left = Near(left, right, operator.distance, operator.ordered)
        return left

    def _check_near(self, node: Node, token: int, operator: Token) -> None:
        """NEAR takes words, phrases, wildcards and OR-groups of them."""
        if isinstance(node, Or):
            for child in node.children:
                self._check_near(child, token, operator)
        elif isinstance(node, Set):
            self._check_near(node.child, token, operator)
        elif isinstance(node, And | Not | In | Field):
            what = "a field" if isinstance(node, In | Field) else "AND and NOT"
            text = f"{operator.text} takes words, phrases and OR-groups of them, not {what}"
            raise self._error(text, at=self._tokens[token].at)

    # Terms

    def _primary(self, where: str) -> Node:
        token = self._token
        if token.kind == "(":
            return self._group()
        if token.kind not in _STARTS or token.kind == "NOT":
            found = {"END": "the end of the query", ")": "a closing parenthesis"}.get(token.kind, token.text)
            raise self._error(f"expected a term{' ' + where if where else ''}, not {found}")
        if self._group_of:
            return self._value(self._group_of.text.lower(), self._group_of)
        self._at += 1
        if token.kind == "FIELD":
            return self._field(token)
        if token.kind == "PHRASE":
            return self._phrase(token)
        if token.kind == "RAW":
            return Raw(source=f"`{token.text}`", text=token.text)
        return self._regex(token) if token.kind == "REGEX" else self._word(token)

    def _group(self) -> Node:
        opened = self._token
        self._at += 1
        self._deeper()
        if self._token.kind == ")":
            raise self._error("the parentheses are empty; expected a term", at=opened.at)
        tree = self._or()
        if self._token.kind != ")":
            raise self._error("a parenthesis is not closed; expected )", at=opened.at)
        self._at += 1
        self._depth -= 1
        return tree

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(f"more than {DEEPEST} levels of parentheses and NOTs")

    def _phrase(self, token: Token) -> Node:
        elements = self._elements(token.text, token.at)
        source = f'"{token.text}"'
        if token.cased:
            folded = fold_keeping_case(token.text)
            cased = tuple(w.text for w in split_query(folded))
            return Term(source=f"!{source}", elements=elements, cased=cased)
        if not token.distance:
            return Term(source=source, elements=elements)
        words = [Term(source=f'"{e.text}"', elements=(Element(e.text, e.glob),)) for e in elements]
        tree: Node = words[0]
        for word in words[1:]:
            tree = Near(tree, word, token.distance, ordered=True)
        return tree

    def _regex(self, token: Token) -> Node:
        try:
            if regex(token.text).search(""):
                raise self._error("this regular expression finds even nothing: it would match every post", at=token.at)
        except ValueError as error:
            why = f"this regular expression cannot be used: {error}; look-around and back-references are not there"
            raise self._error(why, at=token.at) from None
        return Regex(source=f"/{token.text}/", pattern=token.text)

    def _word(self, token: Token) -> Node:
        folded = fold(token.text)
        if (named := _SET.fullmatch(token.text)) and named[1] in self._sets:
            return self._set(token, named[1])
        if mark := _MARK.fullmatch(folded):
            return Mark(source=token.text, sign=mark[1], name=self._wild(mark[2], token.at))
        if _DOMAIN.fullmatch(folded):
            return Domain(source=token.text, host=folded)
        self._check_word(token, folded)
        return Term(source=token.text, elements=self._elements(token.text, token.at))

    def _check_word(self, token: Token, folded: str) -> None:
        """Signs at the ends of a term would be dropped in silence."""
        inner = folded.strip("*?")
        if inner and not (_wordish(inner[0]) and _wordish(inner[-1])):
            hint = f"write `{token.text}` between backticks to find exactly these characters"
            raise self._error(f"{token.text} begins or ends with a sign that is part of no word; {hint}", at=token.at)

    def _set(self, token: Token, name: str) -> Node:
        if name in self._open:
            raise self._error(f"the set @{name} leads back to itself", at=token.at)
        try:
            return Set(name, Parser(self._sets[name], self._sets, self._scope, (*self._open, name)).parse())
        except QueryError as error:
            raise self._error(f"in the set @{name} ({error.query.strip()}): {error.why}", at=token.at) from None

    def _elements(self, text: str, at: int) -> tuple[Element, ...]:
        folded, end = fold(text), 0
        found: list[Element] = []
        for word in split_query(folded):
            wild = self._wild(word.text, at)
            found.append(Element(wild.text, wild.glob, folded[end : word.start] if found else ""))
            end = word.end
        if not found:
            raise self._error("expected at least one word", at=at)
        return tuple(found)

    def _wild(self, text: str, at: int) -> Element:
        glob = "*" in text or "?" in text
        if glob and not any(_wordish(char) for char in text):
            raise self._error("a wildcard alone would match every word; expected letters beside it", at=at)
        return Element(text, glob)

    # Fields

    def _field(self, token: Token) -> Node:
        name = token.text.lower()
        if name not in FIELDS:
            raise self._unknown_field(token)
        if name in TAG_FIELDS and self._scope == "topic":
            why = f"{name}: is a tag, which a topic's query cannot ask for; routes can: [[route.routes]] match = …"
            raise self._error(why, at=token.at)
        value = self._token
        if value.at != token.end or value.kind not in ("(", "PHRASE", "WORD", "FIELD"):
            raise self._error(f"expected a value right after {name}:", at=token.at)
        if name == "title":
            return In(self._title_value())
        return self._values(name, token)

    def _title_value(self) -> Node:
        tree = self._primary("after title:")
        if any(isinstance(leaf, Field) for leaf in leaves(tree)):
            raise self._error("title: takes words, wildcards and phrases, not fields")
        return tree

    def _values(self, name: str, field: Token) -> Node:
        """One value, or a group of values with OR, AND and NOT."""
        if self._token.kind != "(":
            return self._value(name, field)
        self._group_of = field
        tree = self._group()
        self._group_of = None
        return tree

    def _value(self, name: str, field: Token) -> Node:
        written = self._token.text
        end = self._token.end
        self._at += 1
        while (
            self._token.at == end
            and self._token.kind in ("WORD", "FIELD")
            and self._tokens[self._at - 1].kind == "FIELD"
        ):
            written += ":" + self._token.text  # url:https://… is read as fields
            end = self._token.end
            self._at += 1
        try:
            op, value = understood(name, written)
        except ValueError as error:
            raise self._error(f"{name}:{written}: {error}", at=field.at) from None
        if not value.strip():
            raise self._error(f"expected a value right after {name}:", at=field.at)
        shown = value if re.fullmatch(r"[^\s()\"`:]+", value) else f'"{value}"'
        return Field(source=f"{name}:{'' if op == '=' else op}{shown}", name=name, op=op, value=value)

    def _unknown_field(self, token: Token) -> QueryError:
        rest = self._token
        written = token.text + ":" + (rest.text if rest.at == token.end else "")
        if rest.text.startswith("//"):
            return self._error(f"an address; write site:{rest.text[2:]} or url:{rest.text[2:]}", at=token.at)
        hint = f'{near(token.text, FIELDS)} To find the words themselves, quote them: "{written}"'
        return self._error(f"unknown field {token.text}:; {hint}", at=token.at)

    # Helpers

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _error(self, why: str, at: int | None = None) -> QueryError:
        return QueryError(self._query, self._token.at if at is None else at, why)


def _wordish(char: str) -> bool:
    return char.isalnum() or is_cjk(char)

"""A query into a tree. Precedence, tightest first: field, NEAR, NOT, AND, OR."""

from collections.abc import Callable, Mapping
from typing import Literal, TypeVar

from listener.errors import QueryError
from listener.query import terms
from listener.query.alternatives import alternatives
from listener.query.fields import FIELDS, TAG_FIELDS, nearest, shown, understood
from listener.query.scan import Operator, Scanner
from listener.query.tree import And, Field, In, Near, Node, Not, Or, Set, leaves, links, positive

Scope = Literal["topic", "route", "search"]

LONGEST, MOST_LEAVES = 2_000, 200
_DEEPEST, _MOST_LINKS = 50, 20
_A_TERM = "a term"
_MINUS = "-−–—"  # telephones turn two hyphens into a dash

_Made = TypeVar("_Made")


class Parser:
    """One query on its way from text to tree, or a set on its way into one.

    Args:
        trees: those of the sets that were read already.
        outer: the sets that are being read around this one.
        depth: parentheses and sets that are open around it.
    """

    def __init__(
        self,
        query: str,
        sets: Mapping[str, str],
        scope: Scope,
        trees: dict[str, Node],
        outer: tuple[str, ...] = (),
        depth: int = 0,
    ) -> None:
        self._sets, self._scope, self._trees, self._outer, self._depth = sets, scope, trees, outer, depth
        self._handles = {f"@{name}".casefold(): name for name in sets}
        self._scan = Scanner(query)
        self._values_of = ""  # the field whose group of values is being read

    def parse(self) -> Node:
        """The tree of the whole query; raises `QueryError`."""
        query = self._scan.query
        if len(query) > LONGEST:
            raise QueryError(f"{query[:59]}…", 59, f"the query has {len(query):,} characters; at most {LONGEST:,} fit")
        if not query.strip():
            raise self._scan.error("the query is empty; expected a word", 0)
        tree = alternatives(query) or self._whole()
        if (count := sum(1 for _ in leaves(tree))) > MOST_LEAVES:
            raise self._scan.error(f"the query has {count} terms, those of its sets included; at most {MOST_LEAVES}", 0)
        return tree

    def _whole(self) -> Node:
        tree = self._or()
        if self._next() == ")":
            raise self._scan.error("a parenthesis is closed that was never opened; expected a term or the end")
        if not positive(tree):
            raise self._scan.error("the query says only what must not be there; expected something that must", 0)
        return tree

    def _next(self) -> str:
        """What comes next: "" (the end), ( or ), AND, OR, NOT, NEAR, or a term."""
        self._scan.skip_blanks()
        char = self._scan.ahead()
        if char in "()":  # or the end
            return char
        if char == '"':
            return _A_TERM
        after = self._scan.ahead(2)[1:]
        if char in _MINUS and after and after not in " \t\r\n)":
            return "NOT"
        return self._scan.operator() or _A_TERM

    # Operators

    def _or(self) -> Node:
        branches = [self._branch("")]
        while self._next() == "OR":
            self._scan.take("OR")
            branches.append(self._branch("after OR"))
        if len(branches) == 1:
            return branches[0][0]
        for branch, at in branches:
            if not positive(branch):
                raise self._scan.error("each side of an OR needs something that must be there, not NOT alone", at)
        return Or(tuple(branch for branch, _ in branches))

    def _branch(self, where: str) -> tuple[Node, int]:
        self._scan.skip_blanks()
        at = self._scan.at
        return self._and(where), at

    def _and(self, where: str) -> Node:
        parts = [self._not(where)]
        while (ahead := self._next()) in ("AND", "NOT", "(", _A_TERM):
            if ahead == "AND":
                self._scan.take("AND")
            parts.append(self._not("after AND"))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _not(self, where: str) -> Node:
        negated = False
        while self._next() == "NOT":
            word = self._scan.take("NOT" if self._scan.bare() == "NOT" else self._scan.ahead())
            negated, where = not negated, f"after {word}"
        node = self._near(where)
        if not negated:
            return node
        return node.child if isinstance(node, Not) else Not(node)

    def _near(self, where: str) -> Node:
        left, at = self._operand(where)
        while self._next() == "NEAR":
            operator = self._scan.near()
            right, right_at = self._operand(f"after {operator.text}")
            self._check_near(left, at, operator)
            self._check_near(right, right_at, operator)
            left = Near(left, right, operator.distance, operator.ordered)
            if links(left) > _MOST_LINKS:
                raise self._scan.error(f"more than {_MOST_LINKS} NEARs hang together; expected fewer", at)
        return left

    def _operand(self, where: str) -> tuple[Node, int]:
        ahead, at = self._next(), self._scan.at
        if ahead == "(":
            return self._group(), at
        if ahead != _A_TERM:
            found = {"": "the end of the query", ")": "a closing parenthesis", "NOT": self._scan.bare()}
            expected = f"expected a term {where}".rstrip()
            raise self._scan.error(f"{expected}, not {found.get(ahead, self._scan.bare())}")
        return (self._value(self._values_of, at) if self._values_of else self._term()), at

    def _check_near(self, node: Node, at: int, operator: Operator) -> None:
        """NEAR takes words, phrases, wildcards and OR-groups of them."""
        if isinstance(node, And | Not | In | Field):
            what = "AND and NOT" if isinstance(node, And | Not) else "fields"
            raise self._scan.error(f"{operator.text} takes words, phrases and OR-groups of them, not {what}", at)
        for child in node.children if isinstance(node, Or) else (node.child,) if isinstance(node, Set) else ():
            self._check_near(child, at, operator)

    def _group(self) -> Node:
        opened = self._scan.at
        self._scan.take("(")
        self._deeper(opened)
        if self._next() == ")":
            raise self._scan.error("the parentheses are empty; expected a term", opened)
        tree = self._or()
        if self._next() != ")":
            raise self._scan.error("a parenthesis is not closed; expected )", opened)
        self._scan.take(")")
        self._depth -= 1
        return tree

    def _deeper(self, at: int) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._scan.error(f"more than {_DEEPEST} parentheses and sets in one another; expected fewer", at)

    # Terms

    def _term(self) -> Node:
        scan, at = self._scan, self._scan.at
        if scan.ahead() == '"':
            return self._quoted(at, cased=False)
        if scan.ahead() == "!":
            return self._cased(at)
        if scan.ahead() == "`":
            return self._made(at, terms.raw, scan.raw())
        if scan.ahead() == "/":
            return self._expression(at)
        if name := scan.field():
            return self._field(name, at)
        text = scan.take(scan.bare())
        return self._set(text, at) or self._made(at, terms.bare, text)

    def _made(self, at: int, make: Callable[[str], _Made], text: str) -> _Made:
        try:
            return make(text)
        except ValueError as error:
            raise self._scan.error(str(error), at) from None

    def _quoted(self, at: int, *, cased: bool) -> Node:
        text = self._scan.quoted()
        if distance := self._scan.reach():
            return self._made(at, lambda text: terms.chain(text, distance, cased=cased), text)
        return self._made(at, lambda text: terms.phrase(text, cased=cased), text)

    def _cased(self, at: int) -> Node:
        self._scan.take("!")
        if self._scan.ahead() == '"':
            return self._quoted(at, cased=True)
        word = self._scan.bare()
        if not word[:1].isalnum():
            raise self._scan.error('expected a word or a "phrase" right after !', at)
        return self._made(at, lambda text: terms.phrase(text, cased=True), self._scan.take(word))

    def _expression(self, at: int) -> Node:
        pattern = self._scan.regex()
        try:
            return terms.expression(pattern)
        except ValueError as error:
            raise self._scan.error(str(error), at) from None

    def _set(self, text: str, at: int) -> Node | None:
        name = self._handles.get(text.casefold())
        if name is None:
            return None
        if name in self._outer:
            raise self._scan.error(f"the set @{name} leads back to itself", at)
        if name not in self._trees:
            self._deeper(at)
            self._trees[name] = self._tree_of(name, at)
            self._depth -= 1
        return Set(name, self._trees[name])

    def _tree_of(self, name: str, at: int) -> Node:
        inner = (self._sets[name], self._sets, self._scope, self._trees, (*self._outer, name), self._depth)
        try:
            return Parser(*inner).parse()
        except QueryError as error:
            raise self._scan.error(f"in the set @{name} ({error.query.strip()}): {error.why}", at) from None

    # Fields

    def _field(self, written: str, at: int) -> Node:
        name = written.lower()
        if name not in FIELDS:
            raise self._unknown(written, at)
        if name in TAG_FIELDS and self._scope == "topic":
            why = f"{name}: is a tag, which a topic's query cannot ask for; routes can: [[route.routes]] match = …"
            raise self._scan.error(why, at)
        if self._values_of:
            raise self._scan.error(f"expected values of {self._values_of}:, not another field", at)
        if name == "title":
            return self._title(at)
        if self._scan.ahead() != "(":
            return self._value(name, at)
        self._values_of = name
        tree = self._group()
        self._values_of = ""
        return tree

    def _title(self, at: int) -> Node:
        if not self._scan.bare() and self._scan.ahead() not in ('"', "`", "("):
            raise self._scan.error("expected a word right after title:", self._scan.at)
        child = self._group() if self._scan.ahead() == "(" else self._term()
        if any(isinstance(leaf, Field) for leaf in leaves(child)):
            raise self._scan.error("title: takes words, phrases and wildcards, not fields", at)
        return In(child)

    def _value(self, name: str, at: int) -> Field:
        written = self._scan.value()
        if not written.strip():
            raise self._scan.error(f"expected a value right after {name}:")
        try:
            op, value = understood(name, written)
        except ValueError as error:
            raise self._scan.error(f"{name}:{written}: {error}", at) from None
        return Field(source=shown(name, op, value), name=name, op=op, value=value)

    def _unknown(self, written: str, at: int) -> QueryError:
        rest = self._scan.bare()
        if rest.startswith("//"):
            return self._scan.error(f"this is an address; write site:{rest[2:]} or url:{rest[2:]}", at)
        near = "; no field is a number." if written.isdigit() else f"; {nearest(written, FIELDS)}"
        hint = f'{near} To find the words themselves, quote them: "{written}:{rest}"'
        return self._scan.error(f"unknown field {written}:{hint}", at)

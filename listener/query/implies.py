"""Whether one part of a query follows from another. "Yes" is certain; "no" may be ignorance."""

from collections.abc import Iterator

from listener.query.fields import NUMBER_FIELDS, minutes, number
from listener.query.fold import fold
from listener.query.glob import matches
from listener.query.tree import And, Domain, Element, Field, In, Mark, Near, Node, Not, Or, Raw, Regex, Set, Term

_COMPARED = (*NUMBER_FIELDS, "age", "score", "urgency")
_ONE_VALUE = ("source", "author", "community", "type", "sentiment", "question", "state")


def implies(one: Node, other: Node) -> bool:
    """Whether the other surely holds wherever the one does."""
    if isinstance(one, Set):
        return implies(one.child, other)
    if isinstance(other, Set):
        return implies(one, other.child)
    if isinstance(one, Or):
        return all(implies(child, other) for child in one.children)
    if isinstance(other, And):
        return all(implies(one, child) for child in other.children)
    if isinstance(other, Or) and any(implies(one, child) for child in other.children):
        return True
    if isinstance(one, And):
        return any(implies(child, other) for child in one.children)
    if isinstance(one, Not) or isinstance(other, Not):
        return isinstance(one, Not) and isinstance(other, Not) and implies(other.child, one.child)
    return _simple(one, other)


def excludes(one: Node, other: Node) -> bool:
    """Whether the two surely never hold together."""
    if isinstance(one, Not):
        return not isinstance(other, Not) and implies(other, one.child)
    if isinstance(other, Not):
        return implies(one, other.child)
    if not (isinstance(one, Field) and isinstance(other, Field) and one.name == other.name):
        return False
    if one.name in _COMPARED:
        return _apart(one, other)
    values = fold(one.value), fold(other.value)
    return one.name in _ONE_VALUE and values[0] != values[1] and not any(set(each) & set("*?@/") for each in values)


def _simple(one: Node, other: Node) -> bool:
    if isinstance(one, In):
        if isinstance(other, In):
            return implies(one.child, other.child)
        return isinstance(one.child, Term) and isinstance(other, Term) and implies(one.child, other)
    if isinstance(one, Near):
        if isinstance(other, Near):
            same = _same(one.left, other.left) and _same(one.right, other.right)
            plain = isinstance(one.left, Term) and isinstance(one.right, Term)
            return same and plain and one.ordered >= other.ordered and one.distance <= other.distance
        return implies(one.left, other) or implies(one.right, other)
    if isinstance(one, Term) and isinstance(other, Term):
        return _term(one, other)
    if isinstance(one, Domain) and isinstance(other, Domain):
        return one.host == other.host or one.host.endswith(f".{other.host}")
    if isinstance(one, Mark) and isinstance(other, Mark):
        return one.name == other.name or (other.glob and not one.glob and matches(other.name, one.name))
    if isinstance(one, Field) and isinstance(other, Field):
        return _field(one, other)
    if isinstance(one, Raw) and isinstance(other, Raw):
        return one.text == other.text
    return isinstance(one, Regex) and isinstance(other, Regex) and one.pattern == other.pattern


def _same(one: Node, other: Node) -> bool:
    if isinstance(one, Term) and isinstance(other, Term):
        return one.elements == other.elements and one.cased == other.cased
    return one == other


# Words


def _term(one: Term, other: Term) -> bool:
    if _same(one, other):
        return True
    if other.cased:
        return False
    if len(other.elements) == 1:
        return any(_word(element, other.elements[0]) for element in one.elements)
    if any(element.inside for element in (*one.elements, *other.elements)):
        return False
    wanted = _shape(other.elements)
    return any(_shape(part) == wanted for part in _runs(one.elements, len(wanted)))


def _runs(elements: tuple[Element, ...], length: int) -> Iterator[tuple[Element, ...]]:
    return (elements[n : n + length] for n in range(len(elements) - length + 1))


def _shape(elements: tuple[Element, ...]) -> list[tuple[str, bool, str]]:
    """What is compared of a phrase: nothing stands before its first word."""
    return [(each.text, each.glob, each.before if n else "") for n, each in enumerate(elements)]


def _word(one: Element, other: Element) -> bool:
    """Whether a text with the one has the other."""
    if one.inside or other.inside:
        return one.inside and other.inside and other.text in one.text
    if not other.glob:
        return not one.glob and one.text == other.text
    if not one.glob:
        return matches(other.text, one.text)
    begin = other.text.removesuffix("*")
    is_beginning = other.text.endswith("*") and begin != "" and not set(begin) & set("*?")
    return one.text == other.text or (is_beginning and one.text.startswith(begin))


# Fields


def _field(one: Field, other: Field) -> bool:
    if one.name != other.name:
        return False
    if one.name in _COMPARED:
        return _within(one, other)
    return fold(one.value) == fold(other.value)


def _figure(field: Field) -> float:
    return minutes(field.value) if field.name == "age" else number(field.value)


def _ends(field: Field) -> tuple[float, bool, float, bool]:
    """Least and greatest value, each with whether it is among them."""
    value = _figure(field)
    low = value if field.op in ("=", ">", ">=") else float("-inf")
    high = value if field.op in ("=", "<", "<=") else float("inf")
    return low, field.op != ">", high, field.op != "<"


def _within(one: Field, other: Field) -> bool:
    (a, has_a, b, has_b), (c, has_c, d, has_d) = _ends(one), _ends(other)
    return (a > c or (a == c and (has_c or not has_a))) and (b < d or (b == d and (has_d or not has_b)))


def _apart(one: Field, other: Field) -> bool:
    (a, has_a, b, has_b), (c, has_c, d, has_d) = _ends(one), _ends(other)
    return b < c or d < a or (b == c and not (has_b and has_c)) or (d == a and not (has_d and has_a))

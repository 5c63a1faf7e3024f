"""Where the leaves of a query occur in a post."""

from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec import Struct

from listener.query.doc import Doc
from listener.query.fields import holds
from listener.query.fold import fold_keeping_case
from listener.query.glob import matches, regex
from listener.query.tree import Domain, Element, Field, Leaves, Mark, Raw, Regex, Term
from listener.query.words import is_cjk, split_query
from listener.types import Span

_MOST = 1_000  # occurrences of one leaf that are looked at in one post, so that a flood of them costs little


class Place(Struct, frozen=True, order=True):
    """One occurrence: the first and last word it touches, and its characters in the original."""

    first: float
    last: float
    span: Span | None


def occurrences(leaf: Leaves, doc: Doc) -> list[Place]:
    """All occurrences of a leaf, in order; a field that holds is one without characters."""
    if isinstance(leaf, Term):
        return list(islice(_terms(leaf, doc), _MOST))
    if isinstance(leaf, Field):
        held = holds(leaf.name, leaf.op, leaf.value, doc.post, doc.now, doc.facts)
        return [Place(-1, -1, None)] if held else []
    if isinstance(leaf, Mark):
        return _places(_marks(leaf, doc), doc)
    if isinstance(leaf, Domain):
        found = _places(_hosts(leaf, doc), doc)
        linked = any(_below(host, leaf.host) for host in doc.linked)
        return found or ([Place(-1, -1, None)] if linked else [])
    return sorted(islice(_raws(leaf, doc) if isinstance(leaf, Raw) else _regexes(leaf, doc), _MOST))


# Words and phrases


def _terms(term: Term, doc: Doc) -> Iterator[Place]:
    elements = term.elements
    for position in _starts(elements, doc):
        end = position + len(elements)
        if position < 0 or end > len(doc.words):
            continue
        if len(elements) > 1 and not _continues(elements, doc, position):
            continue
        start_char, end_char = _characters(elements, doc, position)
        span = doc.span(start_char, end_char)
        if not term.cased or _same_case(term.cased, doc.text[span.start : span.end]):
            yield Place(position, end - 1, span)


def _starts(elements: tuple[Element, ...], doc: Doc) -> list[int]:
    """Where the term may begin: its rarest word says so, lest a long phrase be tried at every word of a flood."""
    last = len(elements) - 1
    found = [
        [position - n for position in _positions(element, doc, first=n == 0, last=n == last)]
        for n, element in enumerate(elements)
    ]
    return min(found, key=len)


def _positions(element: Element, doc: Doc, *, first: bool, last: bool) -> list[int]:
    if element.glob:
        fitting = [word for word in doc.positions if matches(element.text, word)]
        return sorted(position for word in fitting for position in doc.positions[word])
    found = doc.positions.get(element.text, [])
    if doc.cjk and is_cjk(element.text):
        return [n for n in doc.cjk if _fits_run(element.text, doc.words[n].text, first=first, last=last)]
    return found


def _fits_run(text: str, run: str, *, first: bool, last: bool) -> bool:
    """CJK is written without spaces: a term is found anywhere in a run, but a phrase may not skip any of it."""
    if first and last:
        return text in run
    return (run.endswith(text) if first else run.startswith(text)) if first or last else run == text


def _continues(elements: tuple[Element, ...], doc: Doc, position: int) -> bool:
    last = len(elements) - 1
    for offset, element in enumerate(elements):
        word, first = doc.words[position + offset].text, offset == 0
        cjk = is_cjk(word) and _fits_run(element.text, word, first=first, last=offset == last)
        if not (cjk or matches(element.text, word)):
            return False
        if offset and not doc.runs_on(position + offset, element.before):
            return False
    return True


def _characters(elements: tuple[Element, ...], doc: Doc, position: int) -> tuple[int, int]:
    """Where in the folded text: of a CJK run only what was asked for."""
    word, end = doc.words[position], doc.words[position + len(elements) - 1].end
    start, text = word.start, elements[0].text
    if len(text) < len(word.text) and is_cjk(word.text) and text in word.text:
        start += word.text.rfind(text) if len(elements) > 1 else word.text.find(text)
        end = end if len(elements) > 1 else start + len(text)
    return start, end


def _same_case(cased: tuple[str, ...], original: str) -> bool:
    words = [word.text for word in split_query(fold_keeping_case(original))]
    return len(words) == len(cased) and all(matches(want, have) for want, have in zip(cased, words, strict=True))


# Marks and hosts


def _marks(leaf: Mark, doc: Doc) -> Iterator[tuple[int, int]]:
    if not leaf.name.glob:
        yield from doc.marks.get((leaf.sign, leaf.name.text), ())
        return
    for (sign, name), spans in doc.marks.items():
        if sign == leaf.sign and matches(leaf.name.text, name):
            yield from spans


def _hosts(leaf: Domain, doc: Doc) -> Iterator[tuple[int, int]]:
    for host, spans in doc.hosts.items():
        if _below(host, leaf.host):
            yield from spans


def _below(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _places(spans: Iterable[tuple[int, int]], doc: Doc) -> list[Place]:
    return sorted(Place(*doc.place_of(start, end), doc.span(start, end)) for start, end in islice(spans, _MOST))


# Exact characters and expressions


def _raws(leaf: Raw, doc: Doc) -> Iterator[Place]:
    at = doc.text.find(leaf.text)
    while at >= 0:
        end = at + len(leaf.text)
        if _edges_stand(leaf.text, doc.text, at, end):
            yield _original_place(doc, at, end)
        at = doc.text.find(leaf.text, at + 1)


def _edges_stand(raw: str, text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (raw[0].isalnum() and before.isalnum()) and not (raw[-1].isalnum() and after.isalnum())


def _regexes(leaf: Regex, doc: Doc) -> Iterator[Place]:
    for hit in regex(leaf.pattern).finditer(doc.text):
        if hit.end() > hit.start() or not doc.text:
            yield _original_place(doc, hit.start(), hit.end())


def _original_place(doc: Doc, start: int, end: int) -> Place:
    return Place(*doc.place_of(*doc.to_folded(start, end)), Span(start, end))

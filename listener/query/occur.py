"""Where the leaves of a query occur in a text."""

from collections.abc import Iterable, Iterator, Sequence

from listener.query.doc import Doc
from listener.query.glob import matches, regex_spans
from listener.query.plain import ODD, piece
from listener.query.text import Place, Text
from listener.query.tree import Domain, Element, Field, Leaves, Mark, Raw, Regex, Term
from listener.query.values import holds
from listener.query.words import joined


def present(leaf: Leaves, doc: Doc) -> bool:
    """Whether the post has it."""
    if isinstance(leaf, Term) and (word := leaf.word):
        return word in doc.body.forms
    if isinstance(leaf, Field):
        return holds(leaf, doc.post, doc.now, doc.facts)
    if isinstance(leaf, Domain) and leaf.host in doc.linked:
        return True
    return next(places(leaf, doc.body), None) is not None


def places(leaf: Leaves, text: Text) -> Iterator[Place]:
    """Where in a text it is; a field is nowhere."""
    if isinstance(leaf, Field):
        return iter(())
    if not isinstance(leaf, Term):
        return (_paid(text, start, end, leaf.source) for start, end in _spans(leaf, text))
    if word := leaf.word:
        return text.word_places(word, leaf.source)
    if len(leaf.elements) == 1 and leaf.elements[0].inside:
        return (_paid(text, start, end, leaf.source) for start, end in _inside(leaf.elements[0].text, text))
    return (text.place(*run, leaf.source) for run in _runs(leaf, text) if _same_case(leaf.cased, text, run))


def _paid(text: Text, start: int, end: int, leaf: str) -> Place:
    text.spend(1)
    return text.place_at(start, end, leaf)


def _spans(leaf: Mark | Domain | Raw | Regex, text: Text) -> Iterable[tuple[int, int]]:
    if isinstance(leaf, Mark):
        return _marks(leaf, text)
    if isinstance(leaf, Domain):
        return text.hosts.get(leaf.host, ())
    text.spend(len(text.original) // _READ)
    spans = _raws(leaf.text, text.original) if isinstance(leaf, Raw) else regex_spans(leaf.pattern, text.original)
    return (text.folded_span(start, end) for start, end in spans)


# Words and phrases

_READ = 200  # characters that are read for the price of a step
_CASED = 3  # steps of a candidate whose case is looked at
_MANY = 50  # candidates that are looked at without further ado

_Run = tuple[int, int, int, int]
"""Positions of the first and the last word, and where they start and end in the folded text."""


def _inside(run: str, text: Text) -> Iterator[tuple[int, int]]:
    start = text.folded.find(run)
    while start >= 0:
        yield start, start + len(run)
        start = text.folded.find(run, start + 1)


def _runs(term: Term, text: Text) -> Iterator[_Run]:
    """Each candidate for the rarest of the words is looked around from."""
    elements = term.elements
    if len(elements) == 1:  # its candidates are its occurrences
        yield from (_run(elements[0], text, position) for position in _candidates(elements[0], text))
        return
    offset, candidates = _rarest(elements, text)
    if len(candidates) > _MANY and not _is_likely(elements, text):
        return
    for candidate in candidates:
        text.spend(_CASED if term.cased else 1)
        first, last = candidate - offset, candidate - offset + len(elements) - 1
        if first >= 0 and last < len(text.words):
            end = _end(elements, text, first)
            if end >= 0:
                yield first, last, _start(elements[0], text, first), end


def _is_likely(elements: tuple[Element, ...], text: Text) -> bool:
    """Whether the words stand together at all, at a glance: no candidate is one where they do not."""
    if any(element.glob or element.before for element in elements):
        return True
    return piece(f" {' '.join(element.text for element in elements)} ") in text.plain or ODD in text.plain


def _run(element: Element, text: Text, position: int) -> _Run:
    start = text.starts[position]
    return position, position, start, start + _length(element, text.words[position], text, first=True, last=True)


def _rarest(elements: tuple[Element, ...], text: Text) -> tuple[int, Sequence[int]]:
    found: tuple[int, Sequence[int]] = (0, ())
    for offset, element in enumerate(elements):
        candidates = _candidates(element, text)
        if not candidates:
            return 0, ()
        if not found[1] or len(candidates) < len(found[1]):
            found = offset, candidates
    return found


def _candidates(element: Element, text: Text) -> Sequence[int]:
    if element.text == "*":
        return range(len(text.words))
    if element.glob:
        found = sorted({position for form in text.fitting(element.text) for position in text.positions[form]})
        text.spend(len(found) // 4)
        return found
    if element.inside:
        return [position for position in text.runs if element.text in text.words[position]]
    return text.positions.get(element.text, ())


def _end(elements: tuple[Element, ...], text: Text, first: int) -> int:
    """Where the phrase that begins at the word `first` ends in the folded text; -1 where there is none."""
    last, end = len(elements) - 1, -1
    for offset, element in enumerate(elements):
        word, start = text.words[first + offset], text.starts[first + offset]
        if offset and not _goes_on(element.before, text.folded[end:start]):
            return -1
        length = _length(element, word, text, first=offset == 0, last=offset == last)
        if length < 0:
            return -1
        end = start + length
    return end


def _goes_on(before: str, gap: str) -> bool:
    return joined(gap) or (before != "" and "".join(gap.split()) == before)


def _length(element: Element, word: str, text: Text, *, first: bool, last: bool) -> int:
    """How much of a word the element takes; -1 where it does not fit. Of a spaceless run a phrase skips nothing."""
    own = word.removesuffix("'s")
    if element.glob:
        fits = text.fitting(element.text)
        return len(word) if word in fits else len(own) if own in fits else -1
    if not element.inside:
        return len(element.text) if element.text in (word, own) else -1
    if first:
        return len(word) if word.endswith(element.text) else -1
    fits_run = word.startswith(element.text) if last else word == element.text
    return len(element.text) if fits_run else -1


def _start(element: Element, text: Text, position: int) -> int:
    start = text.starts[position]
    return start + len(text.words[position]) - len(element.text) if element.inside else start


def _same_case(cased: tuple[str, ...], text: Text, run: _Run) -> bool:
    """Whether the words are in the case that is wanted; "" stands for those that have none."""
    if not cased:
        return True
    words = text.cased[run[0] : run[1] + 1]
    return all(
        not want or matches(want, have) or matches(want, have.removesuffix("'s").removesuffix("'S"))
        for want, have in zip(cased, words, strict=True)
    )


# Hashtags, handles, cashtags


def _marks(mark: Mark, text: Text) -> Iterable[tuple[int, int]]:
    if not mark.glob:
        return text.names.get(mark.name, ())
    text.spend(len(text.names) // 4)
    return (span for name, spans in text.names.items() if matches(mark.name, name) for span in spans)


# Exact characters


def _raws(raw: str, original: str) -> Iterator[tuple[int, int]]:
    start = original.find(raw)
    while start >= 0:
        end = start + len(raw)
        if not (_adjoin(original[start - 1 : start], raw[0]) or _adjoin(raw[-1], original[end : end + 1])):
            yield start, end
        start = original.find(raw, start + 1)


def _adjoin(left: str, right: str) -> bool:
    return left.isalnum() and right.isalnum()

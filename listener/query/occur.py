"""Where the leaves of a query occur in a text."""

from collections.abc import Iterable, Iterator

from listener.query.doc import Doc
from listener.query.glob import matches, regex_spans
from listener.query.text import Place, Text
from listener.query.tree import Domain, Element, Field, Leaves, Mark, Raw, Regex, Term
from listener.query.values import holds
from listener.query.words import cased_words, joined


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
    if isinstance(leaf, Term) and (word := leaf.word):
        return text.word_places(word, leaf.source)
    return (place._replace(leaf=leaf.source) for place in _places(leaf, text))


def _places(leaf: Leaves, text: Text) -> Iterator[Place]:
    if isinstance(leaf, Term):
        found = _phrases(leaf.elements, text) if len(leaf.elements) > 1 else _words(leaf.elements[0], text)
        return (place for place in found if _same_case(leaf.cased, text, place)) if leaf.cased else found
    if isinstance(leaf, Field):
        return iter(())
    return (text.place_at(start, end) for start, end in _spans(leaf, text))


def _spans(leaf: Mark | Domain | Raw | Regex, text: Text) -> Iterable[tuple[int, int]]:
    if isinstance(leaf, Mark):
        return _marks(leaf, text)
    if isinstance(leaf, Domain):
        return text.hosts.get(leaf.host, ())
    spans = _raws(leaf.text, text.original) if isinstance(leaf, Raw) else regex_spans(leaf.pattern, text.original)
    return (text.folded_span(start, end) for start, end in spans)


# Words and phrases


def _words(element: Element, text: Text) -> Iterator[Place]:
    if element.glob:
        for position, start, end in _fitting(element.text, text):
            yield text.place(position, start, position, end)
    elif element.inside:
        start = text.folded.find(element.text)
        while start >= 0:
            yield text.place_at(start, start + len(element.text))
            start = text.folded.find(element.text, start + 1)
    else:
        yield from text.word_places(element.text, "")


def _fitting(glob: str, text: Text) -> Iterator[tuple[int, int, int]]:
    """Position, start and end of the words that fit, each once."""
    fits = text.fitting(glob)
    positions = sorted({position for form in fits for position in text.positions[form]})
    for position in positions:
        word, start = text.words[position], text.starts[position]
        yield position, start, start + len(word) - (0 if word in fits else len("'s"))


def _phrases(elements: tuple[Element, ...], text: Text) -> Iterator[Place]:
    """Each candidate for the rarest of the words is looked around from."""
    offset, candidates = _rarest(elements, text)
    for candidate in candidates:
        first = candidate - offset
        if first >= 0 and first + len(elements) <= len(text.words):
            end = _end(elements, text, first)
            if end >= 0:
                until = first + len(elements) - 1
                yield text.place(first, _start(elements[0], text, first), until, end)


def _rarest(elements: tuple[Element, ...], text: Text) -> tuple[int, list[int]]:
    rarest = 0, list[int]()
    for offset, element in enumerate(elements):
        candidates = _candidates(element, text)
        if not candidates:
            return 0, []
        if not rarest[1] or len(candidates) < len(rarest[1]):
            rarest = offset, candidates
    return rarest


def _candidates(element: Element, text: Text) -> list[int]:
    if element.glob:
        return [position for position, _, _ in _fitting(element.text, text)]
    if element.inside:
        return [position for position in text.runs if element.text in text.words[position]]
    return text.positions.get(element.text, [])


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


def _same_case(cased: tuple[str, ...], text: Text, place: Place) -> bool:
    span = text.span(place)
    words = cased_words(text.original[span.start : span.end])
    return len(words) == len(cased) and all(map(matches, cased, words))


# Hashtags, handles, cashtags


def _marks(mark: Mark, text: Text) -> Iterable[tuple[int, int]]:
    if not mark.glob:
        return text.names.get(mark.name, ())
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

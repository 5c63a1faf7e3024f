"""One term of a query into a leaf: a word, a phrase, a hashtag, a domain, exact characters, an expression."""

import re

from listener.query.fold import fold, fold_keeping_case
from listener.query.glob import finds_nothing
from listener.query.tree import Domain, Element, Mark, Near, Node, Raw, Regex, Term
from listener.query.words import HOST, WILD_NAME, joined, spaceless, wild_words

_BEFORE, _AFTER = "'¿¡", ".,;:!…'™®©"  # signs around a word that say nothing about it
_MEANT = {"|": "for either of two write OR", "||": "for either of two write OR"}
_MEANT |= dict.fromkeys(("&", "&&", "+"), "for both of two write AND, or nothing")
_MEANT |= dict.fromkeys("-−–—", "a minus stands right before the term that must not be there")
_PLAIN = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*")
_STARS = re.compile(r"\*+")


def bare(text: str) -> Node:
    """A term without quotation marks; raises ValueError saying what was expected."""
    folded = fold(text).rstrip(_AFTER).lstrip(_BEFORE)
    if mark := _mark(text, folded):
        return mark
    host, slash, _ = folded.replace("[.]", ".").partition("/")
    if HOST.fullmatch(host):
        if slash:
            raise ValueError(f"a domain has no path; write site:{folded} for posts there, or url:{folded}")
        return Domain(source=text, host=host)
    elements = _elements(folded)
    if not elements:
        raise ValueError(_wordless(text))
    words = wild_words(folded)
    if words[0].start() > 0 or words[-1].end() < len(folded):
        raise ValueError(f"the signs of {text} belong to no word; write `{text}` to find exactly these characters")
    return Term(source=text, elements=elements)


def _wordless(text: str) -> str:
    if text in _MEANT:
        return f"expected a term, not {text}; {_MEANT[text]}"
    return f"{text} has no letter or digit; write it between backticks to find exactly these characters"


def _mark(text: str, folded: str) -> Mark | None:
    if not WILD_NAME.fullmatch(folded):
        return None
    if not any(map(str.isalnum, folded)):
        raise ValueError(_ALONE)
    return Mark(source=text, name=folded, glob="*" in folded or "?" in folded)


_ALONE = "a wildcard alone would match everything; expected letters beside it"


def _elements(folded: str) -> tuple[Element, ...]:
    """The words of a term; raises ValueError where there are wildcards alone."""
    if _PLAIN.fullmatch(folded):
        return tuple(map(Element, folded.split(" ")))
    found, end = list[Element](), 0
    for word in wild_words(folded):
        if word[0].strip("?"):
            gap = folded[end : word.start()] if found else ""
            found.append(_element(word[0], "" if joined(gap) else "".join(gap.split())))
            end = word.end()
    if found and all(element.text == "*" for element in found):
        raise ValueError(_ALONE)
    return tuple(found)


def _element(word: str, before: str) -> Element:
    text = _STARS.sub("*", word)
    if not spaceless(text.lstrip("*?")):
        return Element(text, glob="*" in text or "?" in text, before=before)
    text = text.strip("*")  # a word may begin and end anywhere in a run as it is
    is_wild = "*" in text or "?" in text
    return Element(f"*{text}*" if is_wild else text, glob=is_wild, inside=not is_wild, before=before)


def phrase(text: str, *, cased: bool = False) -> Term | Mark:
    """What stands between quotation marks, or a word after "!"; raises ValueError."""
    folded = fold(text)
    if mark := None if cased else _mark(f'"{text}"', folded.strip()):
        return mark
    elements = _elements(folded)
    if not elements:
        raise ValueError("expected a word between the quotation marks")
    in_case = tuple("" if e.inside else e.text for e in _elements(fold_keeping_case(text))) if cased else ()
    return Term(source=f'{"!" if cased else ""}"{text}"', elements=elements, cased=in_case)


def chain(text: str, distance: int, *, cased: bool = False) -> Node:
    """The words of `"a b c"~3`, each within the distance after the one before; raises ValueError."""
    words = [word[0] for word in wild_words(fold_keeping_case(text) if cased else fold(text))]
    if len(words) < 2:
        raise ValueError(f"~{distance} needs two words or more between the quotation marks")
    tree: Node = phrase(words[0], cased=cased)
    for word in words[1:]:
        tree = Near(tree, phrase(word, cased=cased), distance, ordered=True)
    return tree


def raw(text: str) -> Raw:
    """What stands between backticks; raises ValueError."""
    if not text.strip():
        raise ValueError("expected characters between the backticks")
    return Raw(source=f"`{text}`", text=text)


def expression(pattern: str) -> Regex:
    """What stands between slashes; raises ValueError."""
    if not pattern:
        raise ValueError("expected a regular expression between the slashes")
    if finds_nothing(pattern):
        raise ValueError("this regular expression matches even an empty text, so it would match every post")
    return Regex(source=f"/{pattern}/", pattern=pattern)

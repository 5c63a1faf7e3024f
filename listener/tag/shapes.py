"""What a post looks like rather than what it says: it asks, it links, it shouts, it is short."""

from collections.abc import Iterator

from listener.tag.words import Reading, Token
from listener.types import Span

_HEADLINE_WORDS = 5


def shapes(reading: Reading) -> Iterator[tuple[str, Span]]:
    """The names of the shapes that the text has, each with the characters that show it."""
    tokens = [token for token in reading.tokens if token.kind != "open"]
    if not tokens:
        return
    whole = Span(tokens[0].start, tokens[-1].end)
    yield from _asking(tokens)
    yield from _linking(tokens)
    yield from _speaking(tokens)
    yield from ((name, whole) for name in _sizes(len(reading.words)))
    if _headline(reading):
        yield "shape:headline", whole


def _asking(tokens: list[Token]) -> Iterator[tuple[str, Span]]:
    asks = [token for token in tokens if token.kind == "ask"]
    if asks:
        yield "shape:asks", _span(asks[0])
        if len(asks) > 1:
            yield "shape:asks-often", _span(asks[1])
        if asks[0].sentence == tokens[0].sentence:
            yield "shape:opens-asking", _span(asks[0])
        if asks[-1] is [token for token in tokens if token.kind != "link"][-1]:
            yield "shape:ends-asking", _span(asks[-1])


def _linking(tokens: list[Token]) -> Iterator[tuple[str, Span]]:
    links = [token for token in tokens if token.kind == "link"]
    if links:
        yield "shape:link", _span(links[0])
    if tokens[-1].kind == "link":
        yield "shape:ends-linked", _span(tokens[-1])


def _speaking(tokens: list[Token]) -> Iterator[tuple[str, Span]]:
    kinds = [token.kind for token in tokens]
    if kinds[0] == "mention":
        several = kinds[:2] == ["mention", "mention"]
        yield "shape:conversation" if several else "shape:to-account", _span(tokens[0])
    if tokens[0].folded in ("rt", '"', "“"):
        yield "shape:retweet", _span(tokens[0])
    if kinds.count("hashtag") > 2:
        yield "shape:hashtags", _span(tokens[kinds.index("hashtag")])
    if "shout" in kinds:
        yield "shape:exclaims", _span(tokens[kinds.index("shout")])
    for token in tokens:
        if token.kind == "money" or token.folded == "%":
            yield "shape:price", _span(token)
            break
    for token in tokens:
        if "<name>" in token.keys:
            yield "shape:names", _span(token)
            break


def _sizes(words: int) -> Iterator[str]:
    if words < 6:
        yield "shape:tiny"
    elif words < 15:
        yield "shape:short"
    if words > 40:
        yield "shape:long"


def _headline(reading: Reading) -> bool:
    words = [token for token in reading.words if token.kind == "word"]
    capitals = sum(reading.text[token.start].isupper() for token in words)
    return len(words) >= _HEADLINE_WORDS and capitals > 0.7 * len(words)


def _span(token: Token) -> Span:
    return Span(token.start, token.end)

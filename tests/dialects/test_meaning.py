"""An imported query always parses, and finds no less and no more than the original unless that is told."""

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from listener.dialects import TOOLS, NotAnExport, convert
from listener.query import Doc, parse
from listener.types import Post
from tests.conftest import NOW

PIECES = [
    *(
        "kettle",
        "tea*",
        '"green tea"',
        "C++",
        "#tea",
        "@acme",
        "$ACME",
        "acme.example",
        "re:invent",
        "😀",
        "don't",
        "-",
    ),
    *(" AND ", " OR ", " NOT ", " NEAR/3 ", " ONEAR/2 ", " NEAR/0f ", " near/9999 ", "(", ")", "{", "}", "~2", "~9999"),
    *("title:", "site:", "author:", "lang:", "language:", "country:", "raw:", "links:", "url:", "from:", "is:", "has:"),
    *("followers:", "min_faves:", "engagement:", "$accept:", "type:", "sourcetype:", "hashtags:", "content:"),
    *("[10 TO 50]", ">100", "en", "post", "SOCIALMEDIA_REDDIT", "http://acme.example/x?a=b", '"', "`", ",", ", ", "\n"),
    *("<<<", ">>>", " ", " ", " ", "-", "+", "++", ":", "/", "\\", "!", "?", "*", "\u200b", "\ud800", "\x00", "“", "”"),
]
queries = st.one_of(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), st.text(max_size=40))


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(TOOLS), queries)
@example("brandwatch", "a NEAR/9999 b")
@example("x", '"a"~9999')
@example("talkwalker", '"a b"~9999')
@example("brandwatch", "title:(a NEAR/3 (b AND NOT c))")
@example("brandwatch", "NOT (NOT (NOT a OR b) OR NOT c)")
@example("syften", "`a`b` title:`c`")
@example("brandwatch", '{"a" NEAR/2 {b}}')
def test_what_is_imported_always_parses(tool: str, text: str) -> None:
    try:
        imported = convert(tool, text, "brand")
    except NotAnExport:
        return
    for topic in imported.topics:
        parse(topic.query, scope="topic")
        assert topic.name.isprintable() and "/" not in topic.name
    assert imported.topics or any(each.result == "refused" for each in imported.differences)


@pytest.mark.slow
@settings(max_examples=1_200, deadline=None)
@given(st.sampled_from(TOOLS), queries)
def test_what_is_imported_of_many_queries_parses(tool: str, text: str) -> None:
    test_what_is_imported_always_parses.hypothesis.inner_test(tool, text)  # type: ignore[attr-defined]


WORDS = ("pot", "lid", "tea")
Truth = Callable[[frozenset[str], bool], bool]
"""Whether a query finds a text of these words, and of a country that is the asked one or is not."""


def joined(parts: list[tuple[str, Truth]], word: str) -> tuple[str, Truth]:
    """Queries in parentheses, joined by AND or OR."""
    decide = all if word == "AND" else any
    text = "(" + f" {word} ".join(text for text, _ in parts) + ")"
    return text, lambda words, here: decide(truth(words, here) for _, truth in parts)


def negated(part: tuple[str, Truth]) -> tuple[str, Truth]:
    return f"(NOT {part[0]})", lambda words, here: not part[1](words, here)


def asks(word: str) -> tuple[str, Truth]:
    return word, lambda words, here: word in words


COUNTRY: tuple[str, Truth] = ("country:uk", lambda words, here: here)
trees = st.recursive(
    st.sampled_from([*map(asks, WORDS), COUNTRY]),
    lambda inner: st.one_of(
        st.builds(joined, st.lists(inner, min_size=2, max_size=3), st.sampled_from(["AND", "OR"])), inner.map(negated)
    ),
    max_leaves=8,
)
TEXTS = [
    frozenset(word for word, is_there in zip(WORDS, row, strict=True) if is_there) for row in product((0, 1), repeat=3)
]


@settings(max_examples=80, deadline=None)
@given(trees)
@example(joined([asks("pot"), COUNTRY], "OR"))
@example(joined([asks("pot"), negated(COUNTRY)], "AND"))
@example(joined([asks("pot"), negated(joined([asks("lid"), COUNTRY], "OR"))], "AND"))
@example(joined([asks("pot"), negated(joined([negated(asks("lid")), negated(asks("tea"))], "OR"))], "AND"))
def test_it_finds_less_only_where_narrower_is_told_and_more_only_where_wider_is(tree: tuple[str, Truth]) -> None:
    text, truth = tree
    imported = convert("brandwatch", text, "brand")
    assume(imported.topics)
    [topic] = imported.topics
    told = {each.result for each in imported.differences}
    query = parse(topic.query, scope="topic")
    for words, here in product(TEXTS, (True, False)):
        doc = Doc.of(Post(source="forum", id="1", text=" ".join(sorted(words)), created_at=NOW), NOW)
        finds, found = query.test(doc) is not None, truth(words, here)
        assert finds or not found or "narrower" in told, (topic.query, words)
        assert found or not finds or "wider" in told, (topic.query, words)

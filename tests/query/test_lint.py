"""What lint says of a query is certain: a contradiction never matches, a part that adds nothing changes nothing."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.errors import QueryError
from listener.query import Doc, Query, parse
from listener.query.evaluate import holds
from listener.query.implies import excludes, implies
from listener.query.lint import Remark, contradicts, lint
from listener.query.tree import And, Node, Or
from listener.types import Post, Reach
from tests.conftest import NOW

SETS = {"brand": "acme OR akme", "acme": "acme"}


@pytest.mark.parametrize(
    ("query", "part", "why"),
    [
        ('acme OR "acme cloud"', '"acme cloud"', "adds nothing, for acme finds all of it; remove it"),
        ('acme "acme cloud"', "acme", 'adds nothing, for "acme cloud" holds only where it does; remove it'),
        ("grinder OR grind*", "grinder", "adds nothing, for grind* finds all of it; remove it"),
        ("a.example.com OR example.com", "a.example.com", "adds nothing, for example.com finds all of it; remove it"),
        ("acme likes:>5 likes:>2", "likes:>2", "adds nothing, for likes:>5 holds only where it does; remove it"),
        ("@brand OR akme", "akme", "adds nothing, for @brand finds all of it; remove it"),
        ("acme OR acme", "acme", "adds nothing, for acme finds all of it; remove it"),
        ("acme tea NOT acme", "NOT acme", "can never be together with acme, so that this finds nothing"),
        ('"acme cloud" NOT (tea OR acme)', "NOT acme", 'can never be together with "acme cloud"'),
        ("acme likes:>5 likes:<3", "likes:<3", "can never be together with likes:>5"),
        ("acme source:x source:reddit", "source:reddit", "can never be together with source:x"),
        ("tea OR (acme NOT acme)", "NOT acme", "can never be together with acme"),
        ("tea OR the", "the", "fits a large part of all posts; write a rarer word beside it"),
        ("lang:en (is OR what)", "lang:en (is OR what)", "fits a large part of all posts"),
        ("a* OR tea", "a*", "fits very many words; write 3 letters or more beside the wildcard"),
    ],
)
def test_what_is_odd_is_named_with_its_cure(query: str, part: str, why: str) -> None:
    [remark] = lint(parse(query, SETS).tree)
    assert remark.part == part
    assert why in remark.why


@pytest.mark.parametrize(
    "query",
    [
        *('acme OR "akme cloud"', "acme cloud", "acme -anvil", '"acme cloud" -"acme anvil"', "grind* -grinder"),
        "#acme OR acme",
        *("tea likes:>2 likes:<5", "tea (source:x OR source:reddit)", "moment:buy moment:go", "colo?r"),
        "@brand tea",
        *('!"Acme" OR acme cloud', "tea lang:en lang:en-GB", "topic:a topic:b", "tea OR @ana", "the acme"),
    ],
)  # fmt: skip
def test_what_is_meant_is_left_alone(query: str) -> None:
    assert lint(parse(query, SETS).tree) == []


leaves = st.sampled_from(
    [
        *(
            "tea",
            "cup",
            "pot",
            '"tea pot"',
            '"tea pot cup"',
            '"cup tea"',
            "te*",
            "tea*",
            "t*",
            "*pot",
            "c?p",
            "!Tea",
            "#tea",
        ),
        *(
            "#te*",
            "@ana",
            "tea.example",
            "a.tea.example",
            "`Tea`",
            "/te+a/",
            "title:tea",
            'title:"tea pot"',
            "title:te*",
        ),
        *(
            "likes:>5",
            "likes:>=5",
            "likes:<3",
            "likes:5",
            "likes:<=5",
            "age:<2h",
            "age:>1h",
            "source:x",
            "source:forum",
        ),
        *(
            "lang:en",
            "lang:en-gb",
            "author:ana",
            "author:@ana",
            "author:a*",
            "東京",
            "東",
            "新東京",
            '"tea po*"',
            "@brand",
        ),
        *("tea NEAR/2 pot", "tea NEAR/5 pot", "tea ONEAR/2 pot", "(tea OR cup) NEAR/3 pot", "tea's", "don't"),
    ]
)
queries = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} OR {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} NOT {two[1]})"),
    ),
    max_leaves=5,
)
pieces = st.sampled_from(
    [
        *(
            "tea",
            "Tea",
            "pot",
            "cup",
            "tea-pot",
            "tea's",
            "teapot",
            "tea, pot",
            "#tea",
            "#teas",
            "@ana",
            "東京",
            "新東京",
        ),
        *("a.tea.example", "http://tea.example/tea", "don't", "\n", "\u200b", "tea."),
    ]
)
docs = st.builds(
    lambda text, title, likes, source, lang, author: Doc.of(
        Post(
            source=source, id="1", created_at=NOW, text=" ".join(text), title=" ".join(title), lang=lang, author=author,
            reach=Reach(likes=likes),
        ),
        NOW,
    ),
    st.lists(pieces, max_size=6), st.lists(pieces, max_size=3), st.sampled_from([None, 2, 3, 5, 6]),
    st.sampled_from(["x", "forum"]), st.sampled_from(["en", "en-GB", ""]), st.sampled_from(["ana", "@ana", "bob"]),
)  # fmt: skip
SETTINGS = {"brand": 'tea OR "hot water"'}


def read(written: str) -> Query | None:
    try:
        return parse(written, SETTINGS)
    except QueryError:
        return None


@settings(max_examples=500, deadline=None)
@given(queries, queries, docs)
def test_what_follows_holds(one: str, other: str, doc: Doc) -> None:
    first, second = read(one), read(other)
    if first and second and implies(first.tree, second.tree) and holds(first.tree, doc):
        assert holds(second.tree, doc)
    if first and second and excludes(first.tree, second.tree):
        assert not (holds(first.tree, doc) and holds(second.tree, doc))


@settings(max_examples=400, deadline=None)
@given(leaves, leaves, docs)
def test_what_follows_of_single_terms_holds(one: str, other: str, doc: Doc) -> None:
    first, second = parse(one, SETTINGS).tree, parse(other, SETTINGS).tree
    assert not (implies(first, second) and holds(first, doc)) or holds(second, doc)


@settings(max_examples=300, deadline=None)
@given(queries, docs)
def test_a_contradiction_never_matches(written: str, doc: Doc) -> None:
    query = read(written)
    assert not (query and contradicts(query.tree)) or not holds(query.tree, doc)


# Removing what lint calls redundant

REDUNDANT = re.compile(r"adds nothing, for (.+) (finds all of it|holds only where it does); remove it", re.DOTALL)
related = st.sampled_from(
    [
        *("tea", "te*", "tea*", '"tea pot"', '"tea pot cup"', "pot", "!Tea", "@brand", "tea.example", "a.tea.example"),
        *("likes:>5", "likes:>=5", "likes:>2", "title:tea", "title:te*", "#tea", "#te*", "tea NEAR/2 pot"),
        *(
            "tea NEAR/5 pot",
            "tea ONEAR/2 pot",
            "(tea OR cup) NEAR/3 pot",
            "`Tea`",
            "東京",
            "東",
            "-cup",
            "-(cup OR tea)",
        ),
    ]
)
groups = st.tuples(st.sampled_from([" ", " OR "]), st.lists(related, min_size=2, max_size=4)).map(
    lambda made: f"({made[0].join(made[1])})"
)
repetitive = st.tuples(
    st.sampled_from([" ", " OR "]), st.lists(st.one_of(related, groups), min_size=2, max_size=4)
).map(lambda made: made[0].join(made[1]))


def without(node: Node, remark: Remark) -> Node:
    """The tree without the branch that the remark calls redundant; the same where it calls none so."""
    redundant = REDUNDANT.fullmatch(remark.why)
    if redundant is None or not isinstance(node, And | Or):
        return node
    kind = Or if redundant[2] == "finds all of it" else And
    names = [str(child) for child in node.children]
    if isinstance(node, kind) and remark.part in names:
        number = names.index(remark.part)
        rest = (*node.children[:number], *node.children[number + 1 :])
        if redundant[1] in map(str, rest):
            return rest[0] if len(rest) == 1 else type(node)(rest)
    return type(node)(tuple(without(child, remark) for child in node.children))


def simplified(tree: Node) -> Iterator[Node]:
    """The tree after the first removal, after the second, and so on."""
    while (
        shorter := next((made for remark in lint(tree) if (made := without(tree, remark)) != tree), None)
    ) is not None:
        yield shorter
        tree = shorter


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ('acme OR "acme cloud"', "acme"),
        ('acme "acme cloud"', '"acme cloud"'),
        ("acme OR acme OR acme", "acme"),
        ('tea (acme OR "acme cloud" OR grinder OR grind*)', "tea (acme OR grind*)"),
        ("tea likes:>5 likes:>2 likes:>=5", "tea likes:>5"),
    ],
)
def test_what_adds_nothing_can_be_removed_until_nothing_is_left_to_remove(query: str, left: str) -> None:
    assert str(list(simplified(parse(query, SETS).tree))[-1]) == left


@settings(max_examples=100, deadline=None)
@given(repetitive, docs)
def test_removing_what_lint_calls_redundant_never_changes_what_matches(written: str, doc: Doc) -> None:
    if query := read(written):
        found = holds(query.tree, doc)
        for shorter in simplified(query.tree):
            assert holds(shorter, doc) == found, str(shorter)


@pytest.mark.slow
@settings(max_examples=1_000, deadline=None)
@given(repetitive, docs)
def test_removing_never_changes_what_matches_in_a_thousand_queries(written: str, doc: Doc) -> None:
    if query := read(written):
        assert {holds(shorter, doc) for shorter in simplified(query.tree)} <= {holds(query.tree, doc)}

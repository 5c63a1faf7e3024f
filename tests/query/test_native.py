"""What a platform's search is asked for finds whatever the full query does: checked on a stand-in of its language."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from listener.errors import QueryError
from listener.query import Doc, parse
from listener.query.native import REDDIT, Dialect, Unsearchable, X, either, widest
from listener.types import Post

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

# The stand-in: words are runs of letters and digits, a phrase is a run of words, marks and links are operators.

Holds = Callable[[Post], bool]
_TOKEN = re.compile(r'-?\(|\)|-?[\w#@$]*:?"[^"]*"|[^\s()]+')
_WORDS = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"https?://\S+")


def understood(native: str) -> Holds:
    """What a platform makes of a query; `AND`, `OR`, `-` and groups, OR binding loosest."""
    tokens = _TOKEN.findall(native)
    test, rest = _any(tokens)
    assert rest == [], f"{native!r} does not end where it should"
    return test


def _any(tokens: list[str]) -> tuple[Holds, list[str]]:
    test, tokens = _all(tokens)
    tests = [test]
    while tokens and tokens[0] == "OR":
        test, tokens = _all(tokens[1:])
        tests.append(test)
    return lambda post: any(test(post) for test in tests), tokens


def _all(tokens: list[str]) -> tuple[Holds, list[str]]:
    tests = list[Holds]()
    while tokens and tokens[0] not in (")", "OR"):
        token, *tokens = tokens
        if token == "(":
            test, tokens = _any(tokens)
            assert tokens.pop(0) == ")"
            tests.append(test)
        elif token != "AND":
            tests.append(_one(token))
    assert tests, "an empty clause"
    return lambda post: all(test(post) for test in tests), tokens


def _one(token: str) -> Holds:
    if token.startswith("-"):
        found = _one(token[1:])
        return lambda post: not found(post)
    name, colon, value = token.partition(":")
    if colon and name in ("from", "lang", "url", "site"):
        return _OPERATORS[name](value.strip('"'))
    if token[0] in "#@$":
        return lambda post: token.lower() in re.findall(r"(?<![\w#@$])[#@$]\w+", _said(post))
    wanted = _WORDS.findall(token.lower())
    if not token.isascii():
        return lambda post: token.strip('"') in post.text
    return lambda post: _in_a_row(wanted, _WORDS.findall(_said(post)))


def _said(post: Post) -> str:
    return _ADDRESS.sub(" ", post.text.lower())


def _in_a_row(wanted: list[str], have: list[str]) -> bool:
    return any(have[at : at + len(wanted)] == wanted for at in range(len(have)))


def _linked(value: str) -> Holds:
    return lambda post: any(value in address for address in (*post.links, *_ADDRESS.findall(post.text.lower())))


_OPERATORS: dict[str, Callable[[str], Holds]] = {
    "from": lambda value: lambda post: post.author == value,
    "lang": lambda value: lambda post: post.lang == value,
    "url": _linked,
    "site": _linked,
}


def native(query: str, dialect: Dialect = X) -> list[str]:
    return widest(parse(query).tree, dialect)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("acme", ["acme"]),
        ('"Acme Cloud" beta', ['"acme cloud" beta']),
        ("acme OR akme beta", ["acme OR (akme beta)"]),
        ("(apple OR pear) NEAR/5 phone", ["(apple OR pear) phone"]),
        ("`C++` developer", ["c developer"]),
        ('!"Target" store', ["target store"]),
        ("plug* socket", ["socket"]),
        ('"acme clou* for all"', ['acme "for all"']),
        ("/refund(ed)?/ acme", ["acme"]),
        ("acme lang:en author:@bob", ["acme lang:en from:bob"]),
        ("acme lang:he", ["acme lang:iw"]),
        ("acme followers:>1000 age:<2h", ["acme"]),
        ("#acme OR $ACME OR @acme", ["#acme OR $acme OR @acme"]),
        ("acme.com", ['url:"acme.com" OR "acme.com"']),
        ("café", ["cafe OR café"]),
        ("rock'n'roll", ['"rock\'n\'roll" OR "rock’n’roll"']),
        ("this and that", ['this "and" that']),
        ("acme title:anvils", []),
        ("acme OR title:anvils", ["acme"]),
        ("acme source:x", ["acme"]),
        ("acme site:reddit.com/r/saas", []),
        ("acme x.com", ["acme"]),
        ("acme -source:x", []),
    ],
)
def test_x_is_asked_in_its_own_words(query: str, asked: list[str]) -> None:
    assert native(query) == asked


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("acme -root", ["acme -root"]),
        ("acme NOT (root OR lang:de OR author:bob OR #ad)", ["acme -root -lang:de -from:bob -#ad"]),
        ('acme NOT "root canal"', ["acme"]),  # X sees the phrase across a full stop, we do not
        ("acme -won", ["acme"]),  # X may see it in "won't"
        ("acme NOT (root dent)", ["acme"]),
        ("acme NOT roo*", ["acme"]),
        ("acme NOT title:root", ["acme"]),
        ("acme NOT NOT root", ["acme root"]),
    ],
)
def test_only_what_x_surely_sees_as_we_do_is_excluded(query: str, asked: list[str]) -> None:
    assert native(query) == asked
    assert native("acme -root", REDDIT) == ["acme"]


def test_reddit_is_asked_in_its_own_words() -> None:
    assert native('(acme OR "acme cloud") title:beta #ad', REDDIT) == ['(acme OR "acme cloud") AND beta AND ad']
    assert native("acme source:x", REDDIT) == []


@pytest.mark.parametrize("query", ["plug*", "/x+/", "lang:en", "acme OR likes:>5", "acme OR plug* -root", "`++`"])
def test_what_would_read_everything_is_said_to_be_unsearchable(query: str) -> None:
    with pytest.raises(Unsearchable, match=re.escape("the search of x cannot be asked for")):
        native(query)


def test_a_long_query_is_parted_and_each_part_fits() -> None:
    left = " OR ".join(f"left{n}" for n in range(80))
    asked = native(f"({left}) (right OR far) -nowhere")
    assert len(asked) > 1 and max(map(len, asked)) <= 512
    assert all("(right OR far)" in one and "-nowhere" in one for one in asked)
    assert {word for one in asked for word in re.findall(r"left\d+", one)} == {f"left{n}" for n in range(80)}


def test_exclusions_beyond_the_length_are_left_to_us() -> None:
    [asked] = native("acme " + " ".join(f"-excluded{n}" for n in range(60)))
    assert asked.startswith("acme -excluded0 ") and 480 < len(asked) <= 512


def test_words_beyond_the_length_are_left_to_us() -> None:
    [asked] = native(" ".join(f"needed{n}" for n in range(90)))
    assert 480 < len(asked) <= 512


def test_a_word_longer_than_any_query_cannot_be_asked_for() -> None:
    with pytest.raises(Unsearchable, match="takes 512 characters"):
        native("a" * 600)


def test_topics_share_a_query() -> None:
    assert either(["acme beta", "ramen", "acme beta"]) == "(acme beta) OR ramen"
    assert either(["acme beta"]) == "acme beta"


# Whatever a query and a post say

_VOCABULARY = ["acme", "cloud", "root", "beta", "rock'n'roll", "don't", "acme's", "x1", "and"]
_LEAVES = [
    *_VOCABULARY, '"acme cloud"', '"acme cloud root"', '"root beta"', "clou*", "?eta", '"acme clou*"', "/ro+t/",
    "`Acme`", "`o-c`", '!"Acme"', "#acme", "@beta", "$root", "#clou*", "acme.com", "root.org", "x.com", "title:acme",
    "author:ann", "author:an*", "lang:en", "lang:de", "likes:>5", "source:x", "source:reddit", "community:saas",
    "site:x.com", "tag:beta", "url:status",
]  # fmt: skip
_PIECES = [
    *_VOCABULARY, "Acme", "ACME CLOUD", "acme-cloud", "acme_cloud", "acme/cloud", "Acme. Cloud", "#acme", "@beta",
    "$root", "#clouds", "won't", "https://acme.com/root", "acme.com", "acme[.]com", "sub.root.org", "clouds", "beta,",
    "(root)", "“acme cloud”",
]  # fmt: skip


def _combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        pair.map(lambda p: f"({p[0]} {p[1]})"),
        pair.map(lambda p: f"({p[0]} OR {p[1]})"),
        pair.map(lambda p: f"({p[0]} NOT {p[1]})"),
        st.tuples(*[st.sampled_from(_VOCABULARY)] * 2).map(lambda p: f"({p[0]} NEAR/3 {p[1]})"),
    )


queries = st.recursive(st.sampled_from(_LEAVES), _combined, max_leaves=8)
posts = st.builds(
    lambda pieces, author, lang, links, likes: Post(
        source="x", id="1", created_at=NOW, text=" ".join(pieces), author=author, lang=lang,
        url="https://x.com/ann/status/1", links=links, tags=tuple(p[1:] for p in pieces if p[0] == "#"),
    ),
    st.lists(st.sampled_from(_PIECES), max_size=7), st.sampled_from(["ann", "bob"]), st.sampled_from(["en", "de", ""]),
    st.sampled_from([(), ("https://acme.com/x",), ("https://blog.root.org/",)]), st.integers(0, 9),
)  # fmt: skip


@pytest.mark.parametrize("dialect", [X, REDDIT], ids=["x", "reddit"])
@given(query=queries, post=posts)
def test_whatever_the_full_query_matches_is_found(dialect: Dialect, query: str, post: Post) -> None:
    try:
        full = parse(query)
        asked = widest(full.tree, dialect)
    except (QueryError, Unsearchable):
        return
    if dialect is REDDIT:
        post = Post(source="reddit", id="1", created_at=NOW, text=post.text, title="acme", author=post.author,
                    community="saas", url="https://www.reddit.com/r/saas/1", links=post.links)  # fmt: skip
    shown = replace(post, text=post.words)
    if full.test(Doc.of(post, NOW)):
        assert any(understood(one)(shown) for one in asked), f"{query} became {asked}"


@given(query=queries, longest=st.integers(20, 60))
def test_every_part_fits(query: str, longest: int) -> None:
    small = replace(X, longest=longest)
    try:
        asked = widest(parse(query).tree, small)
    except (QueryError, Unsearchable):
        return
    assert all(len(one) <= longest for one in asked)

"""Whatever the query and the text, the quick language says what the plain one says."""

import pickle
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.errors import QueryError
from listener.match import Matcher
from listener.query import TAG_FIELDS, Doc, Query, parse
from listener.query.clues import clues
from listener.query.evaluate import holds
from listener.types import Post, Topic
from tests.conftest import NOW
from tests.query import reference

words = st.sampled_from(["tea", "cup", "pot", "teapot", "cups"])
after = st.sampled_from([" ", " ", " ", "-", ", ", "\n", " 😀 ", ". "])
texts = st.lists(st.tuples(words, after), max_size=14)

terms = st.one_of(
    words,
    st.lists(words, min_size=2, max_size=3).map(lambda some: f'"{" ".join(some)}"'),
    st.sampled_from(["tea*", "*pot", "c?p", "cup*", '"tea p*"', "t*t"]),
)
groups = st.lists(terms, min_size=2, max_size=3).map(lambda some: f"({' OR '.join(some)})")
near = st.recursive(
    st.one_of(terms, groups),
    lambda inner: st.builds(
        "({} {}/{} {})".format, inner, st.sampled_from(["NEAR", "ONEAR"]), st.integers(1, 4), inner
    ),
    max_leaves=4,
)
trees = st.recursive(
    near,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda some: f"({' OR '.join(some)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: f"({' '.join(some)})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} NOT {two[1]})"),
    ),
    max_leaves=6,
)


def doc_of(text: str, title: str = "") -> Doc:
    return Doc.of(Post(source="forum", id="1", text=text, title=title, created_at=NOW), NOW)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(trees, texts)
def test_matching_agrees_with_the_plain_language(written: str, text: list[tuple[str, str]]) -> None:
    query = parse(written)
    doc = doc_of("".join(word + gap for word, gap in text))
    assert holds(query.tree, doc) == reference.holds(query.tree, text)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(trees, texts)
def test_a_match_names_words_of_the_text_and_a_miss_none(written: str, text: list[tuple[str, str]]) -> None:
    query, whole = parse(written), "".join(word + gap for word, gap in text)
    answer = query.test(doc_of(whole))
    assert (answer is not None) == holds(query.tree, doc_of(whole))
    for span in answer.spans if answer else ():
        assert 0 <= span.start < span.end <= len(whole)
        assert whole[span.start : span.end].strip() == whole[span.start : span.end] != ""
    assert answer is None or (answer.leaves and answer.spans)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(trees, min_size=1, max_size=4), texts, texts)
def test_no_topic_is_lost_by_the_quick_look(
    written: list[str], title: list[tuple[str, str]], text: list[tuple[str, str]]
) -> None:
    post = Post(
        source="forum", id="1", created_at=NOW, title="".join(w for w, _ in title), text="".join(map("".join, text))
    )
    topics = [Topic(id=str(n), name=str(n), query=each) for n, each in enumerate(written)]
    [matched] = Matcher.of(topics, {})([post], NOW)
    expected = [t.id for t in topics if parse(t.query).test(Doc.of(post, NOW))]
    assert [match.topic for match in matched] == expected


forms = st.sampled_from(
    [
        *(
            "tea",
            "tea-pot",
            '"tea pot"',
            '"a b"~3',
            "te?",
            "*pot",
            "#tea",
            "@ana",
            "$TEA",
            "tea.example",
            "`C++`",
            "!Tea",
        ),
        *('!"Tea Pot"', r"/te\/a?/", "title:tea", 'title:"tea pot"', "title:(tea OR pot)", "author:@ana", "lang:en"),
        *("site:tea.example/pots", 'community:"tea (pot)"', "likes:>=5", "followers:1k", "age:<2h", "moment:buy"),
        *(
            "urgency:>=1",
            "source:(forum OR x)",
            "score:>60",
            "question:yes",
            'place:"new york"',
            "url:https://a.b/c?d=e",
        ),
        *("@drinks", '"@drinks"', "title:OR", '"NEAR/3"', "茶*壶", "tea,", "title:(tea -pot) cup"),
    ]
)
queries = st.recursive(
    forms,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" ".join),
        st.tuples(inner, inner).map(" AND ".join),
        st.tuples(inner, inner).map(" OR ".join),
        st.tuples(inner, inner).map(" -".join),
        st.tuples(inner, inner).map(" NOT ".join),
        st.tuples(inner, inner).map(" NEAR/5 ".join),
        st.tuples(inner, inner).map(" onear/2: ".join),
        inner.map("({})".format),
        inner.map("title:({})".format),
    ),
    max_leaves=8,
)
SETS = {"drinks": 'tea OR "hot water"'}


def read(written: str) -> Query | None:
    try:
        return parse(written, SETS)
    except QueryError:
        return None


@settings(max_examples=600, deadline=None)
@given(queries)
def test_what_is_printed_reads_as_the_same_tree(written: str) -> None:
    if query := read(written):
        again = parse(str(query), SETS)
        assert again.tree == query.tree
        assert str(again) == str(query)


@settings(max_examples=100, deadline=None)
@given(queries)
def test_a_query_survives_pickling(written: str) -> None:
    if query := read(written):
        again = pickle.loads(pickle.dumps(query))
        assert (again.text, again.tree, again.fields) == (query.text, query.tree, query.fields)


pieces = st.sampled_from(
    [
        *(
            "tea",
            "Tea Pot",
            "tea-pot",
            "#tea",
            "@ana",
            "$TEA",
            "C++",
            "te/",
            "tea[.]example",
            "https://tea.example/x?tea",
        ),
        *(
            "hot water",
            "NEAR 3",
            "or",
            "新茶の壶",
            "teapots",
            "tea, pot",
            "😀",
            "ana@tea.example",
            "te\u200ba",
            "tea's",
            "7️⃣",
        ),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(queries, min_size=1, max_size=4), st.lists(pieces, max_size=6), st.sampled_from(["", "tea", "Tea pot"]))
def test_a_topic_matches_the_same_alone_and_among_others(written: list[str], text: list[str], title: str) -> None:
    post = Post(
        source="forum",
        id="1",
        created_at=NOW,
        author="ana",
        lang="en",
        text=" ".join(text),
        title=title,
        url="http://a.b/tea",
    )
    topics = [Topic(id=str(n), name=str(n), query=each) for n, each in enumerate(written) if in_topic(each)]
    [matched] = Matcher.of(topics, SETS)([post], NOW)
    expected = [t.id for t in topics if parse(t.query, SETS).test(Doc.of(post, NOW))]
    assert [match.topic for match in matched] == expected


def in_topic(written: str) -> bool:
    query = read(written)
    return query is not None and not query.fields & set(TAG_FIELDS)


ODD = "«»“”\"'`!~*?/\\()-:#@$.,<>=[] \n\t\0\u200b\u0301\ud800ßİ茶か\u3099한😀аВ™²½ＡORANDNOTNEAR5"


@pytest.mark.slow
@settings(max_examples=600, deadline=None)
@given(st.text(st.sampled_from(ODD + string.ascii_letters), max_size=40), st.text(max_size=60))
def test_any_text_is_a_query_or_an_error_with_a_caret(written: str, text: str) -> None:
    try:
        query = parse(written, SETS)
    except QueryError as error:
        assert 0 <= error.at <= len(error.query)
        assert str(error).splitlines()[-1].strip() == "^"
    else:
        query.test(doc_of(text, title=text[:10]))
        clues(query.tree)


@settings(max_examples=300, deadline=None)
@given(queries, st.text(st.sampled_from(ODD + string.ascii_letters)), st.text(max_size=20))
def test_no_text_is_too_odd_to_be_searched(written: str, text: str, title: str) -> None:
    if query := read(written):
        doc = doc_of(text, title)
        answer = query.test(doc)
        for span in answer.spans if answer else ():
            assert 0 <= span.start < span.end <= len(doc.text)


@pytest.mark.parametrize("count", [1, 50, 200])
def test_long_queries_are_read_and_printed(count: int) -> None:
    query = parse(" OR ".join(f"w{n}" for n in range(count)))
    assert parse(str(query)).tree == query.tree
    assert query.test(doc_of(f"w{count - 1}"))
    assert not query.test(doc_of(f"w{count}"))

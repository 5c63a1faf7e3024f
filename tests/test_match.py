"""Which topics a post is about."""

import pickle

import pytest

from listener.errors import QueryError
from listener.match import Matcher
from listener.testing import posts
from listener.types import Match, Post, Span, Topic
from tests.conftest import NOW


def topic(id: str, query: str, *sources: str) -> Topic:
    return Topic(id=id, name=id.title(), query=query, sources=sources)


def post(text: str, source: str = "forum", *, title: str = "", url: str = "") -> Post:
    return Post(source=source, id="1", created_at=NOW, text=text, title=title, url=url)


def ids(matcher: Matcher, post: Post) -> list[str]:
    [matches] = matcher([post], NOW)
    return [match.topic for match in matches]


def test_a_match_says_which_topic_and_why() -> None:
    matcher = Matcher.of([topic("drinks", "tea OR milk")], {})
    assert matcher([post("Milk?"), post("soup")], NOW) == [
        (Match("drinks", ("milk",), (Span(0, 4),), "Drinks"),),
        (),
    ]


def test_topics_come_in_the_order_of_the_configuration() -> None:
    queries = {"z": "/te./", "y": "tea", "x": "source:forum", "w": "te*", "v": "milk", "u": "#tea OR tea.example"}
    matcher = Matcher.of([topic(id, query) for id, query in queries.items()], {})
    assert ids(matcher, post("tea at https://tea.example")) == ["z", "y", "x", "w", "u"]


@pytest.mark.parametrize(("source", "expected"), [("forum", ["all", "some"]), ("news", ["all"])])
def test_a_topic_listens_to_its_sources_alone(source: str, expected: list[str]) -> None:
    matcher = Matcher.of([topic("all", "tea"), topic("some", "tea", "forum", "chat")], {})
    assert ids(matcher, post("tea", source)) == expected


def test_sets_serve_all_topics() -> None:
    matcher = Matcher.of([topic("one", "@hot"), topic("two", "cup -@hot")], {"hot": "tea OR soup"})
    assert ids(matcher, post("cup")) == ["two"]
    assert ids(matcher, post("a cup of soup")) == ["one"]


def test_words_domains_and_titles_give_a_topic_away_wherever_they_stand() -> None:
    matcher = Matcher.of(
        [topic("title", "title:tea"), topic("domain", "tea.example"), topic("owner", "cup's"), topic("raw", "`Tea!`")],
        {},
    )
    assert ids(matcher, post("", title="Tea?")) == ["title"]
    assert ids(matcher, post("x", url="https://shop.tea.example")) == ["domain"]
    assert ids(matcher, post("hxxp://tea[.]example")) == ["domain"]
    assert ids(matcher, post("a cup’s handle")) == ["owner"]
    assert ids(matcher, post("https://x.example/?Tea!")) == ["raw"]


def test_a_bad_query_is_refused_and_so_are_tags() -> None:
    with pytest.raises(QueryError, match="expected a term after OR"):
        Matcher.of([topic("bad", "tea OR")], {})
    with pytest.raises(QueryError, match="is a tag"):
        Matcher.of([topic("tags", "tea moment:buy")], {})


def test_no_topics_match_nothing() -> None:
    assert Matcher.of([], {})(posts(3), NOW) == [(), (), ()]
    assert Matcher.of([topic("drinks", "tea")], {})([], NOW) == []


def test_a_copy_elsewhere_does_the_same() -> None:
    matcher = Matcher.of([topic("desk", '"standing desk" OR kettle*'), topic("all", "/./")], {})
    copy = pickle.loads(pickle.dumps(matcher))
    assert copy(posts(10), NOW) == matcher(posts(10), NOW)
    assert any(copy(posts(10), NOW))

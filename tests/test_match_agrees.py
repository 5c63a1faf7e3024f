"""All topics at once find what each query finds by itself, whatever is asked and whatever the text is made of."""

import json
import random
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.errors import QueryError
from listener.match import Matcher
from listener.query import Doc, Query, parse
from listener.types import Match, Post, Rough, Topic
from tests.conftest import NOW
from tests.query import reference

SETS = {"hot": 'tea OR "hot water"', "cold": "@hot OR ice*"}


def topics_of(queries: Iterable[str]) -> list[Topic]:
    return [Topic(id=str(n), name=str(n), query=each) for n, each in enumerate(queries)]


def understood(written: str) -> Query | None:
    try:
        return parse(written, SETS, scope="topic")
    except QueryError:
        return None


def one_by_one(topics: Sequence[Topic], post: Post) -> tuple[Match, ...]:
    """Slow and simple: every query, whole, on every post."""
    hits = [(topic, parse(topic.query, SETS, scope="topic").test(Doc.of(post, NOW))) for topic in topics]
    return tuple(Match(topic.id, hit.leaves, hit.spans, topic.name) for topic, hit in hits if hit)


# Texts and queries of what is hard to keep apart

SIGNS = [
    *"aAbB19 _-~*'’.,:;/@#$+&()[]|\n\t",
    *("é", "e\u0301", "ß", "ﬁ", "ø", "İ", "в", "В", "Т", "т", "о", "茶", "咖啡", "か\u3099", "ｶﾞ", "한", "हि", "กา"),
    *("\u200b", "\u00ad", "™", "😀", "👩🏽‍🚀", "7️⃣", "½", "ŉ", "—", "\u3000", "\x00", "\x02", "\ud800", "ʼ", "ﷺ"),
    *("http://", "HTTPS://", "www.", "a.example", "[.]", "://", "ftp://b.example/a"),
]
SHORT = st.lists(st.sampled_from(SIGNS), max_size=12).map("".join)
WORDS = st.one_of(
    st.sampled_from(
        ["tea", "Tea pot", "a", "B", "в", "茶", "咖啡", "a.example", "http", "é1", "o'b", "😀", "ice", "Т"]
    ),
    SHORT,
)
TEXTS = st.lists(st.one_of(WORDS, SHORT), max_size=8).flatmap(
    lambda some: st.sampled_from(["", " ", ", ", "-", "\n"]).map(lambda gap: gap.join(some))
)
TERMS = st.one_of(
    WORDS,
    WORDS.map(lambda word: f'"{word}"'),
    WORDS.map(lambda word: f'!"{word}"'),
    WORDS.map(lambda word: f"`{word}`"),
    WORDS.map(lambda word: f"{word}*"),
    WORDS.map(lambda word: f"*{word}?"),
    WORDS.map(lambda word: f"#{word}"),
    WORDS.map(lambda word: f"title:{word}"),
    WORDS.map(lambda word: f"/{re.escape(word)}/"),
    st.tuples(WORDS, WORDS).map(lambda two: f"/{re.escape(two[0])}.?({re.escape(two[1])})?b+/"),
    WORDS.map(lambda word: f"url:{word}"),
    st.sampled_from(
        ["author:@a*", "author:u/ab", "community:b", "site:a.example/x", "@hot", "@cold", "@a", "$B", "-a b"]
    ),
)
QUERIES = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(" ".join),
        st.lists(inner, min_size=2, max_size=3).map(" OR ".join),
        st.tuples(inner, inner).map(" NOT ".join),
        st.tuples(inner, inner).map(" NEAR/3 ".join),
        inner.map("({})".format),
    ),
    max_leaves=5,
)
POSTS = st.builds(
    Post,
    source=st.just("forum"),
    id=st.just("1"),
    created_at=st.just(NOW),
    text=TEXTS,
    title=st.one_of(st.just(""), SHORT),
    url=st.sampled_from(["", "https://a.example/x?a", "https://www.A.example/X/ab"]),
    author=st.sampled_from(["", "a", "u/ab", "@Ab", "é"]),
    community=st.sampled_from(["", "/r/b", "B"]),
    links=st.sampled_from([(), ("https://b.a.example/tea",)]),
)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(st.lists(QUERIES, min_size=1, max_size=8), st.lists(POSTS, min_size=1, max_size=4))
def test_all_at_once_is_one_by_one_whatever_the_signs(queries: list[str], posts: list[Post]) -> None:
    topics = topics_of(filter(understood, queries))
    matcher = Matcher.of(topics, SETS)
    found = matcher(posts, NOW)
    assert found == [one_by_one(topics, post) for post in posts]
    rough = Rough([post.key for post in posts], [post.words for post in posts], posts, lambda post: post)
    assert set(matcher.may(rough)) >= {number for number, matches in enumerate(found) if matches}


# Many topics over plain words, against the plainest way of reading them

PLAIN = ["tea", "cup", "pot", "teapot", "cups", "milk", "iced", "green"]
GAPS = [" ", " ", " ", "-", ", ", "\n", " 😀 ", ". ", "_"]


def tree(rng: random.Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(
            [rng.choice(PLAIN), f'"{" ".join(rng.choices(PLAIN, k=2))}"', "te*", "*pot", "c?p", '"iced t*"']
        )
    left, right = tree(rng, depth - 1), tree(rng, depth - 1)
    joint = rng.choice([" ", " OR ", " OR ", " NOT ", f" NEAR/{rng.randint(1, 4)} ", f" ONEAR/{rng.randint(1, 4)} "])
    return f"({left}{joint}{right})"


@pytest.mark.parametrize("seed", range(8))
def test_many_topics_agree_with_the_plain_language(seed: int) -> None:
    rng = random.Random(seed)
    topics = topics_of([each for each in (tree(rng, 3) for _ in range(150)) if understood(each)])
    texts = [[(rng.choice(PLAIN), rng.choice(GAPS)) for _ in range(rng.randint(0, 12))] for _ in range(40)]
    posts = [
        Post(source="forum", id=str(n), created_at=NOW, text="".join(map("".join, text)))
        for n, text in enumerate(texts)
    ]
    trees = [parse(topic.query).tree for topic in topics]
    expected = [[t.id for t, tree in zip(topics, trees, strict=True) if reference.holds(tree, text)] for text in texts]
    assert len(topics) > 60
    assert [[match.topic for match in matches] for matches in Matcher.of(topics, {})(posts, NOW)] == expected


@pytest.mark.slow
def test_real_posts_are_matched_all_at_once_as_one_by_one(shared: Path) -> None:
    rng = random.Random(7)
    with (shared / "data/posts.jsonl").open(encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file][::40]
    words = [word for text in texts for word in re.findall(r"[\w#@']+", text)]
    written = [rng.choice(["{}", '"{} {}"', "{} {}", "{}*", "{} NEAR/5 {}", "{} -{}"]) for _ in range(100)]
    queries = [each.format(*rng.choices(words, k=2)) for each in written]
    topics = topics_of(each for each in queries if understood(each))
    posts = [Post(source="x", id=str(n), created_at=NOW, text=text) for n, text in enumerate(texts)]
    assert Matcher.of(topics, SETS)(posts, NOW) == [one_by_one(topics, post) for post in posts]

"""Every tag shows the words that carried it, whatever the text is made of."""

import pickle
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.tag import Tagger, load
from listener.types import Post, Tags
from tests.conftest import NOW

PIECES = (
    "where can I buy a desk? ",
    "near Leeds ",
    "my phone is broken, ",
    "help! ",
    "tonight ",
    "İstanbul ",
    "ﬁne ",
    "İ",
    "👩‍❤️‍💋‍👨",
    "😀",
    "https://example.org/a?b=c ",
    "@acme ",
    "#sale ",
    "$20 ",
    "…",
    "?!",
    "\n\n",
    "\u202e",
    "e\u0301",
    "worst service ever ",
    "I love it ",
    "[W] ",
)
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=15).map("".join),
)
TAGGER = load()


def given_tags(tags: Tags) -> set[str]:
    """The names of all tags that must be explained."""
    names = {moment.value for moment in tags.labels} | set(tags.signals)
    extra = {
        "question": tags.is_question,
        "urgency": tags.urgency > 0,
        "place": tags.place is not None,
        "sentiment": tags.sentiment.label != "neutral",
    }
    return names | {name for name, held in extra.items() if held}


@pytest.mark.slow
@given(title=TEXTS, text=TEXTS)
def test_each_tag_and_only_these_are_explained_by_words_of_the_post(title: str, text: str) -> None:
    post = Post(source="forum", id="1", text=text, title=title, created_at=NOW)
    (tags,) = TAGGER([post])
    assert {shown.tag for shown in tags.evidence} == given_tags(tags)
    for shown in tags.evidence:
        assert 0 <= shown.start < shown.end <= len(post.words)
        assert shown.text == post.words[shown.start : shown.end]
    if tags.place is not None:
        assert tags.place in post.words


@pytest.mark.slow
@given(texts=st.lists(TEXTS, max_size=6), cut=st.integers(0, 6))
def test_tags_do_not_depend_on_the_batch(texts: list[str], cut: int) -> None:
    posts = [Post(source="forum", id=str(number), text=text, created_at=NOW) for number, text in enumerate(texts)]
    whole = TAGGER(posts)
    assert TAGGER(posts[:cut]) + TAGGER(posts[cut:]) == whole
    assert [TAGGER([post])[0] for post in posts] == whole


@pytest.mark.slow
@given(text=TEXTS)
def test_the_mood_is_a_distribution(text: str) -> None:
    (tags,) = TAGGER([Post(source="forum", id="1", text=text, created_at=NOW)])
    assert all(0 <= p <= 1 for p in tags.sentiment.p)
    assert sum(tags.sentiment.p) == pytest.approx(1)
    assert -1 <= tags.sentiment.compound <= 1


def test_the_words_that_ask_to_buy_are_shown(tag: Callable[..., Tags]) -> None:
    shown = [
        evidence.text for evidence in tag("Hi! Where can I buy a desk in Leeds?").evidence if evidence.tag == "buy"
    ]
    assert "Where can I buy" in shown


def test_evidence_of_one_tag_never_overlaps_and_stays_short(tag: Callable[..., Tags]) -> None:
    tags = tag("where can I buy the best cheap laptop or phone, looking for a laptop, need a new phone, any ideas?")
    spans = sorted((shown.start, shown.end) for shown in tags.evidence if shown.tag == "buy")
    assert 1 <= len(spans) <= 3
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_a_pickled_tagger_tags_alike(tagger: Tagger, post: Callable[..., Post]) -> None:
    again: Tagger = pickle.loads(pickle.dumps(tagger))
    posts = [post("where can I buy a desk near me tonight?"), post("worst service ever")]
    assert again(posts) == tagger(posts)
    assert again.model == tagger.model


@pytest.mark.parametrize(
    "text",
    [
        "😀" * 10_000,
        "good " * 10_000,
        "but good " * 5_000,
        "a" * 1_000_000,
        "?!" * 20_000,
        "[" * 100_000,
        "A, " * 40_000,
    ],
    ids=["emoji", "lexicon-words", "but", "one-word", "marks", "brackets", "names"],
)
def test_what_is_read_of_a_hostile_post_is_bounded(tag: Callable[..., Tags], text: str) -> None:
    ends = [shown.end for shown in tag(text).evidence]
    assert max(ends, default=0) <= 2_000


def test_what_stands_beyond_the_cap_is_not_read(tag: Callable[..., Tags]) -> None:
    assert tag("a " * 1_000 + "where can I buy a desk?").labels == ()

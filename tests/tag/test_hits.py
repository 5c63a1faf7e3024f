"""Cues among the tokens of the fast tagger: the same as the lexicon's, sooner."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.tag import texts
from listener.tag.cues import Cue, plant
from listener.tag.grams import tokens
from listener.tag.hits import Finder, Hits, cues, features, finder
from listener.tag.texts import Row, read

CUES = [
    Cue("where-to-buy", phrases=("where (can|could) i buy",)),
    Cue("why", phrases=("^ why",)),
    Cue("gap", phrases=("from ... to",)),
    Cue("fruit", phrases=("<fruit>",)),
    Cue("near", phrases=("near (<name>|me)",)),
    Cue("cost", phrases=("$ <number>",)),
    Cue("asked-firm", phrases=("<mention> help",)),
    Cue("dont", phrases=("dont know",)),
    Cue("tagged", phrases=("#sale",)),
]
WORDS = [
    "Why",
    "where",
    "can",
    "I",
    "buy",
    "pears",
    "near",
    "Porto",
    "me",
    "from",
    "a",
    "b",
    "to",
    "$",
    "5",
    "@x",
    "help",
]
MARKS = ["?", "!", ".", "...", "\n", ",", "“", "😀", "http://x.example/why?", "#sale", "don’t know", "2day", "\u202e"]


def made() -> Finder:
    return Finder(plant(CUES), {"pears": ("<fruit>",), "plums": ("<fruit>",)}, [cue.name for cue in CUES])


def found(text: str, known: Finder | None = None) -> list[str]:
    """The cues of a text with the words that say them; those in questions again, with "?"."""
    return told_by(known or made(), [text])[0]


def row(*texts: str) -> Row:
    return read(texts).tokens


def told_by(known: Finder, texts: list[str]) -> list[list[str]]:
    """The cues of each text of a page."""
    words = [token for text in texts for token in tokens(text)]
    starts = row(*texts).starts.tolist()
    return [told_between(known(row(*texts)), known, words, *each) for each in pairwise(starts)]


def told_between(hits: Hits, known: Finder, words: list[str], first: int, after: int) -> list[str]:
    return [
        f"{gram[1:]}{mark}: {' '.join(words[last - length + 1 : last + 1])}"
        for mark in ("", "?")
        for last, node, asked in zip(*map(np.ndarray.tolist, hits), strict=True)
        if (asked or not mark) and first <= last < after
        for gram, length in known.ends[node]
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Where can I buy it", ["where-to-buy: Where can I buy"]),
        ("where could i buy it?", ["where-to-buy: where could i buy", "where-to-buy?: where could i buy"]),
        ("I buy it where I can", []),
        ("why not. Why so", ["why: why", "why: Why"]),
        ("and why not", []),
        ("title\nwhy", ["why: why"]),
        ("well… why", ["why: why"]),
        ("@acme why @acme", ["why: why"]),
        ("@acme @other why", ["why: why"]),
        ("@acme help", ["asked-firm: @acme help"]),
        ("from a to b", ["gap: from a to"]),
        ("from a b c to d", ["gap: from a b c to"]),
        ("from a b c d to e", []),
        ("from a, b to c", []),
        ("PEARS and plums!", ["fruit: PEARS", "fruit: plums"]),
        ("near Porto, near porto, near me", ["near: near Porto", "near: near me"]),
        ("it costs $20 or €5.50", ["cost: $ 20", "cost: € 5.50"]),
        ("I don't know, I don’t know", ["dont: don't know", "dont: don't know"]),
        ("a #Sale", ["tagged: #Sale"]),
        ("pears. plums?", ["fruit: pears", "fruit: plums", "fruit?: plums"]),
        ("pears? plums", ["fruit: pears", "fruit: plums", "fruit?: pears"]),
        ("pears ?! plums", ["fruit: pears", "fruit: plums", "fruit?: pears"]),
        ("", []),
    ],
)
def test_cues_are_found_with_their_words(text: str, told: list[str]) -> None:
    assert found(text) == told


def slowly(words: list[str]) -> Iterator[tuple[int, int]]:
    """Where "from", up to three words and "to" stand, by looking everywhere."""
    for first, word in enumerate(words):
        for last in range(first + 1, min(first + 5, len(words))):
            between = words[first + 1 : last]
            if word == "from" and words[last] == "to" and all(one[0].isalnum() for one in between):
                yield first, last


@given(st.lists(st.sampled_from(["from", "to", "a", ",", "?"]), max_size=25))
def test_phrases_that_overlap_are_all_found(words: list[str]) -> None:
    known = made()
    hits = known(row(" ".join(words)))
    ends = [(int(last), known.ends[node]) for last, node in zip(hits.at, hits.nodes, strict=True)]
    spans = {(last - n, last - 1) for last, told in ends for gram, n in told if gram == "§gap"}
    assert spans == set(slowly(words))


@pytest.mark.slow
@given(st.lists(st.sampled_from(WORDS + MARKS), max_size=20).map(" ".join), st.lists(st.sampled_from(WORDS + MARKS)))
def test_what_was_read_before_changes_nothing(text: str, before: list[str]) -> None:
    known = made()
    for word in before:
        known(row(word))
    assert found(text, known) == found(text)


@given(st.lists(st.sampled_from(WORDS + MARKS), max_size=20).map(" ".join))
def test_where_memory_is_full_the_same_is_found(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "_LETTERS", 0)
        known = made()
        forgetful = [found(text, known), found("why not", known), found(text, known)][2]
    assert forgetful == found(text)


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    words = tokens(text)
    hits = finder()(row(text))
    assert all(0 < last < len(words) for last in hits.at)
    assert len(hits.at) == len(hits.nodes) == len(hits.asked)


@pytest.mark.slow
@given(st.lists(st.lists(st.sampled_from(WORDS + MARKS), max_size=8).map(" ".join), min_size=1, max_size=4))
def test_a_text_among_others_has_its_own_cues(texts: list[str]) -> None:
    assert told_by(made(), texts) == [found(text) for text in texts]


def test_the_shipped_cues_are_grams_among_others() -> None:
    told = cues("Where can I buy a desk in Leeds?")
    assert {"§where-to-buy", "§where-to-buy?", "§in-name"} <= set(told)
    assert not any(" " in gram for gram in told)


def test_the_length_is_the_last_of_what_is_learned_from() -> None:
    assert features("why is the sky blue?")[-1] == "<1>"
    assert features("why")[:1] == ["§why"]


def test_the_same_finder_is_used_again() -> None:
    assert finder() is finder()

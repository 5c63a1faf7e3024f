"""Our scorer gives the figures of the package that publishes VADER, whatever the text."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict, replace
from vaderSentiment import vaderSentiment as package

from listener.tag import vader as ours
from listener.tag.vader import Vader, tables, vader

STOCK = package.SentimentIntensityAnalyzer()


def differing(texts: Iterator[str]) -> list[str]:
    """The texts of which the figures differ."""
    score = vader()
    return [text for text in texts if asdict(score(text)) != STOCK.polarity_scores(text)]


LEXICON = sorted(tables().lexicon)
RULED = ["no", "never", "so", "this", "without", "doubt", "least", "at", "very", "or", "nor", "but", "kind", "of"]
IDIOMS = [word for row in (*tables().idioms, *tables().boosters) for word in row.split()]
PLAIN = ["acme", "the", "kettle", "was", "delivered", "I", "it's", "123", "3.5", "café", "straße", "ΣΑΣ", "İstanbul"]
ODD = ["https://example.org/good?bad=1", "@happy", "#LOVE", "$SAD", "\u00a0", "\u2028", "K", "ß", "ﬁne", "good\u0301"]
EMOJI = sorted(map(chr, tables().emoji))

word = st.one_of(
    st.sampled_from(LEXICON),
    st.sampled_from(LEXICON[:60]),  # so that values come back, which "but" is odd about
    st.sampled_from(RULED),
    st.sampled_from(RULED),
    st.sampled_from(IDIOMS),
    st.sampled_from(sorted(tables().negations)),
    st.sampled_from(sorted(tables().boosters)),
    st.sampled_from([*tables().idioms]),
    st.sampled_from(PLAIN + ODD),
    st.lists(st.sampled_from(EMOJI), min_size=1, max_size=4).map("".join),
    st.text(max_size=6),
)
shape = st.sampled_from([str, str, str, str.upper, str.title, str.swapcase])
mark = st.sampled_from(["", "", "", "!", "!!", "?", "???", ".", ",", ":)", "…", "'", '"', "n't", "N'T", "😀", "🆙"])
space = st.sampled_from([" ", " ", " ", "  ", "\n", "\t", "\u3000", ""])
piece = st.builds(
    lambda form, text, end, gap: form(text) + end + gap,
    shape,
    word,
    mark,
    space,
)
texts = st.lists(piece, max_size=24).map("".join)


@settings(max_examples=120, deadline=None)
@given(texts)
@example("")
@example(" \n ")
@example("no good")
@example("NO good no BAD")
@example("it was really really a badass")
@example("here comes my badass kettle")
@example("one two three kind of good")
@example("this is the bomb, the shit and a kiss of death")
@example("good bad good but good bad good but good")
@example("great " * 5 + "but " + "great awful " * 6)
@example("least good at least good very least good")
@example("never so good, never this bad, without a doubt good, without doubt bad")
@example("VERY GOOD very BAD")
@example("😀fine😀 😡!")
def test_the_figures_are_those_of_the_package(text: str) -> None:
    assert asdict(vader()(text)) == STOCK.polarity_scores(text)


@pytest.mark.slow
@settings(max_examples=1200, deadline=None)
@given(texts)
def test_the_figures_of_many_compositions_are_those_of_the_package(text: str) -> None:
    assert asdict(vader()(text)) == STOCK.polarity_scores(text)


def test_the_figures_of_rated_tweets_are_those_of_the_package(shared: Path) -> None:
    lines = (shared / "data/sentiment/vader_tweets.jsonl").read_text().splitlines()
    assert len(lines) > 4_000
    assert differing(json.loads(line)["text"] for line in lines) == []


@pytest.mark.slow
def test_the_figures_of_recorded_posts_are_those_of_the_package(shared: Path) -> None:
    lines = (shared / "data/recorded/posts.jsonl").read_text().splitlines()
    assert len(lines) > 20_000
    assert differing(json.loads(line)["text"] for line in lines) == []


@pytest.mark.parametrize("once", ["😀", "🎉 ", "great ", "great awful ", "no ", "good but bad ", "never so GOOD ", "!"])
def test_long_texts_have_the_figures_of_the_package_too(once: str) -> None:
    assert differing(iter([once * 150, once * 149 + "but"])) == []


class Counted(dict[str, float]):
    """A lexicon that counts how often it is asked."""

    asked = 0

    def __contains__(self, word: object) -> bool:
        self.asked += 1
        return super().__contains__(word)

    def __getitem__(self, word: str) -> float:
        self.asked += 1
        return super().__getitem__(word)


@pytest.mark.parametrize("once", ["great ", "no good ", "never so GOOD ", "good but bad ", "really quite very good "])
def test_twice_the_words_are_twice_the_work(once: str) -> None:
    work = []
    for times in (100, 200, 400):
        counted = Counted(tables().lexicon)
        Vader(replace(tables(), lexicon=counted))(once * times)
        work.append(counted.asked)
    assert work[0] > 0
    assert work[2] - work[1] <= 2 * (work[1] - work[0]) + 10


def test_the_wordsaround_but_are_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []

    def pushed(heap: list[int], item: int) -> None:
        steps.append(item)
        heap.append(item)
        heap.sort()

    monkeypatch.setattr(ours, "heappush", pushed)
    ours.around_but([2.0] * 500, range(500), 250)
    assert len(steps) == 1_000


def test_tables_are_those_of_the_package() -> None:
    assert tables().lexicon == STOCK.lexicon
    shown = {ord(sign): f" {text}" for sign, text in STOCK.emojis.items() if len(sign) == 1}
    assert tables().emoji == shown
    assert tables().negations == frozenset(package.NEGATE)
    assert (tables().capitals, tables().negation) == (package.C_INCR, package.N_SCALAR)


def test_another_lexicon_is_read_as_the_package_would_read_it() -> None:
    """The rules ask the tables, not our memory of them: "least" and "but" lose their part where they have a mood."""
    known = {**tables().lexicon, "but": 1.5, "least": -0.7, "kettle": 2.5}
    mine, theirs = Vader(replace(tables(), lexicon=known)), package.SentimentIntensityAnalyzer()
    theirs.lexicon = known
    for text in ("least good", "a kettle but good but bad", "least but kettle", "no kettle", "very kettle but NO good"):
        assert asdict(mine(text)) == theirs.polarity_scores(text)

"""From a model's logits to tags: what is told, what is left out, and which words are shown for it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.tag import fast, load
from listener.tag.explain import Proof, Range, Taken, without
from listener.tag.grams import spans, tokens
from listener.tag.learned import LearnedTagger
from listener.tag.proofs import MOOD, Asked, proofs_of, proved
from listener.tag.reading import Read
from listener.tag.tagger import CAP, lexicon_tagger
from listener.tag.texts import Row
from listener.tag.verdict import HEADS, Case, Judge, Scored
from listener.tag.weights import Card, Level
from listener.types import Evidence, Moment, Post, Span, Tags
from tests.conftest import NOW

CARD = Card(kind="fast", version="t", made="2026-01-01", levels={"mood": Level(1.0)})
NEVER = -9.0
FAST = load("fast")
HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=120),
    st.lists(
        st.sampled_from(
            ["İ", "ﬁ", "👩‍❤️‍💋‍👨", "\u202e", "e\u0301", "’", "\u00a0", "where can I buy ", "broken! ", "\r\n"]
        ),
        max_size=12,
    ).map("".join),
)


class Words:
    """A model that gives a head a logit of 3 for each of its words that stands in the text."""

    def __init__(self, place: Read | None = None, **words: str) -> None:
        self.words, self.place, self.read, self.asked = words, place, list[str](), list[int]()

    def page(self, texts: Sequence[str], _: Row) -> list[Scored]:
        self.read += texts
        return [Scored(self.logits(tokens(text.lower())), place=self.place) for text in texts]

    def explain(self, cases: Sequence[Case], judge: Judge) -> list[list[Evidence]]:
        return proved([self.proofs(case, judge) for case in cases], self.without)

    def proofs(self, case: Case, judge: Judge) -> Asked:
        look, head = WordsLook(self, case.text), case.verdict.mood_head
        mood = [] if head is None else [(MOOD, look.mood(head))]
        return Asked(case.text, look, [*proofs_of(look, case.verdict, judge), *mood])

    def without(self, asked: Sequence[tuple["WordsLook", Taken]]) -> list[Sequence[float]]:
        self.asked.append(len(asked))
        return [look.without(taken) for look, taken in asked]

    def logits(self, words: Sequence[str]) -> list[float]:
        return [NEVER + 12 * (self.words.get(head, "\0") in words) for head in HEADS]


class WordsLook:
    """The words of a text, as `Words` hears them."""

    def __init__(self, model: Words, text: str) -> None:
        self.model, self.text, self.words = model, text, tokens(text)[1:-1]

    def gains(self, head: int) -> Sequence[float]:
        return [float(word.lower() == self.model.words.get(HEADS[head], "\0")) for word in self.words]

    def without(self, taken: Sequence[Range]) -> Sequence[float]:
        return self.model.logits(tokens(without(self.text, [self.span(phrase) for phrase in taken]).lower()))

    def mood(self, head: int) -> Proof:
        yield from ()
        return [(at, at) for at, gain in enumerate(self.gains(head)) if gain]

    def span(self, phrase: Range) -> Span:
        return Span(spans(self.text)[phrase[0]].start, spans(self.text)[phrase[1]].end)


def tagger(model: Words, card: Card = CARD) -> LearnedTagger:
    return LearnedTagger(model, card, lexicon_tagger(), FAST.__class__)  # type: ignore[arg-type]


def told(text: str, model: Words) -> Tags:
    return tagger(model)([Post(source="forum", id="1", text=text, lang="en", created_at=NOW)])[0]


def logits(**given: float) -> list[float]:
    return [given.get(head, NEVER) for head in HEADS]


def test_moments_stand_with_the_likeliest_first() -> None:
    assert Judge(CARD)(logits(know=1, buy=3, do=2)).labels == (Moment.BUY, Moment.DO, Moment.KNOW)


def test_a_tag_is_given_from_its_threshold_on_and_not_below() -> None:
    judge = Judge(Card(kind="fast", version="t", made="", levels={"go": Level(2.0, 1.0, 0.8)}))
    least = Level(2.0, 1.0, 0.8).logit(0.8)
    assert judge(logits(go=least)).labels == (Moment.GO,)
    assert judge(logits(go=least - 0.001)).labels == ()


@pytest.mark.parametrize(
    ("given_logits", "urgency"),
    [
        ({"now": 5.0}, 0),
        ({"soon": 5.0}, 0),
        ({"soon": 5.0, "know": 5.0}, 1),
        ({"now": 5.0, "know": 5.0}, 2),
        ({"now": 5.0, "soon": 5.0, "complaint": 5.0}, 2),
        ({"now": 5.0, "praise": 5.0, "question": 5.0}, 0),
    ],
)
def test_urgency_is_told_only_of_a_moment_or_a_complaint(given_logits: dict[str, float], urgency: int) -> None:
    assert Judge(CARD)(logits(**given_logits)).urgency == urgency


def test_a_tag_without_a_level_is_given_from_even_odds() -> None:
    assert Judge(CARD)(logits(question=0.0)).is_question
    assert not Judge(CARD)(logits(question=-0.01)).is_question


def test_a_flatter_mood_scale_makes_moods_more_alike_but_keeps_their_order() -> None:
    sharp, flat = (Judge(Card(kind="fast", version="t", made="", levels={"mood": Level(s)})) for s in (1.0, 0.2))
    given_logits = logits(negative=2, neutral=1, positive=0)
    first, second = sharp(given_logits), flat(given_logits)
    assert (first.mood, second.mood) == ("negative", "negative")
    assert first.moods[0] > second.moods[0] > second.moods[1] > second.moods[2] > first.moods[2]


@settings(max_examples=30)
@given(st.lists(st.floats(-700, 700), min_size=len(HEADS), max_size=len(HEADS)))
def test_no_logit_is_too_large_to_be_judged(given_logits: list[float]) -> None:
    verdict = Judge(CARD)(given_logits)
    assert all(0 <= p <= 1 for p in verdict.p)
    assert sum(verdict.moods) == pytest.approx(1)
    assert all(0 <= p <= 1 for p in verdict.moods)


def test_the_word_that_carries_a_tag_is_shown_where_it_stands() -> None:
    tags = told("😀 İs it BROKEN again", Words(complaint="broken", negative="broken"))
    assert tags.signals == ("complaint",)
    assert {(shown.tag, shown.text) for shown in tags.evidence} == {("complaint", "BROKEN"), ("sentiment", "BROKEN")}


def test_both_words_are_shown_where_either_alone_carries_the_tag() -> None:
    tags = told("buy bread now or later on some day buy", Words(buy="buy"))
    assert [(shown.start, shown.text) for shown in tags.evidence if shown.tag == "buy"] == [(0, "buy"), (35, "buy")]


def test_what_has_to_be_read_again_is_read_together_and_once(post: Callable[..., Post]) -> None:
    model = Words(buy="buy", question="buy", promo="sell", negative="sell")
    texts = ["buy a a a a a a a buy", "sell a a a a a a a sell", "a"]
    posts = [*(post(text, lang="en") for text in texts), post("buy b", lang="de")]
    several = tagger(model)(posts)
    assert [sorted({shown.tag for shown in tags.evidence}) for tags in several[:3]] == [
        ["buy", "question"],
        ["promo", "sentiment"],
        [],
    ]
    assert [asked for asked in model.asked if asked] == [2]
    assert several == [tagger(model)([post])[0] for post in posts]


def test_pages_of_none_and_of_foreign_posts_are_read(post: Callable[..., Post]) -> None:
    assert FAST([]) == []
    assert [tags.lang for tags in FAST([post("a b", lang="de")])] == ["de"]


def test_urgency_is_explained_by_the_head_that_gave_it() -> None:
    tags = told("how soon now", Words(know="how", soon="soon", now="now"))
    assert tags.urgency == 2
    assert [shown.text for shown in tags.evidence if shown.tag == "urgency"] == ["now"]


def test_a_place_is_told_only_of_who_wants_to_go_or_buy() -> None:
    where = Read([Span(7, 12)], [4.0], [-0.1], [-0.1])
    assert told("ramen, Porto", Words(where, go="ramen")).place == "Porto"
    assert told("ramen, Porto", Words(where, buy="ramen")).place == "Porto"
    assert told("ramen, Porto", Words(where, know="ramen")).place is None


def test_a_place_that_the_model_found_in_part_is_told_whole() -> None:
    text = "buy ramen in New York tonight"
    tags = told(text, Words(Read([Span(17, 21)], [4.0], [-0.1], [-0.1]), go="ramen"))
    assert tags.place == "New York"
    assert tags.where and tags.where.city == "New York City"


def test_what_stands_beyond_the_cap_never_reaches_the_model() -> None:
    model = Words(buy="buy")
    assert told("a " * CAP + "buy", model).labels == ()
    assert max(map(len, model.read)) == CAP


@pytest.mark.parametrize("lang", ["de", "pt-BR", "ja"])
def test_a_foreign_post_never_reaches_the_model_but_bears_its_name(post: Callable[..., Post], lang: str) -> None:
    model = Words(buy="buy")
    read = tagger(model)
    (tags,) = read([post("buy buy buy", lang=lang)])
    assert (model.read, tags.lang, tags.vector, tags.model) == ([], lang, None, read.model)


@pytest.mark.parametrize("lang", ["en", "EN-gb", "und", ""])
def test_a_post_that_may_be_english_is_read_by_the_model(post: Callable[..., Post], lang: str) -> None:
    assert tagger(Words(buy="buy"))([post("buy", lang=lang)])[0].labels == (Moment.BUY,)


def test_foreign_posts_between_others_keep_their_places(post: Callable[..., Post]) -> None:
    mixed = [post("buy", lang=lang) for lang in ("en", "de", "en", "ja", "en")]
    assert [tags.lang for tags in tagger(Words(buy="buy"))(mixed)] == ["en", "de", "en", "ja", "en"]


@settings(max_examples=30)
@given(st.lists(HOSTILE, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_same_post_has_the_same_tags_in_every_order(texts: list[str], dice: Random) -> None:
    posts = [Post(source="forum", id=str(n), text=text, created_at=NOW) for n, text in enumerate(texts)]
    shuffled = posts * 2
    dice.shuffle(shuffled)
    alone = {post.id: FAST([post])[0] for post in posts}
    assert FAST(shuffled) == [alone[post.id] for post in shuffled]


@settings(max_examples=30)
@given(HOSTILE, HOSTILE)
def test_offsets_point_at_the_shown_words_of_any_text(title: str, text: str) -> None:
    post = Post(source="forum", id="1", title=title, text=text + " where can I buy a desk?", created_at=NOW)
    (tags,) = FAST([post])
    assert all(shown.text == post.words[shown.start : shown.end] != "" for shown in tags.evidence)


def test_who_posts_when_and_where_says_nothing_about_the_tags(post: Callable[..., Post]) -> None:
    one, other = post(), post(source="blog", id="77", author="pia", url="https://b.example/1")
    assert FAST([one]) == FAST([other])


def test_a_tagger_of_other_levels_has_another_name() -> None:
    stricter = Card(kind="fast", version="t", made="", levels={"buy": Level(threshold=0.9)})
    assert tagger(Words(), stricter).model != tagger(Words()).model


@pytest.mark.parametrize("cut", [0, 1, 200, 5_000])
def test_a_file_cut_short_anywhere_is_told_and_the_lists_of_words_tag_on(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    post: Callable[..., Post],
    cut: int,
) -> None:
    damaged = tmp_path / "cut.weights"
    damaged.write_bytes(fast.SHIPPED.read_bytes()[:cut])
    monkeypatch.setattr(fast, "SHIPPED", damaged)
    assert load("fast")([post()]) == lexicon_tagger()([post()])
    assert "cut.weights: " in caplog.text and "reinstall Listener" in caplog.text

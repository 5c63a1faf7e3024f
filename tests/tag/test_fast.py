"""What the fast tagger must hear: plain wishes, and talk that is none. Invented posts that it was not learned from."""

from collections.abc import Callable

import pytest

from listener.tag import load
from listener.tag.fast import fast_tagger
from listener.tag.texts import read
from listener.types import Post, Tags

FAST = fast_tagger()


def tagged(post: Callable[..., Post], text: str) -> Tags:
    return FAST([post(text, lang="en")])[0]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("best ramen near Shibuya?", "go"),
        ("any good ramen near the station open tonight?", "go"),
        ("does anyone know a heating engineer in Bradford", "go"),
        ("anyone know a good dentist in Aberdeen?", "go"),
        ("nice bakery around Montmartre?", "go"),
        ("looking for a quiet cafe in Lyon", "go"),
        ("where can I get my shoes mended in Turin?", "go"),
        ("need a cheap hotel in Bergen for June", "go"),
        ("need a cheap hotel in Bergen for June", "buy"),
        ("can anyone recommend a plumber?", "go"),
        ("looking for a new laptop under 700", "buy"),
        ("recommend me a good camera for birds", "buy"),
        ("which of these two bikes should I get?", "buy"),
        ("thinking of switching from Acme to another bank, which one?", "buy"),
        ("how do I descale a coffee machine", "do"),
        ("can't get the scanner app to sync, help", "do"),
        ("any easy recipe for pea soup?", "do"),
        ("does the new pixel support two sim cards?", "know"),
        ("is the tram running today?", "know"),
        ("why does my sourdough always sink in the middle?", "know"),
    ],
)
def test_a_plain_wish_is_heard(post: Callable[..., Post], text: str, moment: str) -> None:
    tags = tagged(post, text)
    assert moment in tags.labels
    assert any(shown.tag == moment for shown in tags.evidence)


@pytest.mark.parametrize(
    "text",
    [
        "good morning everyone, happy friday",
        "just bought a new kettle, so happy with it",
        "nice shoes",
        "we had a great dinner in Rome last night",
        "watching the game at home with my brother",
        "Ten tips for better sleep http://sleep.example/tips",
        "the council approved the new bridge on Monday",
        "she told him that she likes the song",
        "never flying with them again, worst airline ever",
        "A happy new year to all! ——————————————————— #estateagent",
        "-" * 60,
    ],
)
def test_talk_without_a_wish_has_no_moment(post: Callable[..., Post], text: str) -> None:
    assert tagged(post, text).labels == ()


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("worst service ever, I am furious @acme", "negative"),
        ("I love this place, the staff were wonderful!", "positive"),
        ("the shop moves to King Street on 4 May", "neutral"),
    ],
)
def test_moods_are_told_apart(post: Callable[..., Post], text: str, mood: str) -> None:
    assert tagged(post, text).sentiment.label == mood


def test_a_fault_is_a_complaint(post: Callable[..., Post]) -> None:
    assert "complaint" in tagged(post, "@acme your app keeps crashing and nobody answers, terrible").signals


def test_who_is_spoken_to_first_changes_no_wish(post: Callable[..., Post]) -> None:
    plain = tagged(post, "where can I buy a desk in Leeds?").labels
    assert tagged(post, "@acme where can I buy a desk in Leeds?").labels == plain != ()


def test_every_tag_has_words_that_stand_in_the_post(post: Callable[..., Post]) -> None:
    written = post("I’m after ramen\n\nany good place near Shibuya?  @me 😀", lang="en")
    (tags,) = FAST([written])
    assert {shown.tag for shown in tags.evidence} >= {*tags.labels}
    assert all(written.words[shown.start : shown.end] == shown.text for shown in tags.evidence)


def test_reading_much_else_before_changes_no_tags(post: Callable[..., Post]) -> None:
    asked = post("any good ramen near the station open tonight?", lang="en")
    before = FAST([asked])
    FAST([post(f"word{n} where{n} is @a{n} #b{n}?", lang="en") for n in range(300)])
    assert FAST([asked]) == before == load("fast")([asked])


def test_an_account_a_number_and_a_link_are_like_any_other() -> None:
    model = FAST._model  # the same logits, not only the same tags
    texts = ("@a see https://a.example 12", "@bcd see http://b.example/x?y 3.50")
    first, second = model.page(texts, read(texts).tokens)
    assert first.logits == second.logits

"""The definitions of the tags, each by invented posts: what counts, and the traps that do not."""

from collections.abc import Callable

import pytest

from listener.types import Moment, Tags

Tag = Callable[..., Tags]


@pytest.mark.parametrize(
    ("text", "moments"),
    [
        ("does the pixel 9 support two sim cards?", {"know"}),
        ("is acme cloud down for anyone else?", {"know"}),
        ("what is the difference between oolong and green tea?", {"know"}),
        ("anyone tried the new menu at Mario's?", {"know"}),
        ("best noodles near Camden?", {"go", "buy"}),
        ("any plumber in Leeds open today?", {"go"}),
        ("really want to visit Iceland this year", {"go"}),
        ("anyone want to go to the concert with me on Saturday?", {"go"}),
        ("how do I get candle wax out of a carpet?", {"do"}),
        ("can't get the scanner app to sync, help", {"do"}),
        ("want to start learning the piano, where do I begin?", {"do"}),
        ("any good recipe for lentil soup?", {"do"}),
        ("looking for a laptop under 800", {"buy"}),
        ("need a new phone", {"buy"}),
        ("which of these two should I get?", {"buy"}),
        ("can anyone recommend a good novel?", {"buy"}),
        ("I want those boots", {"buy"}),
        ("where can I buy a standing desk tonight?", {"go", "buy"}),
        ("heading to Lisbon in May, where to stay?", {"go", "buy"}),
    ],
)
def test_a_need_is_tagged_with_its_moments(tag: Tag, text: str, moments: set[str]) -> None:
    assert {moment.value for moment in tag(text).labels} == moments


@pytest.mark.parametrize(
    "text",
    [
        "how are you all?",
        "who cares?",
        "isn't she lovely?",
        "good morning everyone, happy friday",
        "just bought a new kettle, so happy with it",
        "nice shoes",
        "How to use a new tab as a notepad",
        "10 tips for better sleep",
        "Show HN: a tiny search engine I made",
        "we had a great dinner in Rome last night",
        "she asked me where I bought my coat",
        "selling my bike, $200, DM me",
        "Giveaway! Follow and retweet to win a free phone",
        "watching the game at home",
        "never flying with them again, worst airline ever",
    ],
)
def test_talk_without_an_open_need_has_no_moment(tag: Tag, text: str) -> None:
    assert tag(text).labels == ()


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("where can I get oat milk in Leeds?", True),
        ("looking for recommendations for a tent", True),
        ("anyone know a good dentist", True),
        ("need help with my essay, deadline tomorrow", True),
        ("who cares?", False),
        ("how are you guys?", False),
        ("isn't it beautiful?", False),
        ("she asked me where I bought my coat", False),
        ("the shop was closed again", False),
        ("Show HN: What would a smaller web look like?", False),
    ],
)
def test_a_question_is_one_that_readers_are_asked(tag: Tag, text: str, asked: bool) -> None:
    assert tag(text).is_question is asked


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("what vase would you choose for dried flowers?", 0),
        ("looking for a good book to read", 0),
        ("heading to Lisbon in May, where to stay?", 1),
        ("need help with my essay, deadline tomorrow", 1),
        ("is there a pharmacy open near me right now?", 2),
        ("stuck at the airport, need a hotel for tonight", 2),
        ("my laptop won't turn on, what should I do?", 2),
    ],
)
def test_urgency_says_how_soon_the_answer_is_needed(tag: Tag, text: str, urgency: int) -> None:
    assert tag(text).urgency == urgency


def test_urgency_belongs_to_a_moment_or_a_complaint(tag: Tag) -> None:
    tags = tag("tonight we are young, right now and today")
    assert (tags.labels, tags.signals, tags.urgency) == ((), (), 0)


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("worst airline ever, never flying with them again", {"complaint"}),
        ("the hotel was dirty and the staff rude", {"complaint"}),
        ("@acme your website is down again, this is ridiculous", {"complaint"}),
        ("Love my new headphones, best I ever had", {"praise"}),
        ("thanks @acme for the great support today!", {"praise"}),
        ("Any alternative to Photoshop?", {"switching"}),
        ("thinking of switching from Acme to Umbrella", {"switching"}),
        ("20% off all shoes this weekend, use code SAVE20", {"promo"}),
        ("Want to learn guitar? Join our online course, 50% off", {"promo"}),
        ("We are hiring a backend engineer in Berlin", {"promo"}),
        ("New video on my channel, please subscribe", {"promo"}),
        ("the rain will not stop today", set()),
        ("Happy birthday, love you!", set()),
    ],
)
def test_signals(tag: Tag, text: str, signals: set[str]) -> None:
    assert set(tag(text).signals) == signals


def test_the_likeliest_moment_comes_first(tag: Tag) -> None:
    tags = tag("where can I buy a standing desk tonight?")
    assert [tags.moments[moment] for moment in tags.labels] == sorted(
        (tags.moments[moment] for moment in tags.labels), reverse=True
    )
    assert tags.top_moment is Moment.BUY


def test_every_moment_has_a_probability(tag: Tag) -> None:
    for text in ("", "hello", "where can I buy bread?"):
        tags = tag(text)
        assert list(tags.moments) == list(Moment)
        assert all(0 <= p <= 1 for p in tags.moments.values())


def test_a_need_in_the_title_is_heard(tag: Tag) -> None:
    tags = tag("I have never owned one before.", title="Which tent should I buy?")
    assert Moment.BUY in tags.labels
    assert any(shown.end <= len("Which tent should I buy?") for shown in tags.evidence if shown.tag == "buy")


def test_cues_count_less_in_another_language(tag: Tag) -> None:
    text = "where can I buy a standing desk?"
    assert tag(text, lang="de").moments[Moment.BUY] < tag(text, lang="en").moments[Moment.BUY]
    assert tag(text, lang="en-GB").moments == tag(text).moments

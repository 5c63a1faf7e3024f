from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.card import LONGEST_LINK, Card, card, excerpt, line, link, paragraph
from listener.types import (
    Alert,
    Evidence,
    Finding,
    Location,
    Match,
    Moment,
    Post,
    Reach,
    Reason,
    Score,
    Sentiment,
    Span,
    Tags,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)
UNSEEN = [chr(code) for code in (0, 0x1B, 0x9B, 0x200B, 0x200F, 0x202E, 0x2066, 0xFEFF, 0xD800, 0xE0041)]


def shown(make: Callable[..., Post], now: datetime, **given_: Any) -> Card:
    """The card of an invented alert; fields of its tags and of the alert are told apart by name."""
    tag_names = {"labels", "signals", "sentiment", "place", "where", "evidence", "leaves"}
    alert_names = {"copies", "reason", "topics"}
    tags = {name: value for name, value in given_.items() if name in tag_names - {"leaves"}}
    fields = {name: value for name, value in given_.items() if name not in tag_names | alert_names}
    about = tuple(
        Finding(
            make(**fields),
            Match(topic, given_.get("leaves", ()), (Span(18, 31),)),
            Tags(moments={}, **tags),
            Score(81.6, 93.4, 70, 88, now),
        )
        for topic in given_.get("topics", ("desks",))
    )
    result = card(
        Alert(
            key="k",
            channel="c",
            reason=given_.get("reason", Reason.FIRST),
            about=about,
            due_at=now,
            deadline_at=now + timedelta(hours=2),
            copies=given_.get("copies", 0),
        ),
        200,
    )
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("given_", "heading"),
    [
        ({"labels": (Moment.BUY,)}, "🛒 I want to buy · desks"),
        ({"labels": (Moment.GO,)}, "📍 I want to go · desks"),
        ({"labels": (Moment.DO,)}, "🛠️ I want to do · desks"),
        ({"labels": (Moment.KNOW, Moment.BUY)}, "💡 I want to know · 🛒 buy · desks"),
        ({"signals": ("complaint",)}, "😠 Complaint · desks"),
        ({"signals": ("promo", "praise")}, "💛 Praise · desks"),
        ({}, "💬 Mention · desks"),
        ({"labels": (Moment.BUY,), "topics": ("desks", "chairs")}, "🛒 I want to buy · desks, chairs"),
        ({"topics": tuple("abcdef")}, "💬 Mention · a, b, c, d +2"),
    ],
)
def test_the_heading_names_moment_and_topics(
    post: Callable[..., Post], now: datetime, given_: dict[str, Any], heading: str
) -> None:
    assert shown(post, now, **given_).heading == heading


@pytest.mark.parametrize(
    ("given_", "who"),
    [
        ({"source": "reddit", "author": "pia", "community": "Leeds"}, "u/pia · r/Leeds · Reddit"),
        ({"source": "reddit", "author": "u/pia", "community": "r/Leeds"}, "u/pia · r/Leeds · Reddit"),
        ({"source": "x", "author": "pia", "reach": Reach(followers=12345)}, "@pia · X · 12,345 followers"),
        ({"source": "hackernews", "author": "pia"}, "pia · Hacker News"),
        ({"source": "forum", "community": "desks.example"}, "desks.example · forum"),
    ],
)
def test_people_and_communities_are_written_as_their_platform_does(
    post: Callable[..., Post], now: datetime, given_: dict[str, Any], who: str
) -> None:
    assert shown(post, now, **given_).who == who


def test_the_evidence_is_quoted_by_tag_without_repeats(post: Callable[..., Post], now: datetime) -> None:
    evidence = (
        Evidence("buy", 0, 5, "where can I buy"),
        Evidence("urgency", 0, 5, "before\nSaturday"),
        Evidence("buy", 9, 14, "Where can I buy"),
        Evidence("buy", 9, 14, "which shop"),
    )
    assert shown(post, now, evidence=evidence).why == "buy “where can I buy”, “which shop” · urgency “before Saturday”"


def test_a_tag_shows_its_two_strongest_phrases(post: Callable[..., Post], now: datetime) -> None:
    evidence = tuple(Evidence("buy", 0, 5, words) for words in ("which shop", "any store", "to buy"))
    assert shown(post, now, evidence=evidence).why == "buy “which shop”, “any store”"


def test_a_phrase_that_speaks_for_several_tags_is_told_once(post: Callable[..., Post], now: datetime) -> None:
    evidence = (
        Evidence("buy", 0, 5, "which one should I get"),
        Evidence("buy", 0, 5, "looking for a lamp"),
        Evidence("question", 0, 5, "which one"),
        Evidence("question", 0, 5, "any ideas"),
        Evidence("urgency", 0, 5, "looking for a lamp"),
    )
    why = shown(post, now, evidence=evidence).why
    assert why == "buy, urgency “which one should I get”, “looking for a lamp” · question “any ideas”"


def test_the_topics_own_words_explain_a_tag_only_where_nothing_else_does(
    post: Callable[..., Post], now: datetime
) -> None:
    own, other = Evidence("question", 18, 31, "standing desk"), Evidence("question", 0, 5, "which one")
    assert shown(post, now, evidence=(own, other)).why == "question “which one”"
    assert shown(post, now, evidence=(own,)).why == "question “standing desk”"


def test_the_place_is_not_told_twice(post: Callable[..., Post], now: datetime) -> None:
    evidence = (Evidence("go", 0, 5, "where to eat"), Evidence("place", 9, 14, "Leeds"))
    result = shown(post, now, evidence=evidence, place="Leeds")
    assert (result.why, result.place) == ("go “where to eat”", "Leeds")


def test_where_the_place_lies_stands_beside_it(post: Callable[..., Post], now: datetime) -> None:
    where = Location(city="Denver", region="Colorado", country="United States", code="US")
    assert (
        shown(post, now, place="downtown Denver", where=where).place
        == "downtown Denver (Denver, Colorado, United States)"
    )


def test_a_country_is_not_told_twice(post: Callable[..., Post], now: datetime) -> None:
    assert shown(post, now, place="Peru", where=Location(country="Peru", code="PE")).place == "Peru"


def test_mood_is_a_word_not_a_number_that_contradicts_it(post: Callable[..., Post], now: datetime) -> None:
    assert shown(post, now, sentiment=Sentiment("neutral", -0.56, (0.2, 0.7, 0.1))).mood == "😐 neutral"


def test_without_evidence_the_matched_terms_are_the_reason(post: Callable[..., Post], now: datetime) -> None:
    assert shown(post, now, leaves=("standing desk", "desk")).why == "matched “standing desk”, “desk”"
    assert shown(post, now).why == ""


def test_mood_signals_place_copies_and_reason_are_named(post: Callable[..., Post], now: datetime) -> None:
    result = shown(
        post,
        now,
        labels=(Moment.BUY,),
        signals=("complaint", "switching"),
        sentiment=Sentiment("negative"),
        place="Leeds",
        copies=2,
        reason=Reason.ROSE,
    )
    assert result.mood == "🙁 negative · complaint · switching"
    assert result.place == "Leeds"
    assert result.notes == "+2 near-identical posts · the author edited it: more pressing now"
    assert shown(post, now, copies=1).notes == "+1 near-identical post"
    assert (result.score, result.parts) == (82, "intent 93 · urgency 70 · relevance 88")


def test_a_time_of_posting_that_the_platform_did_not_give_is_not_shown(
    post: Callable[..., Post], now: datetime
) -> None:
    assert shown(post, now).posted_at == now
    assert shown(post, now, flags=("time-missing",)).posted_at is None


def test_a_deleted_post_has_no_card(post: Callable[..., Post], now: datetime) -> None:
    gone = Alert(key="k", channel="c", reason=Reason.FIRST, about=(), due_at=now, deadline_at=now)
    assert card(gone, 200) is None


# Words


def bold(words: str, *spans: tuple[int, int], length: int = 200) -> str:
    """The excerpt with **matches** marked."""
    pieces = excerpt(words, [Span(*span) for span in spans], length)
    return "".join(f"**{piece.text}**" if piece.bold else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("words", "spans", "result"),
    [
        ("a desk please", [(2, 6)], "a **desk** please"),
        ("desks", [(0, 4)], "**desk**s"),
        ("a desk", [(2, 4), (3, 6)], "a **desk**"),
        ("a desk", [(2, 4), (4, 6)], "a **desk**"),
        ("a desk", [(3, 2), (-5, 1), (5, 99)], "**a** des**k**"),
        ("a   b\n\n\n c\td", [], "a b\nc d"),
        ("a\u2028b\r\nc\x85d", [], "a\nb\nc\nd"),
        ("1\n2\n3\n4\n5\n6\n7\n8", [], "1\n2\n3\n4\n5\n6 7 8"),
        ("a de\u200bsk", [(2, 7)], "a **desk**"),
        ("\x02a\x03 desk", [(4, 8)], "a **desk**"),
        ("می‌خواهم 👩‍💻", [], "می‌خواهم 👩‍💻"),  # joiners that writing needs stay
        ("Z" + "\u0301" * 50, [], "Z\u0301\u0301"),
        ("\u202e\x00 \n ", [], ""),
    ],
)
def test_an_excerpt_is_squeezed_and_its_matches_are_bold(words: str, spans: list[tuple[int, int]], result: str) -> None:
    assert bold(words, *spans) == result


def test_a_long_post_is_cut_at_a_word() -> None:
    assert bold("word " * 100, length=23) == "word word word word…"
    assert bold("x" * 100, length=10) == "x" * 9 + "…"


def test_a_late_match_is_shown_within_its_surroundings() -> None:
    words = "before " * 500 + "my desk" + " after" * 500
    at = words.index("desk")
    assert bold(words, (at, at + 4), length=60) == "… before before my **desk** after after after after after…"


STORY = "The old desk creaks and leans and nobody can say why it does. " * 4
ASK = "Which standing desk should I buy for a small room?"


def asked(words: str, ask: str, *matches: str, length: int = 180) -> str:
    """The excerpt of words with this ask."""
    at = words.index(ask)
    spans = [Span(words.index(match), words.index(match) + len(match)) for match in matches]
    return "".join(piece.text for piece in excerpt(words, spans, length, Span(at, at + len(ask))))


@pytest.mark.parametrize("length", [80, 150, 180, 250])
def test_the_ask_is_never_cut(length: int) -> None:
    for words in (STORY + ASK, STORY + ASK + " " + STORY, ASK + " " + STORY):
        assert ASK in asked(words, "should I buy", "old desk", length=length)


def test_the_ask_and_a_match_are_shown_together_where_both_fit() -> None:
    words = STORY + "I mean the Oakline desk in the corner. " + ASK + " " + STORY
    assert asked(words, "should I buy", "old desk", "Oakline") == (
        "… The old desk creaks and leans and nobody can say why it does. "
        "I mean the Oakline desk in the corner. Which standing desk should I buy for a small room? "
        "The old desk creaks and…"
    )


def test_a_cut_side_shows_an_ellipsis_and_an_uncut_one_none() -> None:
    assert asked(ASK, "should I buy") == ASK
    assert asked(STORY + ASK, "should I buy", length=80) == f"… {ASK}"
    assert asked(ASK + " " + STORY, "should I buy", length=80).startswith(ASK)
    assert asked(ASK + " " + STORY, "should I buy", length=80).endswith("…")


def test_the_ask_of_a_card_is_its_strongest_evidence(post: Callable[..., Post], now: datetime) -> None:
    words = STORY + ASK
    at = words.index("should I buy")
    evidence = (Evidence("urgency", 0, 3, "The"), Evidence("buy", at, at + 12, "should I buy"))
    result = shown(post, now, text=words, labels=(Moment.BUY,), evidence=evidence)
    assert "".join(piece.text for piece in result.words).endswith(ASK)


@given(ANY_TEXT, st.tuples(st.integers(-10, 400), st.integers(-10, 400)), st.integers(1, 80))
def test_an_excerpt_about_any_ask_is_short(text: str, ask: tuple[int, int], length: int) -> None:
    pieces = excerpt(text, [Span(3, 9)], length, Span(*ask))
    assert len("".join(piece.text for piece in pieces)) <= length + 3


def test_a_match_beyond_the_excerpt_does_not_matter() -> None:
    assert bold("desk " * 50, (0, 4), (245, 249), length=30) == "**desk** desk desk desk desk…"


@given(ANY_TEXT, st.lists(st.tuples(st.integers(-10, 400), st.integers(-10, 400)), max_size=30), st.integers(1, 80))
def test_an_excerpt_of_any_text_is_short_and_harmless(words: str, spans: list[tuple[int, int]], length: int) -> None:
    pieces = excerpt(words, [Span(*span) for span in spans], length)
    text = "".join(piece.text for piece in pieces)
    assert len(text) <= length + 3
    assert text.count("\n") <= 5
    assert not set(text) & {*UNSEEN, "\x02", "\x03"}
    assert all(piece.text for piece in pieces)
    text.encode()  # no half of a surrogate pair


@given(ANY_TEXT, st.integers(1, 80))
def test_a_line_of_any_text_is_one_line(text: str, length: int) -> None:
    shown = line(text, length)
    assert len(shown) <= length + 1
    assert len(shown.splitlines()) <= 1
    assert not set(shown) & set(UNSEEN)


def test_a_paragraph_keeps_its_lines() -> None:
    assert paragraph(" a\n\n\nb \x1b[31m ", 50) == "a\nb [31m"


@pytest.mark.parametrize(
    "text", ["a" * 10_000_000, " " * 10_000_000, "\n " * 5_000_000, "😀" * 1_000_000, "\x00" * 10_000_000]
)
def test_huge_texts_are_cut_before_they_are_cleaned(text: str) -> None:
    assert len(line(text, 100)) <= 101
    assert len("".join(piece.text for piece in excerpt(text, [Span(5_000, 6_000)], 600))) <= 604


# Links


@pytest.mark.parametrize(
    ("url", "result"),
    [
        ("https://forum.example/t/1?a=b&c=d#e", "https://forum.example/t/1?a=b&c=d#e"),
        ("http://forum.example:8080", "http://forum.example:8080"),
        ("HTTPS://Forum.Example/T", "https://forum.example/T"),
        ('https://forum.example/a|b>c<d"e f', "https://forum.example/a%7Cb%3Ec%3Cd%22e%20f"),
        ("https://forum.example/käse%20", "https://forum.example/k%C3%A4se%20"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://reddit.com@evil.example/", "https://evil.example/"),
        ("https://user:pass@forum.example/", "https://forum.example/"),
        ("https://forum.example/\ud800", "https://forum.example/%3F"),
        ("javascript:alert(1)", ""),
        ("data:text/html,hi", ""),
        ("ftp://forum.example/", ""),
        ("//forum.example/", ""),
        ("https://", ""),
        ("https://[::1", ""),
        ("https://a..b/", ""),
        ("https://forum.example:port/", ""),
        ("https://forum.example/" + "x" * LONGEST_LINK, ""),
        ("", ""),
    ],
)
def test_a_link_is_percent_encoded_http_or_nothing(url: str, result: str) -> None:
    assert link(url) == result


@given(st.one_of(ANY_TEXT, ANY_TEXT.map("https://forum.example/{}".format), ANY_TEXT.map("https://{}".format)))
def test_no_address_can_break_out_of_its_link(url: str) -> None:
    address = link(url)
    assert not set(address) & set("<>|\"' \n\\") - {"'"}
    assert address == "" or urlsplit(address).scheme in ("http", "https")
    assert link(address) == address

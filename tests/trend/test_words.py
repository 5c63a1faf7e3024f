import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.trend import Light, asks, hashed, may_ask, same_text
from listener.trend.words import cut, words


@pytest.mark.parametrize(
    "text",
    [
        "Is the app down?",
        "anyone know a good dentist in leeds",
        "@acme how do i cancel my order",
        "does the charger work abroad",
        "Please help, my card was declined",
        "I want to return these shoes",
        "can't log in since this morning",
        "any recommendations for a quiet keyboard",
        "so where can we park",
    ],
)
def test_questions_and_requests_pass(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Thanks, it works now.",
        "Our new store opens today https://example.org/?from=mail",
        "@how great service",
        "Great flight this morning",
    ],
)
def test_statements_do_not(text: str) -> None:
    assert not asks(text)


def test_a_statement_counts_where_it_likely_asks_and_a_question_always() -> None:
    statement = "App keeps crashing on startup"
    assert may_ask(statement, 0.05)
    assert not may_ask(statement, 0.049)
    assert may_ask("Why does it crash?", 0.0)
    assert Light.load().asks("Why does it crash?")
    assert not Light.load().asks(statement)


def test_copies_share_their_text() -> None:
    assert same_text("RT @bob: Is it DOWN?? https://example.org/1") == same_text("is it down")
    assert same_text("is it up") != same_text("is it down")


def test_who_adds_a_few_words_to_a_long_text_passes_it_on() -> None:
    text = "I made a desk of an old door, a friend's lathe and a lot of patience"
    assert same_text(f"{text} [crosspost from r/desks]") == same_text(f"{text}: ask me anything")
    assert same_text(text.replace("desk", "lamp")) != same_text(text)
    assert hashed("") == 0


def test_words_come_without_accents_names_and_addresses() -> None:
    assert words("@bob Où est le CAFÉ? don’t ask www.example.org") == ["ou", "est", "le", "cafe", "?", "dont", "ask"]


def test_a_word_is_cut_into_the_longest_known_pieces() -> None:
    assert cut("refunding", {"refund", "re", "##ing", "##i"}) == ["refund", "##ing"]
    assert cut("xyz", {"x", "##z"}) == ["x", "##z"]


@given(st.text(max_size=300))
def test_any_text_has_a_vector(text: str) -> None:
    light = Light.load()
    [vector] = light([text])
    assert len(vector) == light.width
    assert isinstance(asks(text), bool)
    assert -(2**63) <= same_text(text) < 2**63


def test_paraphrases_are_nearer_than_other_questions() -> None:
    light = Light.load()
    refund, same, other = (
        np.frombuffer(vector, np.int8).astype(float)
        for vector in light(["When do I get my refund?", "How long until my refund arrives?", "Where can I park?"])
    )

    def alike(a: np.ndarray, b: np.ndarray) -> float:
        return float(a @ b / np.sqrt((a @ a) * (b @ b)))

    assert alike(refund, same) > 0.5
    assert alike(refund, other) < alike(refund, same) - 0.2

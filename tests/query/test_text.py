"""A text: its words in step with their places, whatever it is made of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.query.fold import fold
from listener.query.text import Text, domains

texts = st.text(
    st.one_of(st.characters(), st.sampled_from("aA '’s.,1_-#@\u200b\u0301か\u3099ｶﾞ茶ßВ가\u1100\u1161")), max_size=60
)


@settings(max_examples=400, deadline=None)
@given(texts)
def test_words_places_and_cases_are_in_step(original: str) -> None:
    text = Text(original)
    assert len(text.words) == len(text.starts) == len(text.cased)
    for word, start, cased in zip(text.words, text.starts, text.cased, strict=True):
        assert text.folded[start : start + len(word)] == word
        assert fold(cased) == word
        assert word in text.forms
        span = text.span(text.place_at(start, start + len(word), "leaf"))
        assert 0 <= span.start < span.end <= len(original)


@settings(max_examples=200, deadline=None)
@given(texts)
def test_folding_twice_is_folding_once(original: str) -> None:
    plain = original.translate(dict.fromkeys((0x149, 0x2033, 0x2034, 0x2057, 0xA78B)))  # unfold to apostrophes
    assert fold(fold(plain)) == fold(plain)


def test_a_possessive_is_two_forms_of_one_word() -> None:
    text = Text("Ana's cup")
    assert text.words == ["ana's", "cup"]
    assert text.forms == {"ana's", "ana", "cup"}
    assert text.positions["ana"] == text.positions["ana's"] == [0]


def test_addresses_hold_no_words_and_move_nothing() -> None:
    text = Text("tea https://x.example/cup, milk")
    assert text.words == ["tea", "milk"]
    assert text.starts == [0, 27]
    assert text.addresses == [(4, 26)]


def test_places_beside_words_lie_between_them() -> None:
    text = Text("😀 tea 😀 milk 😀")
    assert [text.place_at(at, at + 1, "").first for at in (0, 2, 6, 8, 13)] == [-0.5, 0, 0.5, 1, 1.5]


def test_parts_of_a_number_share_a_position() -> None:
    text = Text("pay 1,299.50 now, or 3. 5")
    places = [text.place_at(start, start + 1, "").first for start in text.starts]
    assert list(zip(text.words, places, strict=True)) == [
        *(("pay", 0), ("1", 1), ("299", 1), ("50", 1), ("now", 2), ("or", 3), ("3", 4), ("5", 5))
    ]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://www.tea.example/x", ["www.tea.example", "tea.example"]),
        ("hxxp://tea[.]example", ["tea.example"]),
        ("https://ana:pw@Tea.Example:8080?x#y", ["tea.example"]),
        ("tea.example", ["tea.example"]),
        ("http://localhost/x", ["localhost"]),
        ("http://[::1]/", [""]),
        (f"http://{'a.' * 500}example", [""]),
        ("", [""]),
    ],
)
def test_an_address_is_of_its_host_and_all_domains_above(address: str, expected: list[str]) -> None:
    assert domains(address) == expected

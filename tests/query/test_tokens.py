"""What an index keeps of a post."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.query.tokens import Tokens, facet, is_token, spelled, tokens
from listener.types import Post
from tests.conftest import NOW


def of(text: str, **fields: object) -> Tokens:
    return tokens(Post(**{"source": "forum", "id": "1", "text": text, "created_at": NOW, "kind": "", **fields}))  # type: ignore[arg-type]


def test_words_stand_in_order_the_title_apart() -> None:
    assert of("The Desk's legs, don't they?", title="Ana's desk") == Tokens(
        "ana desk", "the desk legs don't they", "=source:forum"
    )


def test_marks_hold_what_is_no_word() -> None:
    said = of("#Desk $ACME see x.acme.com", author="@Ana", lang="en-GB", url="https://b.example/c", tags=("a b",))
    assert said.marks.split() == [
        *("#desk", "$acme", "//x.acme.com", "//acme.com", "//b.example"),
        *(
            "=source:forum",
            "=author:ana",
            "=tag:a\ufffdb",
            "=lang:en",
            "=lang:en-gb",
            "=site:b.example",
            "=site:example",
        ),
    ]


@pytest.mark.parametrize(("word", "parts"), [("acme's", ["acme"]), ("東京", ["東", "京"]), ("don't", ["don't"])])
def test_a_word_is_spelled_as_it_is_looked_up(word: str, parts: list[str]) -> None:
    assert spelled(word) == parts


def test_a_value_never_parts_into_several_tokens() -> None:
    assert facet("community", 'tea (pot) "x"') == "=community:tea\ufffd\ufffdpot\ufffd\ufffd\ufffdx\ufffd"


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_every_token_is_kept_as_it_is(text: str, title: str, author: str) -> None:
    said = of(text, title=title, author=author)
    for token in " ".join((said.title, said.text, said.marks)).split():
        assert is_token(token), token

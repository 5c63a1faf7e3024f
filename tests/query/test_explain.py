"""How a query is explained."""

from textwrap import dedent

from listener.query import Doc, parse
from listener.query.explain import explain
from listener.types import Post
from tests.conftest import NOW


def explained(query: str, text: str, title: str = "", **sets: str) -> str:
    return explain(
        parse(query, sets), Doc.of(Post(source="forum", id="1", text=text, title=title, created_at=NOW), NOW)
    )


def test_every_part_says_whether_and_where() -> None:
    shown = explained('"green tea" (cup* OR pot) -milk lang:en', "A cup of Green\nTea, two cups")
    assert shown == dedent(
        """\
        "green tea" (cup* OR pot) NOT milk lang:en  does not match
          ✗ all of
            ✓ "green tea"  — 'Green\\nTea' at 9
            ✓ any of
              ✓ cup*  — 'cup' at 2, 'cups' at 24
              ✗ pot
            ✓ must not be there
              ✗ milk
            ✗ lang:en"""
    )


def test_near_sets_and_the_title_are_shown_as_what_they_are() -> None:
    shown = explained("title:(tea OR @hot) @hot ONEAR/2 cup", "soup cup", "Tea", hot="soup")
    assert shown == dedent(
        """\
        title:(tea OR @hot) @hot ONEAR/2 cup  matches
          ✓ all of
            ✓ in the title
              ✓ any of
                ✓ tea  — 'Tea' at 0
                ✗ the set @hot
                  ✗ soup
            ✓ within 2 words, in this order
              ✓ the set @hot
                ✓ soup  — 'soup' at 5
              ✓ cup  — 'cup' at 10

          Tea
          ^^^

          soup cup
          ^^^^ ^^^"""
    )


def test_many_places_are_cut_short() -> None:
    assert explained("tea NEAR/3 cup", "tea " * 9).splitlines() == [
        "tea NEAR/3 cup  does not match",
        "  ✗ within 3 words, in either order",
        "    ✓ tea  — 'tea' at 0, 'tea' at 4, 'tea' at 8, 'tea' at 12, 'tea' at 16 …",
        "    ✗ cup",
    ]


def test_carets_stand_under_wide_characters_and_accents() -> None:
    shown = explained("東京 OR café", "in 東京\nno\na cafe\u0301 here").splitlines()
    assert shown[-6:] == ["", "  in 東京", "     ^^^^", "", "  a cafe\u0301 here", "    ^^^^"]

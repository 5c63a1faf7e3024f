"""What hardly anybody writes: it is refused or read, and never ends in another error than `QueryError`."""

import pytest

from listener.errors import QueryError
from listener.query import Doc, parse
from listener.query.explain import explain
from listener.types import Post
from tests.conftest import NOW
from tests.query.conftest import found, hit, matches


@pytest.mark.parametrize("pattern", [r"\b", r"\B", "^", "$", "^$", r"tea|\b", "(?m)^", "(?m)$", "x*", "(tea)?"])
def test_an_expression_that_matches_without_characters_is_refused(pattern: str) -> None:
    with pytest.raises(QueryError, match="so it would match every post"):
        parse(f"/{pattern}/")


@pytest.mark.parametrize("pattern", [r"\btea\b", "^tea", "tea$", r"tea\B|\Btea|tea"])
def test_edges_beside_characters_are_read(pattern: str) -> None:
    assert matches(f"/{pattern}/", "tea")


@pytest.mark.parametrize("pattern", [r"\C", r"te\C", r"\\\C"])
def test_half_characters_cannot_be_asked_for(pattern: str) -> None:
    with pytest.raises(QueryError, match="parts a character into its bytes"):
        parse(f"/{pattern}/")


def test_a_backslash_before_the_letter_c_is_no_half_character() -> None:
    assert matches(r"/C:\\C/", r"in C:\Cups")


@pytest.mark.parametrize(
    "query", ["author:a?\ud800", "author:a*\ud800", "/a\ud800/", "`a\ud800`", '"a\ud800?"', "#a?\ud800"]
)
@pytest.mark.parametrize("text", ["a", "a\ud800b", "a�"])
def test_halves_of_characters_are_no_wildcards_and_no_error(query: str, text: str) -> None:
    try:
        hit(query, text, author=text)
    except QueryError as error:
        assert error.why


@pytest.mark.parametrize("query", ["`\u200b`", "/\u200b/", r"/\p{Cf}/"])
def test_what_cannot_be_seen_is_found_but_not_shown(query: str) -> None:
    answer = hit(query, "te\u200ba")
    assert answer is not None
    assert (answer.leaves, answer.spans) == ((query,), ())


def test_a_title_does_not_link_where_its_post_is() -> None:
    elsewhere = {"url": "https://tea.example/1", "links": ("https://tea.example/2",)}
    assert matches("tea.example", "cups", title="Pots", **elsewhere)
    assert not matches("title:tea.example", "cups", title="Pots", **elsewhere)
    assert found("title:tea.example", "cups", title="On tea.example", **elsewhere) == ["tea.example"]


def test_the_handles_of_a_query_are_known_for_they_may_be_mistyped_sets() -> None:
    query = parse('@brnad ("@quoted" OR @Ana -@bob) author:@eve @drinks', {"drinks": "tea OR @inside"})
    assert query.handles == {"@brnad", "@quoted", "@ana", "@bob", "@inside"}
    assert not parse("tea #cup $POT").handles


def test_near_finds_its_pair_behind_a_flood_of_one_of_them() -> None:
    assert matches("tea NEAR/5 cup", "tea " * 9_000 + "cup")
    assert matches("(tea OR pot) ONEAR/1 cup", "pot tea " * 4_000 + "cup")
    assert not matches("cup ONEAR/5 tea", "tea " * 9_000 + "cup")


def test_near_sees_the_first_of_a_flood_of_wildcards() -> None:
    assert matches("te* NEAR/1 cup", "tea " * 5_000 + "cup " + "tea " * 5_000)


FLOODS = {
    "one phrase, denied a hundred times": ("a " + 'NOT "a a b a" ' * 99, "a a b a " * 5_000, False),
    "phrases that nearly fit": ("a " + '-!"A a B" ' * 99, "a a b a " * 5_000, False),
    "wildcards near each other": ("zz NEAR/999 a* NEAR/999 *a", "a " * 20_000 + "zz", False),
    "a phrase behind a flood": ('"a b c"', "a b " * 9_000 + "a b c", True),
    "wildcards in one another": (" OR ".join(f"*{'a' * n}*" for n in range(1, 40)), "a" * 40_000, True),
}


@pytest.mark.parametrize("what", FLOODS)
def test_a_text_made_to_be_slow_ends_the_search_in_it(what: str) -> None:
    query, text, expected = FLOODS[what]
    assert matches(query, text) is expected


def test_a_flood_takes_nothing_from_the_next_query() -> None:
    post = Post(source="forum", id="1", created_at=NOW, title="a b " * 200, text="a a b a " * 5_000)
    doc = Doc.of(post, NOW)
    assert parse("zz NEAR/999 a* NEAR/999 *a").test(doc) is None
    assert parse("title:(a NEAR/2 b*)").test(doc)
    assert parse('"a b"').test(doc)


def test_a_flood_is_explained_too() -> None:
    doc = Doc.of(Post(source="forum", id="1", created_at=NOW, text="a a b a " * 5_000), NOW)
    assert "does not match" in explain(parse('!"A a B" a* NEAR/999 *a'), doc)

"""AND, OR, NOT, parentheses, NEAR and ONEAR, and which of them binds tighter."""

import pytest

from listener.query import parse
from tests.query.conftest import found, hit, matches

LOGIC = [
    ("tea milk", "milk, then tea", True),
    ("tea milk", "tea alone", False),
    ("tea AND milk", "milk tea", True),
    ("tea OR milk", "milk", True),
    ("tea or milk", "tea milk", False),  # a word like any other
    ("tea or milk", "tea or milk", True),
    ("tea and milk", "tea & milk", False),
    ("tea NOT milk", "tea", True),
    ("tea NOT milk", "milk tea", False),
    ("tea -milk", "milk tea", False),
    ("tea –milk", "milk tea", False),
    ("tea -(milk OR sugar)", "tea, sugar", False),
    ('tea -"brown sugar"', "tea, brown-sugar", False),
    ("tea -`Sugar`", "tea, sugar", True),
    ("tea AND -milk", "tea", True),
    ("-milk tea", "tea", True),
    ("tea NOT NOT milk", "tea", False),
    ("tea NOT NOT milk", "tea milk", True),
    ("tea -(-milk)", "tea milk", True),
    ("tea milk OR sugar", "sugar", True),
    ("sugar OR tea milk", "tea", False),
    ("(sugar OR tea) milk", "sugar", False),
    ("tea (milk OR sugar) cup", "cup of tea, sugar", True),
    ("tea OR milk NOT sugar", "tea sugar", True),
    ("tea OR milk NOT sugar", "milk sugar", False),
    ("tea (NOT milk) sugar", "sugar tea", True),
    ("((tea))", "tea", True),
    ("tea(milk)sugar", "tea milk sugar", True),
    ('tea"hot milk"', "tea, hot milk", True),
    ("tea\n\tOR\nmilk", "milk", True),
]


@pytest.mark.parametrize(("query", "text", "expected"), LOGIC)
def test_terms_are_combined(query: str, text: str, expected: bool) -> None:
    assert matches(query, text) is expected


NEAR = [
    ("tea NEAR/3 milk", "tea 1 2 milk", True),
    ("tea NEAR/3 milk", "tea 1 2 3 milk", False),
    ("tea NEAR/3 milk", "milk 1 2 tea", True),
    ("tea ONEAR/3 milk", "tea 1 2 milk", True),
    ("tea ONEAR/3 milk", "milk tea", False),
    ("tea NEAR/3f milk", "milk tea", False),
    ("tea near/3f: milk", "tea milk", True),
    ("tea onear/3: milk", "milk tea", False),
    ("tea Near/1 milk", "milk tea", True),
    ("tea NEAR/1 milk", "tea. Milk!", True),
    ("tea NEAR/1 milk", "tea\n\n😀 & milk", True),
    ("tea NEAR/2 milk", "tea don't milk", True),
    ("tea NEAR/2 milk", "tea 3.5 milk", True),
    ("tea NEAR/2 milk", "tea 1,000 milk", True),
    ("tea NEAR/2 milk", "tea 1, 2 milk", False),
    ("tea NEAR/2 milk", "tea two-in milk", False),
    ("tea NEAR/1 milk", "tea https://x.example/a/b milk", True),
    ("tea NEAR/3 tea", "tea", False),
    ("tea NEAR/3 tea", "tea and tea", True),
    ("tea NEAR/3 t*", "tea", False),
    ('"green tea" NEAR/3 tea', "green tea", False),
    ('"green tea" NEAR/2 cup', "cup of green tea", True),
    ('"green tea" NEAR/2 cup', "green tea in cup", True),
    ('"green tea" NEAR/2 cup', "cup full of green tea", False),
    ("(tea OR milk) NEAR/1 (cup OR pot)", "pot milk", True),
    ("(tea OR milk) NEAR/1 (cup OR pot)", "tea milk, a pot", False),
    ("`C++` NEAR/2 book", "the C++ book", True),
    ("`😀` NEAR/1 tea", "tea 😀", True),
    ("`😀` NEAR/1 `🎉`", "😀🎉", True),
    ("`😀` NEAR/3 `😀`", "😀", False),
    ("`😀` ONEAR/1 `🎉`", "🎉😀", False),
    ("$TEA NEAR/2 milk", "$tea and milk", True),
    ("tea.example NEAR/2 milk", "milk at https://tea.example/x", True),
    ("tea.example NEAR/1 milk", "milk bought at tea.example", False),
    ("/tea+/ NEAR/2 milk", "steep my milk", False),
    ("/tea+/ NEAR/2 milk", "steaming my milk", True),
    ("!Tea NEAR/2 milk", "tea milk", False),
    ("咖啡 NEAR/1 机", "咖啡机", True),
    ("机 ONEAR/1 咖啡", "咖啡机", False),
    ("tea NEAR/2 milk cup", "tea milk", False),
    ("cup OR tea NEAR/2 milk", "cup", True),
    ("cup NOT tea NEAR/1 milk", "cup, milk or tea", True),
    ("cup NOT tea NEAR/1 milk", "cup, milk tea", False),
    ("tea NEAR/2 milk NEAR/2 cup", "tea 1 milk 1 cup", True),
    ("tea NEAR/2 milk NEAR/2 cup", "cup 1 tea 1 milk", True),
    ("tea NEAR/2 milk NEAR/2 cup", "tea cup milk", True),
    ("tea NEAR/2 milk NEAR/2 cup", "tea 1 milk 1 2 cup", False),
    ("tea NEAR/5 milk NEAR/1 cup", "tea milk 1 2 milk cup", True),
    ("tea NEAR/3 milk NEAR/1 tea", "tea milk", False),
    ("tea ONEAR/2 milk ONEAR/2 cup", "tea cup milk", False),
    ("(tea NEAR/2 milk) ONEAR/1 cup", "milk tea cup", True),
    ("(tea NEAR/2 milk) ONEAR/1 cup", "milk cup tea", False),
    ("cup ONEAR/2 (tea NEAR/2 milk)", "tea cup milk", False),
    ("(tea NEAR/1 milk OR rum) NEAR/1 cup", "rum cup", True),
    ('"tea milk cup"~2', "tea 1 milk cup", True),
    ('"tea milk cup"~2', "tea cup milk", False),
    ('"te* milk"~2', "teas 1 milk", True),
    ('!"Tea Milk"~2', "Tea with Milk", True),
    ('!"Tea Milk"~2', "tea with Milk", False),
]


@pytest.mark.parametrize(("query", "text", "expected"), NEAR)
def test_distance_is_the_difference_of_positions(query: str, text: str, expected: bool) -> None:
    assert matches(query, text) is expected


def test_a_pair_is_found_behind_thousands_of_candidates() -> None:
    assert matches("tea NEAR/2 milk", "tea " * 5_000 + "x milk")
    assert matches("tea ONEAR/2 milk", "milk " * 5_000 + "tea x milk")
    assert not matches("tea NEAR/2 milk", "tea " * 4_000 + "x x " + "milk " * 4_000)


def test_near_names_the_pairs_and_not_the_rest() -> None:
    assert found("tea NEAR/1 milk", "tea, no, no, tea milk") == ["tea", "milk"]
    assert found("(tea OR pot) NEAR/1 (milk OR cup)", "pot, sugar, tea milk") == ["tea", "milk"]


def test_only_what_made_the_query_hold_is_named() -> None:
    answer = hit("(tea milk) OR sugar OR (cup -pot)", "tea, sugar, cup, pot")
    assert answer
    assert answer.leaves == ("sugar",)


def test_leaves_are_named_as_written_each_once() -> None:
    answer = hit('"green tea" (cup* OR pot) title:Tea source:forum -milk', "Green tea, green tea, cups", title="tea")
    assert answer
    assert answer.leaves == ('"green tea"', "cup*", "title:Tea", "source:forum")
    assert [(span.start, span.end) for span in answer.spans] == [(0, 3), (5, 14), (16, 25), (27, 31)]


def test_a_flood_of_places_is_cut_short() -> None:
    answer = hit(" OR ".join(f"{word}*" for word in "abcdefgh"), "a b c d e f g h " * 100)
    assert answer
    assert len(answer.leaves) == 8
    assert len(answer.spans) == 100


PRINTED = [
    ("  tea   AND milk ", "tea milk"),
    ("tea -milk", "tea NOT milk"),
    ("(tea) OR (milk sugar)", "tea OR milk sugar"),
    ("(tea OR milk) sugar", "(tea OR milk) sugar"),
    ("tea -(milk sugar)", "tea NOT (milk sugar)"),
    ("“green tea”", '"green tea"'),
    ("tea near/3f: milk", "tea ONEAR/3 milk"),
    ('"tea milk"~3', '"tea" ONEAR/3 "milk"'),
    ("tea NEAR/2 (milk NEAR/3 cup)", "tea NEAR/2 (milk NEAR/3 cup)"),
    ("!Tea", '!"Tea"'),
    ("Likes:=1k", "likes:1k"),
    ('source:(forum OR "my forum")', 'source:forum OR source:"my forum"'),
    ("title:(tea OR milk)", "title:(tea OR milk)"),
    ('title:"green tea"', 'title:"green tea"'),
]


@pytest.mark.parametrize(("written", "printed"), PRINTED)
def test_a_query_has_one_way_of_being_printed(written: str, printed: str) -> None:
    assert str(parse(written)) == printed


def test_deep_queries_are_read_printed_and_matched() -> None:
    deep = "(" * 50 + "tea" + ")" * 50
    assert str(parse(deep)) == "tea"
    ladder = "".join(f"(w{n} OR (w{n} x " for n in range(24)) + "tea" + "))" * 24
    assert parse(str(parse(ladder))).tree == parse(ladder).tree
    assert matches(ladder, "w0")
    words = [f"w{n}" for n in range(21)]
    assert matches(" NEAR/1 ".join(words), " ".join(words))
    assert matches(" NEAR/1 ".join(["t*"] * 9), "tea " * 30)

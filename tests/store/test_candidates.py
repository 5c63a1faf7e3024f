"""What the database is asked for a query, and whether that is all."""

import pytest

from listener.query import parse
from listener.store.candidates import candidates
from tests.conftest import NOW

TOPICS = {"desks": "Desks & chairs", "lamps": "lamps"}


@pytest.mark.parametrize(
    ("query", "words", "exact"),
    [
        ("Acme", '"acme"', True),
        ("acme's", '"acme"', False),
        ("acme cloud", '("acme" AND "cloud")', True),
        ("acme OR (cloud -down)", '("acme" OR (("cloud") NOT ("down")))', True),
        ('"acme cloud"', '"acme cloud"', False),
        ('"acme clou* for"', '("acme" AND "for" AND "clou" *)', False),
        ("grinder*", '"grinder" *', True),
        ("g*", "", False),
        ("(buy OR need) NEAR/5 desk", '(("buy" OR "need") AND "desk")', False),
        ("!Acme", '"acme"', False),
        ("東京", '"東 京"', False),
        ("#acme OR @ana OR $x OR acme.com", '("#acme" OR "@ana" OR "$x" OR "//acme.com")', True),
        ("title:desk", 'title : "desk"', True),
        ("title:#desk", '"#desk"', False),
        ("author:@Ana community:leeds", '("=author:ana" AND "=community:leeds")', True),
        ('community:"tea pot"', '"=community:tea\ufffdpot"', False),
        ("site:x.com/a", '"=site:x.com"', False),
        ("acme -(cloud moment:buy)", '"acme"', False),
        ("/a/ -acme", "", False),
    ],
)
def test_words_are_looked_up(query: str, words: str, exact: bool) -> None:
    part = candidates(parse(query).tree, NOW, TOPICS)
    assert (part.words, part.exact) == (words, exact)


@pytest.mark.parametrize(
    ("query", "sql", "values"),
    [
        ("moment:buy", "instr(f.moments, ?) > 0", ('"buy"',)),
        ("score:>=60 question:no", "(f.score is not null and f.score >= ?) and f.is_question = ?", (60.0, False)),
        ("topic:de*", "f.topic in (?)", ("desks",)),
        ("topic:nowhere", "f.topic in ()", ()),
        ("desk -state:open", "not f.state = ?", ("open",)),
        ("likes:>1k", "(p.likes is not null and p.likes > ?)", (1000.0,)),
        ("/de+sk/", "finds(?, p.title || char(10) || char(10) || p.text)", ("de+sk",)),
        ("title:/de+sk/", "finds(?, p.title)", ("de+sk",)),
        ("url:/r/", "instr(folded(p.url), ?) > 0", ("/r/",)),
        ("*desk", "(instr(words.title, ?) > 0 or instr(words.text, ?) > 0)", ("desk", "desk")),
    ],
)
def test_values_are_bound(query: str, sql: str, values: tuple[object, ...]) -> None:
    part = candidates(parse(query).tree, NOW, TOPICS)
    assert sql in part.sql
    assert part.values == values


def test_either_of_words_and_tags_looks_into_the_index_of_the_same_stretch() -> None:
    part = candidates(parse("acme OR moment:buy").tree, NOW, TOPICS)
    assert part.words == ""
    assert "rowid >= ?1 and rowid < ?2 and words match ?" in part.sql
    assert part.values == ('"acme"', '"buy"')


def test_what_is_too_deep_for_the_index_is_left_to_the_matcher() -> None:
    deep = "a1"
    for number in range(20):
        deep = f"(b{number} OR (c{number} {deep}))"
    part = candidates(parse(deep).tree, NOW, TOPICS)
    assert not part.exact
    assert part.depth < 20
    assert 0 < part.words.count("(") < 40

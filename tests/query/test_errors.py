"""Every mistake in a query: the exact words, and the caret under the place."""

import pytest

from listener.errors import QueryError
from listener.query import FIELDS, TAG_FIELDS, parse

ALL_FIELDS = ", ".join(FIELDS)
QUOTED = "To find the words themselves, quote them:"
SETS = {"loop": "tea OR @loop", "bad": "tea OR", "all": "tea milk"}

MISTAKES = [
    # nothing, and too much
    ("", 0, "the query is empty; expected a word"),
    (" \n", 0, "the query is empty; expected a word"),
    # NOT alone
    ("NOT tea", 0, "the query says only what must not be there; expected something that must"),
    ("-tea (-milk)", 0, "the query says only what must not be there; expected something that must"),
    ("-source:forum", 0, "the query says only what must not be there; expected something that must"),
    ("NOT tea OR milk", 0, "each side of an OR needs something that must be there, not NOT alone"),
    ("cup (tea OR -milk)", 12, "each side of an OR needs something that must be there, not NOT alone"),
    # operators without a term
    ("tea OR", 6, "expected a term after OR, not the end of the query"),
    ("tea OR OR milk", 7, "expected a term after OR, not OR"),
    ("OR tea", 0, "expected a term, not OR"),
    ("AND tea", 0, "expected a term, not AND"),
    ("tea AND OR milk", 8, "expected a term after AND, not OR"),
    ("tea NOT", 7, "expected a term after NOT, not the end of the query"),
    ("(tea OR) milk", 7, "expected a term after OR, not a closing parenthesis"),
    ("tea - milk", 4, "expected a term, not -; a minus stands right before the term that must not be there"),
    ("tea | milk", 4, "expected a term, not |; for either of two write OR"),
    ("tea && milk", 4, "expected a term, not &&; for both of two write AND, or nothing"),
    # parentheses
    ("cup (tea", 4, "a parenthesis is not closed; expected )"),
    ("tea)", 3, "a parenthesis is closed that was never opened; expected a term or the end"),
    ("tea ( )", 4, "the parentheses are empty; expected a term"),
    ("(" * 51 + "tea" + ")" * 51, 50, "more than 50 parentheses and sets in one another; expected fewer"),
    # quotation marks, backticks, exclamation marks
    ('tea "milk', 4, 'a quotation mark is not closed; expected another "'),
    ('tea"', 3, 'a quotation mark is not closed; expected another "'),
    ("tea “milk", 4, 'a quotation mark is not closed; expected another "'),
    ('""', 0, "expected a word between the quotation marks"),
    ('"?!"', 0, "expected a word between the quotation marks"),
    ("`tea", 0, "a backtick is not closed; expected another `"),
    ("` `", 0, "expected characters between the backticks"),
    ("cup ! tea", 4, 'expected a word or a "phrase" right after !'),
    ("!#tea", 0, 'expected a word or a "phrase" right after !'),
    ("!(tea)", 0, 'expected a word or a "phrase" right after !'),
    # words that are none
    ("tea *", 4, "a wildcard alone would match everything; expected letters beside it"),
    ('"* *"', 0, "a wildcard alone would match everything; expected letters beside it"),
    ("#*", 0, "a wildcard alone would match everything; expected letters beside it"),
    ("😀", 0, "😀 has no letter or digit; write it between backticks to find exactly these characters"),
    ("C++", 0, "the signs of C++ belong to no word; write `C++` to find exactly these characters"),
    (".NET", 0, "the signs of .NET belong to no word; write `.NET` to find exactly these characters"),
    ("t.example/a", 0, "a domain has no path; write site:t.example/a for posts there, or url:t.example/a"),
    ("https://t.example", 0, "this is an address; write site:t.example or url:t.example"),
    # distances
    ("tea NEAR milk", 4, "NEAR needs a distance from 1 to 9,999, as in NEAR/5"),
    ("tea onear/x milk", 4, "onear/x needs a distance from 1 to 9,999, as in ONEAR/5"),
    ("tea NEAR/0 milk", 4, "NEAR/0 needs a distance from 1 to 9,999, as in NEAR/5"),
    ("NEAR/5 tea", 0, "expected a term, not NEAR/5"),
    ("tea NEAR/5", 10, "expected a term after NEAR/5, not the end of the query"),
    ("(tea NEAR/5) milk", 11, "expected a term after NEAR/5, not a closing parenthesis"),
    ("tea NEAR/5 -milk", 11, "expected a term after NEAR/5, not -milk"),
    ("tea NEAR/5 (milk cup)", 11, "NEAR/5 takes words, phrases and OR-groups of them, not AND and NOT"),
    ("@all NEAR/5 tea", 0, "NEAR/5 takes words, phrases and OR-groups of them, not AND and NOT"),
    ("tea NEAR/5 lang:en", 11, "NEAR/5 takes words, phrases and OR-groups of them, not fields"),
    ("title:tea ONEAR/5 cup", 0, "ONEAR/5 takes words, phrases and OR-groups of them, not fields"),
    (" NEAR/1 ".join(["a"] * 22), 0, "more than 20 NEARs hang together; expected fewer"),
    ('"tea milk"~', 10, "expected a distance from 1 to 9,999 after ~, as in ~3"),
    ('"tea milk"~x', 10, "expected a distance from 1 to 9,999 after ~, as in ~3"),
    ('"tea"~3', 0, "~3 needs two words or more between the quotation marks"),
    # expressions
    ("cup /tea", 4, "a regular expression is not closed; expected another /"),
    ("//", 0, "expected a regular expression between the slashes"),
    ("/r/tea", 3, "expected white space after the regular expression; inside it a slash is written \\/"),
    ("/(a/", 0, "this regular expression cannot be read (missing ): (a); expected the syntax of RE2"),
    ("/a*/", 0, "this regular expression matches even an empty text, so it would match every post"),
    (
        "/.{1,1000}/",
        0,
        "this regular expression is too large to be quick; expected smaller repetitions, such as {0,50}",
    ),
    ("/a{1001}/", 0, "this regular expression is too large to be quick; expected smaller repetitions, such as {0,50}"),
    *(
        (each, 0, "look-around is refused, for expressions take linear time here; expected one without (?= (?! (?<")
        for each in ("/(?=a)b/", "/(?!a)b/", "/(?<=a)b/", "/(?<!a)b/")
    ),
    *(
        (each, 0, "back-references are refused, for expressions take linear time here; expected one without")
        for each in (r"/(a)\1/", r"/(?P<n>a)(?P=n)/", r"/(?P<n>a)\k<n>/")
    ),
    # fields
    ("tea autor:ana", 4, f'unknown field autor:; did you mean "author"? {QUOTED} "autor:ana"'),
    ("langauge:en", 0, f'unknown field langauge:; did you mean "lang"? {QUOTED} "langauge:en"'),
    ("re:invent", 0, f'unknown field re:; there are {ALL_FIELDS}. {QUOTED} "re:invent"'),
    ("12:30", 0, f'unknown field 12:; no field is a number. {QUOTED} "12:30"'),
    ("title: tea", 6, "expected a word right after title:"),
    ("author: ana", 7, "expected a value right after author:"),
    ('author:""', 9, "expected a value right after author:"),
    ("title:(tea lang:en)", 0, "title: takes words, phrases and wildcards, not fields"),
    ("author:(ana", 7, "a parenthesis is not closed; expected )"),
    ("tea likes:>abc", 4, "likes:>abc: expected a number, as in likes:>=2"),
    ("likes:>=", 0, "likes:>=: expected a number, as in likes:>=2"),
    ("age:<2x", 0, "age:<2x: expected an age in minutes, hours or days after < or >, as in age:<30m, age:<2h, age:>7d"),
    ("age:2h", 0, "age:2h: expected an age in minutes, hours or days after < or >, as in age:<30m, age:<2h, age:>7d"),
    ("urgency:later", 0, "urgency:later: expected now, soon, none or a number, as in urgency:>=2"),
    ("moment:by", 0, "moment:by: expected know, go, do or buy"),
    ("sentiment:bad", 0, "sentiment:bad: expected negative, neutral or positive"),
    ("question:maybe", 0, "question:maybe: expected yes or no"),
    ("signal:rant", 0, "signal:rant: expected complaint, praise, switching or promo"),
    ("tea place:%", 4, "place:%: expected a word, as in place:leeds"),
    ('place:(leeds OR "-")', 16, "place:-: expected a word, as in place:leeds"),
    ("place:😀", 0, "place:😀: expected a word, as in place:leeds"),
    *(
        (f"site:{each}", 0, f"site:{each}: expected a host, as in site:reddit.com")
        for each in ("?", "#", "/r/tea", ".", "@", "https://", "https:///r/tea")
    ),
    # sets
    ("cup @loop", 4, "in the set @loop (tea OR @loop): the set @loop leads back to itself"),
    ("cup @bad", 4, "in the set @bad (tea OR): expected a term after OR, not the end of the query"),
]


@pytest.mark.parametrize(("query", "at", "why"), MISTAKES)
def test_a_mistake_is_told_with_its_place(query: str, at: int, why: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query, SETS)
    shown = "".join(" " if char in "\n\t" else char for char in query)
    assert str(caught.value) == f"{why}\n  {shown}\n  {' ' * at}^"
    assert (caught.value.query, caught.value.at, caught.value.why) == (query, at, why)


def test_a_query_has_2000_characters_at_most() -> None:
    assert parse("x" * 2_000)
    with pytest.raises(QueryError) as caught:
        parse("x" * 2_001)
    assert str(caught.value).splitlines() == [
        "the query has 2,001 characters; at most 2,000 fit",
        f"  {'x' * 59}…",
        f"  {' ' * 59}^",
    ]


def test_a_query_has_200_terms_at_most() -> None:
    terms = [f"w{n}" for n in range(201)]
    assert parse(" OR ".join(terms[:200]))
    with pytest.raises(QueryError, match=r"^the query has 201 terms, those of its sets included; at most 200\n"):
        parse(" OR ".join(terms))


@pytest.mark.parametrize("name", TAG_FIELDS)
def test_a_topic_cannot_ask_for_tags_and_is_shown_the_way(name: str) -> None:
    value = {
        "moment": "buy",
        "sentiment": "negative",
        "signal": "praise",
        "question": "yes",
        "score": "1",
        "urgency": "1",
    }
    query = f"tea {name}:{value.get(name, 'x')}"
    with pytest.raises(QueryError) as caught:
        parse(query, scope="topic")
    why = f"{name}: is a tag, which a topic's query cannot ask for; routes can: [[route.routes]] match = …"
    assert (caught.value.why, caught.value.at) == (why, 4)
    assert parse(query, scope="route").fields == parse(query, scope="search").fields == {name}


def test_a_topic_cannot_ask_for_tags_through_a_set_either() -> None:
    with pytest.raises(QueryError, match=r"in the set @late \(urgency:now\): urgency: is a tag"):
        parse("tea @late", {"late": "urgency:now"}, scope="topic")


def test_tags_alone_are_a_query_but_not_their_absence() -> None:
    assert parse("moment:buy", scope="route")
    with pytest.raises(QueryError, match="only what must not be there"):
        parse("-moment:buy", scope="route")

"""Fields of the post and tags of a finding."""

from datetime import timedelta
from typing import Any

import pytest

from listener.query import FIELDS, TAG_FIELDS, Facts, parse
from listener.types import Reach
from tests.conftest import NOW
from tests.query.conftest import matches

SITE = "https://www.forum.example/r/Tea/42?x=1#top"

FIELDS_OF_POSTS: list[tuple[str, dict[str, Any], bool]] = [
    ("title:tea", {"title": "Tea?", "text": "x"}, True),
    ("title:tea", {"title": "Teas", "text": "tea"}, False),
    ("title:tea", {"text": "tea"}, False),
    ("title:te*", {"title": "Teas"}, True),
    ('title:"green tea"', {"title": "A green-tea"}, True),
    ("title:!Tea", {"title": "tea"}, False),
    ("title:#tea", {"title": "#tea"}, True),
    ("title:/t.a/", {"title": "tea"}, True),
    ("title:`Tea`", {"title": "tea"}, False),
    ("title:(tea OR milk)", {"title": "milk"}, True),
    ("title:(tea milk)", {"title": "milk", "text": "tea"}, False),
    ("title:(tea -milk)", {"title": "tea milk"}, False),
    ("title:(tea NEAR/2 milk)", {"title": "tea, milk"}, True),
    ("title:or", {"title": "tea or milk"}, True),
    ("TITLE:tea", {"title": "tea"}, True),
    ("author:ana", {"author": "Ana"}, True),
    ("author:@ana", {"author": "ana"}, True),
    ("author:ana", {"author": "@ANA"}, True),
    ("author:u/ana", {"author": "ana"}, True),
    ("author:ana", {"author": "anabel"}, False),
    ("author:ana*", {"author": "anabel"}, True),
    ("author:ana", {"author": ""}, False),
    ("author:*", {"author": ""}, False),
    ("author:(ana OR ben)", {"author": "ben"}, True),
    ("author:(@ana OR @ben)", {"author": "cleo"}, False),
    ("site:forum.example", {"url": SITE}, True),
    ("site:www.forum.example", {"url": SITE}, True),
    ("site:https://forum.example/r/tea/", {"url": SITE}, True),
    ("site:forum.example/r/tea", {"url": SITE}, True),
    ("site:forum.example/r/te", {"url": SITE}, False),
    ("site:forum.example/tea", {"url": SITE}, False),
    ("site:orum.example", {"url": SITE}, False),
    ("site:forum.example", {"url": "https://x.example/forum.example"}, False),
    ("site:forum.example", {"url": "https://me:pw@forum.example:8080"}, True),
    ("site:forum.example", {"url": ""}, False),
    ("site:(a.example OR forum.example/r)", {"url": SITE}, True),
    ("url:/r/tea/42", {"url": SITE}, True),
    ("url:https://www.forum.example/r", {"url": SITE}, True),
    ("url:X=1", {"url": SITE}, True),
    ("url:milk", {"url": SITE, "text": "milk"}, False),
    ("community:tea", {"community": "Tea"}, True),
    ("community:r/tea", {"community": "tea"}, True),
    ('community:"hot drinks"', {"community": "Hot Drinks"}, True),
    ("community:tea", {"community": "teatime"}, False),
    ("source:forum", {}, True),
    ("source:FORUM", {}, True),
    ("source:reddit", {}, False),
    ("-source:reddit tea", {"text": "tea"}, True),
    ("lang:en", {"lang": "en"}, True),
    ("lang:en", {"lang": "EN-gb"}, True),
    ("lang:en-gb", {"lang": "en_GB"}, True),
    ("lang:en-gb", {"lang": "en"}, False),
    ("lang:e", {"lang": "en"}, False),
    ("lang:en", {"lang": ""}, False),
    ("tea -lang:en", {"text": "tea", "lang": ""}, True),
    ("type:comment", {"kind": "comment"}, True),
    ("type:comment", {}, False),
    ("tag:tea", {"tags": ("milk", "Tea")}, True),
    ("tag:#tea", {"tags": ("tea",)}, True),
    ("tag:tea", {"tags": ("teas",)}, False),
    ('tag:"hot tea"', {"tags": ("Hot Tea",)}, True),
    ("followers:>1000", {"reach": Reach(followers=1001)}, True),
    ("followers:>1k", {"reach": Reach(followers=1000)}, False),
    ("followers:>=1,000", {"reach": Reach(followers=1000)}, True),
    ("followers:<1.5m", {"reach": Reach(followers=1_499_999)}, True),
    ("likes:5", {"reach": Reach(likes=5)}, True),
    ("likes:=5", {"reach": Reach(likes=6)}, False),
    ("likes:<=5", {"reach": Reach(likes=0)}, True),
    ("replies:<5", {}, False),
    ("tea -replies:<5", {"text": "tea"}, True),
    ("likes:(>2 <5)", {"reach": Reach(likes=3)}, True),
    ("likes:(>2 <5)", {"reach": Reach(likes=5)}, False),
    ("likes:(1 OR 5)", {"reach": Reach(likes=5)}, True),
    ("likes:(>2 -5)", {"reach": Reach(likes=5)}, False),
    ("age:<2h", {"created_at": NOW - timedelta(minutes=119)}, True),
    ("age:<2h", {"created_at": NOW - timedelta(hours=2)}, False),
    ("age:<=2h", {"created_at": NOW - timedelta(hours=2)}, True),
    ("age:>90m", {"created_at": NOW - timedelta(hours=2)}, True),
    ("age:>1.5d", {"created_at": NOW - timedelta(hours=37)}, True),
    ("age:<1d", {"flags": ("time-missing",)}, False),
    ("tea -age:>1d", {"text": "tea", "flags": ("time-missing",)}, True),
]


@pytest.mark.parametrize(("query", "fields", "expected"), FIELDS_OF_POSTS)
def test_a_field_is_asked_for_its_value(query: str, fields: dict[str, Any], expected: bool) -> None:
    assert matches(query, **fields) is expected


FACTS = Facts(
    moments=("buy", "do"),
    urgency=1,
    sentiment="negative",
    question=True,
    signals=("complaint",),
    place="downtown New York",
    score=62.5,
    topic=("tea", "Hot drinks"),
    state="open",
)

TAGS = [
    ("moment:buy", True),
    ("moment:BUY", True),
    ("moment:(go OR do)", True),
    ("moment:go", False),
    ("urgency:soon", True),
    ("urgency:now", False),
    ("urgency:>=1", True),
    ("urgency:<soon", False),
    ("urgency:0", False),
    ("sentiment:negative", True),
    ("sentiment:neutral", False),
    ("question:yes", True),
    ("question:no", False),
    ("signal:complaint", True),
    ("signal:praise", False),
    ('place:"new york"', True),
    ("place:york", True),
    ("place:yor*", True),
    ("place:yor", False),
    ("score:>=60", True),
    ("score:<60", False),
    ("score:62.5", True),
    ("topic:tea", True),
    ('topic:"hot drinks"', True),
    ("topic:hot*", True),
    ("topic:milk", False),
    ("state:open", True),
    ("state:closed", False),
    ("moment:buy -state:closed", True),
]


@pytest.mark.parametrize(("query", "expected"), TAGS)
def test_a_tag_is_asked_for_its_value(query: str, expected: bool) -> None:
    assert matches(query, facts=FACTS) is expected


@pytest.mark.parametrize("query", ["moment:buy", "urgency:0", "question:no", "score:<50", "place:leeds", "state:open"])
def test_a_post_without_tags_has_none(query: str) -> None:
    assert not matches(query)


def test_an_empty_tag_matches_nothing() -> None:
    assert not matches("place:*a*", facts=Facts())
    assert not matches("state:*", facts=Facts())


@pytest.mark.parametrize("query", ["place:*", "place:_", "place:東京", "place:l?eds", "site:a_b", "site:u@", "site:*."])
def test_a_value_with_a_letter_a_digit_or_a_wildcard_can_be_asked_for(query: str) -> None:
    assert not matches(query), "a post without address and tags has no such value"


def test_a_query_knows_its_fields() -> None:
    query = parse("tea title:tea (moment:buy OR @late) -likes:>5", {"late": "age:>2d"})
    assert query.fields == {"title", "moment", "age", "likes"}


def test_all_tags_are_fields() -> None:
    assert set(TAG_FIELDS) < set(FIELDS)

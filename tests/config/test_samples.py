"""Samples show what a query finds and leaves alone, before a post does."""

import pytest

from listener.config import check
from tests.config.conftest import Loader

TOPICS = """
[sets]
brew = 'espresso OR "flat white"'

[[topics]]
name = "coffee"
query = '@brew machine NOT (advert OR giveaway)'
match = [{match}]
nomatch = [{nomatch}]
"""


def complaints(loaded: Loader, match: str = "", nomatch: str = "") -> list[str]:
    return check(loaded(topics=TOPICS.format(match=match, nomatch=nomatch)))


def test_samples_that_do_what_they_should_are_no_complaint(loaded: Loader) -> None:
    assert complaints(loaded, '"which espresso machine?"', '"an espresso, please", "espresso machine giveaway"') == []


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("which coffee machine?", "@brew"),
        ("flat white?", "machine"),
        ("flat white machine giveaway", "NOT (advert OR giveaway)"),
        ("hello", "@brew, machine"),
    ],
)
def test_a_text_that_is_missed_says_which_part_of_the_query_does_not_hold(loaded: Loader, text: str, part: str) -> None:
    assert complaints(loaded, match=f'"an espresso machine", "{text}"') == [
        f'config/topics.toml:8: topics[0].match[1]: the query misses "{text}"; what does not hold: {part}'
    ]


def test_a_text_that_is_found_unasked_says_by_which_words(loaded: Loader) -> None:
    assert complaints(loaded, nomatch='"the machine made a flat white"') == [
        'config/topics.toml:9: topics[0].nomatch[0]: the query finds "the machine made a flat white"; '
        'what it found: "flat white", machine'
    ]


def test_a_query_of_one_part_is_named_whole(loaded: Loader) -> None:
    topics = '[[topics]]\nname = "tea"\nquery = "tea OR chai"\nmatch = ["coffee"]\n'
    assert check(loaded(topics=topics)) == [
        'config/topics.toml:4: topics[0].match[0]: the query misses "coffee"; what does not hold: tea OR chai'
    ]


def test_ages_in_samples_do_not_depend_on_the_day(loaded: Loader) -> None:
    topics = '[[topics]]\nname = "tea"\nquery = "tea age:<2h"\nmatch = ["tea"]\n'
    assert check(loaded(topics=topics)) == []


def test_warnings_come_after_the_samples_that_fail(loaded: Loader) -> None:
    topics = '[[topics]]\nname = "tea"\nquery = "tea"\nsources = ["elsewhere"]\nmatch = ["coffee"]\n'
    settings = loaded(topics=topics)
    found = check(settings)
    assert len(found) == 2
    assert found[1:] == list(settings.warnings)

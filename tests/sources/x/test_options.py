"""The source in the configuration: what it needs, what is wrong, what its search cannot be asked for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from listener import plugins
from listener.config import Settings, load
from listener.errors import ConfigError
from listener.sources.x import SECRETS, TERMS

TOPICS = '[[topics]]\nname = "desks"\nquery = "desk"\n'

Loaded = Callable[..., Settings]


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    def read(keys: str, topics: str = TOPICS) -> Settings:
        main = f'[[sources]]\nuse = "x"\n{keys}\n[[channels]]\nuse = "console"\n[route]\nchannel = "console"\n'
        (tmp_path / "listener.toml").write_text(main)
        (tmp_path / "topics.toml").write_text(topics)
        return load(tmp_path, {}, plugins.find)

    return read


def test_a_cap_is_all_it_needs(loaded: Loaded) -> None:
    (source,) = loaded("max_usd_per_day = 2").sources
    assert (source.name, source.every) == ("x", None)


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("", ":1: sources[0].max_usd_per_day: is missing"),
        ("max_usd_per_day = 0", "max_usd_per_day must be 0.0625 or more: X shows ten posts at a time, $0.005 each"),
        ("max_usd_per_day = nan", "max_usd_per_day must be 0.0625 or more"),
        ("max_usd_per_day = 0.1\nusd_per_post = 0.015", "max_usd_per_day must be 0.1875 or more"),
        ("max_usd_per_day = inf", "max_usd_per_day may be 1000000 at most: it is what X may cost a day"),
        ("max_usd_per_day = 1e15", "max_usd_per_day may be 1000000 at most"),
        ("max_usd_per_day = 2\nusd_per_post = 0.0000001", "usd_per_post is what X charges for one post"),
        ("max_usd_per_day = 2\nusd_per_post = 0", "usd_per_post is what X charges for one post, such as 0.005"),
        ('max_usd_per_day = 2\nsince = "8d"', 'since may be "7d" at most: the search of X shows no more'),
        ("max_usd_per_day = 2\nmax_usd = 3", "max_usd: unknown"),
    ],
)
def test_a_mistake_is_named(loaded: Loaded, keys: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(keys)
    assert problem in str(caught.value)


def test_a_topic_that_the_search_cannot_be_asked_for_is_a_warning(loaded: Loaded) -> None:
    topics = (
        '[[topics]]\nname = "any"\nquery = "desk*"\n[[topics]]\nname = "some"\nquery = "desk* oak"\n'
        '[[topics]]\nname = "elsewhere"\nquery = "desk*"\nsources = ["rss"]\n'
    )
    said = [line for line in loaded("max_usd_per_day = 2", topics).warnings if "the search of" in line]
    assert [line.partition("topics.toml")[2] for line in said] == [
        ":3: warning: topics[0].query: the search of x cannot be asked for desk*: it would have to read every post; "
        "add a word that must be there, or say which `sources` the topic is for"
    ]


def test_the_terms_are_those_of_x() -> None:
    assert SECRETS == ("X_BEARER_TOKEN",)
    assert (TERMS.recheck_hours, TERMS.erase_unchecked, TERMS.may_export) == (24, True, False)
    assert TERMS.rate and (TERMS.rate.requests, TERMS.rate.seconds) == (450, 900)

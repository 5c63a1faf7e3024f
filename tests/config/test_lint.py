"""What `check` finds odd in topics that are in order."""

from collections.abc import Callable
from pathlib import Path

import pytest

from listener.config import load
from listener.config.lint import remarks
from listener.plugins import find

MAIN = """
[[channels]]
use = "console"
[route]
channel = "console"
[[route.routes]]
match = "@routed moment:buy"
channel = "console"
"""
TOPICS = """
[sets]
brand = "acme"
inner = "anvil OR hammer"
outer = "@inner OR tongs"
routed = "leeds"
idle = "nobody"
[[topics]]
name = "one"
query = '@brand (tea OR "green tea")'
[[topics]]
name = "two"
query = "@outer"
[[topics]]
name = "three"
query = '("green tea" OR tea) acme'
"""


@pytest.fixture
def odd(tmp_path: Path) -> Callable[[str], list[str]]:
    def found(topics: str) -> list[str]:
        (tmp_path / "listener.toml").write_text(MAIN)
        (tmp_path / "topics.toml").write_text(topics)
        return [line.removeprefix(f"{tmp_path}/") for line in remarks(load(tmp_path, {}, find))]

    return found


def test_each_remark_has_file_line_caret_and_cure(odd: Callable[[str], list[str]]) -> None:
    remark, *_ = odd(TOPICS)
    assert remark.splitlines() == [
        'topics.toml:10: warning: topics[0].query: "green tea" adds nothing, for tea finds all of it; remove it',
        '  @brand (tea OR "green tea")',
        "                 ^",
    ]


def test_topics_that_find_the_same_are_named(odd: Callable[[str], list[str]]) -> None:
    [twin] = [line for line in odd(TOPICS) if "finds the same" in line]
    assert twin.startswith('topics.toml:16: warning: topics[2].query: finds the same as "one" in line 10')


def test_topics_of_other_sources_are_no_twins(odd: Callable[[str], list[str]]) -> None:
    topics = "[[topics]]\nname = 'a'\nquery = 'tea'\nsources = ['x']\n[[topics]]\nname = 'b'\nquery = 'tea'\n"
    assert odd(topics) == []


def test_only_a_set_that_nothing_leads_to_is_unused(odd: Callable[[str], list[str]]) -> None:
    unused = [line for line in odd(TOPICS) if "uses @" in line]
    assert unused == ["topics.toml:7: warning: sets.idle: no topic and no route uses @idle; use it or remove it"]

"""Where a finding would go."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

SLACK = """
[[channels]]
use = "slack"
[[channels]]
use = "console"
[route]
channel = "slack:#listening"
fallback = "console"
[[route.routes]]
match = "urgency:now"
continue = true
channel = "slack:#now"
[[route.routes]]
match = "moment:buy OR moment:go"
channel = "slack:#sales"
[[route.routes.routes]]
match = "topic:lamps"
channel = "slack:#light"
"""


@pytest.fixture(autouse=True)
def _slack(home: Path) -> None:
    (home / "config" / "listener.toml").write_text(SLACK)


def test_show_draws_the_tree(listener: Run) -> None:
    assert listener("routes", "show").out.splitlines() == [
        "everything → slack:#listening (if that fails: console)",
        "├─ urgency:now → slack:#now (if that fails: console, and goes on)",
        "└─ moment:buy OR moment:go → slack:#sales (if that fails: console)",
        "   └─ topic:lamps → slack:#light (if that fails: console)",
    ]
    assert listener("routes", "show", "--json").json["routes"][0]["channel"] == "slack:#now"


@pytest.mark.parametrize(
    ("words", "channels"),
    [
        ("moment:know", ["slack:#listening"]),
        ("moment:buy", ["slack:#sales"]),
        ("moment:buy topic:lamps", ["slack:#light"]),
        ("moment:buy topic:desks urgency:now", ["slack:#now", "slack:#sales"]),
        ("urgency:now", ["slack:#now"]),
        ("urgency:soon", ["slack:#listening"]),
    ],
)
def test_a_finding_with_these_tags_goes_there(listener: Run, words: str, channels: list[str]) -> None:
    answer = listener("routes", "test", *words.split())
    assert (answer.code, answer.out.splitlines()) == (0, channels)
    assert listener("routes", "test", *words.split(), "--json").json["channels"] == channels


def test_the_name_of_a_topic_is_as_good_as_its_id(listener: Run) -> None:
    assert listener("routes", "test", "moment:go", "topic:Lamps & light").out == "slack:#light\n"


def test_a_value_may_stand_in_quotes_as_in_a_query(listener: Run) -> None:
    assert listener("routes", "test", "moment:go", 'topic:"Lamps & light"').out == "slack:#light\n"


def test_a_post_may_be_described_too(listener: Run, home: Path) -> None:
    main = home / "config" / "listener.toml"
    main.write_text(
        main.read_text() + '[[route.routes]]\nmatch = "source:reddit desk score:>=60"\nchannel = "console"\n'
    )
    assert listener("routes", "test", "source:reddit", "a", "standing", "desk", "score:60").out == "console\n"
    assert listener("routes", "test", "source:reddit", "desk", "score:59").out == "slack:#listening\n"


@pytest.mark.parametrize("wanted", ["#sales", "slack:#sales"])
def test_what_is_expected_may_be_the_place_alone(listener: Run, wanted: str) -> None:
    answer = listener("routes", "test", "moment:buy", "--expect", wanted)
    assert (answer.code, answer.err) == (0, "")


def test_something_else_than_expected_fails(listener: Run) -> None:
    answer = listener("routes", "test", "moment:know", "--expect", "#sales")
    assert (answer.code, answer.out, answer.err) == (1, "slack:#listening\n", "expected #sales\n")
    assert listener("routes", "test", "moment:buy", "urgency:now", "--expect", "#sales").code == 1
    both = ("--expect", "#sales", "--expect", "#now")
    assert listener("routes", "test", "moment:buy", "urgency:now", *both).code == 0


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("moment:bye", "'bye' is no moment; did you mean buy?"),
        ("momet:buy", "there is no field 'momet'; did you mean moment?"),
        ("topic:lamsp", "no topic is called 'lamsp'"),
        ("score:high", "score:high: expected a number from 0 to 100"),
        ("state:opne", "'opne' is no state; did you mean open?"),
        ("question:maybe", "'maybe' is no question; there is yes, no"),
    ],
)
def test_a_word_that_means_nothing_is_refused_with_what_there_is(listener: Run, word: str, said: str) -> None:
    answer = listener("routes", "test", word)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err

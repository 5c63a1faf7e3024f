"""`listener estimate`, as people read it and as programs do."""

import json
from pathlib import Path
from typing import Any

import pytest

from listener.app import App
from listener.cli.estimates import _figure
from listener.cli.tables import columns
from listener.types import Terms
from tests.cli.conftest import MAIN, POSTS, TOPICS, Run, change, opened, read_once


@pytest.fixture
def many(home: Path) -> None:
    """A database of more posts than there are in the others."""
    more = [{"id": f"k{n}", "source": "forum", "text": "a kettle" + " desk" * (n % 4 == 0)} for n in range(40)]
    (home / "posts.jsonl").write_text("".join(json.dumps(post) + "\n" for post in [*POSTS, *more]))
    read_once()


def test_what_is_stored_and_what_is_sampled_are_told(listener: Run, many: None) -> None:
    answer = listener("estimate", "kettle")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0] == "kettle"
    assert "posts an hour" in lines[1]
    assert "40 posts in" in lines[1]
    assert "  10 stored, for a topic found them" in lines
    assert "  30 in the sample of 31 of the 31 posts that matched nothing" in lines
    assert "  Less than an hour was read: the figure may change much." in lines
    header = next(n for n, line in enumerate(lines) if line.startswith("WRITTEN"))
    assert lines[header].split() == ["WRITTEN", "STANDS", "FOR", "POST", "TEXT"]
    assert len(lines) == header + 11
    assert "Compared" not in answer.out


def test_json_has_the_same_names_whatever_was_found(listener: Run, many: None) -> None:
    found, nothing = (listener("estimate", query, "--json").json for query in ("kettle", "unicorn"))
    assert list(found) == list(nothing)
    assert list(found) == [
        *("query", "since", "until", "hours", "posts", "an_hour", "stored", "hits", "samples"),
        *("judged", "notes", "difference"),
    ]
    assert found["posts"] == {"value": 40, "low": 40, "high": 40}
    assert found["an_hour"]["value"] == pytest.approx(40 / found["hours"])
    assert found["judged"] == {"sample": 31, "of": 31, "lost": 0}
    assert list(found["samples"][0]) == ["key", "url", "created_at", "stands_for", "author", "title", "text"]
    assert len(found["samples"]) == 10
    assert nothing["posts"] == {"value": 0, "low": 0, "high": 0}
    assert nothing["difference"] is None


def test_a_change_of_a_topic_says_what_it_gains_and_loses(listener: Run, many: None) -> None:
    answer = listener("estimate", "desk kettle OR lamp", "--topic", "desks", "--json")
    difference = answer.json["difference"]
    assert list(difference) == ["topic", "query", "same", "gains", "loses"]
    assert (difference["topic"], difference["query"], difference["same"]) == ("desks", "desk OR desks", False)
    assert {each["key"] for each in difference["gains"]["samples"]} == {"forum:2"}
    assert {each["key"] for each in difference["loses"]["samples"]} == {"forum:1", "forum:3"}
    assert difference["loses"]["posts"]["value"] == 2
    told = listener("estimate", "desk kettle OR lamp", "--topic", "desks").out
    assert "Compared with the topic desks, desk OR desks" in told
    assert told.index("  gains ") < told.index("forum:2", told.index("Compared")) < told.index("  loses ")


def test_a_query_much_like_that_of_a_topic_is_compared_with_it(listener: Run, many: None) -> None:
    wider = listener("estimate", "desk OR desks OR table", "--json").json["difference"]
    assert (wider["topic"], wider["same"]) == ("desks", False)
    assert listener("estimate", "lamp @town -giveaway", "--json").json["difference"]["topic"] == "lamps"
    assert listener("estimate", "desk table chair", "--json").json["difference"] is None


def test_the_query_of_a_topic_is_known(listener: Run, many: None) -> None:
    answer = listener("estimate", "desks OR desk")
    assert answer.out.endswith("\nThis is what the topic desks asks for.\n")
    assert listener("estimate", "desks OR desk", "--json").json["difference"]["same"] is True


def test_a_topic_of_some_platforms_is_compared_there_alone(listener: Run, home: Path) -> None:
    (home / "config" / "topics.toml").write_text(TOPICS.replace("threshold = 0\nmatch", 'sources = ["x"]\nmatch'))
    read_once()
    difference = listener("estimate", "kettle OR nothing", "--topic", "desks", "--json").json["difference"]
    assert difference["gains"]["posts"]["value"] == 0


def test_tags_are_said_to_be_those_of_findings(listener: Run, many: None) -> None:
    answer = listener("estimate", "desk -moment:go")
    assert "at least" in answer.out
    assert "Only findings have tags (moment:)" in answer.out
    assert "in the sample" not in answer.out
    assert listener("estimate", "desk -moment:go", "--json").json["an_hour"]["high"] is None


def test_platforms_that_are_searched_are_named(listener: Run, many: None, home: Path) -> None:
    source = '[[sources]]\nuse = "reddit"\nsubreddits = ["diy"]\n'
    (home / "config" / "listener.toml").write_text(MAIN.replace("[[channels]]", f"{source}[[channels]]", 1))
    [note] = [each for each in listener("estimate", "kettle", "--json").json["notes"] if "searched" in each]
    assert note == "Only searched for what topics ask for, so that other posts were never read: reddit."


def test_words_are_left_out_where_a_platform_wants_it(
    listener: Run, many: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms = Terms(about="", may_export=False)
    monkeypatch.setattr("listener.cli.estimates.terms_of", lambda use: terms)
    samples = listener("estimate", "kettle", "--json").json["samples"]
    assert {(each["text"], each["author"]) for each in samples} == {("", "")}
    assert all(each["key"] for each in samples)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("(kettle",), "a parenthesis is not closed"),
        (("kettle", "--topic", "desk"), "no topic is called 'desk'; did you mean desks?"),
        (("kettle", "--since", "soon"), "--since: expected a duration"),
        (("kettle age:<2h",), "the query asks for age:, which depends on when each post was read"),
        ((), "Missing argument 'QUERY'"),
    ],
)
def test_wrong_use_is_told_before_anything_is_read(
    listener: Run, home: Path, words: tuple[str, ...], said: str
) -> None:
    answer = listener("estimate", *words)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_a_topic_that_asks_for_age_is_not_compared(listener: Run, home: Path) -> None:
    (home / "config" / "topics.toml").write_text(TOPICS.replace("lamp @town", "lamp @town age:<2h"))
    read_once()
    assert listener("estimate", "lamp @town", "--json").json["difference"] is None
    answer = listener("estimate", "lamp", "--topic", "lamps")
    assert (answer.code, answer.out) == (2, "")
    assert "the topic Lamps & light asks for age:" in answer.err


def test_where_nothing_was_read_the_next_step_is_named(listener: Run, app: App) -> None:
    change(app.store.db.path, "update health set since = '2036-01-01T00:00:00.000000Z'")
    answer = listener("estimate", "kettle")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("nothing was read since ")
    assert "`listener status`" in answer.err


def test_without_a_database_the_command_that_makes_one_is_named(listener: Run) -> None:
    answer = listener("estimate", "kettle")
    assert (answer.code, answer.out) == (1, "")
    assert "no such database yet" in answer.err


def test_more_than_is_kept_is_not_looked_at(listener: Run, many: None) -> None:
    answer = listener("estimate", "kettle", "--since", "90d")
    assert answer.code == 0
    assert answer.err == "What matched nothing is sampled for 30 days back: only these are looked at.\n"


def test_a_mistyped_set_is_hinted_at(listener: Run, many: None) -> None:
    assert "did you mean" in listener("estimate", "lamp @twon").err


def test_a_running_listener_is_no_hindrance(listener: Run, home: Path) -> None:
    app = opened()
    assert listener("estimate", "lamp").code == 0
    app.store.close()


@pytest.mark.parametrize("wide", ["80", "100"])
def test_no_line_is_wider_than_the_terminal(
    listener: Run, app: App, wide: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(app.store.db.path, "update posts set text = '我想在里斯本买咖啡机😀' || text || text")
    monkeypatch.setenv("COLUMNS", wide)
    query = "desk OR desks OR " + " OR ".join(f"table{n}" for n in range(40))
    answer = listener("estimate", query, "--topic", "desks")
    assert answer.code == 0
    assert max(map(columns, answer.out.splitlines())) <= int(wide)


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (0.00001, "0.001"), (0.0123, "0.0123"), (4.567, "4.57"), (99.96, "100"), (1234.5, "1,234"), (7, "7")],
)
def test_rates_have_three_digits(value: float, written: str) -> None:
    assert _figure(value) == written


def test_odd_texts_never_break_the_table(listener: Run, app: App) -> None:
    change(app.store.db.path, "update posts set text = 'desk' || char(27) || '[2J' || char(10) || 'x'")
    out: Any = listener("estimate", "desk OR forum OR source:forum").out
    assert "\x1b" not in out

"""`listener topics`: list, add, remove, export, and queries brought along from other tools."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run


def topics(home: Path) -> dict[str, dict[str, Any]]:
    """What topics.toml holds, by name."""
    return {topic["name"]: topic for topic in tomllib.loads((home / "config/topics.toml").read_text())["topics"]}


def test_topics_are_listed_with_what_they_ask_for(listener: Run) -> None:
    answer = listener("topics", "list")
    assert answer.code == 0
    assert [line.split()[0] for line in answer.out.splitlines()] == ["ID", "desks", "lamps"]
    assert "lamp @town" in answer.out
    listed = json.loads(listener("topics", "list", "--json").out)
    assert listed[0]["match"] == ["where can I buy a standing desk?"]
    assert (listed[1]["id"], listed[1]["name"], listed[1]["threshold"]) == ("lamps", "Lamps & light", 0)


def test_a_topic_is_added_and_the_file_keeps_what_it_had(listener: Run, home: Path) -> None:
    before = (home / "config/topics.toml").read_text()
    options = ("--moments", "buy, go", "--threshold", "70", "--owner", "ann", "--source", "reddit")
    answer = listener(
        "topics", "add", "tents", 'tent OR "camp bed"', *options, "--match", "my tent", "--nomatch", "bed"
    )
    assert (answer.code, answer.err) == (0, "tents is tracked now: config/topics.toml\n")
    assert (home / "config/topics.toml").read_text().startswith(before)
    assert topics(home)["tents"] == {
        "name": "tents",
        "query": 'tent OR "camp bed"',
        "moments": ["buy", "go"],
        "threshold": 70,
        "owner": "ann",
        "sources": ["reddit"],
        "match": ["my tent"],
        "nomatch": ["bed"],
    }
    assert listener("check").code == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("tents", "tent OR"), "expected a term after OR"),
        (("tents", "moment:buy"), "routes can"),
        (("tents", "tent", "--moments", "bye"), "expected know, go, do, buy"),
        (("tents", "tent", "--threshold", "101"), "0<=x<=100"),
        (("desks", "desk"), '"desks" is taken by the topic in line'),
        (("a/b", "desk"), 'neither "/" nor line breaks'),
    ],
)
def test_a_topic_that_is_out_of_order_is_not_added(
    listener: Run, home: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    before = (home / "config/topics.toml").read_bytes()
    answer = listener("topics", "add", *arguments)
    assert answer.code == 2
    assert complaint in answer.err
    assert (home / "config/topics.toml").read_bytes() == before


def test_samples_that_the_new_query_fails_are_told(listener: Run, home: Path) -> None:
    answer = listener("topics", "add", "tents", "tent", "--match", "a bed", "--nomatch", "no sale")
    assert answer.code == 1
    assert 'topics[2].match[0]: the query misses "a bed"' in answer.err
    assert "nomatch" not in answer.err
    assert "tents" in topics(home)


@pytest.mark.parametrize("name", ["lamps", "Lamps & light"])
def test_a_topic_is_removed_by_name_or_id(listener: Run, home: Path, name: str) -> None:
    answer = listener("topics", "remove", name, "--json")
    assert (answer.code, json.loads(answer.out)) == (0, {"removed": ["lamps"]})
    assert [*topics(home)] == ["desks"]


def test_a_topic_that_is_not_there_gets_the_nearest_name(listener: Run) -> None:
    answer = listener("topics", "remove", "lamp")
    assert (answer.code, answer.err) == (2, "config/topics.toml: there is no topic 'lamp'; did you mean lamps?\n")


def test_an_export_can_be_put_in_place_of_the_file(listener: Run, home: Path) -> None:
    before, exported = tomllib.loads((home / "config/topics.toml").read_text()), listener("topics", "export").out
    (home / "config/topics.toml").write_text(exported)
    assert tomllib.loads(exported) == before
    assert listener("check").code == 0


@pytest.mark.parametrize("kinds", ['["question", "need"]', "[]"])
def test_what_is_told_of_a_topic_is_exported_with_it(listener: Run, home: Path, kinds: str) -> None:
    topics = home / "config/topics.toml"
    topics.write_text(topics.read_text().replace("[[topics]]", f"[[topics]]\ntrends = {kinds}", 1))
    assert f"\ntrends = {kinds}\n" in listener("topics", "export").out


@pytest.mark.parametrize(("score", "exported"), [("5", True), ("3.5", True), ("4", False)])
def test_an_unusual_score_of_its_trends_is_exported(listener: Run, home: Path, score: str, exported: bool) -> None:
    topics = home / "config/topics.toml"
    topics.write_text(topics.read_text().replace("[[topics]]", f"[[topics]]\ntrend_score = {score}", 1))
    assert (f"\ntrend_score = {score}\n" in listener("topics", "export").out) == exported


def test_some_topics_are_exported_by_name(listener: Run) -> None:
    assert [each["name"] for each in tomllib.loads(listener("topics", "export", "desks").out)["topics"]] == ["desks"]
    exported = json.loads(listener("topics", "export", "lamps", "--json").out)
    assert exported["sets"] == {"town": "leeds OR york"}
    assert [each["name"] for each in exported["topics"]] == ["Lamps & light"]
    assert listener("topics", "export", "chairs").code == 2


@pytest.fixture
def brands(home: Path) -> Path:
    path = home / "brands.txt"
    path.write_text("kettle AND country:uk\nAND @town\n")
    return path


def test_an_import_shows_the_topics_and_tells_what_has_no_equal(listener: Run, home: Path, brands: Path) -> None:
    before = (home / "config/topics.toml").read_bytes()
    answer = listener("topics", "import", "--from", "brandwatch", "brands.txt")
    assert answer.code == 0
    assert answer.out == '[[topics]]\nname = "brands"\nquery = \'kettle "@town"\'\n'
    first, last = answer.err.splitlines()
    assert first == "brands.txt:1:12: brands: country:uk: where an author lives is not known here (wider)"
    assert last == "1 topic; --write adds them to config/topics.toml"
    assert (home / "config/topics.toml").read_bytes() == before


def test_an_import_is_written_once(listener: Run, home: Path, brands: Path) -> None:
    answer = listener("topics", "import", "--from", "brandwatch", "brands.txt", "--write")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err.endswith("1 topic added to config/topics.toml\n")
    assert topics(home)["brands"] == {"name": "brands", "query": 'kettle "@town"'}
    again = listener("topics", "import", "--from", "brandwatch", "brands.txt", "--write")
    assert again.err.endswith("0 topics added to config/topics.toml; there already: brands\n")
    assert len(topics(home)) == 3
    assert listener("check").code == 0


def test_an_import_is_told_as_json(listener: Run, brands: Path) -> None:
    told = json.loads(listener("topics", "import", "--from", "brandwatch", "brands.txt", "--json").out)
    assert told["topics"] == [{"name": "brands", "query": 'kettle "@town"', "sources": []}]
    [difference] = told["differences"]
    assert (difference["line"], difference["column"], difference["result"]) == (1, 12, "wider")
    assert (told["there_already"], told["written"]) == ([], False)


def test_a_query_that_cannot_be_imported_fails_and_the_others_are_done(listener: Run, home: Path) -> None:
    (home / "x.txt").write_text("kettle\n(teapot\n@tea\n")
    answer = listener("topics", "import", "--from", "x", "x.txt", "--write")
    assert answer.code == 1
    assert "x.txt:2:1: x-2: the query: ( is not closed (refused)" in answer.err
    assert topics(home)["x-3"]["sources"] == ["x"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"\n", "brands.csv:1: there is no query in it"),
        (b"tea\n\xff\xfe", "brands.csv:2: is not UTF-8 text"),
        (b'[{"name": "a",\n "query" "b":}]', "brands.csv:2: not JSON"),
    ],
)
def test_a_file_without_queries_is_named_with_its_line(
    listener: Run, home: Path, content: bytes, complaint: str
) -> None:
    (home / "brands.csv").write_bytes(content)
    answer = listener("topics", "import", "--from", "talkwalker", "brands.csv")
    assert answer.code == 2
    assert answer.err.startswith(complaint)


def test_a_spreadsheet_of_windows_is_read(listener: Run, home: Path) -> None:
    (home / "brands.csv").write_bytes("Name;Query\r\nTee;grüner AND tee\r\n".encode("utf-16"))
    answer = listener("topics", "import", "--from", "talkwalker", "brands.csv")
    assert tomllib.loads(answer.out)["topics"] == [{"name": "Tee", "query": "grüner tee"}]


def test_half_characters_of_json_do_no_harm(listener: Run, home: Path) -> None:
    (home / "a.json").write_text('[{"name": "a\\ud800", "query": "tea OR `\\ud83d`"}]')
    assert listener("topics", "import", "--from", "syften", "a.json", "--write").code == 0
    assert topics(home)["a?"]["query"].startswith("tea")


def test_an_import_needs_no_configuration_unless_it_writes(listener: Run, home: Path, brands: Path) -> None:
    (home / "config").rename(home / "elsewhere")
    assert listener("topics", "import", "--from", "brandwatch", "brands.txt").out.startswith("[[topics]]")
    answer = listener("topics", "import", "--from", "brandwatch", "brands.txt", "--write")
    assert answer.code == 2
    assert "listener init" in answer.err

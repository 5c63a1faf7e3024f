"""topics.toml changed by commands: what was there stays, and what would break it is never written."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.config import edit, init
from listener.errors import ConfigError
from listener.plugins import find

FILE = """\
# Ours, since 2024.

[sets]
town = 'leeds OR york' # may grow

# Kitchen things
[[topics]]
name = "kettles"   # the best ones
query = '''
kettle # no comment
[[topics]]'''
match = [
  "a kettle", # so
  # and so
]
# below the keys

# Furniture
[[topics]]
name = "desks"
query = "desk"


[[topics]]
name = "lamps"
query = "lamp"
# the end
"""


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.startswith("#")]


def names(text: str) -> list[str]:
    return [topic["name"] for topic in tomllib.loads(text).get("topics", [])]


@pytest.mark.parametrize(
    ("number", "left"), [(0, ["desks", "lamps"]), (1, ["kettles", "lamps"]), (2, ["kettles", "desks"])]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_topic_goes_and_the_comments_around_it_stay(number: int, left: list[str], end: str) -> None:
    text = edit.removed(FILE.replace("\n", end), number)
    assert names(text) == left
    assert comments(text) == comments(FILE)
    assert "may grow" in text
    assert text.count(end) == text.count("\n")


def test_lines_of_other_topics_are_not_touched() -> None:
    before, after = FILE.split("\n"), edit.removed(FILE, 1).split("\n")
    assert [line for line in before if line and line not in after] == ['name = "desks"', 'query = "desk"']
    assert "\n\n\n" not in edit.removed(FILE, 1)


def test_the_last_topic_may_go() -> None:
    text = edit.removed(edit.removed(edit.removed(FILE, 0), 0), 0)
    assert names(text) == []
    assert comments(text) == comments(FILE)


def test_a_topic_is_added_at_the_end() -> None:
    text = edit.added(FILE, [{"name": "tents", "query": 'tent OR "big tent"', "owner": "", "moments": ["buy"]}])
    assert text.startswith(FILE)
    assert text[len(FILE) :] == '\n[[topics]]\nname = "tents"\nquery = \'tent OR "big tent"\'\nmoments = ["buy"]\n'


def test_a_file_without_a_last_line_end_and_with_those_of_windows_keeps_its_own() -> None:
    text = edit.added('[[topics]]\r\nname = "a"\r\nquery = "b"', [{"name": "c", "query": "d"}])
    assert names(text) == ["a", "c"]
    assert text.count("\n") == text.count("\r\n")


def test_an_empty_file_gets_its_first_topic() -> None:
    assert edit.added("", [{"name": "a", "query": "b"}]) == '[[topics]]\nname = "a"\nquery = "b"\n'


@pytest.mark.parametrize("change", [lambda text: edit.added(text, [{"name": "c"}]), lambda text: edit.removed(text, 0)])
def test_topics_written_as_one_list_are_left_to_their_writer(change: object) -> None:
    text = 'topics = [{name = "a", query = "b"}, {name = "c", query = "d"}]\n'
    with pytest.raises(ConfigError, match="by hand"):
        change(text)  # type: ignore[operator]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.fixed_dictionaries({"name": st.text(), "query": st.text(), "match": st.lists(st.text(), max_size=2)})),
    st.dictionaries(st.text(), st.text(), max_size=3),
)
def test_whatever_is_written_is_read_as_the_same(topics: list[dict[str, object]], sets: dict[str, str]) -> None:
    topics = [{key: value for key, value in topic.items() if value} for topic in topics]
    read = tomllib.loads(edit.written(topics, sets))
    assert read.get("topics", []) == topics
    assert read.get("sets", {}) == sets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    init(tmp_path / "config")
    return tmp_path / "config"


def test_what_is_saved_is_in_place_whole_and_with_its_mode(folder: Path) -> None:
    path = folder / "topics.toml"
    path.chmod(0o640)
    edit.save(folder, edit.added(edit.read(folder), [{"name": "tents", "query": "tent"}]), {}, find)
    assert names(path.read_text())[-1] == "tents"
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in folder.iterdir()) == ["listener.toml", "playbook.toml", "topics.toml"]


def test_what_would_be_out_of_order_is_not_saved_and_named_by_file_and_line(folder: Path) -> None:
    before = edit.read(folder)
    text = edit.added(before, [{"name": "headphones", "query": "x"}, {"name": "tents", "query": "tent OR"}])
    with pytest.raises(ConfigError) as refused:
        edit.save(folder, text, {}, find)
    assert edit.read(folder) == before
    assert len(refused.value.problems) == 2
    for problem in refused.value.problems:
        assert problem.startswith(f"{folder}/topics.toml:1")


def test_a_link_to_the_file_stays_a_link(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "shared.toml"
    (folder / "topics.toml").rename(elsewhere)
    (folder / "topics.toml").symlink_to(elsewhere)
    edit.save(folder, edit.added(edit.read(folder), [{"name": "tents", "query": "tent"}]), {}, find)
    assert (folder / "topics.toml").is_symlink()
    assert names(elsewhere.read_text())[-1] == "tents"


def test_a_folder_that_cannot_be_written_to_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = edit.read(folder)
    text = edit.added(before, [{"name": "tents", "query": "tent"}])

    def full(path: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ConfigError, match="cannot be written: No space left"):
        edit.save(folder, text, {}, find)
    assert edit.read(folder) == before
    assert len(list(folder.iterdir())) == 3

"""What people mistype when they measure trends: said at once, before anything is measured."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Done, Run
from tests.cli.test_replay import write
from tests.ops.test_trends import GROUPS
from tests.trend.asking import background


@pytest.fixture
def data(home: Path) -> Path:
    """A folder with a stream of a day and groups."""
    folder = home / "streams"
    folder.mkdir()
    write(folder / "small.jsonl", background(days=1.1, an_hour=1))
    (folder / "groups.json").write_text(json.dumps({"all": dict(GROUPS)}), encoding="utf-8")
    return folder


def refused(listener: Run, data: Path, *words: str) -> Done:
    done = listener("bench", "trends", "--data", str(data), *words)
    assert done.code == 2, done.err
    assert not done.out
    return done


def test_a_stream_that_is_not_there_is_named_with_those_that_are(listener: Run, data: Path) -> None:
    for words in (
        ["--stream", "smal"],
        ["--stream", "small", "--stream", "smal"],
        ["--posts", "1000", "--stream", "smal"],
    ):
        assert "no stream is called 'smal'; did you mean small?" in refused(listener, data, *words).err


def test_a_folder_without_streams_is_told_as_that(listener: Run, data: Path) -> None:
    (data / "small.jsonl").unlink()
    assert f"{data}: there is no stream" in refused(listener, data).err
    assert f"{data}: there is no stream" in refused(listener, data, "--kind", "mood").err


def test_a_folder_without_groups_is_told_as_that(listener: Run, data: Path) -> None:
    (data / "groups.json").unlink()
    assert "groups.json" in refused(listener, data).err


@pytest.mark.parametrize(
    "groups",
    ["", "{", "[]", "{}", '{"a": {}}', '{"a": ["b"]}', '{"a": {"b": "c"}}', '{"a": {"b": [1]}}', '{"a": {"b": []}}'],
)
def test_groups_that_are_none_are_told_with_their_shape(listener: Run, data: Path, groups: str) -> None:
    (data / "groups.json").write_text(groups)
    said = refused(listener, data).err
    assert f"{data / 'groups.json'}: " in said
    assert '{"name": {"group": ["question"' in said


@pytest.mark.parametrize("words", [[], ["--posts", "1000"], ["--kind", "need"]])
@pytest.mark.parametrize("line", ["x", '{"ts": "noon", "id": 1, "text": ""}', '{"ts": 1e300, "id": 1, "text": ""}'])
def test_a_line_that_is_no_post_is_named(listener: Run, data: Path, words: list[str], line: str) -> None:
    stream = data / "small.jsonl"
    first, *rest = stream.read_text().splitlines()
    stream.write_text("\n".join([first, "", line, *rest]))
    assert f"{stream} line 3: " in refused(listener, data, *words).err


@pytest.mark.parametrize(("words", "lines"), [([], 1), (["--kind", "mood"], 1), ([], 0), (["--posts", "1000"], 0)])
def test_a_stream_that_is_too_short_is_told_as_that(listener: Run, data: Path, words: list[str], lines: int) -> None:
    stream = data / "small.jsonl"
    stream.write_text("".join(stream.read_text().splitlines(keepends=True)[:lines]))
    assert f"{stream}: " in refused(listener, data, *words).err


@pytest.mark.parametrize("score", ["nan", "inf", "0", "21"])
def test_a_score_that_none_reaches_is_refused(listener: Run, data: Path, score: str) -> None:
    assert "--score" in refused(listener, data, "--score", score).err


def test_figures_that_could_not_be_written_are_not_measured(listener: Run, data: Path) -> None:
    for words in ([], ["--posts", "1000"], ["--kind", "silence"]):
        assert "nowhere" in refused(listener, data, *words, "--json", "nowhere/out.json").err

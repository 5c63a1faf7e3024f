"""What the bench of speed measures is what it says; how quick it is, is for the bench to tell."""

import json
import sqlite3
from pathlib import Path

import pytest

from listener.app import clock
from listener.cli.firehose import passed
from listener.ops.speed import Stream, compared, read_stream, taken, usual
from listener.ops.speed.matching import topics_of
from listener.ops.speed.usual import MOST_ALTERNATIVES, finder
from tests.cli.conftest import Run


@pytest.fixture(scope="module")
def stream() -> Stream:
    return read_stream(None)


@pytest.mark.parametrize("count", [3, 50, 500])
def test_there_are_as_many_phrases_as_asked_for(stream: Stream, count: int) -> None:
    phrases = stream.phrases(count, 0.1)
    assert len(set(phrases)) == len(phrases) == count
    assert phrases == stream.phrases(count, 0.1)


def test_the_wanted_share_of_posts_holds_a_phrase(stream: Stream) -> None:
    [row] = compared(stream, [200], clock())
    ours, by_re = row.rates["listener"], row.rates["re"]
    assert ours and by_re
    assert ours.share == by_re.share
    assert 0.01 < ours.share < 0.06
    assert ours.posts > 0 and row.load_seconds > 0 and row.peak_mb > 0


@pytest.mark.slow
def test_many_phrases_are_in_no_more_posts_than_few(stream: Stream) -> None:
    [row] = compared(stream, [5_000], clock())
    ours = row.rates["listener"]
    assert ours and 0.005 < ours.share < 0.06


def test_each_post_comes_under_an_id_of_its_own(stream: Stream) -> None:
    lines = [json.loads(line) for line in stream.lines(2 * len(stream.posts))]
    assert len({line["id"] for line in lines}) == len(lines)
    assert lines[0]["text"] == lines[len(stream.posts)]["text"]


def test_forty_phrases_make_a_topic() -> None:
    topics = topics_of([f"tea {n}" for n in range(81)])
    assert [topic.query.count(" OR ") for topic in topics] == [39, 39, 0]


def test_work_is_measured() -> None:
    seconds, answer = taken(lambda: sum(range(100_000)))
    assert seconds > 0
    assert answer == 4_999_950_000


@pytest.mark.slow
def test_the_firehose_goes_all_the_way(stream: Stream) -> None:
    run = passed(stream, 100, 5_000, 0)
    assert (run.phrases, run.posts) == (100, 5_000)
    assert 0.005 < run.share < 0.06
    assert run.rate > 0 and run.usual > 0 and run.load_seconds > 0


@pytest.mark.parametrize("count", [3, MOST_ALTERNATIVES + 1])
def test_what_it_is_compared_with_finds_whole_words_and_phrases(count: int) -> None:
    finds = finder(["green tea", "kettle", *(f"w{n} x" for n in range(count - 2))])
    assert finds("A Kettle.") and finds("some GREEN tea, please")
    assert not finds("kettles, green and tea")


def test_what_it_is_compared_with_writes_rows(tmp_path: Path) -> None:
    lines = [b'{"id":"1","source":"x","text":"a great kettle"}', b'{"id":"2","source":"x","text":"no such thing"}']
    assert usual(lines, ["kettle"], tmp_path / "usual.db") > 0
    with sqlite3.connect(tmp_path / "usual.db") as conn:
        rows = conn.execute("select distinct id, text from found where compound > 0.5").fetchall()
    assert rows == [("1", "a great kettle")]


def test_the_tables_and_the_json(listener: Run, home: Path) -> None:
    answer = listener("bench", "match", "--phrases", "20", "--json", "match.json")
    assert (answer.code, answer.err) == (0, "")
    heads, row, *_ = answer.out.splitlines()
    assert heads.split()[0] == "PHRASES"
    assert row.split()[0] == "20"
    [run] = json.loads((home / "match.json").read_text())["runs"]
    assert run["phrases"] == 20
    assert run["rates"]["listener"]["posts"] > 0

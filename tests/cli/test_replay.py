import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from listener.cli import cli
from listener.trend import Line
from tests.trend.asking import REFUND, background, burst


def write(path: Path, lines: list[Line]) -> Path:
    """A stream in the order of posting."""
    ordered = sorted(lines, key=lambda each: each.ts)
    rows = ({"ts": x.ts, "platform": x.platform, "id": x.id, "author": x.author, "text": x.text} for x in ordered)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def replay(stream: Path, code: int = 0) -> tuple[list[dict[str, object]], str]:
    out = stream.with_name("out.jsonl")
    done = CliRunner().invoke(cli, ["replay", str(stream), "--trends", str(out)])
    assert done.exit_code == code, done.output
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()], done.output


def test_each_trend_of_a_stream_is_written_once(tmp_path: Path) -> None:
    stream = write(tmp_path / "s.jsonl", [*background(2.6), *burst(2.5 * 24 * 60)])
    [trend], _ = replay(stream)
    assert set(trend) == {"at", "question", "votes", "posts", "score", "kind"}
    assert trend["kind"] == "question"
    assert trend["question"] in REFUND
    assert trend["posts"] == [f"r3600.{n}" for n in range(3)]
    assert trend["votes"] == 3


def test_a_line_that_is_no_post_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    stream = write(tmp_path / "s.jsonl", [*background(2.6), *burst(2.5 * 24 * 60)])
    broken = ["not json", "[]", '{"ts": "noon", "id": 1}', '{"ts": 1e300, "id": 1, "text": ""}', ""]
    stream.write_text("\n".join(broken) + "\n" + stream.read_text(encoding="utf-8"), encoding="utf-8")
    trends, said = replay(stream, code=1)
    assert len(trends) == 1
    assert [f"line {number}:" in said for number in range(1, 6)] == [True, True, True, True, False]


def test_a_clock_far_ahead_moves_nothing(tmp_path: Path) -> None:
    lines = [*background(2.6), *burst(2.5 * 24 * 60)]
    wild = Line(lines[0].ts + 500, "wild", "where does this clock come from?", "x", "wild")
    stream = write(tmp_path / "s.jsonl", [*lines, wild])
    stream.write_text(stream.read_text(encoding="utf-8").replace(f"{wild.ts}", f"{wild.ts + 9e7}"), encoding="utf-8")
    assert len(replay(stream)[0]) == 1


@pytest.mark.parametrize("words", [["replay"], ["replay", "nowhere.jsonl", "--trends", "out"]])
def test_a_stream_that_is_not_there_is_wrong_usage(words: list[str]) -> None:
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2


def test_a_stream_without_posts_writes_an_empty_file(tmp_path: Path) -> None:
    stream = write(tmp_path / "s.jsonl", [])
    assert replay(stream) == ([], "")


def test_the_same_stream_is_written_alike_twice(tmp_path: Path) -> None:
    stream = write(tmp_path / "s.jsonl", [*background(2.6), *burst(2.5 * 24 * 60)])
    assert replay(stream) == replay(stream)

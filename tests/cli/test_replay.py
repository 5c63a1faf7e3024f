import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from listener.cli import cli, main
from listener.trend import Line
from tests.trend.asking import REFUND, background, burst, line


def write(path: Path, lines: list[Line]) -> Path:
    """A stream in the order of posting."""
    ordered = sorted(lines, key=lambda each: each.ts)
    rows = ({"ts": x.ts, "platform": x.platform, "id": x.id, "author": x.author, "text": x.text} for x in ordered)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def replay(stream: Path, *more: str, code: int = 0) -> tuple[list[dict[str, object]], str]:
    out = stream.with_name("out.jsonl")
    done = CliRunner().invoke(cli, ["replay", str(stream), "--trends", str(out), *more])
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


# Needs and moods

WISH = "Where can I buy a standing desk in Leeds? Number {}"
PLAIN = ("The desk has four legs, number {}.", "Desk number {} stands by the window.", "This desk is number {}.")
BAD = "This desk is awful, terrible and broken, I hate it. Number {}"


def desks(*bursts: tuple[str, int]) -> list[Line]:
    """Four posts an hour for three days, and then a burst every two minutes."""
    usual = [line(PLAIN[n % 3].format(n), 15 * n, f"d{n}") for n in range(3 * 96)]
    more = [(text.format(f"{n} {text[:5]}"), n) for text, count in bursts for n in range(count)]
    return [*usual, *(line(text, 3 * 24 * 60 + 2 * n, f"m{n}{text[:4]}") for text, n in more)]


def test_a_need_that_rises_is_told_with_what_is_wanted(tmp_path: Path) -> None:
    stream = write(tmp_path / "s.jsonl", desks((WISH, 12)))
    found, _ = replay(stream, "--kind", "need")
    assert {trend["kind"] for trend in found} == {"need"}
    [need] = [trend for trend in found if trend["what"] == "buy"]
    assert set(need) == {"at", "question", "votes", "posts", "score", "kind", "what"}
    assert str(need["question"]).startswith("Where can I buy")
    assert need["votes"] == len(need["posts"])  # type: ignore[arg-type]
    assert replay(stream, "--kind", "mood") == ([], "")


def test_a_mood_that_falls_is_told_with_all_that_it_is_of(tmp_path: Path) -> None:
    stream = write(tmp_path / "s.jsonl", desks((BAD, 30)))
    [mood], _ = replay(stream, "--kind", "mood")
    assert (mood["kind"], mood["question"]) == ("mood", BAD.format(f"{int(str(mood['votes'])) - 1} This "))
    assert int(str(mood["of"])) >= int(str(mood["votes"])) >= 5


def test_thirty_wishes_of_one_author_are_no_need(tmp_path: Path) -> None:
    lines = [
        each if each.id[0] == "d" else Line(each.ts, each.id, each.text, "x", "eager") for each in desks((WISH, 30))
    ]
    assert replay(write(tmp_path / "s.jsonl", lines), "--kind", "need") == ([], "")


def test_without_a_file_trends_are_shown(tmp_path: Path) -> None:
    stream = str(write(tmp_path / "s.jsonl", [*background(2.6), *burst(2.5 * 24 * 60)]))
    shown = CliRunner().invoke(cli, ["replay", stream])
    [header, row] = shown.stdout.splitlines()
    assert (shown.exit_code, header.split()[:2]) == (0, ["AT", "KIND"])
    assert "question" in row
    [trend] = json.loads(CliRunner().invoke(cli, ["replay", stream, "--json"]).stdout)
    assert trend == replay(Path(stream))[0][0]
    assert CliRunner().invoke(cli, ["replay", stream, "--kind", "mood"]).stdout == "no mood is told\n"


def test_silences_are_not_looked_for_in_a_stream(tmp_path: Path) -> None:
    stream = write(tmp_path / "s.jsonl", [])
    done = CliRunner().invoke(cli, ["replay", str(stream), "--kind", "silence"])
    assert (done.exit_code, "'silence' is not one of" in done.output) == (2, True)


# What people mistype


@pytest.mark.parametrize("linked", [False, True])
def test_a_stream_is_not_written_over_by_its_own_trends(tmp_path: Path, linked: bool) -> None:
    stream = write(tmp_path / "s.jsonl", background(0.1))
    before, out = stream.read_bytes(), stream
    if linked:
        out = tmp_path / "link"
        out.symlink_to(stream)
    done = CliRunner().invoke(cli, ["replay", str(stream), "--trends", str(out)])
    assert done.exit_code == 2
    assert "--trends" in done.output
    assert stream.read_bytes() == before


def test_a_command_that_reads_its_input_finds_nothing_in_one_that_is_closed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["listener", "replay", "-"])
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0
    assert capsys.readouterr().out == "no question is told\n"


def test_the_mark_that_windows_writes_before_a_file_costs_no_post(tmp_path: Path) -> None:
    stream = write(tmp_path / "s.jsonl", background(0.1))
    stream.write_bytes(b"\xef\xbb\xbf" + stream.read_bytes())
    assert replay(stream) == ([], "")

"""The bench of moods: its table, its JSON, the data it is given, and its exit code."""

import json
from pathlib import Path

import pytest

from listener.cli import bench_sentiment
from listener.ops import sentiment
from listener.ops.sentiment import FLOODS, Compared, compare
from tests.cli.conftest import Run

GOOD = Compared(posts=4_200, package=30_000.0, ours=96_000.0, identical=1.0, floods_ms={"5,000 emoji": 4.0})


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The texts that are scored; the figures are good ones."""
    given: list[list[str]] = []

    def compared(texts: list[str]) -> Compared:
        given.append(texts)
        return GOOD

    monkeypatch.setattr(bench_sentiment, "compare", compared)
    return given


def test_both_speeds_the_gain_and_the_floods_are_shown(listener: Run, given: list[list[str]]) -> None:
    answer = listener("bench", "sentiment")
    assert (answer.code, answer.err) == (0, "")
    rows = [row.split() for row in answer.out.splitlines()]
    assert ["vaderSentiment", "30,000", "posts/s"] in rows
    assert ["times", "as", "fast", "3.20", "≥", "2.5"] in rows
    assert ["identical", "figures", "100.00%", "of", "4,200", "100%"] in rows
    assert ["5,000", "emoji", "4.0", "ms", "≤", "50", "ms"] in rows


def test_without_data_the_invented_posts_are_scored(listener: Run, given: list[list[str]]) -> None:
    listener("bench", "sentiment")
    assert len(given[0]) > 200
    assert all(isinstance(text, str) for text in given[0])


def test_the_texts_of_a_file_are_scored(listener: Run, given: list[list[str]], home: Path) -> None:
    (home / "posts.jsonl").write_text('{"id": "1", "text": "lovely kettle"}\n\n{"id": "2", "text": "sad"}\n')
    listener("bench", "sentiment", "--data", "posts.jsonl", "--json", "out.json")
    assert given == [["lovely kettle", "sad"]]
    written = json.loads((home / "out.json").read_text())
    assert (written["gain"], written["identical"], written["met"]) == (3.2, 1.0, True)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('{"text": "fine"}\n{"text": 5}\n', "posts.jsonl line 2: Expected `str`"),
        ("nonsense\n", "posts.jsonl line 1: "),
        (b'{"text": "\xff"}\n', "posts.jsonl line 1: "),
        ('\n{"id": "1"}\n', "posts.jsonl holds no posts"),
    ],
)
def test_data_that_cannot_be_read_is_named_with_its_line(
    listener: Run, home: Path, content: str | bytes, complaint: str
) -> None:
    (home / "posts.jsonl").write_bytes(content if isinstance(content, bytes) else content.encode())
    answer = listener("bench", "sentiment", "--data", "posts.jsonl")
    assert answer.code == 2
    assert complaint in answer.err


@pytest.mark.parametrize(
    ("compared", "missed"),
    [
        (Compared(10, 100.0, 240.0, 1.0, {}), "missed: 2.5 times as fast\n"),
        (Compared(10, 100.0, 300.0, 0.9, {}), "missed: identical figures\n"),
        (Compared(10, 100.0, 300.0, 1.0, {"5,000 emoji": 51.0}), "missed: 5,000 emoji\n"),
    ],
)
def test_a_missed_aim_is_named_and_fails(
    listener: Run, monkeypatch: pytest.MonkeyPatch, compared: Compared, missed: str
) -> None:
    monkeypatch.setattr(bench_sentiment, "compare", lambda texts: compared)
    answer = listener("bench", "sentiment")
    assert (answer.code, answer.err) == (1, missed)


def test_figures_that_differ_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert compare(["good", "bad", "so so", "no"], times=1).identical == 1
    stock = sentiment._package()
    monkeypatch.setattr(sentiment, "_package", lambda: lambda text: stock(text.replace("good", "great")))
    assert compare(["good", "bad", "so so", "no"], times=1).identical == 0.75


def test_speeds_and_floods_are_measured() -> None:
    compared = compare(["I love this kettle but the lid is awful"] * 20, times=1)
    assert compared.posts == 20
    assert compared.package > 0 < compared.ours
    assert compared.floods_ms.keys() == FLOODS.keys()

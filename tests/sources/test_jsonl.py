import json
import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.collect import collect
from listener.errors import SourceError
from listener.sources.jsonl import PAGE, TERMS, Options, Source
from listener.types import Ask, Batch, Gap, Recheck

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def line(id: object, text: object = "where to buy a desk?", **more: object) -> str:
    return json.dumps({"id": id, "text": text, **more}) + "\n"


def lines(*ids: object) -> str:
    return "".join(map(line, ids))


def ids_of(text: str) -> list[str]:
    return [str(json.loads(each)["id"]) for each in text.split("\n") if each]


class Reader:
    """Reads a file as the product does: pass after pass, cursors kept once a page is stored."""

    def __init__(self, path: Path, limit: int = 100, time: str = "posted") -> None:
        self.source = Source(Options(path=str(path), time=time))  # type: ignore[arg-type]
        self.limit, self.cursors, self.now = limit, dict[str, str](), NOW
        self.gaps: list[Gap] = []

    def pages(self) -> list[Batch]:
        pages = []
        self.now += timedelta(seconds=10)
        for page in collect("jsonl", self.source, Ask(now=self.now, limit=self.limit, cursors=self.cursors)):
            self.cursors |= page.cursors
            self.gaps += page.gaps
            pages.append(page)
        return pages

    def ids(self) -> list[str]:
        return [post.id for page in self.pages() for post in page.posts]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "posts.jsonl"


# Lines


def test_a_line_becomes_a_post(file: Path) -> None:
    row = {"id": 7, "source": "forum", "author": "@ann", "title": "Desk", "url": "https://example.com/7", "lang": "en"}
    row |= {"community": "diy", "kind": "comment", "followers": 5, "likes": 2.0, "replies": None, "more": [1]}
    file.write_text(line(**row, created_at="2026-11-20T11:00:00+01:00"))
    (post,) = Reader(file).pages()[0].posts
    assert (post.key, post.author, post.title, post.text) == ("forum:7", "ann", "Desk", "where to buy a desk?")
    assert (post.url, post.lang, post.community, post.kind) == ("https://example.com/7", "en", "diy", "comment")
    assert (post.reach.followers, post.reach.likes, post.reach.replies) == (5, 2, None)
    assert post.created_at == datetime(2026, 11, 20, 10, tzinfo=UTC) and post.flags == ()


def test_the_least_line_is_an_id_and_a_text_or_title(file: Path) -> None:
    file.write_text('{"id": "1", "text": "a"}\n{"id": "2", "title": "b"}\n{"id": "3"}\n{"id": "4", "text": ""}\n')
    (page,) = Reader(file).pages()
    assert [post.key for post in page.posts] == ["jsonl:1", "jsonl:2"]
    assert [bad.why for bad in page.bad] == [f"{file} line {n}: a post needs a text or a title" for n in (3, 4)]


def test_times_are_those_of_posting_or_of_arrival(file: Path) -> None:
    file.write_text(line(1, created_at="2012-01-17T12:27:26Z") + line(2))
    (posted,), (arrived,) = Reader(file).pages(), Reader(file, time="arrival").pages()
    assert [post.flags for post in posted.posts] == [("time-old",), ("time-missing",)]
    assert [(post.created_at, post.flags) for post in arrived.posts] == [(NOW + timedelta(seconds=10), ())] * 2


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (b"not json", "Expecting value"),
        (b'{"id": "x", "text": "cut', "Unterminated string"),
        (b"[1, 2]", "Expected `object`, got `array`"),
        (b'{"text": "no id"}', "missing required field `id`"),
        (b'{"id": null, "text": "a"}', "got `null` - at `$.id`"),
        (b'{"id": "x", "text": 5}', "got `int` - at `$.text`"),
        (b'{"id": "x", "text": "a", "likes": 1e999}', "."),
        (b'{"id": "x", "text": "a", "likes": NaN}', "cannot convert float NaN"),
        (b"[" * 5_000, "Expected `object`"),
        (b"\x00\x01\x02", "Expecting value"),
    ],
)
def test_a_broken_line_is_set_aside_with_its_number_and_the_rest_stays(file: Path, broken: bytes, why: str) -> None:
    file.write_bytes(lines(1, 2).encode() + broken + b"\n" + lines(4).encode())
    (page,) = Reader(file).pages()
    (bad,) = page.bad
    assert [post.id for post in page.posts] == ["1", "2", "4"]
    assert f"{file} line 3: " in bad.why and why in bad.why
    assert bad.id and bad.raw == broken.decode().strip("\x00\x01\x02")


def test_odd_line_ends_marks_and_bytes_are_read(file: Path) -> None:
    surrogate = b'{"id": "3", "text": "half \\ud83d"}'
    raw = b'{"id": "4", "text": "caf\xe9"}'
    file.write_bytes(
        b'\xef\xbb\xbf{"id": "1", "text": "a"}\r\n\r\n\n  {"id": "2", "text": "b"}  \r\n' + surrogate + b"\n" + raw
    )
    (page,) = Reader(file).pages()
    assert [(post.id, post.text) for post in page.posts] == [
        ("1", "a"),
        ("2", "b"),
        ("3", "half \ufffd"),
        ("4", "caf\ufffd"),
    ]
    assert page.bad == ()


def test_long_lines_are_read_and_endless_ones_set_aside(file: Path) -> None:
    file.write_text(line(1, "x" * 1_500_000) + line(2, "y" * 12_000_000) + line(3))
    (page, last) = Reader(file, limit=2).pages()
    assert [(post.id, len(post.text)) for post in (*page.posts, *last.posts)] == [("1", 40_000), ("3", 20)]
    (bad,) = page.bad
    assert bad.why.endswith("line 2: longer than 10 MB") and len(bad.raw) == 40_000


def test_pages_have_so_many_lines_as_asked_for_within_limits(file: Path) -> None:
    file.write_text(lines(*range(PAGE + 7)))
    assert [len(page.posts) for page in Reader(file, limit=300).pages()] == [300, 207]
    assert [len(page.posts) for page in Reader(file, limit=9_999).pages()] == [PAGE, 7]
    file.write_text("".join(line(n, "x" * 3_000_000) for n in range(7)))
    assert [len(page.posts) for page in Reader(file).pages()] == [3, 3, 1]


# Deletions and edits


def test_a_deleted_post_is_named_by_its_key(file: Path) -> None:
    file.write_text(lines(1, 2) + '{"id": 9, "source": "forum", "deleted": true}\n{"id": "1", "deleted": true}\n')
    (page,) = Reader(file).pages()
    assert ([post.id for post in page.posts], page.deleted) == (["2"], ("forum:9", "jsonl:1"))


def test_the_last_form_of_a_post_counts(file: Path) -> None:
    file.write_text(line(1, "first") + line(2) + line(1, "second") + '{"id": 2, "deleted": true}\n' + line(2, "back"))
    (page,) = Reader(file).pages()
    assert [(post.id, post.text) for post in page.posts] == [("1", "second"), ("2", "back")]
    assert page.deleted == ()


# A growing file


def test_reading_goes_on_where_it_stopped(file: Path) -> None:
    reader = Reader(file)
    file.write_text(lines(1, 2))
    assert reader.ids() == ["1", "2"]
    assert reader.ids() == []
    with file.open("a") as out:
        out.write(lines(3))
    assert reader.ids() == ["3"]


def test_a_cursor_moves_only_with_the_file(file: Path) -> None:
    reader = Reader(file)
    file.write_text("")
    assert [dict(page.cursors) for page in reader.pages()] == [{}]
    file.write_text(lines(1))
    assert [set(page.cursors) for page in reader.pages()] == [{"lines"}]
    assert [dict(page.cursors) for page in reader.pages()] == [{}]


def test_a_line_still_being_written_waits_for_the_rest(file: Path) -> None:
    reader, whole = Reader(file), line(2, "a {braced} text with \\ and \u00e9")
    file.write_text(lines(1))
    assert reader.ids() == ["1"]
    for n, (begin, end) in enumerate(pairwise(range(len(whole) + 1))):
        with file.open("a") as out:
            out.write(whole[begin:end])
        found = reader.ids()
        assert found == (
            ["2"] if n == len(whole) - 2 else []
        )  # whole with its last brace, not only with its line break


def test_a_line_in_the_middle_of_a_character_waits_too(file: Path) -> None:
    reader, whole = Reader(file), '{"id": "1", "text": "é"}\n'.encode()
    cut = whole.index(b"\xc3") + 1
    file.write_bytes(whole[:cut])
    assert reader.ids() == []
    file.write_bytes(whole)
    assert [post.text for post in reader.pages()[0].posts] == ["é"]


@given(st.lists(st.integers(1, 400), max_size=12), st.integers(1, 5))
@settings(max_examples=40)
def test_however_a_file_is_written_every_line_is_read_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], limit: int
) -> None:
    file = tmp_path_factory.mktemp("grow") / "posts.jsonl"
    whole, at, found = lines(*range(12)).encode(), 0, list[str]()
    reader = Reader(file, limit)
    file.write_bytes(b"")
    for step in [*steps, len(whole)]:
        with file.open("ab") as out:
            out.write(whole[at : at + step])
        at += step
        found += reader.ids()
    assert found == [str(n) for n in range(12)]


# Rotation


def rotate(file: Path, *, copy: bool = False, suffixes: Iterable[str] = (".1", ".2", ".3")) -> None:
    names = [file, *(file.with_name(file.name + suffix) for suffix in suffixes)]
    for newer, older in reversed(list(pairwise(names))):
        if newer.exists() and (newer is not file or not copy):
            newer.rename(older)
    if copy:
        shutil.copyfile(file, names[1])
        os.truncate(file, 0)


@pytest.mark.parametrize("copy", [False, True])
def test_a_rotated_file_is_finished_before_the_new_one(file: Path, copy: bool) -> None:
    reader = Reader(file, limit=2)
    file.write_text(lines(1, 2, 3))
    assert reader.ids() == ["1", "2", "3"]
    with file.open("a") as out:
        out.write(lines(4, 5, 6))
    rotate(file, copy=copy)
    with file.open("a") as out:
        out.write(lines(7, 8))
    assert reader.ids() == ["4", "5", "6", "7", "8"]
    assert reader.ids() == [] and reader.gaps == []


def test_several_rotations_between_two_looks_lose_nothing(file: Path) -> None:
    reader = Reader(file, limit=2)
    file.write_text(lines("a"))
    assert reader.ids() == ["a"]
    for n in range(3):
        with file.open("a") as out:
            out.write(lines(f"end {n}"))
        rotate(file)
        file.write_text(lines(f"begin {n}"))
    assert reader.ids() == ["end 0", "begin 0", "end 1", "begin 1", "end 2", "begin 2"]
    assert reader.gaps == []


def test_dated_rotations_are_followed_in_their_order(file: Path) -> None:
    reader = Reader(file)
    file.write_text(lines(1))
    assert reader.ids() == ["1"]
    for day, id in ((18, 2), (19, 3)):
        with file.open("a") as out:
            out.write(lines(id))
        file.rename(file.with_name(f"{file.name}-202611{day}"))
        file.with_name(f"{file.name}-notes").write_text("not a log")
    file.write_text(lines(4))
    assert reader.ids() == ["2", "3", "4"]


def test_between_rotation_and_the_new_file_nothing_is_wrong(file: Path) -> None:
    reader = Reader(file)
    file.write_text(lines(1))
    assert reader.ids() == ["1"]
    rotate(file)
    assert reader.ids() == []
    with file.with_name(file.name + ".1").open("a") as out:  # its writer has not noticed yet
        out.write(lines(2) + '{"id": "3", "te')
    assert reader.ids() == ["2"]
    file.write_text("")
    with file.with_name(file.name + ".1").open("a") as out:
        out.write('xt": "now whole"}\n')
    assert reader.ids() == ["3"]
    file.write_text(lines(4))
    assert reader.ids() == ["4"]


def test_half_a_line_at_the_end_of_a_rotated_file_is_set_aside(file: Path) -> None:
    reader = Reader(file)
    file.write_text(lines(1) + '{"id": "2", "te')
    assert reader.ids() == ["1"]
    rotate(file)
    file.write_text(lines(3))
    pages = reader.pages()
    assert [post.id for page in pages for post in page.posts] == ["3"]
    assert [bad.raw for page in pages for bad in page.bad] == ['{"id": "2", "te']


def test_the_first_line_half_written_survives_a_rotation(file: Path) -> None:
    reader = Reader(file)
    file.write_text('{"id": "1", "te')
    assert reader.ids() == []
    with file.open("a") as out:
        out.write('xt": "desk"}\n')
    rotate(file)
    file.write_text(lines(2))
    assert reader.ids() == ["1", "2"]


def test_bytes_that_were_seen_and_vanished_are_a_gap(file: Path) -> None:
    reader = Reader(file, limit=2)
    file.write_text(lines(1, 2, 3, 4, 5))
    page = reader.source.fetch(Ask(now=NOW, limit=2))
    file.unlink()
    file.write_text(lines("new"))
    after = reader.source.fetch(Ask(now=NOW + timedelta(hours=1), cursors=page.cursors))
    (gap,) = after.gaps
    assert [post.id for post in after.posts] == ["new"]
    assert (gap.stream, gap.since, gap.until) == ("lines", NOW, NOW + timedelta(hours=1))
    assert gap.why == f"{file} was replaced before its last {len(lines(3, 4, 5))} bytes were read"


def test_a_file_that_was_read_whole_may_be_replaced_without_a_gap(file: Path) -> None:
    reader = Reader(file)
    file.write_text(lines(1, 2))
    assert reader.ids() == ["1", "2"]
    file.unlink()
    file.write_text(lines(3))
    assert reader.ids() == ["3"] and reader.gaps == []


@pytest.mark.parametrize("new", [lines(1), lines(1, 2, 9), lines(*range(50)), lines(1, 2, 3).replace("desk", "sofa")])
def test_a_truncated_or_rewritten_file_is_read_from_its_start(file: Path, new: str) -> None:
    reader = Reader(file)
    file.write_text(lines(1, 2, 3))
    assert reader.ids() == ["1", "2", "3"]
    file.write_text(new)
    assert reader.ids() == ids_of(new)


def test_the_file_that_was_read_is_known_by_its_content_not_its_name(file: Path) -> None:
    reader = Reader(file)
    file.write_text(lines(*range(40)))
    assert len(reader.ids()) == 40
    shutil.copyfile(file, file.with_name("copy"))
    file.unlink()
    file.with_name("copy").rename(file)
    with file.open("a") as out:
        out.write(lines(40))
    assert reader.ids() == ["40"]


def test_a_missing_file_is_named_with_its_setting(file: Path) -> None:
    for path in (file, file / "deeper", file.parent):
        with pytest.raises(SourceError) as caught:
            Reader(path).pages()
        assert str(path) in caught.value.why and "path in listener.toml" in caught.value.why
        assert (caught.value.permanent, caught.value.code) == (False, "file")


def test_a_file_that_vanished_keeps_its_cursor(file: Path) -> None:
    reader = Reader(file)
    file.write_text(lines(1))
    assert reader.ids() == ["1"]
    file.rename(file.with_name("away"))
    with pytest.raises(SourceError, match="No such file"):
        reader.ids()
    file.with_name("away").rename(file)
    assert reader.ids() == []


def test_a_broken_cursor_means_reading_from_the_start(file: Path) -> None:
    reader = Reader(file)
    file.write_text(lines(1))
    reader.cursors = {"lines": "{nonsense"}
    assert reader.ids() == ["1"]


def test_a_relative_path_is_relative_to_the_working_directory(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(lines(1))
    monkeypatch.chdir(file.parent)
    assert Reader(Path("posts.jsonl")).ids() == ["1"]


def test_posts_of_a_file_cannot_be_looked_up_again(file: Path) -> None:
    assert TERMS.recheck_hours is None and not isinstance(Source(Options(path=str(file))), Recheck)


@pytest.mark.world
def test_real_posts_are_all_read(shared: Path) -> None:
    file = shared / "data" / "posts.jsonl"
    reader = Reader(file, limit=500, time="arrival")
    pages = reader.pages()
    assert sorted(post.id for page in pages for post in page.posts) == sorted(ids_of(file.read_text()))
    assert all(page.bad == () for page in pages) and reader.ids() == []

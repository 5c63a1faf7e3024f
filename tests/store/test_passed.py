"""Posts that matched nothing, of sources that bring thousands a second."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from msgspec import Struct

from listener.store import Store
from listener.store.draw import draw
from listener.store.passed import SAMPLES_A_DAY
from listener.store.retention import Limits
from listener.types import Analysis, Batch, Post, Rough
from tests.making import NOW, Tell, analysis

LIMITS = Limits(posts=timedelta(days=90), counts=timedelta(days=400))
Rows = Callable[[str], list[tuple[object, ...]]]


class Line(Struct):
    number: int
    words: str = "a kettle"
    url: str = ""
    author: str = "ana"
    community: str = ""
    links: Sequence[str] = ()


def read(line: Line) -> Post:
    if line.words == "odd":
        raise ValueError("odd")
    return Post(source="feed", id=str(line.number), created_at=NOW, text=line.words, author=line.author)


def rough(*lines: Line) -> Rough:
    return Rough([f"feed:{line.number}" for line in lines], [line.words for line in lines], lines, read)


def keep(store: Store, *lines: Line) -> int:
    return store.keep("feed", Batch(rough=rough(*lines)), Analysis(), Tell(), NOW).read


def sample(store: Store) -> list[Post]:
    return [post for day in store.unmatched(NOW) for post in day.sample]


def test_what_matched_nothing_is_counted_sampled_and_can_be_asked_for(store: Store, rows: Rows) -> None:
    url = "https://tea.example/7"
    assert keep(store, *map(Line, range(5)), Line(7, url=url)) == 6
    assert rows("select source, posts from unmatched") == [("feed", 6)]
    assert {post.id for post in sample(store)} == {"0", "1", "2", "3", "4", "7"}
    for wanted in ("feed:3", url):
        answer = store.why(wanted)
        assert answer is not None
        assert (answer.verdict, answer.read_at, answer.findings) == ("no match", NOW, ())
    assert store.why("feed:9") is None
    assert rows("select count(*) from seen") == [(0,)]


def test_posts_are_counted_by_source(store: Store, rows: Rows) -> None:
    lines = [*map(Line, range(4))]
    keys = ["feed:0", "feed:1 feed:", "tea:feed:1", "feed:feed:2"]
    page = Rough(keys, [line.words for line in lines], lines, read)
    store.keep("feed", Batch(rough=page), Analysis(), Tell(), NOW)
    assert rows("select source, posts from unmatched order by source") == [("feed", 3), ("tea", 1)]


def test_a_page_is_parted_in_order() -> None:
    lines = [*map(Line, range(5))]
    chosen, rest = rough(*lines).parted({3, 1})
    assert (chosen.keys, rest.keys) == (["feed:1", "feed:3"], ["feed:0", "feed:2", "feed:4"])
    assert (chosen.lines, rest.lines) == ([lines[1], lines[3]], [lines[0], lines[2], lines[4]])


def test_no_post_is_found_between_two_others(store: Store, rows: Rows) -> None:
    keep(store, *map(Line, range(50)))
    [(keys,)] = rows("select keys from passed")
    assert isinstance(keys, bytes)
    store.db.conn.execute("update passed set keys = ?", (b"\x00\x00\x00" + keys[:-3],))
    assert all(store.why(f"feed:{number}") is None for number in range(50))


def test_the_sample_holds_the_smallest_lots_whatever_the_order(store: Store, rows: Rows) -> None:
    for start in range(0, SAMPLES_A_DAY + 2_000, 1_000):
        keep(store, *map(Line, range(start, start + 1_000)))
    keep(store)
    assert rows("select count(*) from samples") == [(SAMPLES_A_DAY,)]
    smallest = sorted(draw(f"feed:{number}") for number in range(SAMPLES_A_DAY + 2_000))[:SAMPLES_A_DAY]
    assert rows("select draw from samples order by draw") == [(each,) for each in smallest]


def test_a_post_that_cannot_be_read_is_no_sample_and_no_trouble(store: Store) -> None:
    assert keep(store, Line(1, "odd"), Line(2)) == 2
    assert [post.id for post in sample(store)] == ["2"]


def test_stored_posts_are_known_among_those_that_come(store: Store) -> None:
    post = read(Line(5))
    store.keep("feed", Batch(posts=(post,)), analysis([post]), Tell(), NOW)
    assert store.stored(["feed:4", "feed:5", "feed:6"]) == [1]
    assert store.stored([]) == []


def test_it_is_forgotten_after_a_week(store: Store, rows: Rows) -> None:
    keep(store, Line(1))
    store.retain(LIMITS, NOW + timedelta(days=6))
    assert rows("select count(*) from passed") == [(1,)]
    store.retain(LIMITS, NOW + timedelta(days=8))
    assert rows("select count(*) from passed") == [(0,)]
    assert store.first_read() is None


def test_the_first_page_is_known_where_nothing_matched(store: Store) -> None:
    keep(store, Line(1))
    assert store.first_read() == NOW

"""Feeds asked again and again: what is told, what is not, and what happens to those that fail."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from listener.errors import SourceError
from listener.sources.rss import Options, Source, memory
from listener.sources.rss.posts import Feed
from listener.types import Ask, Batch, Post
from tests.conftest import NOW
from tests.sources.rss.site import ITEM, RSS, Site, rss, serving

MINUTE = timedelta(minutes=1)


class Desk:
    """Asks at one time after the other, and keeps what was told and the cursors."""

    def __init__(self, site: Site, *paths: str) -> None:
        self.site, self.cursors, self.now = site, dict[str, str](), NOW
        self.source = Source(Options(feeds=tuple(map(site.url, paths)), allow_private=True))
        self.pages: list[Batch] = []

    def read(self, now: datetime | None = None, limit: int = 100) -> list[Post]:
        """Every page of a pass."""
        self.now = now or self.now + MINUTE
        posts, more = list[Post](), True
        while more:
            page = self.source.fetch(Ask(now=self.now, cursors=self.cursors, limit=limit))
            self.pages.append(page)
            self.cursors |= page.cursors
            posts += page.posts
            more = page.more
        return posts

    def titles(self) -> list[str]:
        return [post.title for post in self.read()]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
    with serving() as site:
        yield site


@pytest.fixture
def desk(site: Site) -> Desk:
    site.pages["a"] = rss(3, 2, 1)
    return Desk(site, "a")


# One feed


def test_entries_come_once_oldest_first_and_only_new_ones_later(desk: Desk) -> None:
    assert desk.titles() == ["Post 1", "Post 2", "Post 3"]
    assert desk.titles() == []
    desk.site.pages["a"] = rss(5, 4, 3, 2)
    assert desk.titles() == ["Post 4", "Post 5"]


def test_an_unchanged_feed_is_not_sent_again_and_moves_no_cursor(desk: Desk) -> None:
    desk.read()
    tag = desk.site.pages["a"]
    desk.read()
    assert desk.site.asked[1][1]["if-none-match"].strip('"')
    assert desk.pages[1] == Batch()
    assert desk.site.pages["a"] == tag


def test_a_feed_that_broke_off_is_asked_for_again_in_full(desk: Desk) -> None:
    whole = rss(4, 3, 2, 1)
    desk.site.pages["a"] = (200, {"ETag": '"v1"', "Last-Modified": "Fri, 20 Nov 2026 11:00:00 GMT"}, whole[:-250])
    assert desk.titles() == ["Post 3", "Post 4"], "neither the half of an entry nor what is missing"
    desk.site.pages["a"] = whole
    assert desk.titles() == ["Post 1", "Post 2"]
    assert {"if-none-match", "if-modified-since"} & desk.site.asked[1][1].keys() == set()


def test_the_time_of_the_last_change_is_sent_back_as_it_came(desk: Desk) -> None:
    changed = "Fri, 20 Nov 2026 11:00:00 GMT"
    desk.site.pages["a"] = (200, {"Last-Modified": changed}, rss(1))
    desk.read()
    desk.read()
    assert desk.site.asked[1][1]["if-modified-since"] == changed
    assert "if-none-match" not in desk.site.asked[1][1]


def test_a_feed_that_reorders_tells_nothing_again(desk: Desk) -> None:
    desk.read()
    desk.site.pages["a"] = rss(1, 3, 2)
    assert desk.titles() == []


def test_an_entry_whose_words_change_comes_again_under_the_same_name(desk: Desk) -> None:
    before = {post.id for post in desk.read()}
    desk.site.pages["a"] = rss(3, 2, 1, text="Edited {}")
    after = desk.read()
    assert {post.id for post in after} == before
    assert {post.text for post in after} == {"Edited 1", "Edited 2", "Edited 3"}


def test_an_entry_that_hides_for_a_while_is_no_news_when_it_is_back(desk: Desk) -> None:
    desk.read()
    desk.site.pages["a"] = rss(4, 3)
    desk.read()
    desk.site.pages["a"] = rss(4, 3, 2, 1)
    assert desk.titles() == []


def test_a_gap_is_told_only_where_no_known_entry_is_left(desk: Desk) -> None:
    desk.read(NOW)
    desk.site.pages["a"] = rss(9, 8, 3)
    desk.read()
    desk.site.pages["a"] = rss()
    desk.read()
    assert [page.gaps for page in desk.pages] == [(), (), ()]
    desk.site.pages["a"] = rss(30, 29, 28)
    assert desk.titles() == ["Post 28", "Post 29", "Post 30"]
    [gap] = desk.pages[-1].gaps
    assert (gap.stream, gap.since, gap.until) == ("127.0.0.1/a", NOW + 2 * MINUTE, NOW + 3 * MINUTE)


@pytest.mark.slow
def test_what_is_remembered_is_bounded(desk: Desk) -> None:
    for first in range(1, 1_000, 90):
        desk.site.pages["a"] = rss(*range(first, first + 100))
        desk.read()
    [cursor] = desk.cursors.values()
    assert len(memory.decoded(cursor).seen) == memory.LEAST
    assert len(cursor) < 8_000


def test_entries_that_share_one_id_are_kept_apart_by_their_links(desk: Desk) -> None:
    items = "".join(ITEM.format(n, "").replace(f">{n}</guid>", ">same</guid>") for n in (2, 1))
    desk.site.pages["a"] = RSS.format("Shop", items).encode()
    posts = desk.read()
    assert [post.title for post in posts] == ["Post 1", "Post 2"]
    assert len({post.id for post in posts}) == 2


def test_an_entry_without_an_id_is_named_after_its_link_or_its_title_and_time(desk: Desk) -> None:
    items = "<item><link>https://shop.example/7</link><title>A</title></item><item><title>B</title></item>"
    desk.site.pages["a"] = RSS.format("Shop", items).encode()
    names = [post.id.partition("/")[2] for post in desk.read()]
    assert names == [memory.print_of("B", ""), "https://shop.example/7"]


def test_a_very_long_id_is_known_by_its_print(desk: Desk) -> None:
    desk.site.pages["a"] = rss(1).replace(b">1</guid>", b">" + b"x" * 5_000 + b"</guid>")
    [post] = desk.read()
    assert len(post.id) < 30


def test_two_feeds_with_the_same_ids_do_not_overwrite_each_other(site: Site) -> None:
    site.pages |= {"a": rss(1, title="A"), "b": rss(1, title="B")}
    posts = Desk(site, "a", "b").read()
    assert [post.community for post in posts] == ["A", "B"]
    assert len({post.key for post in posts}) == 2


def test_the_same_address_twice_is_one_feed_whatever_its_scheme() -> None:
    assert Feed("http://feeds.example/a").print == Feed("https://feeds.example/a").print


def test_a_cursor_of_another_version_is_a_new_beginning(desk: Desk) -> None:
    desk.read()
    desk.cursors = dict.fromkeys(desk.cursors, '["what?"]')
    assert len(desk.read()) == 3


def test_validators_that_do_not_fit_into_a_request_are_left_out(desk: Desk) -> None:
    desk.site.pages["a"] = (200, {"ETag": '"caf\xe9"', "Last-Modified": "x" * 600}, rss(1))
    assert len(desk.read()) == 1
    assert desk.read() == []
    assert not {"if-none-match", "if-modified-since"} & desk.site.asked[1][1].keys()


# Feeds that fail


def test_a_feed_that_is_gone_is_named_and_left_alone_while_others_run(site: Site) -> None:
    site.pages |= {"a": (410, {}, b""), "b": rss(1)}
    desk = Desk(site, "a", "b")
    assert desk.titles() == ["Post 1"]
    [trouble] = desk.pages[-1].troubles
    assert (trouble.stream, trouble.why) == ("127.0.0.1/a", "127.0.0.1 answered 410: /a is gone")
    assert trouble.next_try == desk.now + timedelta(days=1)
    site.pages["b"] = rss(2, 1)
    assert desk.titles() == ["Post 2"]
    assert sorted(path for path, _ in site.asked) == ["a", "b", "b"]
    assert list(desk.pages[-1].troubles) == [trouble], "it still stands"


def test_a_feed_that_fails_is_tried_after_the_others_were_stored_and_ever_more_rarely(site: Site) -> None:
    site.pages |= {"a": (503, {}, b"out for lunch"), "b": rss(1)}
    desk = Desk(site, "a", "b")
    tries = []
    for n in range(120):
        desk.read(NOW + n * MINUTE)
        tries += [n] if site.asked[-1][0] == "a" or n == 0 else []
    assert tries == [0, 1, 2, 4, 8, 16, 31, 46, 61, 76, 91, 106]
    page, last = desk.pages[1:3]
    assert page.more and not last.more, "what the others brought is stored first"


def test_a_feed_that_is_well_again_is_no_trouble_and_has_lost_nothing(site: Site) -> None:
    site.pages |= {"a": rss(1), "b": rss(1)}
    desk = Desk(site, "a", "b")
    desk.read()
    site.pages["a"] = (500, {}, b"")
    desk.read()
    assert len(desk.pages[-1].troubles) == 1
    site.pages["a"] = rss(2, 1)
    assert desk.titles() == ["Post 2"]
    assert not desk.pages[-1].troubles


def test_a_wait_that_a_feed_asks_for_is_kept_to_the_second(site: Site) -> None:
    site.pages |= {"a": (429, {"Retry-After": "600"}, b""), "b": rss(1)}
    desk = Desk(site, "a", "b")
    desk.read()
    assert desk.pages[-1].troubles[0].next_try == desk.now + timedelta(seconds=600)


def test_where_all_feeds_fail_the_source_does(site: Site) -> None:
    site.pages |= {"b": (429, {"Retry-After": "17"}, b"")}
    with pytest.raises(SourceError, match=r"127.0.0.1/b: .*; the other 1 feeds fail too") as caught:
        Desk(site, "a", "b").read()
    assert (caught.value.wait, caught.value.code) == (17.0, "429")


def test_a_feed_that_recovers_is_heard_while_all_others_begin_to_fail(site: Site) -> None:
    site.pages |= {"a": (503, {}, b""), "b": rss(1)}
    desk = Desk(site, "a", "b")
    desk.read()
    site.pages |= {"a": rss(2), "b": (503, {}, b"")}
    assert desk.titles() == ["Post 2"]
    assert [trouble.stream for trouble in desk.pages[-1].troubles] == ["127.0.0.1/b"]


def test_where_all_feeds_wait_the_source_does(site: Site) -> None:
    site.pages |= {"a": (410, {}, b""), "b": rss(1)}
    desk = Desk(site, "a", "b")
    desk.read(NOW)
    alone = Desk(site, "a")
    alone.cursors = desk.cursors
    with pytest.raises(SourceError, match="is gone") as caught:
        alone.read(NOW + MINUTE)
    assert caught.value.wait == 86_400 - 60
    assert len(site.asked) == 2


def test_many_feeds_are_read_in_one_pass_without_reading_any_twice(site: Site) -> None:
    site.pages |= {f"{n}": rss(1, title=str(n)) for n in range(10)}
    desk = Desk(site, *site.pages)
    assert [post.community for post in desk.read(limit=1)] == [str(n) for n in range(10)]
    assert len(desk.pages) == 3
    assert len(site.asked) == 10


@pytest.mark.parametrize(
    ("body", "kind", "why"),
    [
        (b"", "text/xml", "answered nothing"),
        (b"\x89PNG\r\n", "image/png", "answered image/png instead of a feed"),
        (b"<!doctype html><title>Sign in</title>", "text/html", 'answered a web page instead of a feed: "Sign in"'),
        (b"<?xml version='1.0'?><note/>", "text/xml", "answered something that is neither RSS nor Atom"),
    ],
)
def test_what_is_no_feed_is_named(site: Site, body: bytes, kind: str, why: str) -> None:
    site.pages["a"] = (200, {"Content-Type": kind}, body)
    with pytest.raises(SourceError) as caught:
        Desk(site, "a").read()
    assert caught.value.why == f"127.0.0.1/a: {why}"
    assert not caught.value.permanent


def test_a_private_address_needs_permission(site: Site) -> None:
    with pytest.raises(SourceError, match=r"port \d+, and only 80 and 443 are asked \(allow_private = true"):
        Source(Options(feeds=(site.url("a"),))).fetch(Ask(now=NOW))
    assert site.asked == []


@pytest.mark.parametrize(
    ("feeds", "why"),
    [
        ((), 'names no feed; write feeds = ["https://…"]'),
        (("feeds.example/a",), '"feeds.example/a" is no address of a feed; write it with https:// or http://'),
        (("https://a.example/", "ftp://b.example/"), '"ftp://b.example/" is no address'),
        (("https:///a",), "is no address"),
        (("https://a.example/x y",), "is no address"),
    ],
)
def test_options_refuse_what_is_no_address(feeds: tuple[str, ...], why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        Options(feeds=feeds)


def test_names_of_feeds_hold_no_secrets() -> None:
    url = "https://ann:hush@feeds.example/private/c0ffee00c0ffee00c0ffee00c0ffee00/a.rss?key=hush"
    assert Feed(url).name == "feeds.example/private/***/a.rss"

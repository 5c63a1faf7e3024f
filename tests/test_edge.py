import faulthandler
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from listener import edge
from listener.types import Post, Reach

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NAIVE = datetime(2026, 11, 20, 11, 0)  # noqa: DTZ001 - what a careless source hands over
LONG = "https:&#x2F;&#x2F;example.com&#x2F;long"
Make = Callable[..., Post]


# Text


def test_a_clean_post_stays_as_it_is(post: Make) -> None:
    clean = post(
        "tabs\tand\nlines stay", title="a title", author="ann", tags=("diy",), links=("https://example.com/a",)
    )
    assert edge.repair(clean, NOW) == clean


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("where\x00 to buy", "where to buy"),
        ("half \ud83d of an emoji", "half \ufffd of an emoji"),
        ("two halves \ud83d\ude00 make one", "two halves 😀 make one"),
        ("bell\x07 and \x9bcsi", "bell and csi"),
        ("one\x0btwo\x85three", "one\ntwo\nthree"),
        ("old\rMac", "old\nMac"),
    ],
)
def test_broken_characters_are_mended_and_flagged(post: Make, text: str, want: str) -> None:
    repaired = edge.repair(post(text), NOW)
    assert (repaired.text, repaired.flags) == (want, ("text-mended",))


def test_windows_line_ends_become_plain_ones_without_a_flag(post: Make) -> None:
    repaired = edge.repair(post("one\r\ntwo"), NOW)
    assert (repaired.text, repaired.flags) == ("one\ntwo", ())


def test_every_string_is_mended_and_bounded(post: Make) -> None:
    long = "x\x00\ud800" * 2_000
    hostile = post(
        long * 10,
        **dict.fromkeys(("title", "author", "community", "kind", "parent", "lang", "place"), long),
        tags=(long,) * 99,
        links=("https://example.com/" + long,) * 99,
    )
    repaired = edge.repair(hostile, NOW)
    sizes = {
        n: len(getattr(repaired, n))
        for n in ("text", "title", "author", "community", "kind", "parent", "lang", "place")
    }
    assert sizes == {
        **{"text": 40_000, "title": 1_000, "author": 200, "community": 200},
        **{"kind": 50, "parent": 500, "lang": 35, "place": 200},
    }
    assert {len(t) for t in repaired.tags} == {200} and len(repaired.tags) == 50 and repaired.links == ()
    assert repaired.flags == ("text-cut", "text-mended")


def test_lines_lose_their_breaks_and_texts_keep_them(post: Make) -> None:
    repaired = edge.repair(post("a\n\nb", title=" two\n lines ", author="ann\tlee", id=" 7\n"), NOW)
    assert (repaired.text, repaired.title, repaired.author, repaired.id) == ("a\n\nb", "two lines", "ann lee", "7")


@given(st.text(st.characters(), max_size=200), st.text(st.characters(), max_size=50))
def test_whatever_comes_can_be_stored_and_repairing_twice_changes_nothing(text: str, name: str) -> None:
    once = edge.repair(Post(source="forum", id="1", text=text, title=name, author=name, created_at=NOW), NOW)
    (once.text + once.title + once.author).encode()
    assert "\x00" not in once.words
    assert edge.repair(once, NOW) == once


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"id": ""}, "an id has 1 to 500 characters"),
        ({"id": "\x00"}, "an id has"),
        ({"id": "x" * 501}, "an id has"),
        ({"source": ""}, "a source is a word"),
        ({"source": "a:b"}, "without a colon"),
    ],
)
def test_what_cannot_be_named_is_refused(post: Make, fields: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        edge.repair(post(**fields), NOW)


def test_a_field_of_another_type_is_refused(post: Make) -> None:
    with pytest.raises(TypeError, match="expected text, got int"):
        edge.repair(post(author=7), NOW)


def test_counts_that_no_database_holds_are_bounded(post: Make) -> None:
    repaired = edge.repair(post(reach=Reach(10**30, -5, None)), NOW)
    assert repaired.reach == Reach(2**53, 0, None)


# Addresses


@pytest.mark.parametrize("url", ["https://example.com/a?b=c#d", "HTTP://EXAMPLE.COM", "http://xn--bcher-kva.example/ü"])
def test_web_addresses_stay(post: Make, url: str) -> None:
    assert edge.repair(post(url=f" {url}\n", links=(url,)), NOW).links == (url,)
    assert edge.address(f" {url}\n") == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://example.com",
        "http://",
        "https:///x",
        "//example.com",
        "",
        "http://a b.com",
        "data:,x",
        "https://example.com/" + "x" * 2_000,
        " jaVascript:x//https://example.com",
    ],
)
def test_other_addresses_go(post: Make, url: str) -> None:
    repaired = edge.repair(post(url=url, links=(url, "https://example.com")), NOW)
    assert (repaired.url, repaired.links) == ("", ("https://example.com",))


# Times


@pytest.mark.parametrize(
    "value",
    [
        *("2026-11-20T11:00:00Z", "2026-11-20T12:00:00+01:00", "2026-11-20 11:00:00", "Fri, 20 Nov 2026 11:00:00 GMT"),
        *(1795172400, 1795172400.0, 1795172400_000, 1795172400_000_000, "1795172400", "1795172400000"),
        *(NAIVE, datetime(2026, 11, 20, 16, 30, tzinfo=timezone(timedelta(hours=5.5)))),
    ],
)
def test_a_time_is_read_in_every_usual_form(value: object) -> None:
    at, odd = edge.when(value, NOW)
    assert (at, odd, at.tzinfo) == (NOW - timedelta(hours=1), (), UTC)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "yesterday",
        True,
        float("nan"),
        float("inf"),
        0,
        -1,
        10**400,
        "0001-01-01T00:00:00+23:00",
        [],
        "9" * 5_000,
        datetime.min.replace(tzinfo=UTC),
        "1970-01-01T00:00:00Z",
    ],
)
def test_a_missing_or_absurd_time_becomes_now_with_a_flag(value: object) -> None:
    assert edge.when(value, NOW) == (NOW, ("time-missing",))


@pytest.mark.parametrize("value", ["2026-11-20T12:05:01Z", "9999-12-31T23:59:59Z", 4_000_000_000])
def test_a_future_time_becomes_now_with_a_flag(value: object) -> None:
    assert edge.when(value, NOW) == (NOW, ("time-future",))


def test_clocks_may_differ_by_five_minutes() -> None:
    assert edge.when("2026-11-20T12:05:00Z", NOW) == (NOW + timedelta(minutes=5), ())


def test_an_old_time_stays_with_a_flag(post: Make) -> None:
    old = datetime(2012, 1, 17, 12, 27, tzinfo=UTC)
    assert edge.when("2012-01-17T12:27:00Z", NOW) == (old, ("time-old",))
    assert edge.repair(post(created_at=old, flags=("time-old", "x")), NOW).flags == ("time-old", "x")


def test_a_repaired_post_has_an_aware_utc_time(post: Make) -> None:
    naive = edge.repair(post(created_at=NAIVE), NOW)
    absurd = edge.repair(post(created_at=None), NOW)
    assert naive.created_at == NOW - timedelta(hours=1) and naive.created_at.tzinfo is UTC
    assert (absurd.created_at, absurd.flags) == (NOW, ("time-missing",))


# HTML


@pytest.mark.parametrize(
    ("html", "want"),
    [
        ("plain &amp; simple", "plain & simple"),
        ("one<p>two<p>three", "one\n\ntwo\n\nthree"),
        ("<p>one</p>\n<p>two</p>", "one\n\ntwo"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("it&#x27;s <i>so</i> <b>good</b>", "it's so good"),
        ("<ul><li>one<li>two</ul>done", "one\ntwo\n\ndone"),
        ("<pre><code>  if x:\n      y()\n</code></pre>after", "  if x:\n      y()\n\nafter"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("a < b <i>c</i>", "a < b c"),
        ("<script>alert('x')</script>safe</script> and sound", "safe and sound"),
        ("<style>p{}<b></style>safe", "safe"),
        ("<!-- note -->seen", "seen"),
        ("&lt;b&gt; stays text", "<b> stays text"),
        ("&#" + "9" * 5_000 + "; huge", "\ufffd huge"),
        ("", ""),
    ],
)
def test_html_becomes_words(html: str, want: str) -> None:
    assert edge.plain(html) == want


@pytest.mark.parametrize(
    ("html", "want"),
    [
        (f'<a href="{LONG}&#x2F;path" rel="nofollow">{LONG}...</a>', "https://example.com/long/path"),
        ('see <a href="https://example.com/a">the docs</a> first', "see the docs (https://example.com/a) first"),
        ("<a href='https://example.com'></a>", "https://example.com"),
        ("<a href=https://example.com/x>here</a>", "here (https://example.com/x)"),
        ('<a href="javascript:alert(1)">press</a>', "press"),
        ("<a name=top>top</a>", "top"),
        (
            '<a href="https://a.example">one <a href="https://b.example">2',
            "one (https://a.example)2 (https://b.example)",
        ),
    ],
)
def test_links_become_their_address(html: str, want: str) -> None:
    assert edge.plain(html) == want


@given(st.text(alphabet="<>/abp &#;=\"'!-\n x2", max_size=200))
def test_no_html_is_too_broken_to_read(html: str) -> None:
    assert edge.plain(html) == edge.plain(html).strip("\n")


@given(st.lists(st.sampled_from(["desk", "buy", "a & b", "x < y", "it's"]), min_size=1, max_size=5))
def test_paragraphs_survive_the_way_through_html(paragraphs: list[str]) -> None:
    assert edge.plain("<p>".join(map(escape, paragraphs))) == "\n\n".join(paragraphs)


# Size


def test_direction_marks_are_not_shown_and_joiners_stay() -> None:
    assert edge.shown("pay \u202egpj.exe\u2066 \u200f👩\u200d🔧") == "pay gpj.exe 👩\u200d🔧"


@pytest.fixture
def watchdog() -> Iterator[None]:
    """Ends a run that would take hours: quadratic work on the texts below does."""
    faulthandler.dump_traceback_later(120, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


HOSTILE = ("<", "<a ", "<!--", "</a", "<a href='", "<a href=x>", "&", "&#x", " ", "\n", "<p>", "<pre> ", "<script>")


@pytest.mark.parametrize("unit", [*HOSTILE, "😀", "\ud800", "\x00", "\u202e", "http://", "1"])
@pytest.mark.usefixtures("watchdog")
def test_a_megabyte_of_hostile_text_is_read(post: Make, unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    edge.plain(text)
    repaired = edge.repair(post(text, title=text, url=text, created_at=text), NOW)
    assert len(repaired.text) <= 40_000 and repaired.url == ""
    assert repaired.flags[0] == "time-missing" and {"text-cut", "text-mended"} & set(repaired.flags)


def test_what_is_set_aside_has_a_name_and_can_be_stored() -> None:
    bad = edge.bad("forum", "", {"id": None, "text": "\ud800"}, "no id\nat all")
    same = edge.bad("forum", "", {"id": None, "text": "\ud800"}, "no id")
    assert (bad.source, bad.why, bad.id) == ("forum", "no id at all", same.id)
    assert bad.id and "\ud800" not in bad.raw
    assert len(edge.bad("forum", "1", "x" * 99_999, "long").raw) == 40_000
    assert edge.bad("forum", "7", object(), "odd").id == "7"


def test_repair_changes_nothing_but_what_is_wrong(post: Make) -> None:
    wrong = post(url="javascript:x", lang="en", kind="comment", parent="6", reach=Reach(1, 2, 3))
    assert edge.repair(wrong, NOW) == replace(wrong, url="")

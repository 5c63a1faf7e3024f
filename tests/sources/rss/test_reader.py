"""Bytes become documents or a refusal, whatever they are."""

import resource
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listener.sources.rss import parser
from listener.sources.rss.document import Document, Entry, Task
from listener.sources.rss.reader import Reader
from listener.sources.rss.scan import DEPTH, ENTRIES, TAGS, Refused, scan

HEAD = b"<rss version='2.0'><channel><title>t</title><item><guid>1</guid>"
TAIL = b"</item></channel></rss>"
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>{}</title>{}</feed>'
BOMB = b"<!DOCTYPE rss [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;'>]>"
XXE = b"<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"

bounded = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


def read(reader: Reader, body: bytes, kind: str = "application/xml") -> Document:
    return reader.read(body, kind, "https://feeds.example/a/feed")


def entry(reader: Reader, inside: str) -> Entry:
    [found] = read(reader, HEAD + inside.encode() + TAIL).entries
    return found


# What is read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-15", "windows-1252"])
def test_any_usual_encoding_is_understood(reader: Reader, encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{encoding}'?><rss version='2.0'><channel><title>Café</title></channel></rss>"
    assert read(reader, text.encode(encoding)).title == "Café"


def test_the_encoding_may_stand_in_the_header_alone(reader: Reader) -> None:
    body = "<rss version='2.0'><channel><title>Café</title></channel></rss>".encode("latin-1")
    assert read(reader, body, "text/xml; charset=iso-8859-1").title == "Café"


def test_links_are_relative_to_where_the_feed_came_from(reader: Reader) -> None:
    assert entry(reader, "<link>../post/7</link>").link == "https://feeds.example/post/7"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ann@shop.example (Ann Lee)", "Ann Lee"),
        ("Ann Lee &lt;ann@shop.photography&gt;", "Ann Lee"),
        ("ann@shop.example", ""),
        ("@ann", "ann"),
        ("Ann Lee", "Ann Lee"),
    ],
)
def test_an_author_is_a_name_never_an_e_mail_address(reader: Reader, written: str, name: str) -> None:
    assert entry(reader, f"<author>{written}</author>").author == name


def test_the_longest_text_counts_and_markup_becomes_words(reader: Reader) -> None:
    found = entry(
        reader, "<description>&lt;p&gt;One&lt;/p&gt;&lt;script&gt;evil()&lt;/script&gt; &amp;lt;3</description>"
    )
    assert found.text == "One\n\n<3"


@pytest.mark.parametrize(
    "written", ["Fri, 20 Nov 2026 12:00:00 GMT", "2026-11-20T13:00:00+01:00", "20 Nov 2026 07:00:00 EST"]
)
def test_times_are_read_in_the_usual_forms(reader: Reader, written: str) -> None:
    assert entry(reader, f"<pubDate>{written}</pubDate>").at == datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()


def test_a_time_that_nobody_can_read_goes_on_as_written(reader: Reader) -> None:
    assert entry(reader, "<pubDate>soon</pubDate>").at == "soon"


def test_a_feed_that_breaks_off_gives_what_is_there(reader: Reader) -> None:
    document = read(reader, HEAD + b"<title>Where</title><link>ht")
    assert ([each.title for each in document.entries], document.is_whole) == (["Where"], False)
    document = read(reader, HEAD + b"<title>Where</title></item><item><title>Whe")
    assert ([each.title for each in document.entries], document.is_whole) == (["Where"], False), "half an entry is none"
    assert read(reader, HEAD + b"<title>Where</title>" + TAIL + b"<!-- made by hand -->\n").is_whole


def test_unclosed_line_breaks_are_no_depth(reader: Reader) -> None:
    assert entry(reader, "<description>" + "a<br>" * (DEPTH + 5) + "</description>").text.startswith("a")


# What is refused


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "answered nothing"),
        (b" \r\n\0", "answered nothing"),
        (b"\x1f\x8b compressed", "answered application/xml instead of a feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "answered application/xml instead of a feed"),
        (b"<!-- hello --><HTML><body>Sign in</body></HTML>", 'answered a web page instead of a feed: "Sign in"'),
        (BOMB + HEAD + b"<title>&b;</title>" + TAIL, "declares entities of its own, which are never followed"),
        ((BOMB + HEAD + TAIL).decode().encode("utf-16"), "declares entities of its own, which are never followed"),
        (XXE + HEAD + b"<title>&x;</title>" + TAIL, "declares entities of its own, which are never followed"),
        (HEAD + b"<b>" * 20_000 + TAIL, "has more than 200 elements within each other"),
        (HEAD + b"<b/>" * TAGS + TAIL, "has more than 200,000 tags"),
        (HEAD + b"<item/>" * ENTRIES + TAIL, "has more than 5,000 entries"),
        (b"<svg><circle/></svg>", "answered something that is neither RSS nor Atom"),
    ],
)
def test_traps_and_what_is_no_feed_are_refused_with_the_reason(reader: Reader, body: bytes, why: str) -> None:
    with pytest.raises(Refused) as caught:
        read(reader, body)
    assert str(caught.value) == why


@pytest.mark.slow
def test_a_feed_that_would_hold_a_parser_for_hours_is_ended_and_the_next_one_is_read() -> None:
    letters = b"a" * 1_000_000
    with Reader() as reader:
        with pytest.raises(Refused, match="takes longer than 5 s to read"):
            read(reader, HEAD + b"<author>" + letters + b"</author>" + TAIL)
        assert read(reader, HEAD + TAIL).title == "t"


def test_a_reader_that_dies_is_a_refusal_and_the_next_one_reads_on() -> None:
    with Reader() as reader:
        assert read(reader, HEAD + TAIL)
        assert reader._process
        reader._process.kill()
        with pytest.raises(Refused, match="cannot be read by any parser of ours"):
            read(reader, HEAD + TAIL)
        assert read(reader, HEAD + TAIL).title == "t"


@pytest.mark.slow
def test_a_feed_of_five_megabytes_is_read(reader: Reader) -> None:
    item = (
        b"<item><guid>%d</guid><title>Where do I buy lamp %d?</title><description>"
        + b"word " * 200
        + b"</description></item>"
    )
    body = b"<rss version='2.0'><channel>" + b"".join(item % (n, n) for n in range(4_500)) + b"</channel></rss>"
    assert len(read(reader, body).entries) == 4_500


@pytest.mark.parametrize(
    "piece", [b"<!--", b"<![CDATA[", b"<?", b"<a", b"<a a='", b"</", b"<!DOCTYPE", b"&lt;b&gt;", b"<a b=c "]
)
def test_the_scan_takes_linear_time(piece: bytes) -> None:
    """By the processor's clock: four megabytes of each trap in less than a second or two, hours if it were squared."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    scan(HEAD + piece * (4_000_000 // len(piece)), "")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 10


# Whatever comes

_TAGS = st.sampled_from(
    [
        *("<rss version='2.0'>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<guid>", "<pubDate>"),
        *("<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "<content type='xhtml'>", "<content type='base64'>"),
        *("<![CDATA[", "]]>", "<!--", "-->", "&#x110000;", "&#99999999999;", "<?xml version='1.0'?>", "<author>@"),
        *("<link rel='alternate' href='//['/>", "<geo:lat>x</geo:lat>", "<category/>", "<a xml:base='http://['>"),
        *("-1", "&amp;", "<dc:date>", "<itunes:duration>", "0000-00-00T99:99:99Z", "Mon, 99 Foo 99999 99:99:99 +9999"),
    ]
)


@bounded
@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_refusal(reader: Reader, body: bytes) -> None:
    _only_refused(reader, body)


@pytest.mark.slow
@bounded
@given(st.lists(st.one_of(_TAGS, st.text(max_size=8)), max_size=40))
def test_no_heap_of_tags_raises_anything_but_a_refusal(reader: Reader, pieces: list[str]) -> None:
    _only_refused(reader, "".join(pieces).encode(errors="replace"))


def _only_refused(reader: Reader, body: bytes) -> None:
    try:
        assert isinstance(read(reader, body), Document)
    except Refused as refused:
        assert str(refused) and "\n" not in str(refused)


# Letters between U+0080 and U+00FF are left out: feedparser takes some pairs of them for broken UTF-8, and mends it.
_WORDS = st.text("abc XYZ 019 <b>&amp;'\"… Жж漢字😀", min_size=1, max_size=30).map(
    lambda s: " ".join(["x", *s.split()])
)
_ENTRIES = st.lists(
    st.builds(
        Entry,
        id=st.uuids().map(lambda id: f"urn:uuid:{id}"),
        link=st.integers(0, 10**6).map("https://shop.example/{}".format),
        title=_WORDS,
        text=_WORDS,
        author=st.text("abcdefgh", min_size=1, max_size=8),
        tags=st.lists(st.text("abcdefgh", min_size=1, max_size=8), max_size=3, unique=True).map(tuple),
        at=st.integers(10**9, 2 * 10**9).map(float),
    ),
    max_size=5,
)


@bounded
@given(_ENTRIES)
def test_what_is_written_as_atom_is_read_again(reader: Reader, entries: list[Entry]) -> None:
    assert parser.parsed(Task(0, "application/xml", "https://feeds.example/"), _atom(entries)).entries == tuple(entries)


def _atom(entries: list[Entry]) -> bytes:
    def written(entry: Entry) -> str:
        at = datetime.fromtimestamp(float(entry.at), UTC).isoformat()
        tags = "".join(f'<category term="{tag}"/>' for tag in entry.tags)
        return (
            f'<entry><id>{entry.id}</id><link href="{entry.link}"/>{tags}'
            f'<title type="text">{escape(entry.title)}</title>'
            f"<author><name>{entry.author}</name></author><updated>{at}</updated>"
            f'<content type="text">{escape(entry.text)}</content></entry>'
        )

    return ATOM.format("Made up", "".join(map(written, entries))).encode()

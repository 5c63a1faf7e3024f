"""Search answers what matching one by one would, in pages that neither repeat nor leave out, however odd the query."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from listener.alert.routes import facts
from listener.errors import QueryError, StoreError
from listener.query import Doc, Query, parse
from listener.query.evaluate import holds
from listener.store import Store
from listener.store.retention import Limits
from listener.store.search import Page, Search
from listener.testing import posts
from listener.types import Analysis, Batch, Finding, Post, Reach, Sentiment
from tests.making import NOW, Tell, analysis, finding, topic

NAMES = {"desks": "Desks & chairs", "gone": "gone"}
TEXTS = [
    "Where can I buy a standing desk in Leeds?",
    "Acme’s Cloud is down again, acme-cloud or acme. cloud",
    "see https://status.acme.com/x?acme and mail root@acme.com #acme @ana $ACME",
    "I write C++ and C# at work, don't you?",
    "新しいデスクを東京で買いたい, カフェ",
    "Gebäude: STRAẞE, Café ﬁn 𝐚𝐜𝐦𝐞 асme",
    "was I refunded? the refund of refunds",
    "acme_cloud snake_case 3.5 kg 1,000",
    "#acme_cloud #деск @ana@tea.example x@y.z www.tea.example/pots",
    "te\u200ba pot, tea-pot, teapots 7️⃣ 😀",
    "",
    '"quoted" AND (desk) OR NEAR* title:desk -desk ^desk {desk} + :',
]


def made(number: int, text: str) -> Finding:
    """A finding whose fields and tags depend on its number, so that every field of the language has some."""
    post = Post(
        source=("forum", "reddit", "x")[number % 3],
        id=str(number),
        text=text,
        title=("", "Tea's pot", "Desk #acme", "東京")[number % 4],
        author=("ana", "@Bo", "u/cy", "")[number % 4],
        community=("r/Leeds", "tea (pot)", "")[number % 3],
        kind=("post", "comment")[number % 2],
        lang=("en", "en-GB", "de", "")[number % 4],
        url=("https://www.reddit.com/r/Leeds/1", "http://tea.example:80/a#b", "")[number % 3],
        tags=(("help", "#Tea"), ())[number % 2],
        links=(("https://blog.acme.com/",), ())[number % 2],
        reach=Reach(*((None, 5, 0), (2_000, 12, None))[number % 2]),
        flags=(("time-missing",), (), ())[number % 3],
        created_at=NOW - timedelta(minutes=number * 40),
    )
    labels = (("buy",), ("know", "go"), ("do",))[number % 3]
    mood = Sentiment(("negative", "neutral", "positive")[number % 3], 0.0, (0.2, 0.6, 0.2))
    found = finding(post, *labels, topic=("desks", "gone")[number % 2], value=number * 7.5 % 100)
    tags = replace(
        found.tags,
        urgency=number % 3,
        sentiment=mood,
        is_question=bool(number % 2),
        signals=(("complaint", "promo"), ())[number % 2],
        place=("Leeds", "São Paulo", None)[number % 3],
    )
    return replace(found, tags=tags)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with twice as many findings as there are texts; some posts have two, one is erased."""
    store = Store.open(tmp_path_factory.mktemp("search") / "listener.db", NOW)
    store.activate(["feed"], [replace(topic(), name="Desks & chairs")], NOW)
    found = [made(number, text) for number, text in enumerate([*TEXTS, *TEXTS[::-1]])]
    found += [replace(each, match=replace(each.match, topic="gone")) for each in found if each.match.topic == "desks"][
        ::3
    ]
    for each in found:
        batch = Batch(posts=(each.post,))
        store.keep("feed", batch, Analysis(findings=(each,)), Tell(), NOW - timedelta(hours=2))
    store.keep("feed", Batch(deleted=("forum:3",)), Analysis(), Tell(), NOW)
    yield store
    store.close()


def one_by_one(store: Store, query: Query) -> list[str]:
    """The keys of the findings that match, newest first."""
    return [
        each.finding.key
        for each in store.findings()
        if holds(query.tree, Doc.of(each.finding.post, NOW, facts(each.finding, NAMES, each.state)))
    ]


def pages(store: Store, query: Query, limit: int | None = 3, **fields: object) -> list[Page]:
    """All pages, one after the other."""
    wanted = replace(Search(query=query, names=NAMES, limit=limit), **fields)
    found = [store.search(wanted, NOW)]
    while (below := found[-1].next) is not None:
        assert below != wanted.before, "no page stands still"
        wanted = replace(wanted, before=below)
        found.append(store.search(wanted, NOW))
    return found


def keys(found: list[Page]) -> list[str]:
    return [each.finding.key for page in found for each in page.found]


words = ["acme", "desk", "tea", "pot", "cloud", "refund", "acme's", "don't", "東京", "新", "カフェ", "straße", "cafe"]
leaves = st.sampled_from(
    [
        *words, '"acme cloud"', '"tea pot"', '"東京で"', '"is down again"', '"desk #acme"', "te*", "*sk", "ac?e",
        "re*d", "d*t", "a*", "*", "!Desk", "!\"Tea's\"", "`C++`", "`Desk`", "`at work`", "/refund(ed)?/",
        "/^Desk/", "/S.o/",
        "#acme", "#ac*", "#*cloud", "@ana", "@ana@tea.example", "$ACME", "acme.com", "tea.example", "status.acme.com",
        "www.tea.example", "title:desk", "title:te*", 'title:"tea pot"', "title:(tea OR 東)", "title:#acme",
        "title:`Tea`", "title:/pot$/", "title:(tea -pot)", "title:acme.com", "source:reddit", "source:re*",
        "source:*t", "author:ana", "author:@bo", "author:c*", "author:*", "community:leeds", 'community:"tea (pot)"',
        "community:tea*", "type:comment", "lang:en", "lang:EN-gb", "lang:e", "site:reddit.com",
        "site:reddit.com/r/leeds", "site:com", "site:tea.example", "url:/r/leeds", "url:TEA", "tag:help", "tag:#tea",
        "tag:t*", "followers:>1k", "likes:5", "likes:>=5", "likes:<12", "replies:0", "age:<2h", "age:>=200m",
        "age:=40m", "age:<9999999999d", "moment:buy", "moment:know", "urgency:now", "urgency:>=1",
        "sentiment:negative", "question:yes", "question:no", "signal:complaint", "place:leeds", 'place:"sao paulo"',
        "place:l*", "score:>=60", "score:<7.5", "topic:desks", 'topic:"desks & chairs"', "topic:d*", "topic:nowhere",
        "state:open", "state:o*", "tea NEAR/3 pot", "acme ONEAR/2 (cloud OR down)", "`\ud800`", "url:\ud800",
        "@brand", "`'`", "/'/", "ﬁn",
    ]
)  # fmt: skip
queries = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} OR {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} NOT {two[1]})"),
        st.tuples(inner, inner, inner).map(lambda three: f"({three[0]} -({three[1]} OR {three[2]}))"),
    ),
    max_leaves=7,
)
SETS = {"brand": 'acme OR "acme cloud" OR #acme'}


def read(written: str) -> Query | None:
    try:
        return parse(written, SETS)
    except QueryError:
        return None


becoming = (
    queries,
    st.text(st.sampled_from("acmeтеá cloud#@.-_'’\u200b東京ﬁß🙂\n/:*\"()"), max_size=30),
    st.text(max_size=12),
)
few, many = settings(max_examples=20, deadline=None), settings(max_examples=300, deadline=None)


def agrees(full: Store, written: str) -> None:
    if query := read(written):
        assert keys(pages(full, query)) == one_by_one(full, query)


def agrees_after_an_edit(full: Store, written: str, text: str, title: str) -> None:
    title = title.encode("utf-8", "ignore").decode().replace("\0", "")
    post = replace(made(1, text).post, id="1", title=title)
    full.keep("feed", Batch(posts=(post,)), Analysis(), Tell(), NOW)
    agrees(full, written)


def agrees_cut_short(full: Store, written: str, steps: int) -> None:
    if query := read(written):
        found = pages(full, query, None, steps=steps)
        assert keys(found) == one_by_one(full, query)
        assert all((page.stopped is None) == (page.next is None) for page in found)


@few
@given(queries)
def test_search_finds_what_matching_one_by_one_finds(full: Store, written: str) -> None:
    agrees(full, written)


@few
@given(*becoming)
@example("acme", "acme's", "'s")
@example("title:acme", "", "acme")
def test_whatever_a_post_becomes_is_found_by_what_it_says_now(full: Store, written: str, text: str, title: str) -> None:
    agrees_after_an_edit(full, written, text, title)


@few
@given(queries)
def test_each_post_comes_once_with_the_newest_of_its_findings(full: Store, written: str) -> None:
    if query := read(written):
        newest = {key.partition("/")[2]: key for key in reversed(one_by_one(full, query))}
        assert keys(pages(full, query, posts=True)) == [k for k in one_by_one(full, query) if k in newest.values()]


@few
@given(queries, st.sampled_from([1, 3_000, 5_000, 20_000]))
def test_a_page_that_stops_goes_on_where_it_stopped(full: Store, written: str, steps: int) -> None:
    agrees_cut_short(full, written, steps)


@pytest.mark.slow
@many
@given(queries)
def test_many_searches_find_what_matching_one_by_one_finds(full: Store, written: str) -> None:
    agrees(full, written)


@pytest.mark.slow
@many
@given(*becoming)
def test_whatever_a_post_becomes_is_found_many_times(full: Store, written: str, text: str, title: str) -> None:
    agrees_after_an_edit(full, written, text, title)


@pytest.mark.slow
@many
@given(queries, st.sampled_from([1, 3_000, 5_000, 20_000]))
def test_many_pages_that_stop_go_on_where_they_stopped(full: Store, written: str, steps: int) -> None:
    agrees_cut_short(full, written, steps)


@pytest.mark.parametrize(
    "written",
    [
        '"desk\\" OR rowid:1"', "`' or 1=1 --`", "url:');drop", "author:'||1", 'community:"a\\" OR \\"b"', "/' or '/",
        "{desk}", "desk^2", '"^desk"', '"title : desk"', "text:desk", '"NEAR(a b)"', "place:%", "title:`%_`", "tag:\"*",
    ],
)  # fmt: skip
def test_no_syntax_of_the_database_comes_from_a_query(full: Store, written: str) -> None:
    before = full.db.value("select count(*) from words")
    if query := read(written):
        assert keys(pages(full, query)) == one_by_one(full, query)
    assert full.db.value("select count(*) from words") == before


def test_pages_hold_as_many_as_asked_for_and_the_last_says_so(full: Store) -> None:
    everything = parse("score:>=0")
    found = pages(full, everything, 7)
    assert [len(page.found) for page in found[:-1]] == [7] * (len(found) - 1)
    assert found[-1].next is None
    assert keys(found) == [each.finding.key for each in full.findings()]
    exactly = len(one_by_one(full, everything))
    assert len(pages(full, everything, exactly)) == 1, "no empty page at the end"


def test_what_was_found_meanwhile_moves_no_page(store: Store) -> None:
    store.keep("feed", Batch(posts=tuple(posts(6))), analysis(posts(6)), Tell(), NOW)
    wanted = Search(query=parse("source:forum"), limit=2)
    first = store.search(wanted, NOW)
    more = [replace(post, id=f"later{post.id}") for post in posts(3)]
    store.keep("feed", Batch(posts=tuple(more)), analysis(more), Tell(), NOW)
    second = store.search(replace(wanted, before=first.next), NOW)
    assert [each.finding.post.id for each in (*first.found, *second.found)] == ["6", "5", "4", "3"]


def test_only_what_was_found_since_then(store: Store) -> None:
    for number, post in enumerate(posts(4)):
        store.keep("feed", Batch(posts=(post,)), analysis([post]), Tell(), NOW + timedelta(hours=number))
    wanted = Search(query=parse("source:forum"), since=NOW + timedelta(hours=2))
    assert [each.finding.post.id for each in store.search(wanted, NOW).found] == ["4", "3"]
    assert store.search(replace(wanted, since=NOW + timedelta(days=1)), NOW).found == ()


def test_an_empty_store_has_nothing(store: Store) -> None:
    assert store.search(Search(query=parse("desk")), NOW) == Page(())


def test_what_is_erased_is_no_longer_found_by_its_words(store: Store) -> None:
    [post] = posts(1)
    store.keep("feed", Batch(posts=(post,)), analysis([post]), Tell(), NOW)
    desk, source = Search(query=parse("descale")), Search(query=parse("source:forum"))
    assert len(store.search(desk, NOW).found) == 1
    store.keep("feed", Batch(deleted=(post.key,)), Analysis(), Tell(), NOW)
    assert store.search(desk, NOW).found == ()
    assert [each.erased for each in store.search(source, NOW).found] == ["deleted"]
    store.purge()
    raw = store.db.path.read_bytes()
    assert b"descale" not in raw, "nor are they left in the file"


def test_what_is_forgotten_leaves_the_index(store: Store) -> None:
    store.keep("feed", Batch(posts=tuple(posts(2))), analysis(posts(2)), Tell(), NOW)
    with store.db.write() as conn:
        conn.execute("update outbox set state='sent'")
    store.retain(Limits(posts=timedelta(days=1), counts=timedelta(days=2)), NOW + timedelta(days=3))
    assert store.db.value("select count(*) from words") == 0


def test_an_index_of_another_version_is_made_anew_by_the_owner(path: Path, store: Store) -> None:
    store.keep("feed", Batch(posts=tuple(posts(2))), analysis(posts(2)), Tell(), NOW)
    with store.db.write() as conn:
        conn.execute("delete from words")
        conn.execute("update meta set value='0' where name='words'")
    with pytest.raises(StoreError, match="search index is of another version: `listener run` makes it anew"):
        store.search(Search(query=parse("descale")), NOW)
    store.close()
    with closing(Store.open(path, NOW)) as again:
        assert len(again.search(Search(query=parse("descale")), NOW).found) == 1


def test_the_names_that_topics_have_now_are_searched_for(store: Store) -> None:
    store.keep("feed", Batch(posts=tuple(posts(1))), analysis(posts(1)), Tell(), NOW)
    wanted = Search(query=parse('topic:"new name"'), names={"desks": "New name"})
    assert len(store.search(wanted, NOW).found) == 1
    assert store.search(replace(wanted, names={}), NOW).found == ()


def test_a_search_that_reads_everything_says_how_far_it_came(store: Store) -> None:
    store.keep("feed", Batch(posts=tuple(posts(50))), analysis(posts(50)), Tell(), NOW)
    page = store.search(Search(query=parse("kettle age:>1m -age:>90d"), steps=5_000), NOW + timedelta(hours=3))
    assert page.stopped == NOW
    assert page.next is not None

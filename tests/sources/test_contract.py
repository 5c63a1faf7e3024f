"""What every source promises, checked on every file in `listener/sources`; a new source adds its case in `cases.py`."""

import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from msgspec import Struct

import listener.sources
from listener.collect import collect
from listener.errors import SourceError
from listener.types import Ask, Batch, Post, Source, Terms
from tests.sources.cases import CASES, HERE, SERVICES, Case

NAMES = [module.name for module in pkgutil.iter_modules(listener.sources.__path__)]
LIMITS = (1, 3, 100)

RECORDED = [name for name in NAMES if (HERE / name / "posts.json").exists()]
dated = pytest.mark.parametrize("case", RECORDED, indirect=True)
services = pytest.mark.parametrize("case", SERVICES, indirect=True)


@pytest.fixture(params=sorted({*NAMES, "testing"}))
def case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
    assert request.param in CASES, f"write a case for listener/sources/{request.param}.py in tests/sources/cases.py"
    with CASES[request.param](tmp_path) as case:
        yield case


class Life:
    """The product from a start to a kill or an end: it keeps a page, then its cursors."""

    def __init__(self, case: Case, before: "Life | None" = None) -> None:
        self.source: Source = case.make()
        self.queries = case.queries
        self.nows: list[datetime] = list(before.nows if before else case.nows)
        self.pages: list[Batch] = []
        self.kept: list[Post] = list(before.kept) if before else []
        self.cursors: dict[str, str] = dict(before.cursors) if before else {}

    def read(self, limit: int, pages: int = 10_000) -> "Life":
        """Read all, or be killed when page number `pages` was fetched and not yet kept."""
        while self.nows:
            for page in self._poll(limit):
                if len(self.pages) == pages:
                    return self
                self.pages.append(page)
                self.kept += page.posts
                self.cursors |= page.cursors
            if not page.more:
                self.nows.pop(0)
        return self

    def _poll(self, limit: int) -> Iterator[Batch]:
        return collect(
            "it", self.source, Ask(now=self.nows[0], limit=limit, cursors=self.cursors, queries=self.queries)
        )

    @property
    def said(self) -> set[tuple[str, str]]:
        return {(post.key, post.words) for post in self.kept}


@pytest.mark.parametrize("limit", LIMITS)
def test_the_posts_are_the_same_whatever_the_page_size(case: Case, limit: int) -> None:
    life = Life(case).read(limit)
    assert life.said == {(post.key, post.words) for post in case.posts}
    assert [gap for page in life.pages for gap in page.gaps] == []


@dated
def test_every_field_is_what_the_platform_shows(case: Case) -> None:
    assert sorted(Life(case).read(100).kept, key=_key) == sorted(case.posts, key=_key)


def _key(post: Post) -> str:
    return post.key


@pytest.mark.slow
@pytest.mark.parametrize("limit", LIMITS)
def test_a_crash_after_any_page_loses_nothing(case: Case, limit: int) -> None:
    whole = Life(case).read(limit)
    for pages in range(0, len(whole.pages), max(1, len(whole.pages) // 12)):
        cut = Life(case).read(limit, pages)
        assert Life(case, cut).read(limit).said == whole.said


def test_a_page_that_was_never_kept_is_told_again(case: Case) -> None:
    ask = Ask(now=case.nows[0], limit=3, queries=case.queries)
    first = [next(page for page in collect("it", case.make(), ask) if page.posts) for _ in range(2)]
    assert first[0] == first[1]


def test_reading_again_finds_nothing_else(case: Case) -> None:
    life = Life(case).read(3)
    said, cursors = life.said, dict(life.cursors)
    life.nows = [case.nows[-1] + timedelta(seconds=1)]
    life.read(3)
    assert life.said == said
    assert life.cursors.keys() == cursors.keys()


def test_times_are_aware_and_utc(case: Case) -> None:
    assert {post.created_at.tzinfo for post in Life(case).read(100).kept} == {UTC}


def test_keys_are_stable_and_well_formed(case: Case) -> None:
    keys = [sorted({post.key for post in Life(case).read(limit).kept}) for limit in (3, 100)]
    assert keys[0] == keys[1]
    assert all(post.source and ":" not in post.source and post.id for post in Life(case).read(100).kept)


@pytest.mark.parametrize("limit", LIMITS)
def test_a_broken_post_is_set_aside_under_one_name_and_its_page_stays(case: Case, limit: int) -> None:
    life = Life(case).read(limit)
    assert len({(bad.source, bad.id) for page in life.pages for bad in page.bad}) == case.bad
    assert life.said == {(post.key, post.words) for post in case.posts}


@services
def test_429_carries_the_wait(case: Case) -> None:
    assert case.refuse
    case.refuse(429, {"Retry-After": "17"})
    with pytest.raises(SourceError) as caught:
        Life(case).read(3)
    assert (caught.value.wait, caught.value.permanent, caught.value.code) == (17.0, False, "429")


@services
@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_that_only_a_person_can_mend_is_permanent(case: Case, status: int) -> None:
    assert case.refuse
    case.refuse(status, {})
    with pytest.raises(SourceError, match="check ") as caught:
        Life(case).read(3)
    assert caught.value.permanent


@services
@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_outage_is_not_permanent_and_loses_nothing(case: Case, status: int) -> None:
    cut = Life(case).read(3, pages=1)
    assert case.refuse
    case.refuse(status, {})
    with pytest.raises(SourceError) as caught:
        Life(case, cut).read(3)
    assert (caught.value.permanent, caught.value.code) == (False, str(status))


@pytest.mark.parametrize("name", NAMES)
def test_a_source_is_one_file_with_options_terms_and_a_docstring(name: str) -> None:
    module = import_module(f"listener.sources.{name}")
    assert module.__doc__ and isinstance(module.TERMS, Terms)
    assert issubclass(module.Options, Struct) and callable(module.Source)

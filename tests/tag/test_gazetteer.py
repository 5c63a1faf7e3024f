"""Where named places lie."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.tag import gazetteer
from listener.tag.gazetteer import FILE, folded, known, located


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("Leeds", "Leeds, England, United Kingdom"),
        ("downtown Denver", "Denver, Colorado, United States"),
        ("Newark Airport", "Newark, New Jersey, United States"),
        ("the US", "United States"),
        ("U.K.", "United Kingdom"),
        ("Scotland", "Scotland, United Kingdom"),
        ("New York", "New York City, New York, United States"),
        ("St Louis", "St. Louis, Missouri, United States"),
        ("são paulo", "São Paulo, Brazil"),
        ("München", "Munich, Germany"),
        ("Singapore", "Singapore, Singapore"),
        ("The Hague", "The Hague, The Netherlands"),
        ("Clinton Hill, Brooklyn", "Brooklyn, New York, United States"),
        ("Niagara Falls NY", "Niagara Falls, New York, United States"),
    ],
)
def test_a_name_that_one_place_bears(words: str, where: str) -> None:
    assert str(located(words)) == where


@pytest.mark.parametrize(("words", "code"), [("Leeds", "GB"), ("Shibuya", "JP"), ("Ohio", "US"), ("Peru", "PE")])
def test_the_country_has_its_code(words: str, code: str) -> None:
    found = located(words)
    assert found and found.code == code


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("Paris", "Paris, France"),
        ("Paris, TX", "Paris, Texas, United States"),
        ("London, Ontario", "London, Ontario, Canada"),
        ("Braintree MA, USA", "Braintree, Massachusetts, United States"),
    ],
)
def test_what_stands_beside_a_name_tells_which_is_meant(words: str, where: str) -> None:
    assert str(located(words)) == where


@pytest.mark.parametrize(
    ("words", "text", "where"),
    [
        ("Cambridge", "a flat in Cambridge, I move to the UK in May", "Cambridge, England, United Kingdom"),
        ("Cambridge", "Cambridge in Massachusetts: where to eat?", "Cambridge, Massachusetts, United States"),
        ("Valencia", "two weeks in Spain, one of them in Valencia", "Valencia, Spain"),
    ],
)
def test_countries_and_regions_in_the_text_tell_which_is_meant(words: str, text: str, where: str) -> None:
    assert located(words) is None or located(words, text) != located(words)
    assert str(located(words, text)) == where


@pytest.mark.parametrize(
    "words", ["Cambridge", "Valencia", "Georgia", "near me", "the mall", "Statue of Liberty", "", "?"]
)
def test_nothing_is_told_where_several_may_be_meant_or_none_is_known(words: str) -> None:
    assert located(words) is None


def test_the_country_is_told_where_all_who_bear_the_name_lie_in_it() -> None:
    found = located("Springfield")
    assert found and (found.city, found.region, found.country) == ("", "", "United States")


def test_a_text_about_another_country_hinders_nothing() -> None:
    assert str(located("Leeds", "from Germany to Leeds")) == "Leeds, England, United Kingdom"


@pytest.mark.parametrize(
    ("name", "as_looked_up"),
    [
        ("São Paulo", "sao paulo"),
        ("U.S.", "us"),
        ("King's Lynn", "kings lynn"),
        ("Stratford-upon-Avon", "stratford upon avon"),
    ],
)
def test_names_are_looked_up_without_accents_dots_and_hyphens(name: str, as_looked_up: str) -> None:
    assert folded(name) == as_looked_up


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_words_can_be_looked_up(words: str, text: str) -> None:
    found = located(words, text)
    assert found is None or found.country


def test_only_whole_names_are_known() -> None:
    assert known("leed") == []
    assert {place.country for place in known("leeds")} >= {"GB"}


def test_the_file_is_small_sorted_and_named_with_its_licence() -> None:
    lines = gazetteer._lines()
    assert FILE.stat().st_size < 1_000_000
    assert lines == sorted(lines)
    assert all(line.count("\t") == 5 for line in lines)
    assert "GeoNames" in (Path(__file__).parents[2] / "THIRD_PARTY.md").read_text(encoding="utf-8")


def town(name: str, country: str, region: str, people: int, *others: str) -> dict[str, Any]:
    return {
        "name": name,
        "countrycode": country,
        "admin1code": region,
        "population": people,
        "alternatenames": [*others],
    }


def test_the_gazetteer_is_trimmed_from_geonames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numpy", reason="training needs NumPy")
    training: Any = importlib.import_module("training.gazetteer")  # by name: training is checked by what it does

    towns = {
        "1": town("Newcastle upon Tyne", "GB", "ENG", 300_125, "Newcastle", "NCL", "Neuchate"),
        "2": town("Köln", "DE", "07", 1_024_621),
    }
    countries = {"GB": {"name": "United Kingdom", "population": 66_000_000}, "DE": {"name": "Germany", "population": 8}}
    states = {"TX": {"name": "Texas"}}
    for name, rows in (("cities15000", towns), ("countries", countries), ("us_states", states)):
        (tmp_path / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
    monkeypatch.setattr(training, "FILE", tmp_path / "gazetteer.gz")
    monkeypatch.setattr(gazetteer, "FILE", tmp_path / "gazetteer.gz")
    gazetteer._lines.cache_clear()
    training.main(tmp_path)
    try:
        assert [place.name for place in known("newcastle")] == ["Newcastle upon Tyne"]
        assert [place.region for place in known("newcastle upon tyne")] == ["England"]
        assert known("cologne") == known("koln") != []
        assert known("ncl") == []
        assert {(place.kind, place.country) for place in known("uk")} == {("country", "GB")}
        assert {place.kind for place in (*known("texas"), *known("tx"))} == {"region", "short"}
    finally:
        gazetteer._lines.cache_clear()

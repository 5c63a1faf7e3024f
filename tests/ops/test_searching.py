"""The bench of search: an invented database, and what each query costs there."""

from pathlib import Path

from listener.ops.searching import QUERIES, SCANS, Took, fill, search_takes
from tests.conftest import NOW


def test_every_query_is_measured_in_the_invented_database(tmp_path: Path) -> None:
    said = list[str]()
    fill(tmp_path / "listener.db", 1_500, NOW, said.append)
    assert said == ["1,000 of 1,500 findings", "1,500 of 1,500 findings", ""]
    took = {each.what: each for each in search_takes(tmp_path / "listener.db", NOW)}
    assert list(took) == list(QUERIES)
    assert took["a common word"].found == 50
    assert took["a word that is nowhere"].found == 0
    assert all(each.ms > 0 for each in took.values())


def test_only_queries_with_something_to_look_up_must_be_quick() -> None:
    assert not Took("a common word", "tea", 101.0, 50, False).met
    assert Took("a common word", "tea", 99.0, 50, False).met
    assert Took(SCANS[0], "/x/", 900.0, 50, True).met

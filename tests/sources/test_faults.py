"""Each fault of the list has its tests for each source that can meet it."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.sources.cases import SERVICES

TESTS = Path(__file__).parents[1]
FAULTS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "faults.toml").read_text())["faults"]
OF_EVERY_SERVICE = [each for each in FAULTS if set(each) & {"hackernews", "reddit"}]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["fault"])
def test_the_tests_of_a_fault_exist(fault: dict[str, Any]) -> None:
    named = [name for tests in fault.values() if isinstance(tests, list) for name in tests]
    assert named and fault["wanted"]
    assert [name for name in named if not _exists(name)] == []


def _exists(name: str) -> bool:
    path, _, test = name.partition("::")
    file = TESTS / path
    return file.is_file() and bool(re.search(rf"^def {test}\(", file.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("fault", OF_EVERY_SERVICE, ids=lambda fault: fault["fault"])
def test_no_source_that_asks_a_service_is_left_out(fault: dict[str, Any]) -> None:
    assert set(SERVICES) - fault.keys() == set()


def test_a_test_that_does_not_exist_is_noticed() -> None:
    assert not _exists("sources/test_faults.py::test_nothing")
    assert _exists("sources/test_faults.py::test_a_test_that_does_not_exist_is_noticed")

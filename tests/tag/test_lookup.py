"""Pages of tokens and keys looked up at once: what a dictionary would tell."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.tag.lookup import NONE, Known, Strings, Table, rounded, runs, totals

CELLS = st.tuples(st.integers(0, 9), st.integers(0, 60) | st.integers(0, 4_000))


@given(st.dictionaries(CELLS, st.integers(0, 10**9), max_size=80), st.lists(CELLS, max_size=40))
def test_a_table_tells_what_a_dictionary_does(values: dict[tuple[int, int], int], asked: list[tuple[int, int]]) -> None:
    every = [*asked, *values]
    told = Table(values, 10, 4_001)(*np.array(every, np.int64).reshape(-1, 2).T)
    assert told.tolist() == [values.get(cell, NONE) for cell in every]


def test_rows_that_are_full_stand_beside_each_other() -> None:
    values = {(row, key): 100 * row + key for row in range(30) for key in range(50)}
    rows, keys = np.array(list(values)).T
    assert Table(values, 30, 50)(rows, keys).tolist() == list(values.values())


def row(string: str) -> list[int]:
    return [len(string), ord(string[0])]


def test_strings_are_numbered_as_they_come() -> None:
    strings = Strings()
    assert [strings[each] for each in ("b", "a", "b", "")] == [0, 1, 0, 2]
    assert strings.all == ["b", "a", ""]


def test_a_string_is_learned_once_as_long_as_its_number_stands() -> None:
    learned: list[str] = []
    known = Known(2, lambda string: learned.append(string) or row(string))  # type: ignore[func-returns-value]
    strings, others = Strings(), Strings()
    for each in (["a", "bb", "a"], ["bb", "ccc"], [], [f"w{n}" for n in range(2_000)]):
        numbers = np.array([strings[string] for string in each], np.int64)
        assert known(strings, numbers).tolist() == [row(string) for string in each]
    assert len(learned) == len(set(learned)) == len(strings)
    assert known(others, np.array([others["zz"]])).tolist() == [row("zz")]


def test_threads_that_learn_at_once_are_told_the_same() -> None:
    known = Known(2, row)
    pages = [[chr(97 + (n * k) % 26) * (1 + n % 7) for n in range(40)] for k in range(1, 30)]
    strings = [Strings(), Strings()]

    def told(number: int) -> list[list[int]]:
        mine = strings[number % 2]
        return known(mine, np.array([mine[each] for each in pages[number]])).tolist()  # type: ignore[no-any-return]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(told, range(len(pages)))) == [list(map(row, page)) for page in pages]


@given(st.lists(st.lists(st.integers(-99, 99), min_size=2, max_size=2), max_size=30), st.data())
def test_sums_go_from_each_start_to_the_next(values: list[list[int]], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(values)), max_size=6)))
    starts = np.array([0, *cuts, len(values)])
    told = totals(np.array(values, np.int64).reshape(-1, 2), starts)
    assert told.tolist() == [
        [sum(each[n] for each in values[first:end]) for n in (0, 1)] for first, end in pairwise(starts.tolist())
    ]


@given(st.floats(-1, 1))
def test_four_digits_are_those_that_python_rounds_to(value: float) -> None:
    assert rounded(np.array([value])).tolist() == pytest.approx([round(value, 4)], abs=1e-12) or (
        abs(abs(value) * 1e4 % 1 - 0.5) < 1e-9
    )


def test_runs_of_numbers() -> None:
    which, numbers = runs(np.array([5, 9, 2]), np.array([2, 0, 3]))
    assert (which.tolist(), numbers.tolist()) == ([0, 0, 2, 2, 2], [5, 6, 2, 3, 4])

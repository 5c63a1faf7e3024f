"""Pages of tokens and keys looked up at once: what a dictionary would tell."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.tag import lookup
from listener.tag.lookup import NONE, Known, Table, runs

KEYS = st.integers(0, 60) | st.integers(0, 2**40)


@given(st.dictionaries(KEYS, st.integers(0, 10**9), max_size=80), st.lists(KEYS, max_size=40))
def test_a_table_tells_what_a_dictionary_does(values: dict[int, int], asked: list[int]) -> None:
    every = [*asked, *values]
    assert Table(values)(np.array(every, np.int64)).tolist() == [values.get(key, NONE) for key in every]


def test_keys_that_share_a_place_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Table, "_place", lambda self, keys: np.zeros(len(keys), np.int64))
    table = Table({5: 50, 6: 60, 7: 70})
    assert table(np.array([7, 6, 5, 4])).tolist() == [70, 60, 50, NONE]


def measured(words: list[str]) -> list[list[int]]:
    return [[len(word), ord(word[0])] for word in words]


@pytest.mark.parametrize("most", [0, 2, 1_000])
def test_what_is_forgotten_is_learned_again(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(lookup, "_TOKENS", most)
    known = Known(2, lambda word: (len(word), ord(word[0])))
    for words in (["a", "bb"], ["bb", "ccc", "a", "a"], [], ["d"], [f"w{n}" for n in range(2_000)], ["a", "w7"]):
        assert known(words).tolist() == measured(words)


def test_a_token_is_learned_once() -> None:
    learned: list[str] = []
    known = Known(1, lambda word: (learned.append(word) or len(word),))  # type: ignore[func-returns-value]
    known(["a", "b", "a"])
    known(["b", "a"])
    assert sorted(learned) == ["a", "b"]


def test_threads_that_learn_at_once_are_told_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "_TOKENS", 30)
    known = Known(2, lambda word: (len(word), ord(word[0])))
    pages = [[chr(97 + (n * k) % 26) * (1 + n % 7) for n in range(40)] for k in range(1, 30)]
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda page: known(page).tolist(), pages))
    assert told == [measured(page) for page in pages]


def test_runs_of_numbers() -> None:
    which, numbers = runs(np.array([5, 9, 2]), np.array([2, 0, 3]))
    assert (which.tolist(), numbers.tolist()) == ([0, 0, 2, 2, 2], [5, 6, 2, 3, 4])

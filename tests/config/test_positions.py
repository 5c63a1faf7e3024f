"""The scanner finds every key that `tomllib` finds, on the line where it stands."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.config.positions import Key, positions

DOCUMENT = '''# a note = 1
a.b = 1 # c = 2
[store]
url = """
x = 1
[y]
"""
[[t]]
n = [1, # ]
  "]", { z = 2, "y" = "}" } ]
[[t.q]]
k = 1979-05-27 07:32:00
[t.q.u]
"a\\u00e9 b" . 'x.y' = -3e5
[[t]]
m = {a.b=1, c=[{d=1}]}
'''


def keys(value: Any, key: Key = ()) -> Iterator[Key]:
    """Every key that `tomllib` reports."""
    if key:
        yield key
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from keys(inner, (*key, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from keys(inner, (*key, number))


def test_each_key_is_found_on_its_line() -> None:
    expected = {
        ("a",): 2,
        ("a", "b"): 2,
        ("store",): 3,
        ("store", "url"): 4,
        ("t",): 8,
        ("t", 0): 8,
        ("t", 0, "n"): 9,
        ("t", 0, "n", 0): 9,
        ("t", 0, "n", 1): 10,
        ("t", 0, "n", 2): 10,
        ("t", 0, "n", 2, "z"): 10,
        ("t", 0, "n", 2, "y"): 10,
        ("t", 0, "q"): 11,
        ("t", 0, "q", 0): 11,
        ("t", 0, "q", 0, "k"): 12,
        ("t", 0, "q", 0, "u"): 13,
        ("t", 0, "q", 0, "u", "aé b"): 14,
        ("t", 0, "q", 0, "u", "aé b", "x.y"): 14,
        ("t", 1): 15,
        ("t", 1, "m"): 16,
        ("t", 1, "m", "a"): 16,
        ("t", 1, "m", "a", "b"): 16,
        ("t", 1, "m", "c"): 16,
        ("t", 1, "m", "c", 0): 16,
        ("t", 1, "m", "c", 0, "d"): 16,
    }
    assert positions(DOCUMENT) == expected
    assert set(expected) == set(keys(tomllib.loads(DOCUMENT)))


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("a = '''\n'quoted' '''''\nb = 1", ("b",), 3),
        ('a = """\\"""" # "\nb = 1', ("b",), 2),
        ('a = """""" # "\nb = 1', ("b",), 2),
        ('a = ""\n"" = 1', ("",), 2),
        ('a = "\\\\"\nb = "#"', ("b",), 2),
        ("a = 1\r\n\r\nb = 2\r\n", ("b",), 3),
        ("a = [\n  [],\n  [ 1 ]\n]", ("a", 1, 0), 3),
        ("a = 1 # \u2028 \x85\nb = 2", ("b",), 2),
        ("[ a . 'b' ]\n[a]", ("a", "b"), 1),
        ("a = 07:32:00\nb = 2", ("b",), 2),
        ("", (), None),
    ],
)
def test_odd_but_lawful_documents_are_read(text: str, key: Key, line: int | None) -> None:
    assert set(positions(text)) == set(keys(tomllib.loads(text)))
    assert positions(text).get(key) == line


# Documents are generated together with what they should say: every line that begins a value is known.

names = st.sampled_from(["a", "b", "c-1", "x.y", "", 'q"', "é", "#", "=", "[z]"])
scalars = st.sampled_from(
    [
        "1",
        "-1.5e3",
        "true",
        "inf",
        "1979-05-27 07:32:00",
        "1979-05-27T07:32:00.5+02:00",
        '"a # b = [c]"',
        "'lit\"eral'",
        '"""\nmany = 1\n[[lines]]\n"""',
        "'''\nit''s\n'''",
        '"""ends in quotes"""""',
        '"\\"\\\\"',
    ]
)
gaps = st.sampled_from(["", " ", "\t"])
breaks = st.sampled_from(["", " ", "\n", " # ] } note\n", "\r\n"])
notes = st.sampled_from(["\n", " # note = [\n", "\n\n", "\r\n", "\n# [[t]]\n"])


def written(name: str) -> str:
    """A key as TOML writes it."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return name if name.isascii() and name.replace("-", "").isalnum() else f'"{escaped}"'


lists = st.deferred(
    lambda: st.lists(st.tuples(breaks, values, breaks), max_size=3).map(
        lambda items: "[" + ",".join(before + value + after for before, value, after in items) + "]"
    )
)
inlines = st.deferred(
    lambda: st.dictionaries(names, values, max_size=3).map(
        lambda table: "{" + ", ".join(f"{written(name)} = {value}" for name, value in table.items()) + "}"
    )
)
values: st.SearchStrategy[str] = st.one_of(scalars, scalars, lists, inlines)
bodies = st.dictionaries(st.lists(names, min_size=1, max_size=2).map(tuple), values, max_size=4)
headers = st.tuples(st.lists(names, min_size=1, max_size=3), st.booleans())


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Mostly lawful TOML; what is not is thrown away by the test."""
    text = ""
    for header, body in draw(st.lists(st.tuples(st.none() | headers, bodies), max_size=5)):
        if header is not None:
            path, double = header
            dotted = draw(gaps) + f"{draw(gaps)}.{draw(gaps)}".join(map(written, path)) + draw(gaps)
            text += (f"[[{dotted}]]" if double else f"[{dotted}]") + draw(notes)
        for names_, value in body.items():
            text += f"{'.'.join(map(written, names_))}{draw(gaps)}={draw(gaps)}{value}{draw(notes)}"
    return text


def lawful(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


@pytest.mark.slow
@given(documents().filter(lawful))
def test_every_key_that_tomllib_reports_has_a_position(text: str) -> None:
    found = positions(text)
    assert set(found) == set(keys(tomllib.loads(text)))
    assert all(1 <= line <= text.count("\n") + 1 for line in found.values())


@pytest.mark.slow
@given(st.lists(st.tuples(names, values, st.integers(0, 3)), unique_by=lambda entry: entry[0]))
def test_the_position_is_the_line_where_the_key_begins(entries: list[tuple[str, str, int]]) -> None:
    text, expected = "", {}
    for name, value, blank in entries:
        text += "\n" * blank
        expected[name] = text.count("\n") + 1
        text += f"{written(name)} = {value}\n"
    found = positions(text)
    assert {name: found[(name,)] for name in expected} == expected

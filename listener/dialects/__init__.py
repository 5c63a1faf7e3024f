"""Queries of other tools into ours: what has no equal is said, line by line, with what it means for the result."""

from collections.abc import Collection
from importlib import import_module
from types import ModuleType

from msgspec import Struct

from listener.dialects.export import Entry, NotAnExport, entries
from listener.dialects.grammar import Unreadable
from listener.dialects.settle import Effect, Gap, Refused, Settler

__all__ = ["TOOLS", "Difference", "Imported", "NotAnExport", "Tracked", "convert"]

TOOLS = ("brandwatch", "talkwalker", "mention", "syften", "x")
"""Whose exports are read: a module each."""


class Tracked(Struct, frozen=True):
    """A topic to be: its name, its query in our language, and the only sources that it is about, if any."""

    name: str
    query: str
    sources: tuple[str, ...] = ()


class Difference(Struct, frozen=True):
    """What has no equal here: at a line of the file and a column of the query in it; `result` is what follows."""

    line: int
    column: int
    topic: str
    what: str
    why: str
    result: Effect


class Imported(Struct, frozen=True):
    """All that a file leads to."""

    topics: tuple[Tracked, ...]
    differences: tuple[Difference, ...]


def convert(tool: str, text: str, stem: str, taken: Collection[str] = (), sets: Collection[str] = ()) -> Imported:
    """The queries of an export in our language; raises `NotAnExport`.

    Args:
        stem: what a query without a name is called.
        taken: names and ids of topics that are there.
        sets: names of sets that are there: a handle of that name has to be told from it.
    """
    dialect = import_module(f"listener.dialects.{tool}")
    used, topics, differences = set(taken), list[Tracked](), list[Difference]()
    folded = {name.casefold() for name in sets}
    for entry in entries(text, stem, one_a_line=dialect.ONE_A_LINE):
        queries, gaps = _queries(dialect, entry, folded)
        wanted = _clean(entry.name) or stem
        for number, query in enumerate(queries, 1):
            name = _free(f"{wanted} {number}" if queries[1:] else wanted, used)
            used.add(name)
            topics.append(Tracked(name, query, getattr(dialect, "SOURCES", ())))
        differences += [Difference(*entry.place(gap.at), wanted, gap.what, gap.why, gap.effect) for gap in gaps]
    return Imported(tuple(topics), tuple(sorted(differences, key=lambda each: (each.line, each.column))))


def _queries(dialect: ModuleType, entry: Entry, sets: Collection[str]) -> tuple[list[str], list[Gap]]:
    settler = Settler(sets)
    try:
        reads_records = hasattr(dialect, "read_record") and entry.record
        node = dialect.read_record(entry.record, entry.text) if reads_records else dialect.read(entry.text)
        return settler.settle(node), settler.gaps
    except (Unreadable, Refused) as error:
        return [], [*settler.gaps, Gap("the query", error.at, error.why, "refused")]
    except RecursionError:
        return [], [Gap("the query", 0, "it is nested too deep", "refused")]


def _clean(name: str) -> str:
    """A name that may be an id, too."""
    return " ".join("".join(char if char.isprintable() else " " for char in name).replace("/", "-").split())


def _free(name: str, used: Collection[str]) -> str:
    """The name, with a number where it is taken."""
    return next(each for each in (name, *(f"{name} ({n})" for n in range(2, len(used) + 3))) if each not in used)

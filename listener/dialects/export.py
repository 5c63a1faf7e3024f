"""The files in which queries come: plain text, CSV with a header, or JSON as the tools' own interfaces give it."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

_QUERIES = ("booleanquery", "boolean_query", "query_string", "querystring", "query", "value", "filter", "expression")
_NAMES = ("name", "title", "tag", "label", "topic", "id")
_LISTS = ("included_keywords", "required_keywords", "excluded_keywords", "any", "required", "none")
_SEPARATORS = re.compile(r"[;,\n]")


class NotAnExport(Exception):
    """A file that holds no queries; `line` is where that shows."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line, self.why = line, why


class Entry(Struct, frozen=True):
    """One query of an export, at a line of the file; `record` is what else the tool says of it, keys in lower case."""

    name: str
    text: str
    line: int
    record: Mapping[str, Any] = {}

    def place(self, at: int) -> tuple[int, int]:
        """Line in the file, and column in that line of the query, of a character of the query."""
        before = self.text[:at]
        return self.line + before.count("\n"), at - (before.rfind("\n") + 1) + 1


def entries(text: str, stem: str, *, one_a_line: bool) -> list[Entry]:
    """All queries of a file; raises `NotAnExport`. In plain text they stand one a line, or the whole is one."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if text.lstrip()[:1] in ("{", "[") and (decoded := _decoded(text)) is not None:
        found = list(_of_json(decoded, text, stem))
    elif _is_table(text):
        found = list(_of_table(text, stem))
    elif one_a_line:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        found = [Entry(f"{stem}-{n}" if lines[1:] else stem, line, at) for n, (at, line) in enumerate(lines, 1)]
    else:
        found = [Entry(stem, text, 1)] if text.strip() else []
    if not found:
        raise NotAnExport(1, "there is no query in it; expected text, CSV with a header, or JSON")
    return found


def _decoded(text: str) -> object:
    """What the JSON says, or None where it is none: a query may begin with a brace, too."""
    try:
        whole = json.dumps(json.loads(text), ensure_ascii=False).encode(errors="replace")  # no half characters
        return json.loads(whole)
    except ValueError as error:
        if re.match(r"\s*[{\[]\s*[\"{\[]", text) and '":' in text:
            raise NotAnExport(getattr(error, "lineno", 1), f"not JSON: {error}") from None
        return None
    except RecursionError:
        raise NotAnExport(1, "the JSON is nested too deep") from None


def _of_json(value: object, text: str, stem: str) -> Iterator[Entry]:
    """Every object that holds a query, however deep."""
    stack, at = [value], 0
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack += reversed(value)
        if not isinstance(value, dict):
            continue
        record = {str(key).lower(): each for key, each in value.items()}
        query = next((record[key] for key in _QUERIES if isinstance(record.get(key), str | dict)), None)
        if query is None and not any(key in record for key in _LISTS):
            stack += reversed([each for each in value.values() if isinstance(each, dict | list)])
            continue
        inner = {str(key).lower(): each for key, each in query.items()} if isinstance(query, dict) else {}
        written = query if isinstance(query, str) else str(inner.get("query_string") or "")
        name = str(next((record[key] for key in _NAMES if record.get(key)), stem))
        at = max(at, *(text.find(escaped, at) for escaped in _escaped(written or name)))
        yield Entry(name, written, text.count("\n", 0, at) + 1, {**record, **inner})


def _escaped(value: str) -> list[str]:
    """The ways in which JSON writes a text."""
    return [json.dumps(value, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False)]


def _is_table(text: str) -> bool:
    """Whether the first line is a header that names queries or lists of keywords."""
    header = text.partition("\n")[0].replace('"', "").split(_delimiter(text))
    names = {cell.strip().lower().replace(" ", "_") for cell in header}
    return len(header) > 1 and not names.isdisjoint((*_QUERIES, *_LISTS))


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _of_table(text: str, stem: str) -> Iterator[Entry]:
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
    header = [cell.strip().lower().replace(" ", "_") for cell in next(reader)]
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise NotAnExport(line, f"not CSV: {error}") from None
        record: dict[str, Any] = dict(zip(header, cells, strict=False))
        if not any(cell.strip() for cell in cells):
            continue
        for key in (*_LISTS, "languages", "countries", "sources", "blocked_sites"):
            if key in record:
                record[key] = [word.strip() for word in _SEPARATORS.split(record[key]) if word.strip()]
        name = next((record[key] for key in _NAMES if record.get(key)), f"{stem}-{line - 1}")
        yield Entry(str(name), next((record[key] for key in _QUERIES if record.get(key)), ""), line, record)

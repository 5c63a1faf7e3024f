"""What the documentation shows of the product, made from the product: output of commands, and the tables.

`make docs` rewrites both; the tests compare. Commands run in a folder of their own, on the invented stream, at one
time.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from listener.ops.datasette import metadata
from listener.store import Store
from listener.types import Json

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
DATABASE = ROOT / "docs" / "database.md"

NOW = datetime(2025, 11, 21, 14, 12, tzinfo=UTC)
CARDS = (0, 2)  # of those that `make run` prints; the first screen holds no more

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_AGO = re.compile(r"\d+ (?:s|min|h|d|days) ago")
_SENT = re.compile(r"(sent )\d{4}-\d\d-\d\d \d\d:\d\d UTC")


class Sandbox:
    """A new folder in which the invented stream was listened to for a moment, and the command `listener`.

    `cards` is what was printed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        command = folder / "bin" / "listener"
        command.parent.mkdir()
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m listener "$@"\n')
        command.chmod(0o755)
        self.run("listener init")
        self.cards = self.run(f"listener once --now {NOW.isoformat()} 2>/dev/null")

    def run(self, command: str) -> str:
        """What a command of the shell prints, errors too; raises where it fails."""
        env = {"PATH": f"{self._folder}/bin:/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "TZ": "UTC"}
        arguments = ("sh", "-ec", command)
        done = subprocess.run(  # noqa: S603  # our own commands
            arguments, cwd=self._folder, env=env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise ChildProcessError(f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def shown(self, command: str) -> str:
        """What people see of a command, at the sandbox's time."""
        text = self._made() if command == "make run" else self.run(command)
        return _SENT.sub(rf"\g<1>{NOW:%Y-%m-%d %H:%M} UTC", _AGO.sub("1 min ago", text)).rstrip() + "\n"

    def _made(self) -> str:
        """The beginning of `make run`: its greeting, and some of the cards of its first posts."""
        greeting = self.run("LISTENER_STORE_URL=sqlite:///other.db listener run --for 0.1s 2>&1 >/dev/null")
        said = greeting.replace("other.db", "sample.db").splitlines()[:2]
        cards = self.cards.split("\n\n")
        return "\n\n".join(["\n".join(said), "\n\n…\n\n".join(cards[number] for number in CARDS)])


def with_output(text: str, sandbox: Sandbox) -> str:
    """The page with the present output below each `$ command` of its console blocks."""

    def renewed(block: re.Match[str]) -> str:
        commands = [line for line in block[1].splitlines() if line.startswith("$ ")]
        return "```console\n" + "\n".join(f"{line}\n{sandbox.shown(line[2:])}" for line in commands) + "```"

    return _BLOCK.sub(renewed, text)


# The database

INTRODUCTION = """\
# The database

One SQLite file, named by `[store] url`. `sqlite3`, `sqlite-utils` and Datasette open it as it is, also while Listener
runs; only read it. Times are UTC, as ISO 8601 text that sorts: `2025-11-21T14:12:00.000000Z`. JSON lists can be asked
with `json_each`. `findings.post_key` is `posts.key`. `posts_fts` is the full-text index of title, text and author.

```sql
select f.score, f.top_moment, p.url from findings f join posts p on p.key = f.post_key
where f.state = 'open' order by f.score desc;
```

This page is made from the comments in the schema (`listener/store/m001.sql`): `make docs`.
"""


def database(folder: Path) -> str:
    """The page of the tables, from a database made in `folder`."""
    with closing(Store.open(folder / "listener.db", NOW)) as store:
        about = metadata("listener", store.schema())["databases"]["listener"]
        names = [name for name, said in about["tables"].items() if "title" in said]
        rows = {name: [(r["name"], r["type"]) for r in store.db.rows(f"pragma table_info({name})")] for name in names}
    tables = "".join(_table(name, about["tables"][name], rows[name]) for name in names)
    queries = "".join(f"- **{q['title']}**: {q['description']}\n" for q in about["queries"].values())
    return f"{INTRODUCTION}{tables}\n## Queries made ready\n\n`listener datasette` has them:\n\n{queries}"


def _table(name: str, said: Json, columns: list[tuple[str, str]]) -> str:
    rows = "".join(f"| `{column}` | {kind} | {_told(said, column)} |\n" for column, kind in columns)
    return f"\n## `{name}`\n\n{said['description']}\n\n| column | type | what it says |\n|---|---|---|\n{rows}"


def _told(said: Json, column: str) -> str:
    return str(said["columns"].get(column, "")).replace("|", "\\|")


def pages() -> Iterator[tuple[Path, str]]:
    """Each page with generated parts, as it should be."""
    with TemporaryDirectory() as folder:
        sandbox = Sandbox(Path(folder))
        yield README, with_output(README.read_text(encoding="utf-8"), sandbox)
        yield DATABASE, database(Path(folder))


if __name__ == "__main__":
    for page, text in pages():
        page.write_text(text, encoding="utf-8")
        print(f"wrote {page.relative_to(ROOT)}")

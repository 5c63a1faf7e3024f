"""The pages say what the product does: commands, output, settings, tables, figures, each compared with the product."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

from listener import __version__, plugins
from listener.cli import COMMANDS, cli
from listener.config import FILES, check, folder, load, plugged, routes, topics
from listener.query import FIELDS, Doc, parse
from listener.tag import fast
from listener.tag.weights import read_weights
from scripts.docs import DATABASE, README, ROOT, Sandbox, database, with_output
from tests.conftest import NOW
from tests.crash import __main__ as crash
from tests.docs.pages import PAGES, anchors, commands, fences, links, read, sections

TEMPLATES = ROOT / "listener" / "config" / "templates"
WITH_HINTS = [*PAGES, *TEMPLATES.glob("*.toml"), *(ROOT / "listener").rglob("*.py"), *(ROOT / "deploy").iterdir()]
NOT_HERE = ("run", "datasette", "slack test")
"""Commands that do not end, or that ask Slack."""


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    return Sandbox(tmp_path_factory.mktemp("sandbox"))


# Commands


def mistake(words: list[str]) -> str:
    """What is wrong with a command, "" if nothing is: it is looked up, not run."""
    command: click.Command = cli
    context = click.Context(cli)
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.get_command(context, rest[0])
        if found is None:
            return f"there is no {rest[0]}"
        command, rest = found, rest[1:]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
    strange = [word for word in rest if word.startswith("--") and word not in known]
    return f"no {', '.join(strange)} in {command.name}" if strange else ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists_with_its_options(page: Path) -> None:
    found = [" ".join(words) + ": " + why for words in commands(read(page)) if (why := mistake(words))]
    assert found == []


def test_a_command_that_does_not_exist_is_noticed() -> None:
    said = [mistake(words) for words in commands("`listener sing`\n```sh\nlistener findings --loud  # so\n```\n")]
    assert said == ["there is no sing", "no --loud in findings"]


def test_every_command_is_in_a_page() -> None:
    named = {words[1] for page in PAGES if page.name != "CHANGELOG.md" for words in commands(read(page))}
    assert set(COMMANDS) - named == set()


def test_every_command_of_a_group_is_in_a_page() -> None:
    named = {" ".join(words[1:3]) for page in PAGES for words in commands(read(page))}
    there = {name: cli.get_command(click.Context(cli), name) for name in COMMANDS}
    groups = {name: command for name, command in there.items() if isinstance(command, click.Group)}
    assert len(groups) > 3
    assert {f"{name} {each}" for name, group in groups.items() for each in group.commands} - named == set()


def test_every_command_that_a_message_recommends_exists() -> None:
    recommended = re.compile(r"`listener ([a-z]+)(?: ([a-z]+)\b)?")
    found = {hit for path in WITH_HINTS for hit in recommended.findall(read(path))}
    groups = {"slack", "routes", "outbox", "quarantine", "bench"}
    said = {mistake(["listener", name, *([second] if name in groups and second else [])]) for name, second in found}
    assert len(found) > 10
    assert said == {""}


# The README


@pytest.mark.slow
def test_the_output_that_the_readme_shows_is_what_is_printed(sandbox: Sandbox) -> None:
    assert read(README) == with_output(read(README), sandbox), "make docs"


@pytest.mark.slow
def test_the_commands_of_the_readme_run(sandbox: Sandbox) -> None:
    lines = [line for block in fences(read(README), "sh") for line in block.splitlines()]
    ran = [line for line in lines if line.startswith("listener ") and not line[9:].startswith(NOT_HERE)]
    assert len(ran) > 4
    for line in ran:
        sandbox.run(line)  # raises where it fails


def test_the_configuration_that_the_readme_shows_is_in_order(tmp_path: Path) -> None:
    """Its three pieces together; the last belongs below the first."""
    main, tracked, below = fences(read(README), "toml")
    (tmp_path / FILES[0]).write_text(main + below)
    (tmp_path / FILES[1]).write_text(tracked)
    settings = load(tmp_path, {}, plugins.find)
    assert check(settings) == []
    assert [route.channel for route in settings.route.routes] == ["slack:#sales", "slack:#care"]
    assert all(each.fallback == "console" for each in (settings.route, *settings.route.routes))


def test_the_crashes_that_the_readme_counts_are_those_of_make_crash(tmp_path: Path) -> None:
    table = re.findall(r"^\| (.+) \| ([\d,]+) \| 0 \| 0 \|$", read(README), re.MULTILINE)
    tried = [int(count.replace(",", "")) for _, count in table]
    assert tried[2:] == [crash.DOUBLE_DEATHS, crash.RESTORES]
    steps = crash._length(tmp_path / "life")
    assert tried[:2] == [pytest.approx(steps, rel=0.2), pytest.approx(6 * steps, rel=0.2)], f"{steps} steps now"


TAGGERS = ["fast", "accurate"]


@pytest.mark.parametrize("name", TAGGERS)
def test_the_figures_that_the_readme_tells_are_those_of_the_card(name: str) -> None:
    figures = read_weights(fast.SHIPPED.with_name(f"{name}.weights"), name).card.figures["all"]
    [head] = re.findall(r"^\| F1 \| (know.*) \|$", read(README), re.MULTILINE)
    [told] = re.findall(rf"^\| `{name}` \| (.*) \|$", read(README), re.MULTILINE)
    assert told.split(" | ") == [f"{figures['tags'][tag]['f1']:.2f}"[1:] for tag in head.split(" | ")]
    assert f"{figures['posts']:,} real posts" in read(README)


# Settings


def keys(kind: type[Struct], before: str = "") -> set[str]:
    """The keys that a table may hold, those of its tables included: "slack.settle"."""
    found = set()
    for each in fields(kind):
        name = f"{before}{each.encode_name}"
        inner = [
            part for part in (each.type, *get_args(each.type)) if isinstance(part, type) and issubclass(part, Struct)
        ]
        found |= keys(inner[0], f"{name}.") if inner and inner[0] is not kind else {name}
    return found


MAIN = keys(folder._File) - {"sources", "channels", "route", "people"}
TABLES = {
    "sources": keys(plugged._Source),
    "channels": keys(plugged._Channel),
    "route": keys(routes._Written) - {"routes"},
    "topics": keys(topics._Written),
}


def switched_on(text: str) -> str:
    """A template with every setting that is switched off switched on."""
    return re.sub(r"^# (\[+[a-z_.]+\]+|[a-z_]+ = .*)$", r"\1", text, flags=re.MULTILINE)


def test_every_setting_is_in_what_init_writes() -> None:
    text = switched_on(read(TEMPLATES / "listener.toml"))
    written = tomllib.loads(text)
    flat = {f"{name}.{key}" for name, table in written.items() if isinstance(table, dict) for key in table}
    assert MAIN - flat == set()
    for name, wanted in (*TABLES.items(), ("topics", keys(topics._File) - {"topics.name"})):
        notes = read(TEMPLATES / ("topics.toml" if name == "topics" else "listener.toml"))
        missing = {key for key in wanted if not re.search(rf"\b{key.rpartition('.')[2]}\b", notes)}
        assert missing == set(), f"{name} lacks a note"


def toml(value: Any) -> str:
    """A default as people write it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        return next(
            f'"{seconds // length}{unit}"'
            for unit, length in (("d", 86400), ("m", 60), ("s", 1))
            if not seconds % length
        )
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def row(field: FieldInfo) -> str:
    return "" if field.default is NODEFAULT else f"`{toml(field.default)}`"


@pytest.mark.parametrize("kind", ["source", "channel"])
def test_every_key_of_a_plug_in_is_in_its_page_with_its_usual_value(kind: Any) -> None:
    told = sections(read(ROOT / "docs" / f"{kind}s.md"))
    names = {path.stem for path in (ROOT / "listener" / f"{kind}s").iterdir() if not path.stem.startswith("_")}
    assert names - {"sample"} <= set(told) and len(names) >= 3
    for name in names:
        plugin = plugins.find(kind, name)
        usual = {key: cells.split("|")[0].strip() for key, cells in told[name].items()}
        assert usual == {each.encode_name: row(each) for each in fields(plugin.options)}, name
        assert all(secret in read(ROOT / "docs" / f"{kind}s.md") for secret in plugin.secrets)
        assert all(secret in read(TEMPLATES / "listener.toml") for secret in plugin.secrets)


# Keywords


def examples() -> list[tuple[str, str, str]]:
    """Query, a text that it finds, and one that it does not."""
    rows = [
        line.strip("|").split(" | ") for line in read(ROOT / "docs/keywords.md").splitlines() if line.startswith("| `")
    ]
    found = []
    for cells in (cells for cells in rows if len(cells) == 4):
        queries = re.findall(r"`` `(.+?)` ``|`([^`]+)`", cells[0])
        found.append((next(f"`{raw}`" if raw else plain for raw, plain in queries), cells[2], cells[3]))
    return found


@pytest.mark.parametrize(("query", "found", "missed"), examples())
def test_the_keywords_page_says_what_queries_find(query: str, found: str, missed: str, post: Any) -> None:
    parsed = parse(query, scope="topic")
    assert parsed.test(Doc.of(post(found.strip()), NOW))
    assert not parsed.test(Doc.of(post(missed.strip()), NOW))


def test_every_field_is_on_the_keywords_page_and_can_be_asked_for() -> None:
    shown = re.findall(r"`([a-z]+):([^`]+)`", read(ROOT / "docs/keywords.md"))
    assert {name for name, _ in shown} == set(FIELDS)
    for name, value in shown:
        parse(f"{name}:{value}", scope="route")


# Pages


def test_the_page_of_the_database_is_made_from_the_schema(tmp_path: Path) -> None:
    assert read(DATABASE) == database(tmp_path), "make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(read(page)):
        target, _, anchor = link.partition("#")
        if "://" not in link:
            path = (page.parent / target) if target else page
            assert path.is_file(), link
            assert not anchor or anchor in anchors(read(path)), link


def test_files_that_pages_name_are_there() -> None:
    named = {hit for page in PAGES for hit in re.findall(r"`((?:listener|tests|deploy|config)/[\w./]+)`", read(page))}
    theirs = {"listener/sources/forum.py", "listener/channels/forum.py"}  # those that the reader is told to write
    assert len(named) > 10
    assert [name for name in sorted(named - theirs) if not (ROOT / name).exists()] == []


def test_the_example_of_a_source_is_one() -> None:
    [code] = fences(read(ROOT / "docs/sources.md"), "python")
    made: dict[str, Any] = {}
    exec(compile(code, "forum.py", "exec"), made)  # our own page
    assert issubclass(made["Options"], Struct)
    assert callable(made["Source"].fetch)


def test_the_changes_of_this_version_are_told() -> None:
    assert re.search(rf"^## .*\b{re.escape(__version__)}\b", read(ROOT / "CHANGELOG.md"), re.MULTILINE)


def test_the_repository_speaks_of_the_product_alone() -> None:
    """No place of the machine it was written on, no tracker, no registry."""
    words = re.compile(r"(?<![\w.])/(?:wor[k]|roo[t]|tm[p])/|py[p]i\.org|\bissue[ ]#?\d|\bsub-?agent", re.IGNORECASE)
    kinds = {".py", ".md", ".toml", ".txt", ".sql", ".service", ".html", ""}
    files = (path for path in ROOT.rglob("*") if path.is_file() and path.suffix in kinds)
    ours = [path.relative_to(ROOT) for path in files if not _is_made(path.relative_to(ROOT))]
    assert len(ours) > 100
    assert [
        str(path) for path in ours if words.search((ROOT / path).read_text(encoding="utf-8", errors="replace"))
    ] == []


def _is_made(path: Path) -> bool:
    """Whether a file is no part of the repository: caches and the like, as .gitignore says."""
    return path.parts[0] == "build" or any(part.startswith(".") and part != ".ci" for part in path.parts)

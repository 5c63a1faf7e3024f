"""Plug-ins are found by name, and what is no plug-in says why."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

import pytest
from msgspec import Struct

from listener import plugins, sources
from listener.config import Env
from listener.errors import ConfigError
from listener.plugins import Plugin, find
from listener.sources import sample
from listener.types import Ask, Batch, Source, Terms

FORUM = """
from msgspec import Struct
from listener.types import Batch, Terms

SECRETS = ("FORUM_TOKEN",)
TERMS = Terms(about="https://example.org/terms", every=120.0)
PLACES = True

class Options(Struct, frozen=True, forbid_unknown_fields=True):
    boards: tuple[str, ...] = ()

class Forum:
    def __init__(self, options, environment):
        self.options, self.token = options, environment.secret("FORUM_TOKEN")

    def fetch(self, ask):
        return Batch(cursors={"boards": " ".join(self.options.boards) + self.token})

    def send(self, message):
        return "1"
"""


@pytest.fixture
def yours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path, whose modules are forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def why(kind: Literal["source", "channel"], use: str) -> str:
    with pytest.raises(ConfigError) as refused:
        find(kind, use)
    return str(refused.value)


def test_a_file_in_the_package_is_found_by_its_name() -> None:
    plugin = find("source", "sample")
    assert plugin.options is sample.Options
    assert plugin.make is sample.Source
    assert plugin.terms is sample.TERMS
    assert plugin.secrets == ()


def test_a_folder_in_the_package_is_found_too() -> None:
    plugin = find("channel", "slack")
    assert plugin.secrets == ("SLACK_BOT_TOKEN",)
    assert plugin.terms is None


def test_a_class_of_your_own_is_found_by_module_and_name(yours: Path, now: datetime) -> None:
    (yours / "acme").mkdir()
    (yours / "acme" / "forum.py").write_text(FORUM)
    plugin: Plugin[Source] = find("source", "acme.forum:Forum")
    assert plugin.secrets == ("FORUM_TOKEN",)
    assert plugin.terms == Terms(about="https://example.org/terms", every=120.0)
    source = plugin.make(plugin.options(boards=("tea",)), Env({"FORUM_TOKEN": "hush"}))
    assert source.fetch(Ask(now=now)) == Batch(cursors={"boards": "teahush"})
    assert find("channel", "acme.forum:Forum").places


def test_only_what_is_named_is_imported(yours: Path) -> None:
    (yours / "quiet.py").write_text(FORUM)
    (yours / "loud.py").write_text("raise RuntimeError('imported')")
    find("source", "quiet:Forum")
    assert "loud" not in sys.modules


@pytest.mark.parametrize(
    ("kind", "use", "message"),
    [
        ("source", "sampel", 'no source is called "sampel"; did you mean "sample"?'),
        ("channel", "slak", 'no channel is called "slak"; did you mean "slack"?'),
        ("source", "../secrets", 'no source is called "../secrets"; there is '),
        ("source", "__init__", 'no source is called "__init__"; there is '),
        ("source", "os.path", 'no source is called "os.path"; there is '),
        (
            "source",
            "nowhere:Source",
            '"nowhere:Source": there is no module nowhere; install it',
        ),
        ("source", "msgspec.nowhere:Source", '"msgspec.nowhere:Source": there is no module msgspec.nowhere'),
        ("source", "msgspec:Source", '"msgspec:Source" is no source: msgspec has no class Source with fetch()'),
        ("channel", "msgspec:Struct", '"msgspec:Struct" is no channel: msgspec has no class Struct with send()'),
        ("source", "a b:Source", '"a b:Source" is neither a name nor "package.module:Class"'),
        ("source", "acme:", '"acme:" is neither a name nor "package.module:Class"'),
        ("source", ":Source", '":Source" is neither a name nor "package.module:Class"'),
    ],
)
def test_what_is_not_there_is_told_with_what_is(kind: Literal["source", "channel"], use: str, message: str) -> None:
    assert why(kind, use).startswith(message)


def test_a_plug_in_without_options_is_told(yours: Path) -> None:
    (yours / "bare.py").write_text("class Source:\n    def fetch(self, ask): ...\n")
    assert why("source", "bare:Source") == '"bare:Source" is no source: bare has no msgspec.Struct named Options'
    (yours / "plain.py").write_text("class Options: ...\nclass Source:\n    def fetch(self, ask): ...\n")
    assert why("source", "plain:Source") == '"plain:Source" is no source: plain has no msgspec.Struct named Options'


def test_a_package_that_is_not_installed_is_named(yours: Path) -> None:
    (yours / "needy.py").write_text("import a_package_that_nobody_has\n")
    assert why("source", "needy:Source") == (
        '"needy:Source" needs the package a_package_that_nobody_has, which is not installed'
    )


def test_a_package_that_one_of_ours_needs_comes_with_the_command(yours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (yours / "needy.py").write_text("import a_package_that_nobody_has\n")
    monkeypatch.setattr(sources, "__path__", [*sources.__path__, str(yours)])
    assert why("source", "needy") == (
        'source "needy" needs the package a_package_that_nobody_has; install it with: pip install "listener[needy]"'
    )


def test_a_mistake_in_your_file_is_told_without_a_traceback(yours: Path) -> None:
    (yours / "broken.py").write_text("class Source\n")
    assert why("source", "broken:Source").startswith('"broken:Source" cannot be imported: ')
    (yours / "torn.py").write_text("from msgspec import nothing_of_the_kind\n")
    assert why("source", "torn:Source").startswith('"torn:Source" cannot be imported: cannot import name')


def test_every_plug_in_that_comes_with_listener_is_one() -> None:
    folder = Path(plugins.__file__).parent
    kinds: tuple[plugins.Kind, ...] = ("source", "channel")
    found = [
        (kind, file.stem)
        for kind in kinds
        for file in (folder / f"{kind}s").iterdir()
        if not file.stem.startswith("_") and (file.suffix == ".py" or (file / "__init__.py").exists())
    ]
    assert found
    for kind, name in found:
        plugin = find(kind, name)
        assert issubclass(plugin.options, Struct)
        assert (plugin.terms is None) == (kind == "channel")

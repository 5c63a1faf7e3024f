"""What `init` writes is complete, in order, and never in the way of what is there."""

import re
import tomllib
from pathlib import Path

import pytest

from listener import plugins
from listener.config import FILES, check, init, load
from listener.errors import ConfigError

TEMPLATES = Path(plugins.__file__).parent / "config" / "templates"
REPOSITORY = Path(__file__).resolve().parents[2] / "config"


def test_a_new_folder_gets_all_files_and_a_second_time_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "config"
    assert init(folder) == [folder / name for name in FILES]
    written = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert init(folder) == []
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == written


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "topics.toml").write_text("# mine\n")
    assert init(tmp_path) == [tmp_path / "listener.toml", tmp_path / "playbook.toml"]
    assert (tmp_path / "topics.toml").read_text() == "# mine\n"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"file.*: cannot be written: .*; choose another folder"):
        init(tmp_path / "file" / "config")


def test_the_configuration_of_the_repository_is_what_init_writes() -> None:
    assert {name: (REPOSITORY / name).read_bytes() for name in FILES} == {
        name: (TEMPLATES / name).read_bytes() for name in FILES
    }


def test_what_init_writes_is_in_order_with_the_real_plug_ins(tmp_path: Path) -> None:
    init(tmp_path)
    settings = load(tmp_path, {}, plugins.find)
    assert check(settings) == []
    assert [source.use for source in settings.sources] == ["sample"]
    assert [channel.use for channel in settings.channels] == ["console"]
    assert settings.store == Path("sample.db")
    assert 6 <= len(settings.topics) <= 8
    for topic in settings.topics:
        wanted = {sample.wanted for sample in settings.samples[topic.id]}
        assert wanted == {True, False}, f"{topic.id} needs samples of both sorts"


def test_the_settings_that_are_switched_off_are_in_order_too(tmp_path: Path) -> None:
    """Without "# " before them, the real sources and channels load, with the values that the notes suggest."""
    init(tmp_path)
    file = tmp_path / "listener.toml"
    setting = re.compile(r"^# (\[+[a-z_.]+\]+|[a-z_]+ = .*)$", re.MULTILINE)
    file.write_text(setting.sub(r"\1", file.read_text(encoding="utf-8")), encoding="utf-8")
    settings = load(tmp_path, {}, plugins.find)
    assert {source.use for source in settings.sources} >= {"sample", "hackernews", "reddit", "x", "rss", "jsonl"}
    assert {channel.use for channel in settings.channels} == {"console", "slack", "webhook"}
    assert len(settings.route.routes) == 2
    assert settings.route.fallback == "console"


@pytest.mark.parametrize("name", FILES)
def test_every_key_that_init_writes_is_explained(name: str) -> None:
    """Before each section stands a note, and each key is named in a note or has one beside it."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    notes = "\n".join(line.partition("#")[2] for line in text.splitlines())
    for line in text.splitlines():
        if key := re.match(r"([a-z_]+) = ", line):
            explained = "#" in line or re.search(rf"\b{key[1]}\b", notes) or _line_before(text, line).startswith("#")
            assert explained or _in_sets(text, key[1]), f"{key[1]} has no note"


def _line_before(text: str, line: str) -> str:
    lines = text.splitlines()
    return lines[lines.index(line) - 1]


def _in_sets(text: str, key: str) -> bool:
    return key in tomllib.loads(text).get("sets", {})

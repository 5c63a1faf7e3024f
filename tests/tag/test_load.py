"""Choosing a tagger, and the line that `listener tag` prints."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from listener import tag
from listener.errors import ConfigError
from listener.tag import Tagger, as_json, fast, load
from listener.tag.tagger import lexicon_tagger
from listener.types import Post
from tests.making import in_documented_form


def test_the_fast_tagger_is_always_there() -> None:
    assert load("fast").model.startswith("fast-2/")


def test_shipped_weights_are_read_once_however_often_the_configuration_changes() -> None:
    assert load("fast") is load("fast")


def test_auto_is_the_accurate_tagger_where_it_is_installed() -> None:
    pytest.importorskip("onnxruntime", reason="the accurate tagger is not installed")
    pytest.importorskip("tokenizers", reason="the accurate tagger is not installed")
    assert load("accurate").model.startswith("accurate-3/")
    assert load("auto").model == load("accurate").model


def test_without_its_libraries_auto_is_fast_and_accurate_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag, "_NEEDS", ("numpy", "no_such_library"))
    assert load("auto").model == load("fast").model
    with pytest.raises(ConfigError, match=r'it needs no_such_library: pip install "listener\[accurate\]"'):
        load("accurate")


def test_weights_that_cannot_be_read_are_told_and_lists_of_words_take_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "fast.weights").write_bytes(fast.SHIPPED.read_bytes()[:-1])
    monkeypatch.setattr(fast, "SHIPPED", tmp_path / "fast.weights")
    assert load("fast").model == "lexicon-1"
    assert "fast.weights: damaged" in caplog.text


@pytest.mark.parametrize("choice", ["psychic", ""])
def test_what_is_not_there_names_the_setting(choice: str) -> None:
    with pytest.raises(ConfigError, match=rf'\[tag\] tagger = "{choice}"'):
        load(choice)


@pytest.mark.parametrize(("tagger", "urgency"), [(lexicon_tagger(), 2), (load("fast"), 2)])
def test_the_line_of_a_post(post: Callable[..., Post], tagger: Tagger, urgency: int) -> None:
    asked = post("where can I buy a standing desk in Leeds today? it's urgent", id="p7")
    (tags,) = tagger([asked])
    line = as_json(asked, tags)
    assert json.loads(json.dumps(line)) == line
    in_documented_form(line, "evidence")
    assert (line["id"], line["urgency"], line["place"], line["is_question"]) == ("p7", urgency, "Leeds", True)
    assert "buy" in line["labels"]
    assert all(list(shown) == ["tag", "start", "end", "text"] for shown in line["evidence"])


def test_a_post_without_words_has_a_line_too(post: Callable[..., Post]) -> None:
    empty = post("")
    line = as_json(empty, load()([empty])[0])
    assert (line["labels"], line["signals"], line["place"], line["evidence"]) == ([], [], None, [])


def test_no_posts_have_no_tags() -> None:
    assert load()([]) == []

"""Choosing a tagger, and the line that `listener tag` prints."""

import json
from collections.abc import Callable

import pytest

from listener.errors import ConfigError
from listener.tag import as_json, load
from listener.types import Post


@pytest.mark.parametrize("choice", ["auto", "fast"])
def test_the_lexicon_is_there_for(choice: str) -> None:
    assert load(choice).model == "lexicon-1"


@pytest.mark.parametrize("choice", ["accurate", "psychic", ""])
def test_what_is_not_there_names_the_setting(choice: str) -> None:
    with pytest.raises(ConfigError, match=rf'\[tag\] tagger = "{choice}"'):
        load(choice)


def test_the_line_of_a_post(post: Callable[..., Post]) -> None:
    asked = post("where can I buy a standing desk in Leeds tonight?", id="p7")
    (tags,) = load()([asked])
    line = as_json(asked, tags)
    assert json.loads(json.dumps(line)) == line
    assert list(line) == [
        *("id", "moments", "labels", "question", "is_question", "urgency", "sentiment", "signals", "place", "lang"),
        "evidence",
    ]
    assert (line["id"], line["urgency"], line["place"], line["is_question"]) == ("p7", 2, "Leeds", True)
    assert list(line["moments"]) == ["know", "go", "do", "buy"]
    assert sorted(line["labels"]) == ["buy", "go"]
    assert set(line["sentiment"]) == {"label", "compound", "p"}
    assert len(line["sentiment"]["p"]) == 3
    assert all(list(shown) == ["tag", "start", "end", "text"] for shown in line["evidence"])


def test_a_post_without_words_has_a_line_too(post: Callable[..., Post]) -> None:
    empty = post("")
    line = as_json(empty, load()([empty])[0])
    assert (line["labels"], line["signals"], line["place"], line["evidence"]) == ([], [], None, [])


def test_no_posts_have_no_tags() -> None:
    assert load()([]) == []

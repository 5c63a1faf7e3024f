"""The tagger by lists of words, made once, and the tags of one invented post."""

from collections.abc import Callable
from typing import Any

import pytest

from listener.tag import Tagger
from listener.tag.tagger import lexicon_tagger
from listener.types import Post, Tags


@pytest.fixture(scope="session")
def tagger() -> Tagger:
    return lexicon_tagger()


@pytest.fixture
def tag(tagger: Tagger, post: Callable[..., Post]) -> Callable[..., Tags]:
    """Tags an invented post; fields of the post may be given."""

    def tag(text: str, **fields: Any) -> Tags:
        return tagger([post(text, **fields)])[0]

    return tag

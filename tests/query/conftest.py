"""What the tests of the language share: does a query match a text, and what does it name as the reason?"""

from collections.abc import Mapping
from typing import Any

from listener.query import Doc, Facts, Hit, parse
from listener.types import Post
from tests.conftest import NOW


def hit(query: str, text: str = "", *, sets: Mapping[str, str] | None = None, **fields: Any) -> Hit | None:
    """What a query finds in an invented post."""
    facts: Facts | None = fields.pop("facts", None)
    post = Post(**{"source": "forum", "id": "1", "created_at": NOW, "text": text, **fields})
    return parse(query, sets or {}).test(Doc.of(post, NOW, facts))


def found(query: str, text: str, **fields: Any) -> list[str]:
    """The pieces of the text that it names, in order; [] where it does not match."""
    post = Post(source="forum", id="1", created_at=NOW, text=text, title=fields.get("title", ""))
    answer = hit(query, text, **fields)
    return [post.words[span.start : span.end] for span in answer.spans] if answer else []


def matches(query: str, text: str = "", **fields: Any) -> bool:
    """Whether a query matches an invented post."""
    return hit(query, text, **fields) is not None

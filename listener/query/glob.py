"""Wildcards: `*` any number of characters, `?` exactly one. In linear time, whatever the pattern."""

from functools import lru_cache
from typing import Any

import re2


@lru_cache(maxsize=4096)
def _compiled(glob: str) -> Any:  # noqa: ANN401  # re2 ships no types
    pattern = "".join({"*": ".*", "?": "."}.get(char, re2.escape(char)) for char in glob)
    return re2.compile(f"(?s){pattern}", _options(case_sensitive=True))


def matches(glob: str, text: str) -> bool:
    """Whether the whole text fits."""
    if "*" in glob or "?" in glob:
        return _compiled(glob).fullmatch(text) is not None
    return glob == text


@lru_cache(maxsize=1024)
def regex(pattern: str) -> Any:  # noqa: ANN401  # re2 ships no types
    """A user's expression, any case; raises ValueError in words."""
    try:
        return re2.compile(pattern, _options(case_sensitive=False))
    except re2.error as error:
        why = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
        raise ValueError(why) from None


def _options(*, case_sensitive: bool) -> Any:  # noqa: ANN401  # re2 ships no types
    options = re2.Options()
    options.case_sensitive, options.log_errors, options.max_mem = case_sensitive, False, 8 << 20
    return options

"""The keys of the source in `[[sources]]`, and what Reddit allows."""

import re
from datetime import timedelta
from typing import Literal

from msgspec import Struct

from listener.sources.reddit.budget import A_MINUTE, WINDOW
from listener.types import Rate, Terms

TERMS = Terms(
    about=(
        "Reddit must approve your app before it may use the Data API, and commercial use needs an agreement with "
        "Reddit; what is deleted there must go: https://redditinc.com/policies/data-api-terms"
    ),
    recheck_hours=24.0,
    every=60.0,
    rate=Rate(A_MINUTE, WINDOW),
    may_export=False,
)

_MOST = 100  # subreddits that one address joins
_NAME = re.compile(r"(?:r/)?(\w{2,24}|u_[\w-]{2,30})\Z", re.ASCII)


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to read."""

    subreddits: tuple[str, ...] = ()  # with or without "r/"
    kinds: tuple[Literal["post", "comment"], ...] = ("post", "comment")
    search: bool = False  # all of Reddit is searched for each topic; Reddit can search posts only
    since: timedelta = timedelta(days=1)  # how far the first run looks back
    every: timedelta = timedelta(seconds=TERMS.every)

    def __post_init__(self) -> None:
        for name in self.subreddits:
            if not _NAME.match(name):
                raise ValueError(f'"{name}" is no name of a subreddit; write it like subreddits = ["AskReddit"]')
        if len(self.subreddits) > _MOST:
            raise ValueError(f"at most {_MOST} subreddits are read together; put the others into another [[sources]]")
        if not self.subreddits and not self.search:
            raise ValueError('write subreddits = ["…"], or search = true to search all of Reddit for each topic')

    @property
    def names(self) -> list[str]:
        """The subreddits in lower case, each once."""
        return list(dict.fromkeys(name.removeprefix("r/").lower() for name in self.subreddits))

"""The keys of the source in `[[sources]]`, and what X allows."""

from datetime import timedelta

from msgspec import Struct

from listener.sources.x.budget import LIMITS, SEARCH, WINDOW
from listener.types import Rate, Terms

TERMS = Terms(
    about=(
        "X charges for each post read; what is deleted there must be deleted here within a day, and so must what "
        "cannot be looked up in that time: https://docs.x.com/developer-terms/agreement"
    ),
    recheck_hours=24.0,
    every=120.0,
    rate=Rate(LIMITS[SEARCH], WINDOW),
    may_export=False,
    erase_unchecked=True,
)
SECRETS = ("X_BEARER_TOKEN",)

_DEAREST = 1_000_000
_FARTHEST = timedelta(days=7)


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to read, and what it may cost."""

    max_usd_per_day: float  # a UTC day: 80 % for new posts, 20 % for looking at stored ones again
    usd_per_post: float = 0.005  # what X charges for a post; a count costs as much
    since: timedelta = timedelta(hours=1)  # how far the first run looks back
    overlap: timedelta = timedelta(minutes=10)  # read again each time, for posts that show late; free within a UTC day
    every: timedelta = timedelta(seconds=TERMS.every)

    def __post_init__(self) -> None:
        if not 0.000001 <= self.usd_per_post <= 1:  # money is counted in millionths
            raise ValueError("usd_per_post is what X charges for one post, such as 0.005")
        if not self.max_usd_per_day * 0.8 >= 10 * self.usd_per_post:
            least = 12.5 * self.usd_per_post
            raise ValueError(
                f"max_usd_per_day must be {least:g} or more: X shows ten posts at a time, ${self.usd_per_post:g} each, "
                "and a fifth of the money is for looking at stored posts again"
            )
        if self.max_usd_per_day > _DEAREST:
            raise ValueError(f"max_usd_per_day may be {_DEAREST} at most: it is what X may cost a day")
        if self.since > _FARTHEST:
            raise ValueError('since may be "7d" at most: the search of X shows no more')

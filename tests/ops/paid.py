"""A source that costs money and counts requests, as a plug-in of one's own: "tests.ops.paid:Source"."""

from msgspec import Struct

from listener.testing import FakeSource
from listener.types import Environment, Rate, Terms

TERMS = Terms(
    about="What is read costs money: https://example.org/terms",
    recheck_hours=24.0,
    every=120.0,
    keep_days=30,
    rate=Rate(450, 900.0),
    may_export=False,
    erase_unchecked=True,
)
SECRETS = ("PAID_TOKEN",)


class Options(Struct, frozen=True, kw_only=True):
    """The cap."""

    max_usd_per_day: float


class Source(FakeSource):
    """A fake that the configuration can name."""

    def __init__(self, options: Options, environment: Environment) -> None:
        super().__init__()

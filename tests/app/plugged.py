"""The fakes as plug-ins of one's own: "tests.app.plugged:Source"."""

from msgspec import Struct

from listener.testing import FakeChannel, FakeSource
from listener.types import Environment, Terms

TERMS = Terms(about="Invented.", recheck_hours=1.0, every=5.0)


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """None."""


class Source(FakeSource):
    """A fake that the configuration can name."""

    def __init__(self, options: Options, environment: Environment) -> None:
        super().__init__()


class Channel(FakeChannel):
    """A fake that the configuration can name."""

    def __init__(self, options: Options, environment: Environment) -> None:
        super().__init__()

"""One thing that is wrong."""

from msgspec import Struct

from listener.errors import ListenerError, OutsideError


class Trouble(Struct, frozen=True):
    """One thing that is wrong."""

    what: str
    cure: str  # the command or setting that mends it


def from_error(about: str, error: ListenerError, otherwise: str) -> Trouble:
    """What an error says: its text names the cure after a colon, `otherwise` is the cure where it names none."""
    text = error.why if isinstance(error, OutsideError) else str(error)
    what, _, cure = text.partition(": ")
    return Trouble(f"{about}: {what}", cure or otherwise)

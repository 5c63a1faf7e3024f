"""One thing that is wrong."""

from msgspec import Struct

from listener.errors import ChannelError, StoreError

_NO_ANSWER = ("unreachable", "lost")  # what these say after a colon is the network's, and cures nothing


class Trouble(Struct, frozen=True):
    """One thing that is wrong."""

    what: str
    cure: str  # the command or setting that mends it


def of_channel(about: str, error: ChannelError, otherwise: str) -> Trouble:
    """What a channel says: its text names the cure after a colon; `otherwise` is the cure where it names none."""
    what, _, cure = error.why.partition(": ")
    if error.code in _NO_ANSWER:
        what, cure = error.why, ""
    return Trouble(f"{about}: {what}", cure or otherwise)


def of_store(path: str, error: StoreError) -> Trouble:
    """What the store says: its text names the cure after a colon, or in brackets at its end."""
    about, text = f"the database {path}", str(error).removeprefix(path)
    if text.startswith(": "):
        about, text = f"{about}: ", text.removeprefix(": ")
    in_brackets = text.endswith(")") and "): " not in text
    what, _, cure = text.removesuffix(")").partition(" (") if in_brackets else text.partition(": ")
    return Trouble(about + what, cure or "stop Listener and put a backup in its place")

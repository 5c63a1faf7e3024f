"""One thing that is wrong."""

from msgspec import Struct

from listener.errors import ChannelError, StoreError

_NO_ANSWER = ("unreachable", "lost")  # what these say after a colon is the network's, and cures nothing


class Trouble(Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong."""

    what: str
    cure: str  # the command or setting that mends it; other commands than the whole of it stand in backquotes
    note: bool = False  # only worth knowing: nothing need be mended


def of_channel(about: str, error: ChannelError, otherwise: str) -> Trouble:
    """What a channel says: its text names the cure after a colon; `otherwise` is the cure where it names none."""
    what, _, cure = error.why.partition(": ")
    if error.code in _NO_ANSWER:
        what, cure = error.why, ""
    return Trouble(f"{about}: {what}", cure or otherwise)


def of_store(path: str, error: StoreError) -> Trouble:
    """What the store says: its text names the cure after a colon, or behind SQLite's words in brackets."""
    about, text = f"the database {path}", str(error).removeprefix(path)
    if text.startswith(": "):
        about, text = f"{about}: ", text.removeprefix(": ")
    cut = ": "
    if error.__cause__ and not isinstance(error.__cause__, OSError):  # SQLite's words hold colons of their own
        cut = " ("
    what, _, cure = text.removesuffix(")").rpartition(cut) if cut == " (" else text.partition(cut)
    return Trouble(about + (what or text), (what and cure) or "stop Listener and put a backup in its place")

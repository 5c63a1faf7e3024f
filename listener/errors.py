"""Every error a user may see. Each says what failed, where, and whether trying again can help."""

import unicodedata

ODD = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What code raises on data that it did not expect; caught where one odd thing must not stop the others."""


class ListenerError(Exception):
    """Base of all errors raised on purpose; its text is what the user reads."""


class ConfigError(ListenerError):
    """The configuration is wrong; all mistakes are listed at once."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class QueryError(ListenerError):
    """A query could not be read: says where, what was expected, and shows a caret under the place."""

    def __init__(self, query: str, at: int, why: str) -> None:
        self.query, self.at, self.why = query, at, why
        shown = on_one_line(query)
        super().__init__(f"{why}\n  {shown}\n  {blank(shown[:at])}^")


def on_one_line(query: str) -> str:
    """The query without what ends or moves a line of a terminal."""
    return "".join(" " if c.isspace() or unicodedata.category(c) in ("Cc", "Cs") else c for c in query)


def blank(text: str) -> str:
    """White space as wide as the text on a terminal."""
    return "".join(map(_blank_for, text))


def _blank_for(char: str) -> str:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return ""  # an accent takes no column
    return "\u3000" if unicodedata.east_asian_width(char) in "WF" else " "  # Chinese takes two


class StoreError(ListenerError):
    """The database cannot be used as it is; names the command that mends it."""


class AlreadyRunning(ListenerError):
    """Another process owns the database."""


class MissingSecret(ListenerError):
    """A secret is not set; names the variable, and `why` where more is known."""

    def __init__(self, name: str, why: str = "") -> None:
        super().__init__(f"set {name} or {name}_FILE" + (f" ({why})" if why else ""))
        self.name, self.why = name, why


class OutsideError(ListenerError):
    """A service outside answered badly.

    Args:
        name: the source or channel.
        why: one line a person can act on; never holds a secret.
        permanent: trying again does not help until something is changed.
        wait: seconds that the service asks us to wait, where it says so.
        code: the service's own word for it ("token_revoked", "404"), "" where it has none.
    """

    def __init__(
        self, name: str, why: str, *, permanent: bool = False, wait: float | None = None, code: str = ""
    ) -> None:
        super().__init__(f"{name}: {why}")
        self.name, self.why, self.permanent, self.wait, self.code = name, why, permanent, wait, code


class SourceError(OutsideError):
    """A source could not be read."""


class ChannelError(OutsideError):
    """A message was definitely not delivered.

    `scope` says what the refusal holds for: "message" (this one only: it can never be delivered as it is), "place"
    (this channel name: missing, archived, not a member) or "channel" (all of it: token, rate, outage).
    """

    def __init__(
        self,
        name: str,
        why: str,
        *,
        permanent: bool = False,
        wait: float | None = None,
        code: str = "",
        scope: str = "channel",
    ) -> None:
        super().__init__(name, why, permanent=permanent, wait=wait, code=code)
        self.scope = scope


class Ambiguous(OutsideError):
    """The answer was lost: the message may or may not have arrived."""

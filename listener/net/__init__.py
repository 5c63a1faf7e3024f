"""Reading JSON over HTTP for sources: every failure becomes a `SourceError` that says what to do."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from listener.net.answers import Refusal, refused, understood

if TYPE_CHECKING:
    import requests

Params = Mapping[str, str | int]
"""The query of an address."""


class Client:
    """Asks one service, one question at a time, through whatever proxy and certificates the environment names.

    Args:
        name: the source, for its errors.
        setting: what to look at when access is refused, such as "X_BEARER_TOKEN".
        deadline: seconds for a whole exchange, however slowly bytes drip.
        cap: most bytes of an answer, unpacked.
    """

    def __init__(self, name: str, setting: str = "", *, deadline: float = 30.0, cap: int = 5_000_000) -> None:
        self.name, self.setting, self.deadline, self.cap = name, setting, deadline, cap
        self._session: requests.Session | None = None

    def get(self, url: str, params: Params, now: datetime) -> object:
        """The decoded JSON of a successful answer; raises `SourceError`. Redirects are not followed."""
        from listener.net import bounded  # noqa: PLC0415 - requests takes 0.1 s to import, `--help` does without

        self._session = self._session or bounded.session(self.deadline, self.cap)
        try:
            answer = self._session.get(url, params=params, allow_redirects=False)
        except bounded.FAILURES as error:
            raise bounded.failure(self.name, url, error) from error
        if answer.status_code != 200:
            raise refused(
                self.name, url, Refusal(answer.status_code, answer.headers, answer.content), now, self.setting
            )
        return understood(self.name, url, answer.content)

    def close(self) -> None:
        """Let go of the connection; the next question opens another."""
        if self._session:
            self._session.close()
        self._session = None

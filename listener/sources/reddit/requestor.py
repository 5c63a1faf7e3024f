"""Every request that praw makes: within the budget, ended in time, its failures told as `SourceError`.

Errors raised here pass through praw untouched, so that it neither retries nor sleeps; all it does again is one request
after a token has expired.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec
import prawcore
import requests
from msgspec import Struct

from listener.errors import SourceError
from listener.net import answers, bounded
from listener.sources.reddit.budget import Budget

CREDENTIALS = "REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET"

_TOKEN = "/access_token"  # noqa: S105  # how its address ends
_LIMITS = "x-ratelimit-"


class Token(Struct, frozen=True):
    """What praw needs of the answer to a login."""

    access_token: str
    expires_in: float
    scope: str


class Requestor(prawcore.Requestor):
    """Asks Reddit; `now` is set before each question."""

    def __init__(self, *, budget: Budget, **kwargs: Any) -> None:  # noqa: ANN401  # praw's own
        super().__init__(**kwargs)
        self.now = datetime.min.replace(tzinfo=UTC)
        self._budget = budget
        self._has_refreshed = False

    def request(  # the arguments are praw's own
        self,
        *args: Any,  # noqa: ANN401
        timeout: float | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> requests.Response:
        """The answer, which holds JSON; raises `SourceError` for any other. `args` are method and address."""
        url = args[1]
        # praw logs in with "Connection: close"; the question after it could meet a line that is just being closed.
        headers = {name: value for name, value in kwargs.get("headers", {}).items() if name != "Connection"}
        self._budget.spend()
        try:
            answer = self._http.request(*args, **{**kwargs, "headers": headers, "allow_redirects": False})
        except bounded.FAILURES as error:
            raise bounded.failure("reddit", url, error) from error
        spent = self._budget.heard(answer.headers)
        if answer.status_code == 401 and not url.endswith(_TOKEN) and not self._has_refreshed:
            self._has_refreshed = True
            return _without_limits(answer)
        if answer.status_code != 200:
            self._has_refreshed = False
            raise self._refused(url, answer, spent)
        found = answers.understood("reddit", url, answer.content)
        if url.endswith(_TOKEN):
            _check_token(found)
        else:
            self._has_refreshed = False
        return _without_limits(answer)

    def _refused(self, url: str, answer: requests.Response, spent: float | None) -> SourceError:
        headers = {name.lower(): value for name, value in _without_limits(answer).headers.items()}
        if spent is not None:
            headers.setdefault("retry-after", str(spent))  # the window is used up: that is why
        refusal = answers.Refusal(answer.status_code, headers, answer.content)
        error = answers.refused("reddit", url, refusal, self.now, CREDENTIALS)
        if answer.status_code == 429:
            self._budget.refused(error.wait)
        if url.endswith(_TOKEN) and answer.status_code in (400, 401, 403):
            return SourceError("reddit", error.why, permanent=True, code="token")
        return error


def _check_token(found: object) -> None:
    if isinstance(found, dict) and "error" in found:
        why = f"Reddit refused the login ({answers.redacted(str(found['error']))}): check {CREDENTIALS}"
        raise SourceError("reddit", why, permanent=True, code="token")
    try:
        msgspec.convert(found, Token)
    except msgspec.ValidationError as error:
        raise SourceError("reddit", f"the login has changed: {error}", code="format") from error


def _without_limits(answer: requests.Response) -> requests.Response:
    # praw would sleep by these headers, deaf to a stop; the budget heeds them.
    for name in [name for name in answer.headers if name.lower().startswith(_LIMITS)]:
        del answer.headers[name]
    return answer

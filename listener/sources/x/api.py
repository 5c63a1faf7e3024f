"""Questions to X by tweepy: one at a time, within its limits, each failure a `SourceError`."""

import logging
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from listener import __version__
from listener.errors import MissingSecret, SourceError
from listener.meter import Meter
from listener.net.answers import Refusal, asked_to_wait, host_of, redacted, refused, understood
from listener.sources.x.budget import COUNTS, LOOKUP, SEARCH, WINDOW, Budget
from listener.types import Environment, Json

if TYPE_CHECKING:
    import requests

_budgets: dict[str, Budget] = {}  # by a hash of the credential: all that use it in this process share one

TOKEN = "X_BEARER_TOKEN"  # noqa: S105  # its name

HOST = "https://api.twitter.com"
"""Where tweepy asks."""

_METHODS = {SEARCH: "search_recent_tweets", COUNTS: "get_recent_tweets_count", LOOKUP: "get_tweets"}
_FIELDS = {
    "tweet_fields": "created_at,lang,public_metrics,entities,referenced_tweets,note_tweet,withheld",
    "expansions": "author_id",
    "user_fields": "username,public_metrics",
}
_SPENT = ("creditsdepleted", "credits", "usage-capped", "usagecapexceeded", "usage cap")
_NEVER_SENT = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "CERTIFICATE_VERIFY_FAILED")


class Refused(SourceError):
    """A definite refusal: nothing was read, so nothing is billed."""


class Answer(Struct, frozen=True):
    """What X answered."""

    body: Json
    asked: tuple[str, ...] = ()  # the ids that were looked up
    counted: str = ""  # what was counted, in words; "" where posts were read
    at: datetime | None = None  # X's own clock

    @property
    def data(self) -> list[Any]:
        """The posts or the counts, as they came."""
        data: list[Any] = self.body.get("data") or []
        return data

    @property
    def errors(self) -> list[Json]:
        """What part of the question could not be answered."""
        errors = self.body.get("errors")
        return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []

    @property
    def meta(self) -> Json:
        """Total and next token."""
        meta = self.body.get("meta")
        return meta if isinstance(meta, dict) else {}

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the posts."""
        found = (str(raw.get("id", "")) for raw in self.data if isinstance(raw, dict))
        return tuple(id for id in found if id.isdecimal())

    @property
    def read(self) -> list[str]:
        """What is billed, by name: the posts in it, or the count."""
        if self.counted:
            return [self.counted]
        return [str(raw["id"]) if isinstance(raw, dict) and "id" in raw else repr(raw) for raw in self.data]


class Api:
    """X for one credential, whose token is read anew for each question: a file that was mended counts at once.

    Args:
        deadline: seconds for a whole exchange.
        budget: what may be asked; by default the one that everything with this credential shares.
        session: what carries the questions; by default a bounded one.
    """

    def __init__(
        self,
        env: Environment,
        *,
        deadline: float = 30.0,
        budget: Budget | None = None,
        session: "requests.Session | None" = None,
    ) -> None:
        self._env, self._deadline, self._own, self._session = env, deadline, budget, session
        self._meter: Meter | None = None

    def count_with(self, meter: Meter) -> None:
        """Count searches with this, so that other processes know of them."""
        self._meter = meter
        self._budget(self._token()).remember(meter)

    def search(self, params: Mapping[str, Any], now: datetime) -> Answer:
        """A page of recent posts, newest first; raises `SourceError`, with code "budget" where we wait our turn."""
        answer = self._ask(SEARCH, {**params, **_FIELDS}, now)
        if "meta" not in answer.body or (answer.errors and not answer.data):
            raise _trouble(answer)
        return answer

    def count(self, params: Mapping[str, Any], now: datetime) -> Answer:
        """How many recent posts there are, by minutes or hours."""
        answer = self._ask(COUNTS, params, now)
        if not isinstance(answer.meta.get("total_tweet_count"), int):
            raise _trouble(answer)
        return replace(answer, counted=f"count of {params['query']} at {now}")

    def look_up(self, ids: list[str], now: datetime) -> Answer:
        """Up to 100 posts by their ids."""
        answer = self._ask(LOOKUP, {"ids": ids, **_FIELDS}, now)
        named = {*answer.ids, *(str(error.get("resource_id", "")) for error in answer.errors)} - {""}
        if not named <= set(ids):
            raise SourceError("x", "X answered another question than ours", code="repeat")
        if not named:
            raise _trouble(answer)
        return replace(answer, asked=tuple(ids))

    def pace(self) -> float:
        """Seconds between two searches with which the limit will do; 0: there is plenty."""
        return self._budget(self._token()).pace(SEARCH)

    def close(self) -> None:
        """Let go of the connection; the next question opens another."""
        if self._session:
            self._session.close()

    def _ask(self, path: str, params: Mapping[str, Any], now: datetime) -> Answer:
        import requests  # noqa: PLC0415 - heavy
        import tweepy  # noqa: PLC0415 - takes a second to import

        from listener.net import bounded  # noqa: PLC0415

        logging.getLogger("tweepy").setLevel(logging.INFO)  # below that it logs the token
        token = self._token()
        budget = self._budget(token)
        self._session = self._session or bounded.session(self._deadline, 5_000_000)
        client = tweepy.Client(token, return_type=requests.Response, wait_on_rate_limit=False)
        client.session, client.user_agent = _Accepting(self._session), f"listener/{__version__}"
        with budget.lock:
            _spend(budget, path)
            try:
                response = getattr(client, _METHODS[path])(**params)
            except _Answered as answered:
                response = answered.response
            except bounded.FAILURES as error:
                raise _failure(bounded.failure("x", HOST, error), error) from error
            return _understood(response, path, budget, now)

    def _budget(self, token: str) -> Budget:
        if self._own:
            return self._own
        name = sha256(token.encode()).hexdigest()
        if name not in _budgets:
            _budgets[name] = Budget()
            if self._meter:
                _budgets[name].remember(self._meter)
        return _budgets[name]

    def _token(self) -> str:
        try:
            return self._env.secret(TOKEN)
        except MissingSecret as missing:
            raise Refused("x", str(missing), permanent=True, code="secret") from missing


class _Answered(Exception):
    """An answer that tweepy would trip over."""

    def __init__(self, response: "requests.Response") -> None:
        super().__init__()
        self.response = response


class _Accepting:
    """The session that tweepy sees: a refusal passes through it unread, as its body may be anything."""

    def __init__(self, session: "requests.Session") -> None:
        self._session = session

    def request(self, *args: Any, **kwargs: Any) -> "requests.Response":  # noqa: ANN401  # tweepy's own
        response = self._session.request(*args, **{**kwargs, "allow_redirects": False})
        if response.status_code != 200:
            raise _Answered(response)
        return response


def _trouble(answer: Answer) -> SourceError:
    """A success that is none: nothing was read, unless there are posts in it."""
    words = "; ".join(str(error.get("detail") or error.get("title") or error) for error in answer.errors)
    kind = SourceError if answer.data else Refused
    return kind("x", f"X answered nothing but trouble: {redacted(words or str(answer.body))}", code="errors")


def _spend(budget: Budget, path: str) -> None:
    try:
        budget.spend(path)
    except SourceError as error:
        raise Refused("x", error.why, wait=error.wait, code=error.code) from error


def _understood(response: "requests.Response", path: str, budget: Budget, now: datetime) -> Answer:
    refusal = Refusal(response.status_code, response.headers, response.content)
    if refusal.status == 429 and (wait := asked_to_wait(refusal, now)) is not None:
        budget.refused(path, wait)
    elif (left := response.headers.get("x-rate-limit-remaining", "")).isdecimal():
        reset = asked_to_wait(Refusal(429, response.headers), now)
        budget.heard(path, float(left), WINDOW if reset is None else reset)
    if refusal.status != 200:
        raise _refused(refusal, response.url, now)
    try:
        body = understood("x", response.url, response.content)
    except SourceError as error:
        raise Refused("x", error.why, code=error.code) if error.code == "html" else error from error
    if not isinstance(body, dict) or not isinstance(body.get("data", []), list):
        raise SourceError("x", f"{host_of(HOST)} answered in another form than X does", code="format")
    return Answer(body, at=_date(response))


def _refused(refusal: Refusal, url: str, now: datetime) -> Refused:
    error, body = refused("x", url, refusal, now, TOKEN), refusal.body.decode("utf-8", "replace")
    if refusal.status == 402 or (refusal.status in (403, 429) and any(word in body.lower() for word in _SPENT)):
        why = f"the credits of the X account, or its monthly cap, are used up ({refusal.status}): check console.x.com"
        return Refused("x", why, permanent=True, code="credits")
    if refusal.status == 400:
        return Refused("x", f"X does not understand the question: {_complaint(refusal.body)}", code="400")
    return Refused("x", error.why, permanent=error.permanent, wait=error.wait, code=error.code)


def _complaint(body: bytes) -> str:
    try:
        found = understood("x", HOST, body)
    except SourceError:
        found = None
    if not isinstance(found, dict):
        return redacted(body.decode("utf-8", "replace"))
    words = "; ".join(str(error.get("message") or error) for error in Answer(found).errors)
    return redacted(words or str(found.get("detail") or found))


def _failure(made: SourceError, error: Exception) -> SourceError:
    """The failure of an exchange; a refusal where the question never left."""
    never_sent = made.code == "proxy" or any(word in repr(error) for word in _NEVER_SENT)
    return Refused("x", made.why, code=made.code) if never_sent else made


def _date(response: "requests.Response") -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers["Date"])
    except (KeyError, ValueError):
        return None

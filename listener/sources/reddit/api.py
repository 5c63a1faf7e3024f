"""Reddit by praw, reading only: one credential, one request at a time."""

import re
import sys
from configparser import Error as BadIni
from datetime import datetime
from typing import TYPE_CHECKING

from listener import __version__
from listener.errors import MissingSecret, SourceError
from listener.meter import Meter
from listener.net import Params
from listener.sources.reddit.budget import Budget, budget_of
from listener.types import Environment

if TYPE_CHECKING:
    import praw

    from listener.sources.reddit.requestor import Requestor

SECRETS = ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "REDDIT_USERNAME")

WWW, OAUTH = "https://www.reddit.com", "https://oauth.reddit.com"

_NAME = re.compile(r"[\w-]{2,30}\Z", re.ASCII)


class Api:
    """Asks Reddit, as the account that the environment names.

    Args:
        deadline: seconds for a whole exchange.
        budget: what may be asked; by default the one that everything with this credential shares.
        www: where the token comes from.
        oauth: where everything else comes from.
    """

    def __init__(
        self,
        env: Environment,
        *,
        deadline: float = 30.0,
        budget: Budget | None = None,
        www: str = WWW,
        oauth: str = OAUTH,
    ) -> None:
        agent(env)  # a name that is none is told at the start
        self._env, self._deadline, self._own, self._www, self._oauth = env, deadline, budget, www, oauth
        self._connected: tuple[praw.Reddit, Requestor, Budget] | None = None
        self._meter: Meter | None = None

    def count_with(self, meter: Meter) -> None:
        """Count requests with this, so that other processes know of them."""
        self._meter = meter
        if self._connected:
            self._connected[2].remember(meter)

    def get(self, path: str, params: Params, now: datetime) -> object:
        """The decoded JSON of an answer; raises `SourceError`, with code "budget" where we have to wait our turn."""
        import prawcore  # noqa: PLC0415 - praw takes a second to import

        self._connected = self._connected or self._connect()
        reddit, requestor, budget = self._connected
        with budget.lock:
            requestor.now = now
            try:
                return reddit.request(method="GET", path=path, params=dict(params))
            except SourceError as error:
                if error.permanent:
                    self.close()  # the next attempt reads the secrets again: their files may have been mended
                raise
            except prawcore.PrawcoreException as error:
                raise SourceError("reddit", f"praw gave up ({type(error).__name__})", code="praw") from error

    def close(self) -> None:
        """Let go of the connection; the next question opens another."""
        if self._connected:
            self._connected[1].close()
        self._connected = None

    def _connect(self) -> "tuple[praw.Reddit, Requestor, Budget]":
        import praw  # noqa: PLC0415 - praw takes a second to import

        from listener.net import bounded  # noqa: PLC0415
        from listener.sources.reddit.requestor import Requestor  # noqa: PLC0415

        made: list[Requestor] = []

        def requestor(**kwargs: str) -> Requestor:
            made.append(Requestor(budget=budget, session=bounded.session(self._deadline, 5_000_000), **kwargs))
            return made[0]

        try:
            client_id, secret = (self._env.secret(name) for name in SECRETS[:2])
            budget = self._own or budget_of(client_id)
            if self._meter:
                budget.remember(self._meter)
            # All that a praw.ini or a variable praw_… lying about could change is said here.
            reddit = praw.Reddit(
                "DEFAULT",
                requestor_class=requestor,  # type: ignore[arg-type]  # whatever makes one will do
                client_id=client_id,
                client_secret=secret,
                user_agent=agent(self._env),
                reddit_url=self._www,
                oauth_url=self._oauth,
                username=None,
                password=None,
                refresh_token=None,
                redirect_uri=None,
                check_for_updates=False,
                check_for_async=False,
            )
        except MissingSecret as missing:
            raise SourceError("reddit", str(missing), permanent=True, code="secret") from missing
        except BadIni as error:
            raise SourceError("reddit", "praw.ini cannot be read: remove it", permanent=True, code="praw") from error
        return reddit, made[0], budget


def agent(env: Environment) -> str:
    """The user agent as Reddit demands it; raises `MissingSecret` where the account's name cannot be one."""
    name = re.sub(r"\A/?u/", "", env.secret("REDDIT_USERNAME").strip())
    if not _NAME.match(name):
        raise MissingSecret("REDDIT_USERNAME", "to the name of your Reddit account; what is set cannot be one")
    return f"{sys.platform}:listener:{__version__} (by /u/{name})"

"""A session that reaches a service on this machine under the name that tweepy asks for."""

from typing import Any

import requests

from listener.net import bounded
from listener.sources.x.api import HOST


class Rerouted(bounded.Bounded):
    """Sends what is meant for X elsewhere."""

    def __init__(self, base: str, deadline: float) -> None:
        super().__init__(deadline, 5_000_000)
        self._base = base

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        assert request.url and request.url.startswith(HOST)
        request.url = request.url.replace(HOST, self._base)
        return super().send(request, *args, **kwargs)


def session(base: str, deadline: float = 10.0) -> requests.Session:
    made = bounded.session(deadline, 5_000_000)
    made.mount(HOST, Rerouted(base, deadline))
    return made

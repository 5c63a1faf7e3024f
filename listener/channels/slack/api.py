"""slack_sdk's client over a transport that tries once, ends by a deadline and follows no redirect."""

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.request import Request

from msgspec import Struct
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from listener.channels.slack.refusals import refusal
from listener.deadline import Http, Lost, NotSent
from listener.errors import Ambiguous, ChannelError
from listener.types import Json

SILENT = logging.getLogger("listener.slack_sdk")
SILENT.setLevel(logging.CRITICAL + 1)  # every failure is raised and told once, by whoever sends


class Answer(Struct, frozen=True):
    """What Slack said yes with."""

    data: Json
    headers: Mapping[str, str]


class Api(WebClient):
    """Calls Slack's methods; every failure is a `ChannelError` (nothing happened) or `Ambiguous` (it may have)."""

    def __init__(self, http: Http, token: str, url: str) -> None:
        super().__init__(token=token, base_url=url, retry_handlers=[], logger=SILENT)
        self._http = http

    def ask(self, method: str, place: str = "", **arguments: object) -> Answer:
        """Call a method by slack_sdk's name for it; `place` is what people call the channel concerned."""
        try:
            response = getattr(self, method)(**arguments)
        except NotSent as error:
            raise ChannelError("slack", f"cannot be reached: {error}", code="unreachable") from error
        except Lost as error:
            raise Ambiguous("slack", f"gave no clear answer: {error}", code="lost") from error
        except SlackApiError as error:
            answer = error.response
            raise refusal(answer.status_code, answer.headers, answer.data, place) from None
        return Answer(response.data, response.headers)

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        """Where slack_sdk opens its connection, with neither a total deadline nor a way to tell what was sent."""
        reply = self._http.send(req)
        if not _is_answer(reply.body):
            if reply.status == 429:
                body = '{"ok": false, "error": "ratelimited"}'
            else:
                raise Lost(f"status {reply.status} with something other than Slack's JSON")
        else:
            body = reply.body.decode()
        return {"status": reply.status, "headers": reply.headers, "body": body}


def _is_answer(body: bytes) -> bool:
    try:
        data = json.loads(body)
    except ValueError:
        return False
    return isinstance(data, dict) and isinstance(data.get("ok"), bool)

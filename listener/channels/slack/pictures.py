"""Pictures on cards: each is uploaded once a process, and what Slack does not take, a card does without."""

import logging
import math
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import Request

from listener.card import trend_card
from listener.channels.slack.picture import draw
from listener.deadline import Http, Lost, NotSent
from listener.errors import Ambiguous, ChannelError
from listener.types import Message

if TYPE_CHECKING:
    from listener.channels.slack.api import Answer

log = logging.getLogger(__name__)

SCOPE = "files:write"
SOON = 5.0  # seconds until Slack has looked through a file
_TRIES = 3  # of showing it
_LATER = {"unreachable", "ratelimited"}  # another picture may pass
_KEPT = 500  # pictures that are remembered


class Pictures:
    """The pictures of one workspace.

    Args:
        ask: calls a method of Slack's.
        home: Slack's address; pictures go only there, or to a server with TLS.
    """

    def __init__(self, ask: Callable[..., "Answer"], http: Http, home: str) -> None:
        self._ask, self._http, self._home = ask, http, home
        self._files: dict[bytes, str] = {}  # of this process: after a restart they are uploaded anew
        self._tries = Counter[str]()
        self.off = ""  # why there are none

    def wanted(self, message: Message) -> bool:
        """Whether the card of a message has a picture."""
        shown = message.trend is not None and any(message.trend.hours)
        return shown and not self.off and not (message.alerts and all(alert.deleted for alert in message.alerts))

    def of(self, message: Message) -> str:
        """The id of the picture in Slack; "" where there is none."""
        if not self.wanted(message) or message.trend is None:
            return ""
        blue = math.ceil(message.trend.window / 3_600)
        picture, alt = draw(message.trend.hours, blue), trend_card(message.trend).chart
        try:
            file = self._files.get(picture) or self._upload(picture, alt)
        except (Ambiguous, ChannelError, Lost, NotSent, KeyError) as error:
            self._failed(error)
            return ""
        if len(self._files) >= _KEPT:
            self._files.clear()
            self._tries.clear()
        self._files[picture] = file
        return file if self._tries[file] < _TRIES else ""

    def refused(self, file: str) -> bool:
        """Slack does not show the picture (yet); answers whether to try again."""
        self._tries[file] += 1
        return self._tries[file] < _TRIES

    def _upload(self, picture: bytes, alt: str) -> str:
        """Upload a picture that nobody sees until a message shows it."""
        place = self._ask("files_getUploadURLExternal", filename="hours.png", length=len(picture), alt_txt=alt).data
        url, file = str(place["upload_url"]), str(place["file_id"])
        if urlsplit(url).scheme != "https" and not url.startswith(self._home):
            raise ChannelError("slack", "wants a picture sent without TLS", permanent=True)
        headers = {"Content-Type": "application/octet-stream"}
        reply = self._http.send(Request(url, picture, headers, method="POST"))  # noqa: S310 - see above
        if reply.status != 200:
            raise ChannelError("slack", f"does not take the picture ({reply.status})", code="unreachable")
        self._ask("files_completeUploadExternal", files=[{"id": file, "title": "The last 24 hours"}])
        return file

    def _failed(self, error: Exception) -> None:
        lasting = isinstance(error, ChannelError) and error.code not in _LATER
        self.off = f"{error}" if lasting else ""
        log.info("channel=slack status=%s action=card without its picture", getattr(error, "why", error))

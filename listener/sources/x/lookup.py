"""Stored posts looked at again: what was deleted, hidden or edited since."""

import logging
from collections.abc import Sequence
from datetime import datetime

from listener.errors import SourceError
from listener.sources.x.api import Answer, Api
from listener.sources.x.money import Wallet
from listener.sources.x.posts import read
from listener.types import Bad, Batch, Post

log = logging.getLogger(__name__)

MOST = 100
"""Posts that one question asks for."""

_GONE = ("/resource-not-found", "/not-authorized-for-resource")  # how kinds of errors end; any other may pass


class Looks:
    """What looking at posts again has found so far."""

    def __init__(self, api: Api, wallet: Wallet, now: datetime) -> None:
        self._api, self._wallet, self._now = api, wallet, now
        self.posts: dict[str, Post] = {}  # by key
        self.deleted: list[str] = []  # keys
        self.bad: list[Bad] = []
        self.is_whole = True  # each post was there or is surely gone

    def look(self, ids: Sequence[str]) -> None:
        """Look at up to 100 posts, as far as there is money; raises `SourceError`."""
        answer = self._ask(ids)
        outdated = self._add(answer)
        # What is erased cannot be brought back: those that are gone are asked for twice, which costs nothing.
        gone = self._gone(self._ask(gone)) if (gone := _gone(answer)) else []
        self.deleted += [f"x:{id}" for id in gone]
        missing = set(ids) - {*answer.ids, *gone}
        self.is_whole = self.is_whole and not missing
        if outdated:
            self._add_edits(outdated)

    def batch(self, wait: float | None = None) -> Batch:
        """What was found; `more` where not all was looked at."""
        return Batch(
            posts=tuple(self.posts.values()),
            deleted=tuple(dict.fromkeys(self.deleted)),
            bad=tuple(self.bad),
            listing=False,
            more=not self.is_whole,
            wait=wait,
        )

    def _ask(self, ids: Sequence[str]) -> Answer:
        affordable = self._wallet.affordable("recheck", self._now)
        if not affordable:
            raise self._wallet.spent("recheck", self._now)
        asked = list(ids)[: min(MOST, affordable)]
        return self._wallet.pay("recheck", len(asked), lambda: self._api.look_up(asked, self._now), self._now)

    def _gone(self, again: Answer) -> list[str]:
        self._add(again)
        return _gone(again)

    def _add(self, answer: Answer) -> dict[str, str]:
        """Take what an answer shows; the newest ids of those that were edited since, by the ids that it shows."""
        found = read(answer, self._now)
        self.deleted += found.deleted
        self.bad += found.bad
        self.posts |= {post.key: post for id, post in found.posts.items() if id not in found.outdated}
        return found.outdated

    def _add_edits(self, outdated: dict[str, str]) -> None:
        """The newest versions of edited posts; those for which there is no money are looked at later."""
        try:
            answer = self._ask(list(outdated.values()))
        except SourceError as error:
            log.warning("source=x status=%s action=look at %d edits later: %s", error.code, len(outdated), error.why)
            self.is_whole = False
            return
        self._add(answer)
        self.is_whole = self.is_whole and set(outdated.values()) <= set(answer.ids)


def _gone(answer: Answer) -> list[str]:
    """Ids of posts that were deleted or hidden, as X says; what is missing for another reason is not."""
    named = {str(each.get("resource_id", "")): str(each.get("type", "")) for each in answer.errors}
    return [id for id in answer.asked if id not in answer.ids and named.get(id, "").endswith(_GONE)]

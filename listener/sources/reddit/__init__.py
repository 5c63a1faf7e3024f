"""Posts and comments of subreddits, and what Reddit's search finds for each topic; look-ups by id; by praw.

Several subreddits are read as one joined listing. Each stream (posts, comments, a search) is a sweep with a cursor of
its own, see `sweep`; a page of this source is a page of each stream. Where a listing ends before what was read earlier,
that is reported as a gap, and the topics are searched for in it. Reddit wants to approve an app before it has access,
allows 100 requests a minute, and wants what was deleted there to be deleted everywhere.
"""

import logging
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.util import find_spec

from listener.errors import SourceError
from listener.meter import Meter
from listener.net import Params
from listener.query.native import REDDIT
from listener.sources.reddit import communities, sweep
from listener.sources.reddit.api import SECRETS, Api
from listener.sources.reddit.communities import REFUSALS, Community
from listener.sources.reddit.gathered import Gathered
from listener.sources.reddit.options import TERMS, Options
from listener.sources.reddit.streams import LISTINGS, Stream, backfill, backfilling, streams
from listener.sources.reddit.sweep import Step, Sweep
from listener.sources.reddit.things import page_of
from listener.types import Ask, Batch, Environment, Gap

if find_spec("praw") is None:  # said when the configuration is read, not at the first request
    raise ModuleNotFoundError("praw is not installed", name="praw")

DIALECT = REDDIT
"""The language of its search."""

__all__ = ["DIALECT", "SECRETS", "TERMS", "Options", "Source"]

log = logging.getLogger(__name__)

PAGE = 100
"""Most posts of a page, and most ids of a look-up."""

_SHORTEST = 2.0  # seconds between two polls, however much there is


class Source:
    """Reads Reddit."""

    def __init__(self, options: Options, env: Environment, api: Api | None = None) -> None:
        self._options, self._names, self._api = options, options.names, api or Api(env)

    def count_with(self, meter: Meter) -> None:
        """Share the count of requests with other processes; see `listener.meter`."""
        self._api.count_with(meter)

    def fetch(self, ask: Ask) -> Batch:
        """A page of each stream that was not read to its end since `ask.now`; raises `SourceError`."""
        found = Gathered(ask)
        try:
            self._look_at_subreddits(found)
            for stream in streams(self._options, found):
                self._read(stream, found)
            self._refuse_silence(found)
        except SourceError as error:
            if error.code == "budget":
                return self._page(found, more=True, wait=error.wait)
            if not found.cursors:
                raise
            log.info("source=reddit status=%s action=keep what was read, try again: %s", error.code, error.why)
            return self._page(found, more=True)
        read = streams(self._options, found)
        more = any(self._under_way(stream, found) for stream in read)
        return self._page(found, more=more, wait=None if more else self._soon(read, found))

    def _page(self, found: Gathered, *, more: bool, wait: float | None = None) -> Batch:
        """What goes out: with the subreddits that cannot be read, and whether a gap was searched to its end."""
        if backfilling(found, found.ask.cursors) and not backfilling(found, found.cursors):
            found.filled.append(LISTINGS["post"])
        known = communities.decoded(found.cursor("subreddits"))
        return found.batch(more=more, wait=wait, troubles=communities.troubles(self._names, known))

    def recheck(self, ids: Sequence[str], now: datetime) -> Batch:
        """The posts as they are now; where Reddit fails on the way: those before it, with `more` and `wait`."""
        found = Gathered(Ask(now=now))
        wanted = [id for id in ids if re.fullmatch(r"t[13]_\w{1,20}", id, re.ASCII)]
        for begin in range(0, len(wanted), PAGE):
            try:
                self._look_up(wanted[begin : begin + PAGE], found)
            except SourceError as error:
                if not begin:
                    raise
                return found.batch(more=True, wait=error.wait)
        return found.batch(more=False)

    # Streams

    def _under_way(self, stream: Stream, found: Gathered) -> Sweep | None:
        return sweep.begin(found.cursor(stream.name), found.now, self._options.since.total_seconds())

    def _read(self, stream: Stream, found: Gathered) -> None:
        """One page of a stream."""
        going = self._under_way(stream, found)
        if going is None:
            return
        params: Params = {**stream.params, "limit": max(1, min(PAGE, found.ask.limit))}
        try:
            answer = self._api.get(
                stream.path, {**params, "after": going.after} if going.after else params, found.ask.now
            )
        except SourceError as error:
            if stream.is_listing and error.code in REFUSALS:
                raise self._blamed(found, error) from error
            raise
        step = sweep.advance(going, page_of(answer, going.after), found.now, stream.ceiling)
        found.add(step.wanted)
        is_over = stream.is_backfill and not step.sweep.began
        found.move(stream.name, "" if is_over else sweep.encoded(step.sweep))
        self._note(stream, step, found)

    def _soon(self, read: Sequence[Stream], found: Gathered) -> float | None:
        """Seconds until a listing will be half full again, where that is sooner than we would ask."""
        waits = [stream.ceiling / 2 / done.rate for stream in read if (done := _done(stream, found)) and done.rate]
        soonest = max(_SHORTEST, min(waits, default=math.inf))
        return soonest if soonest < self._options.every.total_seconds() else None

    def _note(self, stream: Stream, step: Step, found: Gathered) -> None:
        """Report what was lost, and have it searched for."""
        if not step.lost:
            return
        why = f"more came between two polls than the {stream.ceiling} posts that Reddit shows"
        if stream.name == LISTINGS["post"]:
            backfill(found, step.lost[0])
            why += "; the topics are searched for in it"
        elif stream.is_listing:
            why += "; comments cannot be searched for"
        since, until = (datetime.fromtimestamp(time, UTC) for time in step.lost)
        found.gaps.append(Gap(stream.name, since, until, why))

    # Subreddits

    def _look_at_subreddits(self, found: Gathered, *, everyone: bool = False) -> None:
        """Ask for each subreddit alone, those that are due or everyone: a joined listing hides what it cannot show."""
        known = communities.decoded(found.cursor("subreddits"))
        for name in self._names if everyone else communities.due(self._names, known, found.now):
            before = known.get(name)
            after = communities.looked(before, self._refused_twice(name, found), found.now, self._read_until(found))
            if everyone and before and before.why == after.why:
                continue
            known[name] = after
            found.move("subreddits", communities.encoded(known))
            self._turn(name, before, after, found)

    def _blamed(self, found: Gathered, error: SourceError) -> SourceError:
        """The refusal of a joined listing, once it is known which subreddit was meant; where none was, it passes."""
        before = found.cursor("subreddits")
        self._look_at_subreddits(found, everyone=True)
        is_passing = found.cursor("subreddits") == before
        return SourceError("reddit", error.why, permanent=not is_passing, wait=error.wait, code=error.code)

    def _refused_twice(self, name: str, found: Gathered) -> SourceError | None:
        return self._refusal(name, found) and self._refusal(name, found)

    def _refusal(self, name: str, found: Gathered) -> SourceError | None:
        try:
            page_of(self._api.get(f"r/{name}/new", {"limit": 1}, found.ask.now))
        except SourceError as error:
            if error.code not in REFUSALS:
                raise
            return error
        return None

    def _read_until(self, found: Gathered) -> float:
        """Up to when all listings were read."""
        cursors = filter(None, (sweep.decoded(found.cursor(name)) for name in LISTINGS.values()))
        return min((each.done for each in cursors), default=found.now - self._options.since.total_seconds())

    def _turn(self, name: str, before: Community | None, after: Community, found: Gathered) -> None:
        """Tell that a subreddit cannot be read any more; read what it held when it can again."""
        was, since = before.why if before else "", before.since if before else 0.0
        if after.why and not was:
            log.warning("source=reddit status=paused subreddit=r/%s why=%r", name, after.why)
            at = datetime.fromtimestamp(after.since, UTC)
            found.gaps.append(Gap(f"r/{name}", at, found.ask.now, f"{after.why}; looked at again every 15 minutes"))
        if was and not after.why:
            log.info("source=reddit status=resumed subreddit=r/%s", name)
            found.filled.append(f"r/{name}")
            for stream in LISTINGS.values():
                if cursor := sweep.decoded(found.cursor(stream)):
                    found.move(stream, sweep.encoded(sweep.back_to(cursor, since)))

    def _refuse_silence(self, found: Gathered) -> None:
        known = communities.decoded(found.cursor("subreddits"))
        if self._options.search or communities.readable(self._names, known):
            return
        whys = "; ".join(f"r/{name}: {known[name].why}" for name in self._names[:5])
        code = next(code for code in REFUSALS if f" {code}:" in whys)
        raise SourceError("reddit", f"no subreddit can be read. {whys}", permanent=True, code=code)

    # Looking up

    def _look_up(self, ids: Sequence[str], found: Gathered) -> None:
        """At most 100 posts; those that Reddit does not show any more are deleted.

        What is erased cannot be brought back: those that are missing are asked for twice.
        """
        shown = self._shown(ids, found)
        missing = [id for id in ids if id not in shown]
        again = self._shown(missing, found) if missing else set()
        found.delete(f"reddit:{id}" for id in missing if id not in again)

    def _shown(self, ids: Sequence[str], found: Gathered) -> set[str]:
        page = page_of(self._api.get("api/info", {"id": ",".join(ids), "limit": PAGE}, found.ask.now))
        shown = {entry.name for entry in page.entries}
        if not shown <= set(ids):
            raise SourceError("reddit", "Reddit answered another question than ours", code="repeat")
        found.add(page.entries, looked_up=True)
        return shown


def _done(stream: Stream, found: Gathered) -> Sweep | None:
    return sweep.decoded(found.cursor(stream.name))

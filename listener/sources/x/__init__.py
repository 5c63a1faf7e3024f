"""Posts of X by its recent search, one question for as many topics as fit; look-ups by id; by tweepy.

X charges for each post read, once a UTC day: `max_usd_per_day` is never passed, see `money`. Topics are asked for in
X's own words, as narrow as loses nothing, see `queries`; how far each was read outlives restarts and changes of topics,
see `sweep`. What would cost more than half of the money that is left is counted first, and reported as a gap. What is
deleted there must be deleted here within a day.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any, NamedTuple

from msgspec.structs import replace

from listener.edge import when
from listener.errors import SourceError
from listener.meter import Meter
from listener.purse import Purse
from listener.sources.x import sweep
from listener.sources.x.api import Answer, Api, Refused
from listener.sources.x.lookup import MOST, Looks
from listener.sources.x.money import Wallet
from listener.sources.x.options import SECRETS, TERMS, Options
from listener.sources.x.posts import Read, read
from listener.sources.x.queries import DIALECT, queries, without_reposts
from listener.sources.x.sweep import LEAST, Seen, State, Sweep
from listener.types import Ask, Batch, Environment, Gap, Trouble

if find_spec("tweepy") is None:  # said when the configuration is read, not at the first request
    raise ModuleNotFoundError("tweepy is not installed", name="tweepy")

__all__ = ["DIALECT", "SECRETS", "TERMS", "Options", "Source"]

log = logging.getLogger(__name__)

STREAM = "search"

_STEPS = 5  # questions that found nothing, one after the other: what was paid for counting is soon written down


class Step(NamedTuple):
    """What one question brought."""

    state: State
    read: Read | None = None
    gap: Gap | None = None


class Source:
    """Reads X."""

    def __init__(self, options: Options, env: Environment, api: Api | None = None) -> None:
        self._options, self._api = options, api or Api(env)
        self._wallet = Wallet(options.max_usd_per_day, options.usd_per_post)
        self._is_careful = False  # after a lost answer, which may have cost as much as it was allowed to
        self._last: tuple[object, object] = ((), ())  # question and answer
        self._round, self._requests = 0.0, 0  # when this round began

    def spend_from(self, purse: Purse) -> None:
        """Pay with this from now on."""
        self._wallet.purse = purse

    def count_with(self, meter: Meter) -> None:
        """Share the count of searches with other processes; see `listener.meter`."""
        self._api.count_with(meter)

    def fetch(self, ask: Ask) -> Batch:
        """The next page that holds something; raises `SourceError`."""
        names, before = sweep.named(queries(ask)), sweep.decoded(ask.cursors.get(STREAM, ""))
        self._begin_round(ask.now.timestamp())
        begun = sweep.begun(before, names, ask.now.timestamp() - self._since)
        step = Step(begun)
        if begun != before:  # kept before anything is asked, which may fail for long
            return replace(self._batch(step, before, names, ask), listing=False)
        for _ in range(_STEPS):
            try:
                following = self._step(step.state, names, ask)
            except SourceError as error:
                if error.code == "budget":
                    return self._batch(step, before, names, ask, wait=error.wait)
                if step.state == before:
                    raise
                log.info("source=x status=%s action=keep what was read, try again: %s", error.code, error.why)
                break
            if following is None:
                if step.state == before and (whys := sweep.refusals(before, names)):
                    raise SourceError("x", f"none of the searches is understood. {whys[0]}", code="400")
                break
            step = following
            if step.gap or (step.read and (step.read.posts or step.read.deleted or step.read.bad)):
                break
        return self._batch(step, before, names, ask)

    def recheck(self, ids: Sequence[str], now: datetime) -> Batch:
        """The posts as they are now; where X fails or the money ends on the way: those before it, with `more`."""
        looks = Looks(self._api, self._wallet, now)
        wanted = [id for id in ids if id.isdecimal()]
        for begin in range(0, len(wanted), MOST):
            try:
                looks.look(wanted[begin : begin + MOST])
            except SourceError as error:
                if not begin:
                    raise
                looks.is_whole = False
                return looks.batch(error.wait)
        return looks.batch()

    # Rounds

    def _begin_round(self, now: float) -> None:
        if now != self._round:
            self._round, self._requests = now, 0

    @property
    def _since(self) -> float:
        """Seconds that a new query is read back."""
        return min(self._options.since.total_seconds(), sweep.WINDOW)

    def _batch(self, step: Step, before: State, names: Mapping[str, str], ask: Ask, wait: float | None = None) -> Batch:
        found = step.read or Read({}, {}, [], [], [])
        more = bool(wait or sweep.refusals(step.state, names)) or self._going(step.state, names) is not None
        return Batch(
            posts=tuple({post.key: post for post in found.posts.values()}.values()),
            deleted=tuple(found.deleted),
            cursors={} if step.state == before else {STREAM: sweep.encoded(step.state)},
            more=more,
            wait=wait if more else self._soon(),
            gaps=(step.gap,) if step.gap else (),
            bad=tuple(found.bad),
            troubles=_troubles(step.state, names),
        )

    def _soon(self) -> float | None:
        """Seconds until the next round where X's limit asks for more than usual."""
        wait = self._requests * self._api.pace()
        return wait if wait > self._options.every.total_seconds() else None

    def _step(self, state: State, names: Mapping[str, str], ask: Ask) -> Step | None:
        """The next question; None where all was read in this round."""
        going = self._going(state, names)
        if going is None:
            return None
        reachable = sweep.raised(going, self._round - sweep.WINDOW)
        if reachable.floor > going.floor:
            why = "X's search shows seven days, and nothing was read for longer"
            return Step(State(state.marks, reachable), gap=_gap(going.floor, reachable.floor, why))
        if sweep.is_over(going):
            return Step(sweep.ended(state, going))
        is_to_count = sweep.is_to_count(state, going, self._round, self._options.overlap.total_seconds())
        try:
            return (self._count if is_to_count else self._search)(state, going, names, ask)
        except Refused as error:
            if error.code != "400":
                raise
            if going.token:
                log.info("source=x status=400 action=go on by time: %s", error.why)
                return Step(State(state.marks, replace(going, token="")))
            return Step(sweep.refused(state, going, error.why, self._round))

    def _going(self, state: State, names: Mapping[str, str]) -> Sweep | None:
        overlap = self._options.overlap.total_seconds()
        going = sweep.current(state, names, self._round, room=DIALECT.longest, since=self._since, overlap=overlap)
        return going and sweep.resumed(going, self._round)

    # Questions

    def _count(self, state: State, going: Sweep, names: Mapping[str, str], ask: Ask) -> Step:
        """How far back the money reaches: what is older than this round may take half of what is left for today."""
        most = self._affordable(ask) // 2
        end = going.low + 1
        params = {
            **_params(replace(going, until=int(end)), names),
            "granularity": "minute" if self._round - going.floor < 86_400 else "hour",
        }
        answer = self._wallet.pay("collect", 1, lambda: self._api.count(params, ask.now), ask.now)
        total, counted = answer.meta["total_tweet_count"], replace(going, counted=self._round)
        if total <= most:
            return Step(State(state.marks, counted))
        counts = _counts(answer, ask.now) or [(going.floor, end, total)]
        after = sweep.raised(counted, sweep.affordable(going.floor, end, counts, most))
        unread = total - sum(count for start, _, count in counts if start >= after.floor)
        why = (
            f"{unread} of {total} older posts are left out: together they would cost {self._wallet.dollars(total)}, "
            "more than half of what is left for today"
        )
        return Step(State(state.marks, after), gap=_gap(going.floor, after.floor, why))

    def _search(self, state: State, going: Sweep, names: Mapping[str, str], ask: Ask) -> Step:
        """The next page of a sweep."""
        answer = self._page(going, names, ask)
        found = read(answer, ask.now)
        seen = Seen(found.times, [int(id) for id in answer.ids], str(answer.meta.get("next_token") or ""))
        return Step(sweep.moved(state, going, seen, self._round), found)

    def _page(self, going: Sweep, names: Mapping[str, str], ask: Ask) -> Answer:
        """The answer to the next question; one that repeats another question's answer is asked for again."""
        params = _params(going, names)
        if going.token:
            params["next_token"] = going.token
        question = params["query"], going.until, going.token
        answer = self._paid(going, params, ask)
        if answer.data and self._last[0] != question and self._last[1] == answer.body:
            answer = self._paid(going, params, ask)  # it was read today, so this costs nothing
            if going.token and self._last[1] == answer.body:
                raise SourceError("x", "X answered another question than ours", code="repeat")
        self._last = question, answer.body
        return answer

    def _paid(self, going: Sweep, params: Mapping[str, Any], ask: Ask) -> Answer:
        affordable = self._affordable(ask)
        usual = LEAST if self._is_careful else sweep.MOST if going.count else going.size
        size = min(max(LEAST, min(usual, ask.limit)), affordable)
        self._requests += 1
        try:
            answer = self._wallet.pay(
                "collect", size, lambda: self._api.search({**params, "max_results": size}, ask.now), ask.now
            )
        except SourceError as error:
            self._is_careful = self._is_careful or not isinstance(error, Refused)
            raise
        self._is_careful = False
        return answer

    def _affordable(self, ask: Ask) -> int:
        """How many new posts today's money reaches for; raises `SourceError` where that is not even a page."""
        affordable = self._wallet.affordable("collect", ask.now)
        if affordable < LEAST:
            raise self._wallet.spent("collect", ask.now)
        return affordable


def _params(going: Sweep, names: Mapping[str, str]) -> dict[str, Any]:
    params: dict[str, Any] = {
        "query": without_reposts(sweep.question(going, names)),
        "start_time": datetime.fromtimestamp(int(going.floor), UTC),
    }
    return {**params, "end_time": datetime.fromtimestamp(going.until, UTC)} if going.until else params


def _counts(answer: Answer, now: datetime) -> list[tuple[float, float, int]]:
    """How many posts are between which times, epoch seconds."""
    found = []
    for each in answer.data:
        if isinstance(each, dict) and isinstance(count := each.get("tweet_count"), int):
            (start, odd), (end, _) = when(each.get("start"), now), when(each.get("end"), now)
            if not odd:
                found.append((start.timestamp(), end.timestamp(), count))
    return found


def _gap(since: float, until: float, why: str) -> Gap:
    return Gap(STREAM, datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(until, UTC), why)


def _troubles(state: State, names: Mapping[str, str]) -> tuple[Trouble, ...]:
    """The queries that X refuses."""
    return tuple(
        Trouble(f"search for {query}", mark.why, datetime.fromtimestamp(mark.tried + sweep.RETRY, UTC))
        for name, query in names.items()
        if (mark := state.marks.get(name)) and mark.why
    )

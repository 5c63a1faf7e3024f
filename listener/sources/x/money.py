"""What reading X may cost a day: 80 % of the cap for new posts, 20 % for looking at stored ones again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

from listener.errors import SourceError
from listener.purse import Purse
from listener.sources.x.api import Answer, Refused

Part = Literal["collect", "recheck"]

_PERCENT: dict[Part, int] = {"collect": 80, "recheck": 20}
_WORDS: dict[Part, str] = {"collect": "reading new posts", "recheck": "looking at stored posts again"}
_MILLION = 1_000_000


class Wallet:
    """Pays for answers, and never more than the cap; amounts are millionths of a dollar."""

    def __init__(self, max_usd_per_day: float, usd_per_post: float) -> None:
        self.purse: Purse | None = None
        self.price = round(usd_per_post * _MILLION)
        self._usd = max_usd_per_day
        self._caps = {part: round(max_usd_per_day * _MILLION) * percent // 100 for part, percent in _PERCENT.items()}
        self._latest = datetime.min.replace(tzinfo=UTC)

    def affordable(self, part: Part, now: datetime) -> int:
        """How many posts may still be read today."""
        return self._given().left(part, self._caps[part], self._day(now)) // self.price

    def pay(self, part: Part, most: int, ask: Callable[[], Answer], now: datetime) -> Answer:
        """The answer to a question that may read up to so many posts; raises `SourceError`.

        What a lost answer may have cost counts as spent; what was refused costs nothing.
        """
        purse, day = self._given(), self._day(now)
        hold = purse.hold(part, most * self.price, self._caps[part], day)
        if hold is None:
            raise self.spent(part, now)
        try:
            answer = ask()
        except Refused:
            purse.settle(hold, (), self.price, day)
            raise
        if answer.at and abs(answer.at - now) < timedelta(days=1):  # an absurd date would close the purse for ever
            self._latest = max(self._latest, answer.at)
        purse.settle(hold, answer.read, self.price, self._day(now))
        return answer

    def spent(self, part: Part, now: datetime) -> SourceError:
        """The error that says that today's money is gone."""
        why = (
            f"today's ${self._caps[part] / _MILLION:.2f} for {_WORDS[part]} is spent "
            f"(max_usd_per_day = {self._usd:g}); it goes on at 00:00 UTC"
        )
        return SourceError("x", why, wait=until_tomorrow(self._day(now)), code="cap")

    def dollars(self, posts: int) -> str:
        """What so many posts cost, for people."""
        return f"${posts * self.price / _MILLION:.2f}"

    def _day(self, now: datetime) -> datetime:
        # A pass that lasts over midnight keeps its `now`: the day on which X bills is that of its own clock.
        return max(now, self._latest)

    def _given(self) -> Purse:
        if self.purse is None:
            raise SourceError("x", "nobody keeps its books, so it may not spend money", permanent=True, code="purse")
        return self.purse


def until_tomorrow(now: datetime) -> float:
    """Seconds to a minute into the next UTC day, for clocks that differ a little."""
    tomorrow = (now.astimezone(UTC) + timedelta(days=1)).replace(hour=0, minute=1, second=0, microsecond=0)
    return (tomorrow - now).total_seconds()

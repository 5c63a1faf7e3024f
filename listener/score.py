"""How much a finding deserves an answer now (0–100), and when an answer comes too late."""

import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from listener.types import Match, Moment, Post, Score, Tags

_INTENT, _URGENCY, _RELEVANCE = 0.6, 0.15, 0.25
_PROMO = 0.15  # so little of its intent that a promotion stays below 50 whatever else speaks for it
_URGENT = (0.0, 50.0, 85.0)

_HOURS = {  # a question of fact or of place is a day's matter; who is stuck moves on sooner; who buys compares for days
    Moment.KNOW: 24,
    Moment.GO: 24,
    Moment.DO: 12,
    Moment.BUY: 48,
}
_HOURS_NOW, _HOURS_ELSE = 6, 24
_CAP = 2_000  # characters in which a deadline is looked for
_FAR = timedelta(days=300)  # a date without a year that lies further ahead was meant as past
_LAST = datetime.max.replace(tzinfo=UTC)


def score(post: Post, match: Match, tags: Tags, now: datetime) -> Score:
    """The score of a finding: parts of 0–100, weighed.

    `now` changes nothing yet: what counts is the time left when the post was written, so that the same post read again
    after a crash keeps its score.
    """
    stated = _stated(post)
    close = stated is not None and stated - post.created_at <= timedelta(days=1)
    intent, urgency, relevance = _intent(tags), _urgency(tags, close), _relevance(post, match)
    value = _INTENT * intent + _URGENCY * urgency + _RELEVANCE * relevance
    return Score(
        value=round(value, 1),
        intent=round(intent, 1),
        urgency=round(urgency, 1),
        relevance=round(relevance, 1),
        expires_at=stated or _usual(post, tags),
    )


def _intent(tags: Tags) -> float:
    """How surely the author wants something that an answer could meet."""
    likeliest = max(tags.moments.values(), default=0.0)
    if tags.labels:
        intent = 25 + 50 * likeliest + 25 * tags.question
    elif "complaint" in tags.signals:
        intent = 55.0
    else:
        intent = 25 * likeliest
    if "switching" in tags.signals:
        intent += 10
    if "promo" in tags.signals:
        intent *= _PROMO
    return min(intent, 100.0)


def _urgency(tags: Tags, close: bool) -> float:
    """How soon the answer is needed, by the tag and by a stated deadline within a day of posting."""
    return min(_URGENT[tags.urgency] + (15 if close else 0), 100.0)


def _relevance(post: Post, match: Match) -> float:
    """How central the match is: in the title, early, by several terms, in a short post, heard by many."""
    starts = [span.start for span in match.spans]
    first = min(starts, default=len(post.words))
    points = 30.0
    points += 25 if first < len(post.title) else 0
    points += 20 if first < 100 else 10 if first < 400 else 0
    points += 10 * max(0, min(len(match.leaves), 3) - 1)
    points += 15 if len(post.words) <= 280 else 5 if len(post.words) <= 1_000 else 0
    points += min(2 * math.log10(1 + _heard(post)), 10)
    return min(points, 100.0)


def _heard(post: Post) -> int:
    """About how many read the post; a like or a reply stands for ten silent readers."""
    reach = post.reach
    return max(reach.followers or 0, 10 * (reach.likes or 0), 10 * (reach.replies or 0), 0)


def expiry(post: Post, tags: Tags) -> datetime:
    """When an answer comes too late: the first deadline that the text states, else hours by moment.

    The author's time zone is unknown: days and clock times are read in UTC, "tonight" and "today" as the rest of the
    day and at least 12 hours. What has happened ("broke today") is no deadline. Without a stated deadline: know 24 h,
    go 24 h, do 12 h, buy 48 h, anything else 24 h; at most 6 h where the author needs it now.
    """
    return _stated(post) or _usual(post, tags)


def _usual(post: Post, tags: Tags) -> datetime:
    """The expiry of a post that states none."""
    hours = _HOURS[tags.top_moment] if tags.top_moment else _HOURS_ELSE
    return _after(post.created_at, timedelta(hours=min(hours, _HOURS_NOW) if tags.urgency == 2 else hours))


def _stated(post: Post) -> datetime | None:
    text = post.words[:_CAP].casefold()
    try:
        posted = post.created_at.astimezone(UTC)
        found = [deadline for deadline in _deadlines(text, posted) if deadline > posted]
    except OverflowError:  # a post dated at the end of time
        return None
    return min(found, default=None)


def _deadlines(text: str, posted: datetime) -> Iterator[datetime]:
    for hints, pattern, meaning in _MEANINGS:
        for found in pattern.finditer(text) if any(hint in text for hint in hints) else ():
            deadline = meaning(found, posted)
            if deadline is not None and not _happened(text, found):
                yield deadline


def _happened(text: str, found: re.Match[str]) -> bool:
    """Whether a time is that of something past: "broke today", but not "must be fixed today", "booked for today"."""
    before = _CLAUSE.split(text[max(0, found.start() - _CLAUSE_LENGTH) : found.start()])[-1]
    after = _CLAUSE.split(text[found.end() : found.end() + _CLAUSE_LENGTH])[0]
    clause = before if before.strip() else after
    return bool(_DONE.search(clause)) and not _TO_COME.search(f"{before}{found[0]}")


def _after(posted: datetime, wait: timedelta) -> datetime:
    try:
        return posted + wait
    except OverflowError:
        return _LAST


def _midnight(day: date, days: int = 0) -> datetime:
    """The beginning of the day that is `days` after `day`."""
    return datetime.combine(day + timedelta(days=days), time(), tzinfo=UTC)


_NUMBERS = {
    **{"a": 1, "an": 1, "one": 1, "couple": 2, "two": 2, "few": 3, "three": 3, "four": 4, "five": 5, "six": 6},
    **{"seven": 7, "eight": 8, "nine": 9, "ten": 10},
}
_UNITS = {"min": 1 / 60, "hour": 1, "hr": 1, "day": 24, "week": 168, "month": 730}  # hours
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_PAST = ("last", "every", "since", "past")
_WEEKDAY = r"(mon|tues|wednes|thurs|fri|satur|sun)day\b"
_MONTH = (
    r"(january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\b"
)


_CLAUSE = re.compile(r"[.!?;:,\n]|\b(?:and|but|so|because|which|where|who|how)\b")
_CLAUSE_LENGTH = 60  # characters
_DONE = re.compile(
    r"\b(?:(?!need|indeed|speed|hundred)[a-z]{2,}ed|fell|died|broke|was|were|went|came|got|had|lost|left|bought|saw|gave|did"
    r"|ran|found|made|took|woke|quit|burst|met|sold|told|said|began|blew|froze|stood|spent|tore|wore)\b"
)
_TO_COME = re.compile(
    r"\b(?:need|needs|want|wants|can|could|will|would|should|must|is|are|be|get|gets|for|by|before|until|till|this week"
    r"|this month|next|tomorrow|tmrw|tmw|in|within)\b"
)


def _rest_of_day(found: re.Match[str], posted: datetime) -> datetime:
    """ "today", "tonight": the author's evening may be the next morning in UTC."""
    return max(_midnight(posted.date(), 1), posted + timedelta(hours=12))


def _in_hours(hours: float) -> Callable[[re.Match[str], datetime], datetime]:
    return lambda found, posted: posted + timedelta(hours=hours)


def _in_a_while(found: re.Match[str], posted: datetime) -> datetime:
    """ "in 2 hours", "in a couple of days"."""
    number = int(found[1]) if found[1].isdecimal() else _NUMBERS[found[1]]
    return posted + timedelta(hours=number * _UNITS[found[2]])


def _tomorrow(found: re.Match[str], posted: datetime) -> datetime:
    return _midnight(posted.date(), 2)


def _week(found: re.Match[str], posted: datetime) -> datetime | None:
    """ "this weekend", "next week": the Sunday at its end."""
    if found[1] in _PAST:
        return None
    weeks = 2 if found[1] == "next" else 1
    return _midnight(posted.date(), 7 * weeks - posted.weekday())


def _month_end(found: re.Match[str], posted: datetime) -> datetime:
    """ "this month", "next month"."""
    months = posted.year * 12 + posted.month - 1 + (2 if found[1] == "next" else 1)
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC) if months < 9999 * 12 else _LAST


def _weekday(found: re.Match[str], posted: datetime) -> datetime | None:
    """ "before Saturday" ends as Saturday begins, "on Saturday" as it ends, "next Saturday" a week later."""
    if found[1] in _PAST:
        return None
    ahead = (_WEEKDAYS.index(found[2][:3]) - posted.weekday()) % 7
    if found[1] == "before":
        return _midnight(posted.date(), ahead or 7)
    if found[1] == "next":
        ahead = 7 - posted.weekday() + _WEEKDAYS.index(found[2][:3])
    return _midnight(posted.date(), ahead + 1)


def _clock(found: re.Match[str], posted: datetime) -> datetime | None:
    """ "by 5pm", "before 17:30", "until noon": the next such hour."""
    hour, minute = 12 if found[1] == "noon" else int(found[2] or 0), int(found[3] or 0)
    if hour > (12 if found[4] else 23) or minute > 59:
        return None
    if found[4]:
        hour = hour % 12 + (12 if found[4] == "p" else 0)
    then = posted.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return then if then > posted else then + timedelta(days=1)


def _month_day(found: re.Match[str], posted: datetime) -> datetime | None:
    return _on_date(posted, found[2], int(found[3]), found[1] == "before")


def _day_month(found: re.Match[str], posted: datetime) -> datetime | None:
    return _on_date(posted, found[3], int(found[2]), found[1] == "before")


def _on_date(posted: datetime, month: str, day: int, before: bool) -> datetime | None:
    """The end (`before`: the beginning) of the next such day; None for days that do not exist or have just passed."""
    number = _MONTHS.index(month[:3]) + 1
    for year in (posted.year, posted.year + 1):
        try:
            then = _midnight(date(year, number, day), 0 if before else 1)
        except ValueError:
            continue
        if posted < then <= posted + _FAR:
            return then
    return None


def _iso(found: re.Match[str], posted: datetime) -> datetime | None:
    try:
        return _midnight(date.fromisoformat(found[0]), 1)
    except ValueError:
        return None


_NOON = ("noon", "midnight", "am", "pm", "a.m", "p.m")
_MEANINGS: tuple[tuple[tuple[str, ...], re.Pattern[str], Callable[[re.Match[str], datetime], datetime | None]], ...] = (
    (("ton", "today", "this evening"), re.compile(r"\b(?:tonight|tonite|today|this evening)\b"), _rest_of_day),
    (("this afternoon",), re.compile(r"\bthis afternoon\b"), _in_hours(8)),
    (("tomorrow", "tmrw", "tmw"), re.compile(r"\b(?:tomorrow|tmrw|tmw)\b"), _tomorrow),
    (("weekend",), re.compile(r"\b(?:(this|the|next|last|every|past) )?weekend\b"), _week),
    ((" week",), re.compile(r"\b(this|next) week\b"), _week),
    ((" month",), re.compile(r"\b(this|next) month\b"), _month_end),
    (("day",), re.compile(rf"\b(?:(before|next|last|every|since|past) )?{_WEEKDAY}"), _weekday),
    (
        ("in ",),
        re.compile(
            r"\b(?:in|within) (?:a )?(\d{1,3}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|couple|few)"
            r"(?: of)?(?: more)? (min|hour|hr|day|week|month)(?:ute)?s?\b"
        ),
        _in_a_while,
    ),
    (
        _NOON,
        re.compile(r"\b(?:by|before|until|till|at) (noon|midnight|(\d{1,2})(?::(\d\d))? ?([ap])\.?m\b)"),
        _clock,
    ),
    ((":",), re.compile(r"\b(?:by|before|until|till) ((\d{1,2}):(\d\d)())(?!\d| ?[ap]\.?m)"), _clock),
    (_MONTHS, re.compile(rf"\b(?:(before) )?{_MONTH}\.? (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b(?![:%])"), _month_day),
    (_MONTHS, re.compile(rf"\b(?:(before) )?(?:the )?(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH}"), _day_month),
    (("-",), re.compile(r"\b\d{4}-\d\d-\d\d\b"), _iso),
)
"""What is in a text wherever the pattern, which takes long to look for, is found; the pattern; the time it means."""

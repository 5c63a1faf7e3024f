"""What is said of a trend: numbers and addresses alone; whose words it shows, the card below decides."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from listener.card import PLATFORMS, line, sparkline
from listener.trend.bursts import HOUR
from listener.types import Alert, Finding, Post, Reason
from listener.types.trend import Kind, Trend

_ANSWER_WITHIN = timedelta(hours=6)


def alerts(channels: Iterable[str], example: Finding, now: datetime) -> tuple[Alert, ...]:
    """The alerts of a trend that `example` stands for, one a channel."""
    return tuple(
        Alert(
            key=f"{channel}/{example.post.key}/0",
            channel=channel,
            reason=Reason.TRENDING,
            about=(example,),
            due_at=now,
            deadline_at=now + _ANSWER_WITHIN,
        )
        for channel in channels
    )


def notice(trend: Trend, posts: Sequence[Post], name: str = "") -> str:
    """Plain text of a few lines.

    Args:
        posts: those of the trend whose words are there, earliest first.
        name: of the topic or source that is silent.
    """
    if trend.kind is Kind.SILENCE:
        return _silence(trend, name)
    hours = trend.window / HOUR
    usual = trend.expected / hours
    rate = trend.votes / hours
    times = f"×{_short(rate / usual)} the usual {_short(usual)} an hour" if usual else ""
    counts = f"{trend.said or trend.votes} posts by {trend.authors} authors, {trend.votes} votes"
    where = ", ".join(sorted({_platform(post) for post in posts}))
    cold = "little history yet" if trend.cold else ""
    lines = [
        _heading(trend),
        " · ".join(filter(None, [counts, "" if trend.kind is Kind.MOOD else times, cold])),
        " · ".join(filter(None, [f"first {trend.since:%d %b %H:%M} UTC", where])),
        f"{sparkline(trend.hours)} last {len(trend.hours)} hours" if trend.hours else "",
    ]
    return "\n".join(filter(None, lines))


def _short(number: float) -> str:
    """The number with two digits, or as a whole."""
    return f"{number:.0f}" if number >= 10 else f"{max(number, 0.0001):.2g}"


def _heading(trend: Trend) -> str:
    within = f"within {_span(trend.window)}"
    if trend.kind is Kind.MOOD:
        usually = f"usually {trend.expected / trend.of:.0%}" if trend.of else ""
        return f"📉 More negative than usual: {trend.votes} of {trend.of} posts {within}, {usually}"
    if trend.kind is Kind.NEED:
        return f"📈 Wanted more than usual: {trend.votes} want to {trend.what} {within}"
    return f"📈 Asked more than usual: {trend.votes} ask this {within}"


def _silence(trend: Trend, name: str) -> str:
    who, since = line(name, 40), f"since {trend.since:%d %b %H:%M} UTC"
    if trend.over:
        return f"🔊 There are posts again {'from' if trend.what else 'about'} {who}"
    usually = f"{trend.expected:.0f} would be usual"
    cold = " · little history yet" if trend.cold else ""
    return f"🔇 Nothing {'from' if trend.what else 'about'} {who} {since}, though it is listened to: {usually}{cold}"


def _platform(post: Post) -> str:
    known = PLATFORMS.get(post.source)
    return known.name if known else line(post.source, 40)


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds < HOUR else f"{seconds / HOUR:.0f} h"

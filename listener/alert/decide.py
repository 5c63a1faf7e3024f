"""The decision who hears what: a pure function of the findings, what is known of the past, and the time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from listener.alert.fold import fingerprints
from listener.alert.routes import Router
from listener.types import Alert, Context, Decisions, Finding, Fresh, Moment, Post, Reason, Topic, Verdict

_REPEATED = "the same words were told within 24 hours: "
_UNDATED = ("time-missing", "time-future")


class Rules:
    """A `Decider` over the configured topics, routes and our own accounts.

    Args:
        own: "platform:account" in lower case; their posts never alert.
    """

    def __init__(self, topics: Iterable[Topic], router: Router, own: frozenset[str] = frozenset()) -> None:
        self._topics = {topic.id: topic for topic in topics}
        self._router, self._own = router, own

    def fingerprints(self, post: Post) -> tuple[str, ...]:
        """What near-duplicates share."""
        return fingerprints(post)

    def __call__(self, fresh: Sequence[Fresh], context: Context, now: datetime) -> Decisions:
        """Alerts, one a post and channel, and a verdict for every finding."""
        told, alerts, verdicts = dict(context.told), dict[str, Alert](), dict[str, Verdict]()
        folds: list[tuple[str, str]] = []
        for one in fresh:
            key = one.finding.key
            if why := self._silence(one, context, now):
                verdicts[key] = Verdict(Reason.SUPPRESSED, why)
                continue
            for channel in self._router.channels(one.finding, now):
                alert = _alert(one, channel, told, now)
                if into := _folded_into(one, channel, told):
                    folds.append((key, into))
                    verdicts.setdefault(key, Verdict(Reason.SUPPRESSED, f"{_REPEATED}{into}"))
                    continue
                alerts[alert.key] = _joined(alerts.get(alert.key), alert)
                verdicts[key] = Verdict(alert.reason, f"told to {channel}")
                told.update({(channel, p): alert.key for p in fingerprints(one.finding.post)})
        return Decisions(alerts=tuple(alerts.values()), verdicts=verdicts, folds=tuple(folds))

    def _silence(self, one: Fresh, context: Context, now: datetime) -> str:
        """Why nobody is told; "" if somebody is."""
        finding, topic = one.finding, self._topics.get(one.finding.match.topic)
        if topic is None:
            return "its topic is no longer configured"
        return (
            _not_risen(one)
            or self._ours(finding.post)
            or _backfill(finding.post, context, topic)
            or _unwanted(finding, topic)
            or _weak(finding, topic)
            or _expired(finding, now)
        )

    def _ours(self, post: Post) -> str:
        ours = f"{post.source}:{post.author}".lower() in self._own
        return f"written by our own account {post.author}" if ours else ""


def _not_risen(one: Fresh) -> str:
    """An edit alerts again only where it raises the moment or the urgency."""
    if one.before is None:
        return ""
    rose = set(one.finding.tags.labels) - set(one.before.labels) or one.finding.tags.urgency > one.before.urgency
    return "" if rose else "edited, but neither its moment nor its urgency rose"


def _backfill(post: Post, context: Context, topic: Topic) -> str:
    """What was written before we listened is stored, not told: no flood at the first run."""
    topic_since = context.topic_since.get(topic.id, context.source_since)
    if post.created_at < context.source_since:
        return "backfill: written before its source was first read"
    if post.created_at < topic_since:
        return "backfill: written before its topic was first tracked"
    if context.first_pass and any(flag in post.flags for flag in _UNDATED):
        return "backfill: undated, and found while its source was read for the first time"
    return ""


def _unwanted(finding: Finding, topic: Topic) -> str:
    labels, complaint = finding.tags.labels, "complaint" in finding.tags.signals
    if topic.moments is None:
        return "" if labels or complaint else "no moment and no complaint"
    if set(labels) & set(topic.moments):
        return ""
    found = ", ".join(labels) or "no moment"
    return f"{found}; the topic alerts on {', '.join(Moment(m) for m in topic.moments)}"


def _weak(finding: Finding, topic: Topic) -> str:
    score = finding.score.value
    return f"score {score:.1f} is below the topic's threshold {topic.threshold:g}" if score < topic.threshold else ""


def _expired(finding: Finding, now: datetime) -> str:
    expires = finding.score.expires_at
    return f"expired at {expires:%Y-%m-%d %H:%M} UTC" if expires <= now else ""


def _folded_into(one: Fresh, channel: str, told: Mapping[tuple[str, str], str]) -> str:
    """The alert about another post that told the same words; "" if there is none."""
    heard = _heard(one, channel, told)
    return "" if not heard or _is_about(heard, one, channel) else heard


def _heard(one: Fresh, channel: str, told: Mapping[tuple[str, str], str]) -> str:
    return next((told[channel, p] for p in fingerprints(one.finding.post) if (channel, p) in told), "")


def _is_about(alert_key: str, one: Fresh, channel: str) -> bool:
    return alert_key.rpartition("/")[0] == f"{channel}/{one.finding.post.key}"


def _alert(one: Fresh, channel: str, told: Mapping[tuple[str, str], str], now: datetime) -> Alert:
    """A new alert; or the one that told these very words of this post, which it joins."""
    finding, heard = one.finding, _heard(one, channel, told)
    key = heard if heard and _is_about(heard, one, channel) else f"{channel}/{finding.post.key}/{one.revision}"
    return Alert(
        key=key,
        channel=channel,
        reason=Reason.ROSE if one.before else Reason.FIRST,
        about=(finding,),
        due_at=now,
        deadline_at=finding.score.expires_at,
    )


def _joined(alert: Alert | None, other: Alert) -> Alert:
    """One alert a post and channel: it names every topic, the best score first."""
    if alert is None:
        return other
    about = sorted((*alert.about, *other.about), key=lambda f: -f.score.value)
    return replace(alert, about=tuple(about), deadline_at=min(alert.deadline_at, other.deadline_at))

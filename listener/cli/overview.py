"""`listener status` as people read it: pure, from what `listener.ops.status` found out."""

from collections.abc import Iterator
from datetime import datetime

from listener.cli.common import here
from listener.cli.tables import ago, many, minute, span, table
from listener.ops.status import Budget, DeskStatus, Money, SourceStatus, Status
from listener.store.anew import Progress

_STATES = ("pending", "sending", "unknown", "sent", "failed", "dropped")
_NONE = "–"


def sections(found: Status) -> Iterator[str]:
    """The blocks of the page, most asked first."""
    now, running = found.at, bool(found.running)
    process = f"running as process {found.running}" if running else "not running"
    totals = (many(found.posts, "post"), many(found.findings, "finding"), many(found.alerts, "alert"))
    yield f"{process}; {found.database} holds {', '.join(totals)}"
    rows = [_source(source, running, now) for source in found.sources]
    yield table(("SOURCE", "LAST READ", "LAG", "NEXT", "STATE"), rows)
    if lines := [_account(source, now) for source in found.sources if _has_account(source)]:
        headers = ("SOURCE", "REQUESTS", "LEFT", "FREE AGAIN", "USD TODAY", "RE-CHECKS DUE", "GAPS")
        yield table(headers, lines)
    if wrong := [line for source in found.sources for line in _wrong(source)]:
        yield "\n".join(wrong)
    if found.desk:
        yield _desk(found.desk)
    yield from _messages(found)
    yield from _missed(found)
    if found.vectors:
        yield table(("QUESTIONS OF TRENDS", "VECTORS", "BEING MADE"), [_vectors(each) for each in found.vectors])


def _desk(desk: DeskStatus) -> str:
    if desk.error:
        return f"✗ buttons in Slack do nothing since {minute(desk.since)}: {desk.error}"
    return f"buttons in Slack are answered since {minute(desk.since)}"


def _vectors(each: Progress) -> tuple[str, ...]:
    """By which vectors questions are compared, and how far those are that will take their place."""
    anew = f"{each.anew_model}: {each.anew} of {each.questions}" if each.anew else _NONE
    return str(each.questions), each.model, anew


def _source(source: SourceStatus, running: bool, now: datetime) -> tuple[str, ...]:
    last = ago(source.last_read, now) if source.last_read else "never"
    lag = _NONE if source.lag is None else span(max(0.0, source.lag))
    return source.name, last, lag, _next(source.next_read if running else None, now), _state(source)


def _next(at: datetime | None, now: datetime) -> str:
    if at is None:
        return _NONE
    return ago(at, now) if at > now else "now"


def _state(source: SourceStatus) -> str:
    if source.skipped:
        return f"skipped: {source.skipped}"
    if source.error:
        since = f" since {minute(source.failing_since)}" if source.failing_since else ""
        return f"{many(source.failures, 'failure')}{since}: {source.error}"
    if source.troubles:
        return f"ok, but for {many(len(source.troubles), 'part')} of it"
    return "ok" if source.last_read else "not read yet"


def _has_account(source: SourceStatus) -> bool:
    return bool(source.rate or source.money or source.rechecks_due or source.gaps_open or source.gaps_filled)


def _account(source: SourceStatus, now: datetime) -> tuple[str, ...]:
    gaps = [f"{source.gaps_open} open"] if source.gaps_open else []
    gaps += [f"{source.gaps_filled} back-filled"] if source.gaps_filled else []
    due = str(source.rechecks_due) if source.rechecks_due else _NONE
    return source.name, *_requests(source.rate, now), _usd(source.money), due, ", ".join(gaps) or _NONE


def _requests(rate: Budget | None, now: datetime) -> tuple[str, str, str]:
    if rate is None:
        return _NONE, _NONE, _NONE
    free = ago(rate.resets_at, now) if rate.resets_at and rate.resets_at > now else _NONE
    return f"{rate.asked} in {span(rate.seconds)}", f"{rate.left} of {rate.most}", free


def _usd(money: Money | None) -> str:
    if money is None:
        return _NONE
    gone = money.spent + money.held
    return f"{gone:.2f}" if money.cap is None else f"{gone:.2f} of {money.cap:.2f}"


def _wrong(source: SourceStatus) -> Iterator[str]:
    """Trouble in full, with what mends it."""
    if source.error:
        yield f"✗ {source.name}: {source.error}\n  → {here(source.cure)}"
    for part in source.troubles:
        yield f"✗ {source.name}, {part.stream}, since {minute(part.since)}: {part.why}\n  → {here(part.cure)}"


def _messages(found: Status) -> Iterator[str]:
    if found.outbox:
        counts = [(name, *(str(states.get(s, 0)) for s in _STATES)) for name, states in found.outbox.items()]
        yield table(("CHANNEL", *(state.upper() for state in _STATES)), counts)
    if found.failed:
        failed = [(m["channel"], minute(datetime.fromisoformat(m["at"])), m["error"]) for m in found.failed]
        yield table(("NOT DELIVERED TO", "SINCE", "WHY"), failed) + here("\n`listener outbox list --failed` shows all")


def _missed(found: Status) -> Iterator[str]:
    if found.gaps:
        gaps = [
            (
                f"{gap['source']}, {gap['stream']}",
                _minute(gap["since"]),
                _minute(gap["until"]),
                "back-filled" if gap["filled_at"] else "open",
                gap["why"],
            )
            for gap in found.gaps
        ]
        yield table(("NOT READ OF", "FROM", "TO", "NOW", "WHY"), gaps)
    if found.quarantine:
        yield here(f"{many(found.quarantine, 'post')} set aside: `listener quarantine list`")


def _minute(time: str) -> str:
    return minute(datetime.fromisoformat(time))

"""What a person who clicked is told, where the card does not say it: pure."""

from listener.types.desk import Outcome, Taken

FOREIGN = "This card was posted by another Listener, which alone can change it. Nothing was changed."
BUSY = "Listener could not note this: its database cannot be written just now. Please click again in a minute."
LATE = "The form came too late. Please click again."
_GONE = "Listener does not know this card any more. Nothing was changed."


def told(taken: Taken) -> str:
    """One sentence or two; "" where the card says enough."""
    who = f"<@{taken.owner_id}>" if taken.owner_id else _inert(taken.owner)
    if taken.outcome is Outcome.HELD:
        since = f" since {_date(taken)}" if taken.since else ""
        return f"{who} takes care of this{since}. If you have agreed on it, press *Take over* on the card."
    if taken.outcome is Outcome.NOT_YOURS:
        return f"{who} takes care of this, and only they can let it go. You can take it over."
    if taken.outcome is Outcome.GONE:
        return _GONE
    return "Only a question can be answered, or be none. Nothing was changed." if taken.outcome is Outcome.UNFIT else ""


def _date(taken: Taken) -> str:
    """Slack shows the time in the reader's own zone."""
    assert taken.since
    form = "{date_short_pretty} at {time}"
    return f"<!date^{int(taken.since.timestamp())}^{form}|{taken.since:%d %b %H:%M} UTC>"


def _inert(name: str) -> str:
    """A name that somebody typed, as no markup."""
    return name.translate({ord(mark): " " for mark in "<>&*_~`"})

"""How a message looks in Slack: pure, from the message to the payload of `chat.postMessage`.

What strangers wrote goes only into `rich_text` and `plain_text`, which Slack shows letter by letter; `mrkdwn` holds
nothing but our own words and numbers.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from msgspec.structs import replace

from listener.card import BARS, Card, Piece, card, gone, line, paragraph, trend_card
from listener.channels.slack.buttons import buttons
from listener.types import Alert, Json, Message
from listener.types.trend import TrendView

LONGEST_TEXT = 3_000  # characters of a text object
EVENT_TYPE = "listener_message"
WORDS, WORDS_IN_LIST = 600, 160  # characters of a post shown alone, and in a list
MOST_IN_LIST = 20
LONGEST_LINK_IN_LIST = 500  # so that twenty fit into one message

ANSWER_BY = "Answer by {date_short_pretty} at {time}"
POSTED = "Posted {ago}"
SINCE = "{date_short_pretty} at {time}"


def render(message: Message, picture: str = "", *, with_buttons: bool = False) -> Json:
    """The payload: `text` for notifications, `blocks`, and the `metadata` by which the message is found again.

    Args:
        picture: id of a file in Slack that is shown instead of the bars of text.
        with_buttons: somebody answers them.
    """
    below = buttons(message) if with_buttons else []
    lines = paragraph(message.notice, LONGEST_TEXT).splitlines()
    notice = "\n".join(words for words in lines if not (picture and words.startswith(tuple(BARS))))
    above = [
        *([_section(notice)] if notice else []),
        *(_trend(message.trend, picture, commands=not below) if message.trend else []),
    ]
    blocks = _card(message.alerts[0]) if len(message.alerts) == 1 else _list(message.alerts)
    return {"text": _notification(message), "blocks": [*above, *blocks, *below], "metadata": _metadata(message)}


def plain(message: Message) -> Json:
    """The payload without blocks, for when Slack refuses them."""
    length = 500 if len(message.alerts) == 1 else 80
    lines = [
        _escaped(paragraph(message.notice, 400)),
        *_plain_trend(message),
        *(words for a in message.alerts for words in _plain(a, length)),
    ]
    return {"text": _joined(lines), "metadata": _metadata(message)}


def _metadata(message: Message) -> Json:
    return {"event_type": EVENT_TYPE, "event_payload": {"k": message.key, "i": message.install}}


# One alert


def _card(alert: Alert) -> list[Json]:
    shown = card(alert, WORDS)
    if shown is None:
        return [_context(_plain_text(gone(alert)))]
    return [
        _rich(_sentence(*_heading(shown))),
        _context(
            _mrkdwn(f"*{shown.score}* of 100 · {shown.parts}"), _mrkdwn(f"⏳ *{_date(shown.deadline_at, ANSWER_BY)}*")
        ),
        _rich(_quote(shown.words)),
        _context(_plain_text(shown.who), *([_mrkdwn(_date(shown.posted_at, POSTED))] if shown.posted_at else [])),
        *_details(shown),
        *([_rich(_sentence(_link(shown)))] if shown.link else []),
        *([_rich(_sentence(_text("✅ Asked before, and answered: "), _address(shown.answer)))] if shown.answer else []),
    ]


def _trend(view: TrendView, picture: str, *, commands: bool) -> list[Json]:
    """What is said of a trend; its owner is named by a mention where that is known."""
    shown = trend_card(replace(view, owner="") if view.owner_id else view)
    owner = [_text("🙋 Taken care of by "), *_owner(view)] if view.owner_id else []
    links = [part for each in shown.links for part in (_text(" · "), _address(each.url, each.label))][1:]
    answer = [_text("✅ Answered at "), _address(shown.answer)] if shown.answer else []
    blocks = [_picture(picture, shown.chart)] if picture else []
    blocks += [_context(_plain_text(shown.about))] if shown.about else []
    blocks += [_rich(_sentence(*parts)) for parts in (links, answer, owner) if parts]
    return [*blocks, *([_context(_plain_text(shown.commands))] if commands else [])]


def _owner(view: TrendView) -> Iterable[Json]:
    yield {"type": "user", "user_id": view.owner_id}
    if view.owned_at:
        since = {"type": "date", "timestamp": _seconds(view.owned_at), "format": SINCE}
        yield from (_text(" since "), {**since, "fallback": f"{view.owned_at:%d %b %H:%M} UTC"})


def _picture(file: str, alt: str) -> Json:
    title = {"type": "plain_text", "text": "The last 24 hours", "emoji": False}
    return {"type": "image", "slack_file": {"id": file}, "alt_text": alt, "title": title}


def _address(url: str, label: str = "") -> Json:
    return {"type": "link", "url": url, "text": label or (urlsplit(url).hostname or url)}


def _heading(shown: Card) -> Iterable[Json]:
    yield _text(f"{shown.emoji} ")
    yield _text(shown.want, bold=True)
    yield _text(f" · {shown.topics}")


def _details(shown: Card) -> list[Json]:
    place = f"📌 {shown.place}" if shown.place else ""
    lines = [f"Why: {shown.why}" if shown.why else "", " · ".join(filter(None, [shown.mood, place, shown.notes]))]
    return [_context(_plain_text(text)) for text in lines if text]


# Several alerts


def _list(alerts: tuple[Alert, ...]) -> list[Json]:
    more = len(alerts) - MOST_IN_LIST
    blocks = [_entry(alert) for alert in alerts[:MOST_IN_LIST]]
    return [*blocks, _context(_plain_text(f"… and {more} more: listener findings shows all"))] if more > 0 else blocks


def _entry(alert: Alert) -> Json:
    shown = card(alert, WORDS_IN_LIST)
    if shown is None:
        return _context(_plain_text(gone(alert)))
    until = {"type": "date", "timestamp": _seconds(shown.deadline_at), "format": ANSWER_BY, "fallback": "in time"}
    parts = [*_heading(shown), _text(f" · {shown.score} · ⏳ "), until]
    if shown.link and len(shown.link) <= LONGEST_LINK_IN_LIST:
        parts += [_text(" · "), _link(shown)]
    return _rich(_sentence(*parts), _quote(shown.words))


# Text without blocks


def _notification(message: Message) -> str:
    count = len(message.alerts)
    teasers = [f"{count} posts to answer"] if count > 1 else [_teaser(alert) for alert in message.alerts]
    return _joined(_escaped(words) for words in [paragraph(message.notice, 300), *teasers])


def _teaser(alert: Alert) -> str:
    shown = card(alert, 150)
    return f"{shown.heading} · {shown.score}\n{_words(shown)}" if shown else gone(alert)


def _plain_trend(message: Message) -> list[str]:
    if message.trend is None:
        return []
    shown = trend_card(message.trend)
    links = [f"{each.label} <{_escaped(each.url)}>" for each in shown.links]
    return [_escaped(shown.about), *links, *([f"answered <{_escaped(shown.answer)}>"] if shown.answer else [])]


def _plain(alert: Alert, length: int) -> list[str]:
    shown = card(alert, length)
    if shown is None:
        return [gone(alert)]
    address = f"<{_escaped(shown.link)}>" if shown.link else ""
    return [_escaped(f"{shown.heading} · {shown.score}"), _escaped(_words(shown)), _escaped(shown.who), address]


def _words(shown: Card) -> str:
    return "".join(piece.text for piece in shown.words)


def _joined(lines: Iterable[str]) -> str:
    """As many of the escaped lines as fit; never empty, which Slack refuses."""
    text = ""
    for words in filter(None, lines):
        if len(text) + len(words) + 3 > LONGEST_TEXT:  # with two line breaks and the dots
            return f"{text}\n…".strip()
        text = f"{text}\n{words}".strip()
    return text or "Listener"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# Block Kit


def _inert(text: str) -> str:
    """The words with Slack's own openings broken by an unseen joiner, in case a client copies them into markup."""
    return re.sub(r"<(?=[!@#]|[a-z]+:)", "<\u2060", text, flags=re.IGNORECASE)


def _text(text: str, bold: bool = False) -> Json:
    return {"type": "text", "text": _inert(text), **({"style": {"bold": True}} if bold else {})}


def _link(shown: Card) -> Json:
    return {"type": "link", "url": shown.link, "text": f"Open on {shown.host}"}


def _sentence(*parts: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(parts)}


def _quote(words: tuple[Piece, ...]) -> Json:
    pieces = words or (Piece("(no words)"),)
    return {"type": "rich_text_quote", "elements": [_text(piece.text, piece.bold) for piece in pieces]}


def _rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def _plain_text(text: str) -> Json:
    return {"type": "plain_text", "text": _inert(line(text, LONGEST_TEXT))[:LONGEST_TEXT] or "–", "emoji": False}


def _mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _section(text: str) -> Json:
    return {"type": "section", "text": {"type": "plain_text", "text": _inert(text)[:LONGEST_TEXT], "emoji": False}}


def _context(*elements: Json) -> Json:
    return {"type": "context", "elements": list(elements)}


def _date(at: datetime, form: str) -> str:
    """Slack shows the time in the reader's own zone, and "{ago}" afresh at every look."""
    words = form.split(" {", maxsplit=1)[0]
    return f"<!date^{_seconds(at)}^{form}|{words} {at.isoformat(' ')[:16]} UTC>"


def _seconds(at: datetime) -> int:
    return max(0, int(at.timestamp()))

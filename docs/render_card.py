"""Draws docs/card.html and docs/trend.html, pictures of Slack cards, from the payloads that Listener itself sends.

`python docs/render_card.py` writes the pages; their screenshots by a headless browser are docs/card.png and
docs/trend.png:

    chromium --headless --hide-scrollbars --force-device-scale-factor=2 --window-size=688,328 \
        --screenshot=docs/card.png docs/card.html
    chromium --headless --hide-scrollbars --force-device-scale-factor=1.5 --window-size=688,522 \
        --screenshot=docs/trend.png docs/trend.html
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

from msgspec.structs import replace

from listener.channels.slack import render
from listener.types import (
    Alert,
    Evidence,
    Finding,
    Json,
    Match,
    Message,
    Moment,
    Post,
    Reach,
    Reason,
    Score,
    Sentiment,
    Span,
    Tags,
)
from listener.types.trend import Kind, Link, TrendView

NOW = datetime(2026, 11, 20, 14, 12, tzinfo=UTC)
TITLE = "Standing desk I can actually pick up this week?"
TEXT = (
    "My back is done with the kitchen chair. Where can I buy a standing desk in Leeds before Saturday? Budget is "
    "around £350, it has to carry two monitors, and I would rather try it in a shop than order blind."
)


def spans(*words: str) -> tuple[Span, ...]:
    """Where the words are in the invented post."""
    whole = f"{TITLE}\n\n{TEXT}".lower()
    return tuple(Span(found.start(), found.end()) for word in words for found in re.finditer(re.escape(word), whole))


def evidence(tag: str, words: str) -> Evidence:
    """The words as evidence for a tag."""
    at = f"{TITLE}\n\n{TEXT}".find(words)
    return Evidence(tag, at, at + len(words), words)


def example() -> Message:
    """An invented alert, as the deliverer hands it to the channel."""
    post = Post(
        source="reddit",
        id="1example",
        title=TITLE,
        text=TEXT,
        created_at=NOW - timedelta(minutes=9),
        url="https://www.reddit.com/r/Leeds/comments/1example/",
        author="mossy_teapot",
        community="Leeds",
        reach=Reach(followers=1204),
    )
    tags = Tags(
        moments={Moment.BUY: 0.93, Moment.GO: 0.61},
        labels=(Moment.BUY, Moment.GO),
        question=0.97,
        is_question=True,
        urgency=1,
        sentiment=Sentiment("neutral", 0.02),
        place="Leeds",
        evidence=(
            evidence("buy", "Where can I buy"),
            evidence("go", "try it in a shop"),
            evidence("urgency", "before Saturday"),
        ),
    )
    finding = Finding(
        post=post,
        match=Match("Standing desks", ("standing desk",), spans("standing desk")),
        tags=tags,
        score=Score(84, intent=93, urgency=70, relevance=88, expires_at=NOW + timedelta(hours=27)),
    )
    alert = Alert(
        key="slack/reddit:1example/1",
        channel="slack:#listening",
        reason=Reason.FIRST,
        about=(finding,),
        due_at=NOW,
        deadline_at=NOW + timedelta(hours=27, minutes=48),
        copies=2,
    )
    return Message(key=alert.key, channel=alert.channel, alerts=(alert,), install="example")


def rising() -> Message:
    """The card of an invented trend, of which somebody takes care."""
    view = TrendView(
        id=3,
        kind=Kind.QUESTION,
        links=(
            Link("earliest", "https://x.com/mossy/status/1"),
            Link("most typical", "https://www.reddit.com/r/Leeds/comments/1example/"),
            Link("most engaged", "https://www.reddit.com/r/desks/comments/2example/"),
        ),
        keyword="standing desk",
        moment="buy",
        owner="anna",
        owner_id="U0ANNA",
        owned_at=NOW - timedelta(minutes=2),
    )
    notice = (
        "📈 Asked more than usual: 9 ask this within 1 hour\n"
        "41 posts by 12 authors, 9 votes · ×30 the usual 0.3 an hour\n"
        "first 20 Nov 13:12 UTC · Reddit, X\n▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▂▁▂▃▅█ last 24 hours"
    )
    return replace(example(), key="trend/slack:#listening/desks/ab", notice=notice, trend=view)


# From Block Kit to HTML


def block(one: Json) -> str:
    """One block as HTML; a kind that Listener does not send is an error."""
    if one["type"] == "rich_text":
        return "".join(f'<div class="{part["type"]}">{rich(part["elements"])}</div>' for part in one["elements"])
    if one["type"] == "context":
        return '<div class="context">' + "".join(f"<span>{text(part)}</span>" for part in one["elements"]) + "</div>"
    if one["type"] == "section":
        return f'<div class="section">{text(one["text"])}</div>'
    if one["type"] == "actions":
        return (
            '<div class="actions">'
            + "".join(f"<span>{text(part['text'])}</span>" for part in one["elements"])
            + "</div>"
        )
    raise ValueError(one["type"])


def rich(elements: list[Json]) -> str:
    """The elements of rich text as HTML."""
    return "".join(ELEMENTS[element["type"]](element) for element in elements)


def words(element: Json) -> str:
    """A text element."""
    shown = escape(element["text"]).replace("\n", "<br>")
    return f"<b>{shown}</b>" if element.get("style", {}).get("bold") else shown


ELEMENTS: dict[str, Callable[[Json], str]] = {
    "text": words,
    "link": lambda element: f'<a href="{escape(element["url"])}">{escape(element["text"])}</a>',
    "user": lambda element: '<span class="user">@Anna</span>',
    "date": lambda element: escape(date(element["timestamp"], element["format"])),
}


def text(part: Json) -> str:
    """A text object: plain, or mrkdwn with bold and dates, which is all that Listener uses."""
    if part["type"] == "plain_text":
        return escape(part["text"])
    shown = re.sub(r"<!date\^(\d+)\^([^|]+)\|[^>]*>", lambda found: date(int(found[1]), found[2]), part["text"])
    return re.sub(r"\*(.+?)\*", r"<b>\1</b>", shown)


def date(seconds: int, form: str) -> str:
    """What Slack makes of a date token, for a reader in UTC."""
    at = datetime.fromtimestamp(seconds, UTC)
    days = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    return (
        form.replace("{date_short_pretty}", days.get((at.date() - NOW.date()).days, f"{at:%b} {at.day}"))
        .replace("{time}", f"{at:%H:%M}")
        .replace("{ago}", f"{(NOW - at).seconds // 60} minutes ago")
    )


STYLE = """
* { box-sizing: border-box }
body { margin: 0; padding: 14px; background: #f3f2ef; color: #1d1c1d; font: 15px/22px Lato, "Helvetica Neue", Arial,
  "Noto Color Emoji", sans-serif; }
.message { display: grid; grid-template-columns: 36px 1fr; gap: 10px; max-width: 660px; padding: 14px 16px;
  background: #fff; border: 1px solid #e2e0da; border-radius: 12px }
.face { width: 36px; height: 36px; border-radius: 8px; background: #1f4f46; display: grid; place-items: center }
.name { font-weight: 900 } .app { font-size: 10px; font-weight: 700; color: #616061; background: #e8e8e8;
  border-radius: 2px; padding: 1px 3px; margin: 0 6px; vertical-align: 1px } .at { font-size: 12px; color: #616061 }
b { font-weight: 900 }
.rich_text_section, .section { margin: 3px 0 }
.rich_text_quote { margin: 8px 0; padding-left: 12px; border-left: 4px solid #ddd }
.context { font-size: 13px; line-height: 18px; color: #616061; margin: 5px 0;
  display: flex; flex-wrap: wrap; gap: 3px 12px }
.context b { color: #1d1c1d }
a { color: #1264a3; text-decoration: none }
.section { white-space: pre-line }
.user { color: #1264a3; background: #e8f5fa; border-radius: 3px; padding: 0 2px }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0 2px }
.actions span { border: 1px solid #bbb; border-radius: 4px; padding: 1px 12px; font-weight: 700 }
"""
FACE = (
    '<svg width="22" height="22" viewBox="0 0 22 22" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round">'
    '<path d="M4 11a7 7 0 0 1 14 0"/><path d="M7.5 11a3.5 3.5 0 0 1 7 0"/>'
    '<circle cx="11" cy="14" r="1.6" fill="#fff"/></svg>'
)


def page(payload: Json) -> str:
    """The payload as a web page that looks like a message in Slack."""
    blocks = "\n".join(block(one) for one in payload["blocks"])
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>A Listener card in Slack</title><style>{STYLE}</style>
<div class="message"><div class="face">{FACE}</div><div>
<span class="name">Listener</span><span class="app">APP</span><span class="at">{NOW:%H:%M}</span>
{blocks}
</div></div></html>
"""


if __name__ == "__main__":
    Path(__file__).with_name("card.html").write_text(page(render(example())), encoding="utf-8")
    with_buttons = render(rising(), with_buttons=True)
    Path(__file__).with_name("trend.html").write_text(page(with_buttons), encoding="utf-8")

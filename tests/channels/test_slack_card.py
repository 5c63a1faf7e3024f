import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listener.channels.slack import SCOPES, manifest, plain, render
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
from tests.channels.hostile import HOSTILE

Make = Callable[..., Message]

OURS = re.compile(  # all that may stand in mrkdwn: numbers, our words, date tokens
    r"\*\d+\* of 100 · intent \d+ · urgency \d+ · relevance \d+"
    r"|⏳ \*<!date\^\d+\^Answer by \{date_short_pretty\} at \{time\}\|Answer by \d{4}-\d\d-\d\d \d\d:\d\d UTC>\*"
    r"|<!date\^\d+\^Posted \{ago\}\|Posted \d{4}-\d\d-\d\d \d\d:\d\d UTC>"
)


def nodes(part: Any) -> Iterator[Json]:
    """Every object within a payload."""
    if isinstance(part, dict):
        if "type" in part:
            yield part
        for value in part.values():
            yield from nodes(value)
    elif isinstance(part, list):
        for value in part:
            yield from nodes(value)


def shown(payload: Json) -> str:
    """All that a reader sees of the blocks, a line a part."""
    lines = []
    for block in payload["blocks"]:
        for part in block.get("elements", [block]):
            lines.append("".join(node["text"] for node in nodes(part) if isinstance(node.get("text"), str)))
    return "\n".join(lines)


def check(payload: Json) -> None:
    """Slack's limits, and that nothing of a stranger's is ever parsed."""
    json.dumps(payload, ensure_ascii=False).encode()
    assert 0 < len(payload["text"]) <= 3000
    assert not re.search(r"[<>]", re.sub(r"<https?://[^\s<>|]+>", "", payload["text"]))
    assert len(payload.get("blocks", [])) <= 50
    for node in nodes(payload.get("blocks", [])):
        assert ("action_id" in node) == (node["type"] == "button")
        assert len(node.get("elements", [node])) >= 1
        match node["type"]:
            case "mrkdwn":
                assert OURS.fullmatch(node["text"])
            case "plain_text" | "text":
                assert 0 < len(node["text"]) <= 3000
            case "context":
                assert len(node["elements"]) <= 10
            case "link":
                assert re.fullmatch(r"https?://[^\s<>|\"]+", node["url"])
            case "date":
                assert node["timestamp"] >= 0
            case "user":
                assert re.fullmatch(r"[UW][A-Z0-9]+", node["user_id"])
            case "button":
                assert len(node["text"]["text"]) <= 75
                assert 0 < len(node["value"]) <= 2_000
            case kind:
                assert kind in {"rich_text", "rich_text_section", "rich_text_quote", "section", "actions"}


@pytest.fixture(scope="session")
def strict(shared: Path) -> Callable[[Json], list[str]]:
    """The problems that a strict Slack finds in a payload."""
    tools = str(shared / "tools")
    if tools not in sys.path:
        sys.path.append(tools)
    module = importlib.import_module("loopback.slack.blockkit")

    def problems(payload: Json) -> list[str]:
        found, total = module.problems(payload["blocks"])
        return [*found, *(["too much text"] if total > module.MOST_TEXT else [])]

    return problems


def test_a_card_tells_what_who_why_and_until_when(message: Make) -> None:
    payload = render(message(author="pia", reach=Reach(followers=1204), copies=2, tags={"place": "Leeds"}))
    check(payload)
    assert shown(payload).splitlines() == [
        "🛒 I want to buy · desks",
        "*82* of 100 · intent 93 · urgency 70 · relevance 88",
        "⏳ *<!date^1795186800^Answer by {date_short_pretty} at {time}|Answer by 2026-11-20 15:00 UTC>*",
        "where can I buy a standing desk?",
        "pia · forum · 1,204 followers",
        "<!date^1795176000^Posted {ago}|Posted 2026-11-20 12:00 UTC>",
        "Why: buy “where can I buy”",
        "😐 neutral · 📌 Leeds · +2 near-identical posts",
        "Open on forum.example",
    ]
    assert payload["text"] == "🛒 I want to buy · desks · 82\nwhere can I buy a standing desk?"


def test_the_matched_words_are_bold(message: Make) -> None:
    quote = next(node for node in nodes(render(message())["blocks"]) if node["type"] == "rich_text_quote")
    assert quote["elements"] == [
        {"type": "text", "text": "where can I buy a "},
        {"type": "text", "text": "standing desk", "style": {"bold": True}},
        {"type": "text", "text": "?"},
    ]


def test_the_metadata_names_the_message_and_the_installation(message: Make) -> None:
    expected = {"event_type": "listener_message", "event_payload": {"k": "slack/forum:1/1", "i": "here"}}
    assert render(message())["metadata"] == plain(message())["metadata"] == expected


def test_several_topics_share_one_card(message: Make, finding: Callable[..., Finding]) -> None:
    payload = render(message(about=(finding(), finding(topic="chairs", spans=(Span(0, 5),)))))
    assert "🛒 I want to buy · desks, chairs" in shown(payload)
    assert [node["text"] for node in nodes(payload) if "style" in node] == ["I want to buy", "where", "standing desk"]


def test_a_deleted_post_leaves_one_neutral_line(message: Make) -> None:
    payload = render(message(deleted=True))
    check(payload)
    assert shown(payload) == payload["text"] == "This post was deleted by its author."
    assert "standing" not in json.dumps(payload) + json.dumps(plain(message(deleted=True)))


def test_a_notice_alone_is_simple_text(message: Make) -> None:
    payload = render(message(alerts=(), notice="reddit: 503 for 20 minutes\nnext try 12:30"))
    check(payload)
    assert shown(payload) == payload["text"] == "reddit: 503 for 20 minutes\nnext try 12:30"


def test_a_notice_stands_above_a_card(message: Make) -> None:
    payload = render(message(notice="sent here because #sales is archived"))
    check(payload)
    assert shown(payload).startswith("sent here because #sales is archived\n🛒 I want to buy")
    assert payload["text"].startswith("sent here because #sales is archived\n")


def test_a_message_without_anything_still_has_text(message: Make) -> None:
    assert render(message(alerts=()))["text"] == plain(message(alerts=()))["text"] == "Listener"


def test_a_post_without_words_or_link_still_has_a_card(message: Make) -> None:
    payload = render(message("\u200b", url="", author="", spans=()))
    check(payload)
    assert "(no words)" in shown(payload)
    assert "Open on" not in shown(payload)


def test_several_alerts_are_a_list(
    message: Make, alert: Callable[..., Alert], strict: Callable[[Json], list[str]]
) -> None:
    alerts = (alert("cheap desk?", spans=(Span(6, 10),)), alert(deleted=True), alert("a chair?", spans=()))
    payload = render(message(alerts=alerts))
    check(payload)
    assert strict(payload) == []
    assert shown(payload).splitlines() == [
        "🛒 I want to buy · desks · 82 · ⏳  · Open on forum.example",
        "cheap desk?",
        "This post was deleted by its author.",
        "🛒 I want to buy · desks · 82 · ⏳  · Open on forum.example",
        "a chair?",
    ]
    assert payload["text"] == "3 posts to answer"


def test_a_long_list_is_cut_and_says_so(
    message: Make, alert: Callable[..., Alert], strict: Callable[[Json], list[str]]
) -> None:
    alerts = tuple(alert("w" * 3000, url=f"https://forum.example/{'p' * 1900}", topic="t" * 500) for _ in range(33))
    payload = render(message(alerts=alerts, notice="n" * 9000))
    check(payload)
    check(plain(message(alerts=alerts)))
    assert strict(payload) == []
    assert shown(payload).endswith("… and 13 more: listener findings shows all")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_harmless_everywhere(message: Make, strict: Callable[[Json], list[str]], text: str) -> None:
    evil = message(
        text,
        title=text[:5000],
        author=text,
        community=text,
        source=text,
        topic=text,
        url=f"https://forum.example/{text[:300]}",
        notice=text,
        leaves=(text,),
        tags={"place": text, "evidence": (Evidence("buy", 0, 9, text), Evidence("go", 0, 9, text[:60]))},
    )
    payload = render(evil)
    check(payload)
    check(plain(evil))
    assert strict(payload) == []
    written = json.dumps([payload["blocks"], payload["text"], plain(evil)["text"]], ensure_ascii=False)
    assert not re.search(r"<[!@#](?!date\^\d{10}\^(Answer|Posted))|<https?:(?!//forum\.example/)|<javascript", written)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", written)


TEXTS = st.text(st.characters(exclude_categories=()), max_size=80)
TIMES = st.datetimes(timezones=st.just(UTC))
SHARES = st.floats(0, 100)


@st.composite
def alerts(draw: st.DrawFn) -> Alert:
    post = Post(
        source=draw(TEXTS),
        id="1",
        text=draw(TEXTS) * draw(st.integers(1, 60)),
        title=draw(TEXTS),
        created_at=draw(TIMES),
        url=draw(st.one_of(TEXTS, TEXTS.map("https://forum.example/{}".format))),
        author=draw(TEXTS),
        community=draw(TEXTS),
        reach=Reach(draw(st.none() | st.integers())),
    )
    tags = Tags(
        moments={},
        labels=tuple(draw(st.lists(st.sampled_from(Moment), unique=True))),
        signals=tuple(draw(st.lists(TEXTS | st.just("complaint"), max_size=3))),
        sentiment=Sentiment(draw(TEXTS)),
        place=draw(st.none() | TEXTS),
        evidence=tuple(Evidence(draw(TEXTS), 0, 1, draw(TEXTS)) for _ in range(draw(st.integers(0, 4)))),
    )
    spans = tuple(Span(*draw(st.tuples(st.integers(-9, 999), st.integers(-9, 999)))) for _ in range(2))
    score = Score(draw(SHARES), draw(SHARES), draw(SHARES), draw(SHARES), draw(TIMES))
    about = tuple(Finding(post, Match(draw(TEXTS), (), spans), tags, score) for _ in range(draw(st.integers(0, 3))))
    return Alert(
        key="k",
        channel="slack",
        reason=draw(st.sampled_from(Reason)),
        about=about,
        due_at=draw(TIMES),
        deadline_at=draw(TIMES),
        copies=draw(st.integers(0, 9**9)),
        deleted=draw(st.booleans()),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(alerts(), max_size=3), TEXTS, st.sampled_from([1, 30]))
def test_any_message_keeps_slacks_rules(
    strict: Callable[[Json], list[str]], several: list[Alert], notice: str, times: int
) -> None:
    anything = Message(key="k", channel="slack:#a", alerts=tuple(several * times), notice=notice)
    payload = render(anything)
    check(payload)
    check(plain(anything))
    assert strict(payload) == []


@pytest.mark.parametrize("notice", range(1, 41))
def test_many_lines_without_blocks_fit_wherever_they_are_cut(notice: int) -> None:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    gone = Alert(key="k", channel="slack", reason=Reason.FIRST, about=(), due_at=at, deadline_at=at, deleted=True)
    check(plain(Message(key="k", channel="slack:#a", alerts=(gone,) * 90, notice="0" * notice)))


@pytest.mark.parametrize("length", range(30))
def test_a_text_that_is_just_too_long_still_fits_with_its_ellipsis(
    message: Make, alert: Callable[..., Alert], length: int
) -> None:
    check(plain(message(alerts=(alert(deleted=True),) * 90, notice="n" * (length + 1))))


def test_the_manifest_asks_for_exactly_what_is_used() -> None:
    made = json.loads(json.dumps(manifest()))
    assert made["oauth_config"]["scopes"] == {"bot": list(SCOPES)}
    assert set(SCOPES) == {
        "chat:write",
        "channels:read",
        "channels:history",
        "groups:read",
        "groups:history",
        "files:write",
    }
    assert made["settings"]["socket_mode_enabled"] is True
    assert made["settings"]["interactivity"] == {"is_enabled": True}
    assert "redirect_urls" not in made["oauth_config"]
    assert len(made["display_information"]["description"]) <= 140
    assert len(made["display_information"]["name"]) <= 35
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", made["features"]["bot_user"]["display_name"])


@pytest.mark.parametrize(
    ("name", "made", "says"),
    [("card", "example", "Answer by tomorrow at 18:00"), ("trend", "rising", "<span>Take over")],
)
def test_the_pictures_are_drawn_from_the_payloads(name: str, made: str, says: str) -> None:
    docs = Path(__file__).resolve().parents[2] / "docs"
    spec = importlib.util.spec_from_file_location("render_card", docs / "render_card.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    payload = render(getattr(script, made)(), with_buttons=True)
    check(payload)
    page = script.page(payload)
    assert (docs / f"{name}.html").read_text(encoding="utf-8") == page, (
        "run python docs/render_card.py, then its screenshot"
    )
    assert says in page
    assert (docs / f"{name}.png").stat().st_size < 150_000

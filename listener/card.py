"""What a person is shown of an alert, the same on every channel: harmless, short and in reading order."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import quote, urlsplit

from msgspec import Struct

from listener.types import Alert, Finding, Moment, Post, Reason, Span, Tags
from listener.types.trend import Kind, Link, TrendView

DELETED = "This post was deleted by its author."
_EXPIRED = "The words of this post were kept as long as its platform allows."
_GONE = {"forgotten": "This post was forgotten on request.", "unchecked": _EXPIRED, "terms": _EXPIRED}
LONGEST_LINK = 2_000  # characters; beyond, a link is more likely an attack than an address

BARS = "▁▂▃▄▅▆▇█"
MOMENTS = {Moment.KNOW: "💡", Moment.GO: "📍", Moment.DO: "🛠️", Moment.BUY: "🛒"}
SIGNALS = {"complaint": ("😠", "Complaint"), "praise": ("💛", "Praise")}
MOODS = {"negative": "🙁", "neutral": "😐", "positive": "🙂"}
REASONS = {
    Reason.ROSE: "the author edited it: more pressing now",
    Reason.REPEAT: "told before",
    Reason.TRENDING: "part of a trend",
    Reason.ESCALATED: "still unanswered",
}


class Platform(Struct, frozen=True):
    """How a platform writes its own name, its people and its communities."""

    name: str
    person: str = ""
    community: str = ""


PLATFORMS = {
    "bluesky": Platform("Bluesky", "@"),
    "hackernews": Platform("Hacker News"),
    "mastodon": Platform("Mastodon", "@"),
    "reddit": Platform("Reddit", "u/", "r/"),
    "stackexchange": Platform("Stack Exchange"),
    "x": Platform("X", "@"),
    "youtube": Platform("YouTube", "@"),
}


class Piece(Struct, frozen=True):
    """A stretch of a post's words; bold where a topic matched."""

    text: str
    bold: bool = False


class Card(Struct, frozen=True, kw_only=True):
    """An alert in words. No text holds controls or line breaks, but for `words`; nothing is escaped for any markup."""

    emoji: str
    want: str  # "I want to buy", "I want to buy · 📍 go", "Complaint" …
    topics: str
    score: int  # 0–100
    parts: str  # "intent 90 · urgency 60 · relevance 85"
    words: tuple[Piece, ...]
    who: str  # author, community, platform, followers
    why: str  # the evidence, by tag
    mood: str
    place: str
    notes: str  # near-identical posts, why told again
    answer: str  # percent-encoded address of our answer to the same question, or ""
    link: str  # percent-encoded http(s) address, or ""
    host: str  # where the link leads
    posted_at: datetime | None  # None: the platform did not say
    deadline_at: datetime

    @property
    def heading(self) -> str:
        """One line that says what is wanted: "🛒 I want to buy · standing desks"."""
        return f"{self.emoji} {self.want} · {self.topics}"


def gone(alert: Alert) -> str:
    """What is said in place of a post that may not be shown."""
    return _GONE.get(alert.gone, DELETED)


def card(alert: Alert, length: int) -> Card | None:
    """The alert in words, its post cut to about `length` characters; None where the post may not be shown."""
    if alert.deleted or not alert.about:
        return None
    best = alert.about[0]
    post, tags, score = best.post, best.tags, best.score
    emoji, want = _want(tags)
    address = link(post.url)
    return Card(
        emoji=emoji,
        want=want,
        topics=_topics(alert.about),
        score=round(score.value),
        parts=f"intent {score.intent:.0f} · urgency {score.urgency:.0f} · relevance {score.relevance:.0f}",
        words=excerpt(
            post.words, [span for finding in alert.about for span in finding.match.spans], length, _ask(tags)
        ),
        who=_who(post),
        why=_why(best),
        mood=_mood(tags),
        place=line(tags.placed or post.place, 80),
        notes=_notes(alert),
        answer=link(alert.draft.link) if alert.draft else "",
        link=address,
        host=(urlsplit(address).hostname or "").removeprefix("www."),
        posted_at=None if "time-missing" in post.flags else post.created_at,
        deadline_at=alert.deadline_at,
    )


class TrendCard(Struct, frozen=True):
    """What is shown of a trend beside its numbers; harmless, nothing is escaped for any markup."""

    about: str  # "“kettle” · 🛒 buy · not answered yet"
    links: tuple[Link, ...]  # percent-encoded http(s) addresses
    answer: str  # that of our answer, or ""
    commands: str  # what can be done about it
    chart: str  # in words, what a picture of the last hours shows; "" where there is none


def trend_card(view: TrendView) -> TrendCard:
    """A trend in words."""
    emoji = MOMENTS.get(Moment(view.moment), "") if view.moment else ""
    links = tuple(Link(each.label, address) for each in view.links if (address := link(each.url)))
    answered = "" if view.kind != Kind.QUESTION else "answered by us" if view.answer else "not answered by us yet"
    about = [
        f"“{line(view.keyword, 40)}”" if view.keyword else "",
        f"{emoji} {line(view.moment, 10)}".strip(),
        "not a question" if view.refused else answered,
        f"taken care of by {line(view.owner, 40)}" if view.owner else "",
        f"muted until {view.muted_until:%d %b %H:%M} UTC" if view.muted_until else "",
    ]
    words = ["mute", "own", *(["not-a-question", "answered"] if view.kind == Kind.QUESTION else [])]
    commands = f"listener trends {' | '.join(words)} {view.id}"
    return TrendCard(_dotted(about), links, link(view.answer), commands, _chart(view.hours))


def sparkline(counts: Sequence[int]) -> str:
    """One bar for each number."""
    most = max(1, *counts)
    return "".join(BARS[max(bool(count), count * (len(BARS) - 1) // most)] for count in counts)


def _chart(hours: Sequence[int]) -> str:
    if not any(hours):
        return ""
    numbers = " ".join(str(count) for count in hours)
    return f"{sum(hours)} such posts in the last {len(hours)} hours, at most {max(hours)} in one: {numbers}"


def _want(tags: Tags) -> tuple[str, str]:
    if tags.labels:
        first, *others = tags.labels
        return MOMENTS[first], _dotted([f"I want to {first}", *(f"{MOMENTS[moment]} {moment}" for moment in others)])
    return next((SIGNALS[signal] for signal in tags.signals if signal in SIGNALS), ("💬", "Mention"))


def _topics(about: Sequence[Finding]) -> str:
    names = [line(finding.match.name or finding.match.topic, 40) for finding in about]
    return ", ".join(names[:4]) + (f" +{len(names) - 4}" if len(names) > 4 else "")


def _who(post: Post) -> str:
    platform = PLATFORMS.get(post.source) or Platform(line(post.source, 40))
    author, community = line(post.author, 60), line(post.community, 60)
    followers = "" if post.reach.followers is None else f"{post.reach.followers:,} followers"
    return _dotted(
        [
            author and platform.person + author.removeprefix(platform.person),
            community and platform.community + community.removeprefix(platform.community),
            platform.name,
            followers,
        ]
    )


def _ask(tags: Tags) -> Span | None:
    """Where the author says what is wanted."""
    for tag in (*tags.labels, "question", *tags.signals):
        for evidence in tags.evidence:
            if evidence.tag == tag:
                return Span(evidence.start, evidence.end)
    return None


def _why(finding: Finding) -> str:
    told: list[tuple[list[str], list[str]]] = []  # tags and the quotes that speak for them
    for tag, quotes in [*_quotes(finding).items()][:5]:
        new = [quote for quote in quotes if not any(_within(quote, others) for _, others in told)]
        if new:
            told.append(([line(tag, 30)], new))
        else:
            next(tags for tags, others in told if _within(quotes[0], others)).append(line(tag, 30))
    if not told:
        leaves = [f"“{line(leaf, 60)}”" for leaf in finding.match.leaves[:3]]
        return f"matched {', '.join(leaves)}" if leaves else ""
    return _dotted(f"{', '.join(tags)} {', '.join(f'“{quote}”' for quote in quotes)}" for tags, quotes in told)


def _quotes(finding: Finding) -> dict[str, list[str]]:
    """The strongest phrases of each tag, without repeats; the card names the place anyway."""
    quotes: dict[str, dict[str, tuple[bool, str]]] = {}
    for evidence in finding.tags.evidence:
        words = line(evidence.text, 60)
        own = any(span.start <= evidence.start and evidence.end <= span.end for span in finding.match.spans)
        if words and evidence.tag != "place":
            quotes.setdefault(evidence.tag, {}).setdefault(words.casefold(), (own, words))
    return {tag: _telling([*found.values()]) for tag, found in quotes.items()}


def _telling(found: Sequence[tuple[bool, str]]) -> list[str]:
    """Two phrases; the topic's own words only where there are no others."""
    return ([words for own, words in found if not own] or [words for _, words in found])[:2]


def _within(quote: str, others: Iterable[str]) -> bool:
    return any(quote.casefold() in other.casefold() for other in others)


def _mood(tags: Tags) -> str:
    label = tags.sentiment.label
    others = [signal for signal in tags.signals if tags.labels or signal not in SIGNALS]
    return _dotted([f"{MOODS.get(label, '')} {line(label, 20)}".strip(), *others[:3]])


def _notes(alert: Alert) -> str:
    copies = f"+{alert.copies} near-identical post{'s' * (alert.copies != 1)}" if alert.copies else ""
    return _dotted([copies, REASONS.get(alert.reason, "")])


def _dotted(parts: Iterable[str]) -> str:
    return " · ".join(part for part in parts if part)


# Harmless text

# Controls, bidi overrides, zero-width characters, tags and halves of surrogate pairs: nothing a reader would miss.
# The zero-width joiners stay: emoji and Persian need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_BREAKS = re.compile("[\r\v\f\x85\u2028\u2029]")
_SENTENCE = re.compile(r"[.!?]\s+|\n+")
_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile("(?: ?\n)+ ?")
_ACCENTS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
_STACKED = re.compile(f"({_ACCENTS}{{2}}){_ACCENTS}+")
_BOLD, _PLAIN = "\x02", "\x03"  # marks within a text from which all controls were taken


def line(text: str, length: int) -> str:
    """The text harmless, on one line, cut to `length` characters."""
    return paragraph(text, length).replace("\n", " ")


def paragraph(text: str, length: int) -> str:
    """The text harmless, with its line breaks, cut to `length` characters."""
    window = text[: 4 * length]  # a post may be huge; the rest would be cut anyway
    return _cut(_squeezed(_UNSEEN.sub("", window)).strip(), length, more=len(window) < len(text))


def excerpt(words: str, spans: Iterable[Span], length: int, ask: Span | None = None) -> tuple[Piece, ...]:
    """The words around the ask, else the first match, cleaned, at most five line breaks, about `length` characters."""
    marked = _merged(spans, len(words))
    start = _start(words, marked, _merged([ask] if ask else [], len(words)), length)
    end = min(len(words), start + 4 * length)
    seen = [span for span in marked if span[1] > start][:20]
    text = _few_lines(_squeezed(_marked(words, seen, start, end)).strip())
    text = _cut(text, length, more=end < len(words))
    return tuple(_pieces(("… " if start else "") + text))


def _squeezed(text: str) -> str:
    text = _STACKED.sub(r"\1", text)
    return _EMPTY_LINES.sub("\n", _BLANKS.sub(" ", _BREAKS.sub("\n", text)))


def _few_lines(text: str) -> str:
    *first, rest = text.split("\n", 5)
    return "\n".join([*first, rest.replace("\n", " ")])


def _cut(text: str, length: int, more: bool) -> str:
    if len(text) <= length:
        return text + "…" * more
    text = text[: length - 1]
    whole = text.rpartition(" ")[0]
    return (whole if len(whole) > 0.8 * length else text).rstrip() + "…"


def _merged(spans: Iterable[Span], length: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted((max(0, span.start), min(length, span.end)) for span in spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _start(words: str, spans: list[tuple[int, int]], asks: list[tuple[int, int]], length: int) -> int:
    """Where to begin, so that the ask is seen with a match near by, else the first match."""
    if not asks:
        return 0 if not spans or spans[0][1] <= length else _at_word(words, spans[0][0] - length // 3, spans[0][0])
    room = length - min(20, length // 5)  # the cut falls between words
    first, last = asks[0][0], _sentence_end(words, asks[0], room)
    reach = [(min(first, start), max(last, end)) for start, end in spans]
    fitting = [(start, end) for start, end in reach if end - start <= room]
    first, last = min(fitting, key=lambda pair: pair[1] - pair[0], default=(first, last))
    return 0 if last <= room else _at_sentence(words, last - room, first)


def _sentence_end(words: str, ask: tuple[int, int], room: int) -> int:
    """Where the sentence of the ask ends, unless it is too long to be shown."""
    found = _SENTENCE.search(words, ask[1], min(len(words), ask[0] + room))
    return found.start() + 1 if found else min(len(words), ask[0] + room)


def _at_sentence(words: str, start: int, latest: int) -> int:
    found = _SENTENCE.search(words, max(0, start - 1), latest)
    return found.end() if found else _at_word(words, start, latest)


def _at_word(words: str, start: int, latest: int) -> int:
    start = max(0, start)
    return words.find(" ", start, latest) + 1 or start


def _marked(words: str, spans: list[tuple[int, int]], start: int, end: int) -> str:
    """The window with marks around its matches, and free of anything that could be taken for a mark."""
    parts, at = [], start
    for first, last in spans:
        head, tail = max(first, start), min(last, end)
        if head < tail:
            parts += [_UNSEEN.sub("", words[at:head]), _BOLD, _UNSEEN.sub("", words[head:tail]), _PLAIN]
            at = tail
    return "".join([*parts, _UNSEEN.sub("", words[at:end])])


def _pieces(text: str) -> Iterable[Piece]:
    bold = False
    for part in re.split(f"([{_BOLD}{_PLAIN}])", text):
        if part in (_BOLD, _PLAIN):
            bold = part == _BOLD
        elif part:
            yield Piece(part, bold)


def link(url: str) -> str:
    """The address, percent-encoded and without credentials, or "" unless it is http or https."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9._-]+", host):
        return ""
    address = f"{parts.scheme}://{host}" + (f":{port}" if port else "") + _encoded(parts.path)
    address += "".join(mark + _encoded(part, "?") for mark, part in (("?", parts.query), ("#", parts.fragment)) if part)
    return address if len(address) <= LONGEST_LINK else ""


def _encoded(part: str, safe: str = "") -> str:
    return quote(part, safe="/:@!$&'()*+,;=~%" + safe, errors="replace")

"""What became of a post, in words."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from listener.cli.tables import ago, many, minute
from listener.edge import shown
from listener.store.read import Answer, Stored
from listener.types import Evidence, Sentiment

ERASED = {
    "deleted": "(deleted upstream: its words are erased)",
    "forgotten": "(forgotten on request)",
    "unchecked": "(its words are erased: its platform could not be asked whether they still stand)",
    "terms": "(its words were kept as long as its platform allows)",
    "age": "(its words were kept as long as [retention] says)",
}
"""What is said in place of words that are gone, by why."""

_URGENCY = ("", "soon", "now")


def told(answer: Answer, names: Mapping[str, str], now: datetime, step: Callable[[str], str] = str) -> str:
    """When it was read, what it matched and by which words, what was made of it, who was told.

    Args:
        names: of topics, by id.
        step: completes the line that tells which command to type next.
    """
    return "\n".join(map(shown, _lines(answer, names, now, step)))


def _lines(answer: Answer, names: Mapping[str, str], now: datetime, step: Callable[[str], str]) -> Iterator[str]:
    yield f"{answer.key}  {answer.url}".rstrip()
    read = f"{minute(answer.read_at)}, {ago(answer.read_at, now)}" if answer.read_at else "at an unknown time"
    if answer.verdict == "set aside":
        yield f"set aside {read}: {answer.aside}"
        yield step("`listener quarantine retry` analyses it again where it could be read")
    elif not answer.findings:
        yield f"read {read}; it matched no topic"
        yield step("`listener explain QUERY TEXT` shows how a query reads on its words")
    else:
        yield f"read {read}; it matched {many(len(answer.findings), 'topic')}"
    yield from {ERASED[stored.erased] for stored in answer.findings if stored.erased}
    for stored in answer.findings:
        yield ""
        yield from _finding(stored, names)
    if answer.findings:
        yield ""
        yield from _messages(answer.messages)


def _finding(stored: Stored, names: Mapping[str, str]) -> Iterator[str]:
    topic, tags, score = stored.finding.match.topic, stored.finding.tags, stored.finding.score
    verdict = "not told" if stored.reason == "suppressed" else stored.reason
    yield f"{names.get(topic, topic)}: {verdict}{f', {stored.why}' if stored.why else ''}"
    yield f"  matched    {', '.join(stored.finding.match.leaves) or '–'}"
    moments = ", ".join(f"{moment} {p:.0%}" for moment, p in sorted(tags.moments.items(), key=lambda pair: -pair[1]))
    held = ", ".join(tags.labels) or "no moment"
    yield f"  moments    {held}  ({moments})"
    rest = [f"question {tags.question:.0%}", _URGENCY[tags.urgency] and f"urgency {_URGENCY[tags.urgency]}"]
    rest += [mood(tags.sentiment), *tags.signals]
    rest += [f"in {tags.placed}" if tags.place else "", tags.lang]
    yield f"  tags       {' · '.join(filter(None, rest))}"
    for line in _evidence(tags.evidence):
        yield f"  because    {line}"
    parts = f"intent {score.intent:.0f}, urgency {score.urgency:.0f}, relevance {score.relevance:.0f}"
    yield f"  score      {score.value:.0f} of 100: {parts}; an answer helps until {minute(score.expires_at)}"


def mood(sentiment: Sentiment) -> str:
    """The mood and how sure it is: VADER's compound may have another sign, since more than VADER decides."""
    shares = dict(zip(("negative", "neutral", "positive"), sentiment.p, strict=True))
    return f"{sentiment.label} {shares[sentiment.label]:.0%}"


def _evidence(found: Iterable[Evidence]) -> Iterator[str]:
    words: dict[str, list[str]] = {}
    for each in found:
        words.setdefault(each.tag, []).append(f'"{" ".join(each.text.split())}"')
    for tag, quoted in words.items():
        yield f"{tag}: {', '.join(dict.fromkeys(quoted))}"


def _messages(messages: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    told = [_message(message) for message in messages]
    yield from told or ["No message was made of it."]


def _message(message: Mapping[str, Any]) -> str:
    state, when = message["state"], minute(datetime.fromisoformat(message["at"]))
    text = f"message to {message['channel']}: {state} {when if state == 'sent' else f'since {when}'}"
    text += f" as {message['ref']}" if message["ref"] else ""
    return text + (f" ({message['error']})" if message["error"] else "")

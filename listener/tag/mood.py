"""The mood of a post: VADER's figures, weighed together with the complaint and praise that the cues found."""

import math
import re
from collections.abc import Collection, Iterator, Mapping

from listener.tag.data import Mood
from listener.tag.vader import Scores, tables, vader
from listener.tag.words import Reading, fold
from listener.types import Sentiment, Span

_EMOJI = re.compile("[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]")
_MOODS = ("negative", "neutral", "positive")
_SHOWN = 3  # words of evidence
_STRONG = 1.3  # valence from which a word colours a text by itself: "no" and "friend" hardly do


def mood(text: str, complaint: float, praise: float, moods: Mapping[str, Mood]) -> Sentiment:
    """The mood of `text`; `complaint` and `praise` are logits."""
    figures = vader()(text)
    logits = [_logit(moods[name], figures, complaint, praise) for name in _MOODS]
    powers = [math.exp(logit - max(logits)) for logit in logits]
    negative = round(powers[0] / sum(powers), 4)
    positive = min(round(powers[2] / sum(powers), 4), 1 - negative)
    label = _MOODS[logits.index(max(logits))]
    return Sentiment(label, figures.compound, (negative, round(1 - negative - positive, 4), positive))


def _logit(mood: Mood, figures: Scores, complaint: float, praise: float) -> float:
    return (
        mood.bias
        + mood.compound * figures.compound
        + mood.strength * abs(figures.compound)
        + mood.negative * figures.neg
        + mood.positive * figures.pos
        + mood.complaint * complaint
        + mood.praise * praise
    )


def mood_words(reading: Reading, label: str, hollow: Collection[str]) -> list[Span]:
    """The words (else the emoji) that carry the mood `label`, strongest first, at most three, each once.

    Those in `hollow`, as "like" and "please", only where there are no others.
    """
    sign = -1 if label == "negative" else 1
    words = sorted(_valences(reading, sign), key=lambda pair: -pair[0])
    telling = [(valence, span) for valence, span in words if fold(reading.text[span.start : span.end]) not in hollow]
    strong = [pair for pair in telling if pair[0] >= _STRONG] or telling[:1] or words[:1]
    spans = [span for _, span in strong] or [Span(*found.span()) for found in _EMOJI.finditer(reading.text)]
    said = {reading.text[span.start : span.end].lower(): span for span in reversed(spans)}
    return [*reversed(said.values())][:_SHOWN]


def _valences(reading: Reading, sign: int) -> Iterator[tuple[float, Span]]:
    lexicon = tables().lexicon
    for token in reading.tokens:
        valence = sign * lexicon.get(reading.text[token.start : token.end].lower(), 0.0)
        if valence > 0 and token.end - token.start > 1:
            yield valence, Span(token.start, token.end)

"""The lexicon tagger: adds up the cues that a post holds and keeps the words that carried each tag."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from listener.tag.cues import Hit, find
from listener.tag.data import Lexicon, lexicon
from listener.tag.gazetteer import located
from listener.tag.language import is_english, language
from listener.tag.mood import mood, mood_words
from listener.tag.phrases import Clue, phrases
from listener.tag.place import find_place
from listener.tag.shapes import shapes
from listener.tag.vader import vader
from listener.tag.weights import SIGNALS, Card
from listener.tag.words import Reading, read
from listener.types import Evidence, Moment, Post, Sentiment, Span, Tags

CAP = 2_000  # characters that are read: the need of a post stands at its beginning
_FOREIGN = 0.6  # what is left of a probability where English cues meet another language
_TOPICS = {  # of the cues that speak of a tag, where it is not its own name
    "question": ("question", *Moment),
    **dict.fromkeys(SIGNALS, ("signals",)),
    **dict.fromkeys(("soon", "now"), ("urgency",)),
}


class Cast(Struct, frozen=True):
    """What the cues say of one text: a probability a tag, and the clues that raised each tag."""

    logits: dict[str, float]
    p: dict[str, float]
    clues: dict[str, list[Clue]]


class LexiconTagger:
    """Tags by cues and VADER: no model, no training data at run time, some thousand posts a second."""

    card = Card(kind="lexicon", version="1", made="2026-11-20", base="lists of words and phrases, VADER")
    model = "lexicon-1"

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._shapes = {cue.name: number for number, cue in enumerate(lexicon.cues) if not cue.phrases}

    def __reduce__(self) -> tuple[Callable[[], "LexiconTagger"], tuple[()]]:
        return lexicon_tagger, ()

    def __call__(self, posts: Sequence[Post]) -> list[Tags]:
        """The tags of each post, in order; each depends on that post alone."""
        return [self._tags(post) for post in posts]

    def _tags(self, post: Post) -> Tags:
        reading = read(post.words[:CAP], self._lexicon.groups)
        lang = language(post.lang, (token.folded for token in reading.tokens if token.kind == "word"), reading.text)
        cast = self._cast(reading, 1 if is_english(lang) else _FOREIGN)
        moments = {moment: cast.p[moment] for moment in Moment}
        held = [moment for moment in Moment if self._holds(moment, cast)]
        signals = tuple(signal for signal in SIGNALS if self._holds(signal, cast))
        is_question = self._holds("question", cast)
        urgency = self._urgency(cast) if held or "complaint" in signals else 0
        sentiment = mood(reading.text, cast.logits["complaint"], cast.logits["praise"], self._lexicon.moods)
        place = find_place(reading.text, self._lexicon.places, {*held})
        given = [*held, *(["question"] if is_question else []), *signals]
        urgent = ["now"] if urgency == 2 else ["soon"] if urgency else []
        return Tags(
            moments=moments,
            labels=tuple(sorted(held, key=lambda moment: -moments[moment])),
            question=cast.p["question"],
            is_question=is_question,
            urgency=urgency,
            sentiment=sentiment,
            signals=signals,
            place=reading.text[place.start : place.end] if place else None,
            where=located(reading.text[place.start : place.end], reading.text) if place else None,
            lang=lang,
            evidence=tuple(_evidence(reading, cast, given, urgent, place, sentiment)),
            model=self.model,
        )

    def _holds(self, tag: str, cast: Cast) -> bool:
        return cast.p[tag] >= self._lexicon.levels[tag].threshold

    def _urgency(self, cast: Cast) -> int:
        return 2 if self._holds("now", cast) else 1 if self._holds("soon", cast) else 0

    def _cast(self, reading: Reading, confidence: float) -> Cast:
        logits = {tag: level.bias for tag, level in self._lexicon.levels.items()}
        clues: dict[str, list[Clue]] = {tag: [] for tag in logits}
        for hit in _strongest(self._hits(reading)):
            cue = self._lexicon.cues[hit.cue]
            for tag in cue.weights.keys() | (cue.asked.keys() if hit.asked else ()):
                gain = cue.weights.get(tag, 0.0) + (cue.asked.get(tag, 0.0) if hit.asked else 0.0)
                logits[tag] += gain
                if gain > 0:
                    clues[tag].append(Clue(gain, cue.topic in _TOPICS.get(tag, (tag,)), Span(hit.start, hit.end)))
        p = {tag: round(confidence / (1 + math.exp(-logit)), 4) for tag, logit in logits.items()}
        return Cast(logits, p, clues)

    def _hits(self, reading: Reading) -> Iterator[Hit]:
        yield from find(self._lexicon.root, reading)
        for name, span in shapes(reading):
            if name in self._shapes:
                yield Hit(self._shapes[name], False, span.start, span.end)


def lexicon_tagger() -> LexiconTagger:
    """The tagger with the lexicon that ships with the package; all files are read here, none while tagging."""
    vader()
    return LexiconTagger(lexicon())


def _strongest(hits: Iterable[Hit]) -> Iterator[Hit]:
    """One hit a cue: one in a question before one that is not, then the longest, then the first."""
    kept: dict[int, Hit] = {}
    for hit in hits:
        if hit.cue not in kept or _weight(hit) > _weight(kept[hit.cue]):
            kept[hit.cue] = hit
    return iter(kept.values())


def _weight(hit: Hit) -> tuple[bool, int]:
    return hit.asked, hit.end - hit.start


def _evidence(
    reading: Reading, cast: Cast, given: list[str], urgent: list[str], place: Span | None, sentiment: Sentiment
) -> Iterator[Evidence]:
    """Why each tag was given; the whole text where no single word of it carried the tag."""
    whole = [Span(len(reading.text) - len(reading.text.lstrip()), len(reading.text.rstrip()))]
    wording = lexicon().wording
    for tag in given:
        yield from _show(reading, tag, phrases(reading, cast.clues[tag], wording) or whole)
    for tag in urgent:
        yield from _show(reading, "urgency", phrases(reading, cast.clues[tag], wording) or whole)
    if place:
        yield from _show(reading, "place", [place])
    if sentiment.label != "neutral":
        signal = "complaint" if sentiment.label == "negative" else "praise"
        words = mood_words(reading, sentiment.label, wording.hollow) or phrases(reading, cast.clues[signal], wording)
        yield from _show(reading, "sentiment", words or whole)


def _show(reading: Reading, tag: str, spans: list[Span]) -> Iterator[Evidence]:
    for span in spans:
        yield Evidence(tag, span.start, span.end, reading.text[span.start : span.end])

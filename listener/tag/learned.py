"""A tagger made of a model: from logits to tags, each with the words that carried it."""

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from itertools import compress
from typing import Any, NamedTuple, Protocol

from msgspec import Struct
from msgspec.structs import replace

from listener.tag.data import lexicon
from listener.tag.explain import Proof, Range, Taken, explain
from listener.tag.gazetteer import located
from listener.tag.grams import tokens
from listener.tag.language import is_english, language
from listener.tag.place import Read, find_place
from listener.tag.tagger import CAP, LexiconTagger
from listener.tag.vader import vader
from listener.tag.weights import MOODS, SIGNALS, TAGS, Card, Level
from listener.types import Evidence, Moment, Post, Sentiment, Span, Tags

HEADS = (*TAGS, *MOODS)
_PROVED = 120  # words that are read again to prove what is shown of a post: a long one shows its strongest phrases
_MOMENTS = tuple(Moment)  # to walk over an enumeration is slow
_QUESTION, _SOON, _NOW = (TAGS.index(name) for name in ("question", "soon", "now"))


class Scored(Struct, frozen=True):
    """What a model says of a text: a logit for each of HEADS, and what else it read on the way."""

    logits: Sequence[float]
    vector: bytes | None = None
    place: Read | None = None
    read: Any = None  # what the model itself wants to see again


class Model(Protocol):
    """What reads texts for `LearnedTagger`."""

    def page(self, texts: Sequence[str], words: Sequence[list[str]]) -> list[Scored]:
        """What it says of each text, whose `tokens` are `words`; the same whatever is read with it or before."""

    def look(self, text: str, scored: Scored) -> "Look":
        """A closer look at the words of a text that was scored."""

    def without(self, asked: Sequence[tuple[Any, Taken]]) -> Sequence[Sequence[float]]:
        """The logits of texts without some of their words, for each look that it gave."""


class Look(Protocol):
    """The words and marks of a text, one by one."""

    words: list[str]

    def gains(self, head: int) -> Sequence[float]:
        """What each word tells for a head."""

    def mood(self, head: int) -> Proof:
        """The words that make a mood the likeliest; without them it hardly is. Half of all posts have one: in haste."""

    def span(self, phrase: Range) -> Span:
        """Where words stand in the text."""


class Verdict(NamedTuple):
    """What is said of a text: the probabilities of the moments and the question, and what follows."""

    p: Sequence[float]
    labels: tuple[Moment, ...]
    is_question: bool
    urgency: int
    signals: tuple[str, ...]
    mood: str
    moods: tuple[float, float, float]


class Judge:
    """From logits to a verdict, by the levels of a card."""

    def __init__(self, card: Card) -> None:
        levels = [card.levels.get(tag, Level()) for tag in TAGS]
        self._levels = [(level.scale / 2, level.shift / 2) for level in levels[: _QUESTION + 1]]
        self._least = [level.logit(level.threshold) for level in levels]
        self._mood = card.levels.get("mood", Level()).scale

    def __call__(self, logits: Sequence[float]) -> Verdict:
        """The verdict; urgency is told only of posts with a moment or a complaint."""
        p = [
            round(0.5 + 0.5 * math.tanh(scale * logit + shift), 4)  # `Level.p`, without a call for each
            for (scale, shift), logit in zip(self._levels, logits, strict=False)
        ]
        held = [logit >= least for logit, least in zip(logits, self._least, strict=False)]
        labels, signals = self._labels(p, held), _signals(held)
        urgency = (2 if held[_NOW] else int(held[_SOON])) if labels or "complaint" in signals else 0
        moods = self._moods(logits[len(TAGS) :])
        return Verdict(p, labels, held[_QUESTION], urgency, signals, _likeliest(moods), moods)

    def holds(self, tag: str, logits: Sequence[float], before: Verdict) -> bool:
        """Whether a tag that was given before is given still."""
        if tag == "urgency":
            return self(logits).urgency >= before.urgency
        return logits[TAGS.index(tag)] >= self._least[TAGS.index(tag)]

    def _labels(self, p: Sequence[float], held: Sequence[bool]) -> tuple[Moment, ...]:
        """The moments that hold, likeliest first; most posts have none, and that is seen at once."""
        if not any(held[: len(_MOMENTS)]):
            return ()
        likely = sorted(zip(p, held, _MOMENTS, strict=False), key=lambda each: -each[0])
        return tuple(moment for _, holds, moment in likely if holds)

    def _moods(self, logits: Sequence[float]) -> tuple[float, float, float]:
        most = max(logits)
        powers = [math.exp(self._mood * (logit - most)) for logit in logits]
        whole = sum(powers)
        negative, positive = round(powers[0] / whole, 4), round(powers[2] / whole, 4)
        return negative, round(1 - negative - positive, 4), positive


def _signals(held: Sequence[bool]) -> tuple[str, ...]:
    signals = held[-len(SIGNALS) :]
    return tuple(compress(SIGNALS, signals)) if any(signals) else ()


class Case(NamedTuple):
    """A text, its language, and what is said of it."""

    text: str
    lang: str
    scored: Scored
    verdict: Verdict


Shown = Generator[Taken, Sequence[float] | None, list[tuple[str, Span]]]
"""As `Proof`, of all tags of a text."""


class LearnedTagger:
    """Tags by a model where a post is English or may be; by lists of words, with less confidence, where it is not."""

    def __init__(self, model: Model, card: Card, foreign: LexiconTagger, again: Callable[[], "LearnedTagger"]) -> None:
        self.model, self.card = card.model, card
        self._model, self._judge, self._foreign, self._again = model, Judge(card), foreign, again

    def __reduce__(self) -> tuple[Callable[[], "LearnedTagger"], tuple[()]]:
        return self._again, ()

    def __call__(self, posts: Sequence[Post]) -> list[Tags]:
        """The tags of each post, in order; each depends on that post alone."""
        texts = [post.words[:CAP] for post in posts]
        words = list(map(tokens, texts))
        langs = [language(p.lang, map(str.lower, w), t) for p, w, t in zip(posts, words, texts, strict=True)]
        known = [number for number, lang in enumerate(langs) if is_english(lang)]
        scored = self._model.page([texts[n] for n in known], [words[n] for n in known])
        cases = [Case(texts[n], langs[n], *each) for n, each in zip(known, self._judged(scored), strict=True)]
        told = dict(zip(known, map(self._tags, cases, self._explained(cases)), strict=True))
        return [told.get(n) or replace(self._foreign([post])[0], model=self.model) for n, post in enumerate(posts)]

    def _judged(self, scored: Sequence[Scored]) -> Iterator[tuple[Scored, Verdict]]:
        return ((each, self._judge(each.logits)) for each in scored)

    def _tags(self, case: Case, shown: Sequence[Evidence]) -> Tags:
        text, verdict = case.text, case.verdict
        place = find_place(text, lexicon().places, {*verdict.labels}, case.scored.place)
        where = [Evidence("place", place.start, place.end, text[place.start : place.end])] if place else []
        return Tags(
            moments=dict(zip(_MOMENTS, verdict.p, strict=False)),
            labels=verdict.labels,
            question=verdict.p[_QUESTION],
            is_question=verdict.is_question,
            urgency=verdict.urgency,
            sentiment=Sentiment(verdict.mood, vader()(text).compound, verdict.moods),
            signals=verdict.signals,
            place=where[0].text if where else None,
            where=located(where[0].text, text) if where else None,
            lang=case.lang,
            evidence=(*shown, *where),
            vector=case.scored.vector,
            model=self.model,
        )

    def _explained(self, cases: Sequence[Case]) -> list[list[Evidence]]:
        """The words that carried the tags of each; what has to be read again is read for all of them together."""
        shown: list[list[Evidence]] = [[] for _ in cases]
        given = {number: pairs for number, case in enumerate(cases) if (pairs := list(_given(case.verdict)))}
        looks = {number: self._model.look(cases[number].text, cases[number].scored) for number in given}
        asking = {number: self._proofs(looks[number], given[number], cases[number].verdict) for number in given}
        answers: dict[int, Sequence[float] | None] = dict.fromkeys(given)
        while answers:
            asked: dict[int, Taken] = {}
            for number, answer in answers.items():
                try:
                    asked[number] = asking[number].send(answer)
                except StopIteration as done:
                    shown[number] = [_evidence(cases[number].text, tag, span) for tag, span in done.value]
            told = self._model.without([(looks[number], taken) for number, taken in asked.items()])
            answers = dict(zip(asked, told, strict=True))
        return shown

    def _proofs(self, look: Look, given: Sequence[tuple[str, int]], verdict: Verdict) -> Shown:
        """Asks for each tag in turn, and never twice the same."""
        shown: list[tuple[str, Span]] = []
        seen: dict[Taken, Sequence[float] | None] = {}
        for tag, head in given:
            is_mood = tag == "sentiment"
            holds = partial(self._judge.holds, tag, before=verdict)
            proof = look.mood(head) if is_mood else explain(look.words, look.gains(head), holds)
            answer: Sequence[float] | None = None
            while True:
                try:
                    taken = proof.send(answer)
                except StopIteration as done:
                    shown += [(tag, look.span(phrase)) for phrase in done.value]
                    break
                if taken not in seen and (is_mood or len(seen) * len(look.words) <= _PROVED):
                    seen[taken] = yield taken
                answer = seen.get(taken)
        return shown


def _evidence(text: str, tag: str, span: Span) -> Evidence:
    return Evidence(tag, span.start, span.end, text[span.start : span.end])


def _likeliest(moods: Sequence[float]) -> str:
    return MOODS[moods.index(max(moods))]


def _given(verdict: Verdict) -> Iterator[tuple[str, int]]:
    """Each tag that was given, and the head that gave it."""
    for tag in (*verdict.labels, *(["question"] if verdict.is_question else []), *verdict.signals):
        yield tag, HEADS.index(tag)
    if verdict.urgency:
        yield "urgency", _NOW if verdict.urgency == 2 else _SOON
    if verdict.mood != "neutral":
        yield "sentiment", HEADS.index(verdict.mood)

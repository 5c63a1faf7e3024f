"""A tagger made of a model: from logits to tags, each with the words that carried it."""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec.structs import replace

from listener.tag.compounds import Compounds
from listener.tag.data import lexicon
from listener.tag.gazetteer import located
from listener.tag.language import Languages, is_english
from listener.tag.place import NEEDS, find_place
from listener.tag.proofs import evidence
from listener.tag.tagger import CAP, LexiconTagger
from listener.tag.texts import Row, Texts, read
from listener.tag.vader import vader
from listener.tag.verdict import MOMENTS, QUESTION, Case, Judge, Scored
from listener.tag.weights import Card
from listener.types import Evidence, Post, Sentiment, Tags


class Model(Protocol):
    """What reads texts for `LearnedTagger`."""

    def page(self, texts: Sequence[str], tokens: Row) -> list[Scored]:
        """What it says of each text, whose `tokens` are given; the same whatever is read with it or before."""

    def explain(self, cases: Sequence[Case], judge: Judge) -> Sequence[Sequence[Evidence]]:
        """The words that carried the tags of each text of a page, in order."""


class LearnedTagger:
    """Tags by a model where a post is English or may be; by lists of words, with less confidence, where it is not."""

    def __init__(self, model: Model, card: Card, foreign: LexiconTagger, again: Callable[[], "LearnedTagger"]) -> None:
        self.model, self.card = card.model, card
        self._model, self._judge, self._foreign, self._again = model, Judge(card), foreign, again
        self._languages, self._compounds = Languages(), Compounds(vader())

    def __reduce__(self) -> tuple[Callable[[], "LearnedTagger"], tuple[()]]:
        return self._again, ()

    def __call__(self, posts: Sequence[Post]) -> list[Tags]:
        """The tags of each post, in order; each depends on that post alone."""
        texts = [post.words[:CAP] for post in posts]
        read_ = read(texts)
        langs = self._languages([post.lang for post in posts], texts, read_.tokens)
        english = set(filter(is_english, set(langs)))
        known = [number for number, lang in enumerate(langs) if lang in english]
        if len(known) == len(posts):
            return self._tagged(texts, langs, read_)
        told = self._tagged([texts[n] for n in known], [langs[n] for n in known], read_.only(known))
        by_number = dict(zip(known, told, strict=True))
        return [by_number.get(n) or replace(self._foreign([post])[0], model=self.model) for n, post in enumerate(posts)]

    def _tagged(self, texts: Sequence[str], langs: Sequence[str], read_: Texts) -> list[Tags]:
        """The tags of texts that are English or may be."""
        scored = self._model.page(texts, read_.tokens)
        verdicts = self._judge.page([each.logits for each in scored])
        cases = list(map(Case, texts, langs, scored, verdicts))
        return list(
            map(self._tags, cases, self._compounds(texts, read_.words), self._model.explain(cases, self._judge))
        )

    def _tags(self, case: Case, compound: float, shown: Sequence[Evidence]) -> Tags:
        text, verdict = case.text, case.verdict
        place = None
        if not NEEDS.isdisjoint(verdict.labels):
            place = find_place(text, lexicon().places, {*verdict.labels}, case.scored.place)
        where = [evidence(text, "place", place)] if place else []
        return Tags(
            moments=dict(zip(MOMENTS, verdict.p, strict=False)),
            labels=verdict.labels,
            question=verdict.p[QUESTION],
            is_question=verdict.is_question,
            urgency=verdict.urgency,
            sentiment=Sentiment(verdict.mood, compound, verdict.moods),
            signals=verdict.signals,
            place=where[0].text if where else None,
            where=located(where[0].text, text) if where else None,
            lang=case.lang,
            evidence=(*shown, *where),
            vector=case.scored.vector,
            model=self.model,
        )

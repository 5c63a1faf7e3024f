"""The words that carried the tags of many texts: what would be told without some is asked for all together."""

from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol

from listener.tag.explain import Proof, Range, Taken, explain
from listener.tag.verdict import Judge, Verdict
from listener.types import Evidence, Span

_PROVED = 120  # words that are read again to prove what is shown of a post: a long one shows its strongest phrases
MOOD = "sentiment"
"""What evidence calls the mood."""


class Look(Protocol):
    """The words and marks of a text, one by one."""

    @property
    def words(self) -> Sequence[str]:
        """As they stand."""

    def gains(self, head: int) -> Sequence[float]:
        """What each word tells for a head."""

    def span(self, phrase: Range) -> Span:
        """Where words stand in the text."""


class Asked(NamedTuple):
    """A text whose tags are to be proven."""

    text: str
    look: Look
    proofs: Sequence[tuple[str, Proof]]  # of each tag


Without = Callable[[Sequence[tuple[Any, Taken]]], Sequence[Sequence[float]]]
"""The logits of texts without some of their words, for looks at them."""

_Shown = Generator[Taken, Sequence[float] | None, list[Evidence]]
"""As `Proof`, of all tags of a text."""


def proofs_of(look: Look, verdict: Verdict, judge: Judge) -> list[tuple[str, Proof]]:
    """What proves the tags of a text besides its mood."""
    words, given = look.words, verdict.given
    return [(tag, explain(words, look.gains(head), partial(judge.holds, tag, before=verdict))) for tag, head in given]


def proved(asked: Sequence[Asked], without: Without) -> list[list[Evidence]]:
    """The words that carried the tags of each; what has to be read again is read for all of them together."""
    shown: list[list[Evidence]] = [[] for _ in asked]
    asking = list(map(_asking, asked))
    answers: dict[int, Sequence[float] | None] = dict.fromkeys(range(len(asked)))
    while answers:
        taken: dict[int, Taken] = {}
        for number, answer in answers.items():
            try:
                taken[number] = asking[number].send(answer)
            except StopIteration as done:
                shown[number] = done.value
        told = without([(asked[number].look, each) for number, each in taken.items()])
        answers = dict(zip(taken, told, strict=True))
    return shown


def _asking(asked: Asked) -> _Shown:
    """Asks for each tag in turn, and never twice the same."""
    shown: list[Evidence] = []
    seen: dict[Taken, Sequence[float] | None] = {}
    text, look, long = asked.text, asked.look, len(asked.look.words)
    for tag, proof in asked.proofs:
        answer: Sequence[float] | None = None
        while True:
            try:
                taken = proof.send(answer)
            except StopIteration as done:
                shown += [evidence(text, tag, look.span(phrase)) for phrase in done.value]
                break
            if taken not in seen and (tag == MOOD or len(seen) * long <= _PROVED):
                seen[taken] = yield taken
            answer = seen.get(taken)
    return shown


def evidence(text: str, tag: str, span: Span) -> Evidence:
    """A stretch of a text that carried a tag."""
    return Evidence(tag, span.start, span.end, text[span.start : span.end])

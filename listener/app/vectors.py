"""By which vectors questions are compared: those of the tagger in use, or the light ones."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from msgspec import Struct

from listener.tag import Tagger
from listener.trend import Encoder, Light
from listener.types import Finding, Tags


@runtime_checkable
class Embedding(Protocol):
    """A tagger whose tags hold a vector."""

    model: str
    vectors: Encoder  # the same for texts that it has not tagged


class Vectors(Struct, frozen=True):
    """Findings to vectors.

    Args:
        tagger: whose findings hold them already; "" none does.
    """

    encode: Encoder
    tagger: str = ""

    @property
    def model(self) -> str:
        """Their name: those of two models are never compared."""
        return self.encode.model

    def __call__(self, findings: Sequence[Finding]) -> list[bytes]:
        """The vectors of what findings say, in order; those that are not there are made together."""
        there = [self._there(each.tags) for each in findings]
        pairs = list(zip(findings, there, strict=True))
        made = iter(self.encode([each.post.words for each, vector in pairs if vector is None]))
        return [next(made) if vector is None else vector for _, vector in pairs]

    def _there(self, tags: Tags) -> bytes | None:
        return tags.vector if self.tagger and tags.model == self.tagger else None


def vectors_of(tagger: Tagger) -> Vectors:
    """Those to compare by where this tagger reads posts."""
    return Vectors(tagger.vectors, tagger.model) if isinstance(tagger, Embedding) else Vectors(Light.load())


def vectors_named(model: str, wanted: Vectors) -> Vectors | None:
    """Those of this name, if they can be made here: the ones that are wanted, or the light ones."""
    return next((each for each in (wanted, Vectors(Light.load())) if each.model == model), None)

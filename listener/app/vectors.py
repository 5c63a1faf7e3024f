"""By which vectors questions are compared: those of the tagger in use, or the light ones."""

from typing import Protocol, runtime_checkable

from msgspec import Struct

from listener.tag import Tagger
from listener.trend import Encoder, Light
from listener.types import Finding


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

    def __call__(self, finding: Finding) -> bytes:
        """The vector of what a finding says."""
        tags = finding.tags
        if self.tagger and tags.vector and tags.model == self.tagger:
            return tags.vector
        [vector] = self.encode([finding.post.words])
        return vector


def vectors_of(tagger: Tagger) -> Vectors:
    """Those to compare by where this tagger reads posts."""
    return Vectors(tagger.vectors, tagger.model) if isinstance(tagger, Embedding) else Vectors(Light.load())


def vectors_named(model: str, wanted: Vectors) -> Vectors | None:
    """Those of this name, if they can be made here: the ones that are wanted, or the light ones."""
    return next((each for each in (wanted, Vectors(Light.load())) if each.model == model), None)

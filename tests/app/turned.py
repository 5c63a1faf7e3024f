"""A tagger whose tags hold vectors, as the accurate one's do."""

from collections.abc import Sequence

from msgspec.structs import replace

from listener.app import Parts
from listener.match import Matcher
from listener.pipeline import Analyser
from listener.tag import Tagger, load
from listener.types import Post, Tags
from tests.trend.turned import Turned


class TurnedTagger:
    """Reads as the fast tagger does; every third post has no vector, as those in other languages."""

    def __init__(self, vectors: Turned) -> None:
        self._fast, self.vectors, self.model = load("fast"), vectors, f"of {vectors.model}"

    def __call__(self, posts: Sequence[Post]) -> list[Tags]:
        """The tags of each post, in order."""
        made = [None if len(post.words) % 3 == 0 else Turned(self.vectors.model)([post.words])[0] for post in posts]
        found = zip(self._fast(posts), made, strict=True)
        return [replace(tags, vector=vector, model=self.model) for tags, vector in found]


def with_tagger(parts: Parts, tagger: Tagger) -> Parts:
    """The same product with this tagger."""
    return replace(parts, analyser=Analyser(Matcher.of(parts.settings.topics, parts.settings.sets), tagger))

"""Which topics is a post about? All of them are looked for at once, and only what has a clue in a post is tested on it.

The pieces that the queries cannot do without are one Aho-Corasick automaton, which reads a whole page of posts in one
go. Of a query that is an OR, only those branches are tested whose piece was found.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import accumulate, pairwise
from operator import itemgetter

from ahocorasick_rs import BytesAhoCorasick
from msgspec import Struct

from listener.query import Doc, Query, parse
from listener.query.clues import Clues, clues, needed
from listener.query.evaluate import test
from listener.query.plain import ODD, plain
from listener.query.tree import Node, Or, Set
from listener.types import Light, Match, Post, Topic

_LONGEST, _LONGEST_INSIDE = 16, 5  # bytes of a clue: in texts made to be slow, each byte may end so many
_FLOOD = 8  # clues found a post, from which they are sorted before they are looked at


class _Tracked(Struct, frozen=True):
    topic: Topic
    query: Query


class _Branch(Struct, frozen=True, gc=False):
    """A query, or one side of its OR; `also` must be there besides the clue that leads here."""

    topic: int
    tree: Node
    also: Clues


class Matcher:
    """All topics, ready to be tested on posts. Picklable."""

    def __init__(self, tracked: Sequence[_Tracked]) -> None:
        self._tracked = tuple(tracked)
        self._branches = list[_Branch]()
        self._always = list[int]()  # numbers of the branches that give no clue
        self._fields = frozenset[str]()  # in which there are clues besides the words
        by_clue = dict[bytes, list[int]]()
        for number, each in enumerate(self._tracked):
            self._fields |= needed(each.query.tree)
            for tree in _branches(each.query.tree):
                self._add(_Branch(number, tree, ()), by_clue)
        self._of_clue = [*by_clue.values(), ()]
        self._find = BytesAhoCorasick([*by_clue, ODD]).find_matches_as_indexes

    def _add(self, branch: _Branch, by_clue: dict[bytes, list[int]]) -> None:
        number, found = len(self._branches), clues(branch.tree)
        short = {_short(clue) for clue in found[0]} if found else set[bytes]()
        also = found[0 if short != found[0] else 1 :] if found else ()
        self._branches.append(_Branch(branch.topic, branch.tree, also))
        for clue in short:
            by_clue.setdefault(clue, []).append(number)
        if not found:
            self._always.append(number)

    def __reduce__(self) -> tuple[Callable[..., "Matcher"], tuple[object]]:
        return Matcher, (self._tracked,)

    @classmethod
    def of(cls, topics: Sequence[Topic], sets: Mapping[str, str]) -> "Matcher":
        """Understands every query once; raises `QueryError`."""
        return cls([_Tracked(topic, parse(topic.query, sets, scope="topic")) for topic in topics])

    def __call__(self, posts: Sequence[Post], now: datetime) -> list[tuple[Match, ...]]:
        """For each post the topics that it is about, in the order of the configuration."""
        found: list[tuple[Match, ...]] = [()] * len(posts)
        for number, branches in self._candidates(posts).items():
            found[number] = tuple(self._matches(Doc.of(posts[number], now), branches))
        return found

    def may(self, posts: Sequence[Light]) -> list[int]:
        """The numbers of those that may match, as they came, or that hold what is to be mended before one can tell."""
        return sorted(self._candidates(posts))

    def _matches(self, doc: Doc, branches: Iterable[int]) -> Iterable[Match]:
        alive = defaultdict[int, list[Node]](list)
        for branch in map(self._branches.__getitem__, sorted(branches)):
            alive[branch.topic].append(branch.tree)
        for number, trees in alive.items():
            topic = self._tracked[number].topic
            tree = trees[0] if len(trees) == 1 else Or(tuple(trees))
            if (not topic.sources or doc.post.source in topic.sources) and (hit := test(tree, doc)):
                yield Match(topic.id, hit.leaves, hit.spans, topic.name)

    def _candidates(self, posts: Sequence[Light]) -> Mapping[int, Collection[int]]:
        """The numbers of the posts that may match, each with those of the branches that may."""
        read = plain(map(self._text, posts) if self._fields else [post.words for post in posts])
        found = self._find(read, overlapping=True)
        if not (found or self._always):
            return {}
        lines = read.split(b"\n")
        held = self._held(lines, list(accumulate(map(len, read.splitlines(keepends=True)))), found)
        kept = {number: [b for b in branches if self._has(lines[number], b)] for number, branches in held.items()}
        odd = {number: range(len(self._branches)) for number in held if ODD in lines[number]}
        return {number: branches for number, branches in {**kept, **odd}.items() if branches}

    def _held(
        self, lines: Sequence[bytes], ends: Sequence[int], found: Sequence[tuple[int, int, int]]
    ) -> dict[int, set[int]]:
        held = defaultdict(set, {number: set(self._always) for number in range(len(lines))} if self._always else {})
        if len(found) > _FLOOD * len(lines):
            borders = [0, *(bisect_right(found, end, key=itemgetter(2)) for end in ends)]
            once = ({each[0] for each in found[start:end]} for start, end in pairwise(borders))
            pairs = [(number, clue) for number, clues in enumerate(once) for clue in clues]
        else:
            pairs = [(bisect_right(ends, start), clue) for clue, start, _ in found]
        for number, clue in pairs:
            held[number].update(self._of_clue[clue])
        return held

    def _has(self, line: bytes, branch: int) -> bool:
        """Whether a piece of each of its clues is there."""
        return all(any(piece in line for piece in clue) for clue in self._branches[branch].also)

    def _text(self, post: Light) -> str:
        fields, texts = self._fields, [post.words]
        texts += [str(getattr(post, name)) for name in ("author", "community", "url") if name in fields]
        return " | ".join([*texts, *(post.links if "links" in fields else ())])


def _branches(tree: Node) -> Sequence[Node]:
    while isinstance(tree, Set):
        tree = tree.child
    return tree.children if isinstance(tree, Or) else (tree,)


def _short(clue: bytes) -> bytes:
    """So much of a clue as all are looked for at once; the edge of a word at its end, or else its beginning, stays."""
    if clue.endswith(b" ") and not clue.startswith(b" "):
        return clue[-_LONGEST:]
    return clue[: _LONGEST if clue.startswith(b" ") else _LONGEST_INSIDE]

"""Which topics is a post about? All of them are looked for at once, and only what has a clue in a post is tested on it.

The pieces that the queries cannot do without are one Aho-Corasick automaton, which reads a whole page of posts in one
go. Of a query that is an OR, only those branches are tested whose piece was found.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter

from ahocorasick_rs import BytesAhoCorasick
from msgspec import Struct

from listener.query import Doc, Query, parse
from listener.query.clues import Clues, clues, needed
from listener.query.evaluate import test
from listener.query.plain import ODD, plain
from listener.query.tree import Node, Or, Set
from listener.types import Light, Match, Post, Rough, Topic

_LONGEST, _LONGEST_INSIDE = 16, 5  # bytes of a clue: in texts made to be slow, each byte may end so many


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
        for number, branches in self._candidates(posts, [post.words for post in posts]).items():
            found[number] = tuple(self._matches(Doc.of(posts[number], now), branches))
        return found

    def may(self, posts: Rough) -> Collection[int]:
        """The numbers of those that may match, or that hold what is to be mended before one can tell."""
        return self._candidates(posts.lines, posts.words).keys()

    def _matches(self, doc: Doc, branches: Iterable[int]) -> Iterable[Match]:
        alive = defaultdict[int, list[Node]](list)
        for branch in map(self._branches.__getitem__, sorted(branches)):
            alive[branch.topic].append(branch.tree)
        for number, trees in alive.items():
            topic = self._tracked[number].topic
            tree = trees[0] if len(trees) == 1 else Or(tuple(trees))
            if (not topic.sources or doc.post.source in topic.sources) and (hit := test(tree, doc)):
                yield Match(topic.id, hit.leaves, hit.spans, topic.name)

    def _candidates(self, posts: Sequence[Light], words: Sequence[str]) -> Mapping[int, Collection[int]]:
        """The numbers of the posts that may match, each with those of the branches that may."""
        read = plain([*map(self._text, posts, words)] if self._fields else words)
        held = _held(read, self._find(read, overlapping=True))
        if not (held or self._always):
            return {}
        lines, candidates = read.split(b"\n"), dict[int, Collection[int]]()
        for number in range(len(posts)) if self._always else held:
            line, clues = lines[number], held.get(number, ())
            if ODD in line:
                candidates[number] = range(len(self._branches))
                continue
            branches = {*self._always}.union(*map(self._of_clue.__getitem__, clues))
            if has := [branch for branch in branches if self._has(line, branch)]:
                candidates[number] = has
        return candidates

    def _has(self, line: bytes, branch: int) -> bool:
        """Whether a piece of each of its clues is there."""
        return all(any(piece in line for piece in clue) for clue in self._branches[branch].also)

    def _text(self, post: Light, words: str) -> str:
        fields, texts = self._fields, [words]
        texts += [str(getattr(post, name)) for name in ("author", "community", "url") if name in fields]
        return " | ".join([*texts, *(post.links if "links" in fields else ())])


def _held(read: bytes, found: Sequence[tuple[int, int, int]]) -> dict[int, set[int]]:
    """By the numbers of lines the clues that are in them, each once; `found` goes by where they end."""
    held, number, at, first = dict[int, set[int]](), 0, 0, 0
    while first < len(found):
        end = found[first][2]
        number, at = number + read.count(b"\n", at, end), end
        line_end = read.find(b"\n", end) % (len(read) + 1)  # the last line ends with the page
        following = bisect_right(found, line_end, first, key=itemgetter(2))
        held[number] = {clue for clue, _, _ in found[first:following]}
        first = following
    return held


def _branches(tree: Node) -> Sequence[Node]:
    while isinstance(tree, Set):
        tree = tree.child
    return tree.children if isinstance(tree, Or) else (tree,)


def _short(clue: bytes) -> bytes:
    """So much of a clue as all are looked for at once; the edge of a word at its end, or else its beginning, stays."""
    if clue.endswith(b" ") and not clue.startswith(b" "):
        return clue[-_LONGEST:]
    return clue[: _LONGEST if clue.startswith(b" ") else _LONGEST_INSIDE]

"""What one round over all streams brings, until it goes out as a page."""

from collections.abc import Iterable, Sequence

from listener.sources.reddit.sweep import Entry
from listener.sources.reddit.things import read
from listener.types import Ask, Bad, Batch, Gap, Post, Trouble


class Gathered:
    """Posts, cursors and gaps of a round; `cursor` shows what the round has already moved."""

    def __init__(self, ask: Ask) -> None:
        self.ask, self.now = ask, ask.now.timestamp()
        self.cursors: dict[str, str] = {}
        self.gaps: list[Gap] = []
        self.filled: list[str] = []  # streams whose gaps were closed
        self._posts: dict[str, Post] = {}
        self._deleted: dict[str, None] = {}
        self._bad: dict[tuple[str, str], Bad] = {}

    def cursor(self, name: str) -> str:
        """The cursor of a stream as it is now."""
        return self.cursors.get(name, self.ask.cursors.get(name, ""))

    def move(self, name: str, cursor: str) -> None:
        """Move a cursor."""
        if cursor != self.cursor(name):
            self.cursors[name] = cursor

    def add(self, entries: Sequence[Entry], *, looked_up: bool = False) -> None:
        """Posts of a page or a look-up; those that another stream has shown already come once."""
        found = read(entries, self.ask.now, looked_up=looked_up)
        self._posts |= {post.id: post for post in found.posts}
        self._deleted |= dict.fromkeys(found.deleted)
        self._bad |= {(each.id, each.raw): each for each in found.bad}

    def delete(self, keys: Iterable[str]) -> None:
        """Posts that are gone."""
        self._deleted |= dict.fromkeys(keys)

    def batch(self, *, more: bool, wait: float | None = None, troubles: tuple[Trouble, ...] = ()) -> Batch:
        """The page."""
        return Batch(
            posts=tuple(self._posts.values()),
            deleted=tuple(self._deleted),
            cursors=self.cursors,
            more=more,
            wait=wait,
            gaps=tuple(self.gaps),
            bad=tuple(self._bad.values()),
            troubles=troubles,
            filled=tuple(self.filled),
        )

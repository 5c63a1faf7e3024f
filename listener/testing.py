"""Stand-ins with the real interfaces and failure switches, for tests of Listener and of what is built on it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from listener.errors import Ambiguous
from listener.types import Ask, Bad, Batch, Gap, Message, Post, Trouble

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""When the invented world begins."""

_TEXTS = (
    "where can I buy a standing desk in Leeds?",
    "how do I descale a kettle without vinegar?",
    "any good ramen near the station open tonight?",
    "which headphones survive rain? need a pair by Saturday",
    "finally fixed the squeaky door, two drops of oil did it",
)


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.now

    def advance(self, seconds: float) -> datetime:
        """Move on, or back where `seconds` is negative; answers the new time."""
        self.now += timedelta(seconds=seconds)
        return self.now


def posts(count: int, *, start: datetime = START, every: float = 60.0, **fields: object) -> list[Post]:
    """Invented posts "1" … "count", oldest first, `every` seconds apart; `fields` hold for all of them."""

    def make(n: int) -> Post:
        at, text = start + timedelta(seconds=(n - 1) * every), _TEXTS[n % len(_TEXTS)]
        return replace(Post(source="forum", id=str(n), text=text, created_at=at, author=f"author{n % 7}"), **fields)

    return [make(n) for n in range(1, count + 1)]


class FakeSource:
    """A source that serves a list, oldest first; its cursor is how much of it was read.

    Switches: `errors` are raised by the next fetches, one each; `repeat` answers the same page for ever; `bad` and
    `gaps` go out with the next page, `troubles` with every page. `asked` keeps every Ask.
    """

    def __init__(self, posts: Iterable[Post] = ()) -> None:
        self.posts = list(posts)
        self.gone: list[str] = []
        self.asked: list[Ask] = []
        self.errors: list[Exception] = []
        self.bad: list[Bad] = []
        self.gaps: list[Gap] = []
        self.troubles: list[Trouble] = []
        self.repeat = False

    def add(self, *posts: Post) -> None:
        """More posts; one whose key is there already is an edit."""
        self.posts += posts

    def delete(self, key: str) -> None:
        """Delete upstream: a look-up says so from now on."""
        self.gone.append(key)

    def fetch(self, ask: Ask) -> Batch:
        """The next page of the list."""
        self.asked.append(ask)
        if self.errors:
            raise self.errors.pop(0)
        begin = int(ask.cursors.get("posts", "0"))
        end = min(begin + ask.limit, len(self.posts))
        bad, self.bad = tuple(self.bad), []
        gaps, self.gaps = tuple(self.gaps), []
        cursors = {} if self.repeat else {"posts": str(end)}
        more = self.repeat or end < len(self.posts)
        posts, troubles = tuple(self.posts[begin:end]), tuple(self.troubles)
        return Batch(posts=posts, cursors=cursors, more=more, bad=bad, gaps=gaps, troubles=troubles)

    def recheck(self, ids: Sequence[str], now: datetime) -> Batch:
        """The posts as they are now; the last one of a key counts."""
        if self.errors:
            raise self.errors.pop(0)
        latest = {post.key: post for post in self.posts if post.id in ids}
        gone = tuple(key for key in latest if key in self.gone)
        return Batch(posts=tuple(post for key, post in latest.items() if key not in gone), deleted=gone)


class FakeChannel:
    """A channel that keeps what it is sent: `sent` by ref, `updates` as (ref, message).

    Switches: `errors` are raised by the next calls, one each, and nothing arrives; so many of the next messages as
    `lose` says arrive but their answer is lost, so many as `drop` says do not arrive and nobody knows; `find` does not
    show the newest `hide` messages yet; with `pictured`, messages are to be changed once they were sent.
    `on_send` is called with each message before anything else.
    """

    def __init__(self, name: str = "fake") -> None:
        self.name, self.interval = name, 0.0
        self.sent: dict[str, Message] = {}
        self.updates: list[tuple[str, Message]] = []
        self.errors: list[Exception] = []
        self.lose = self.drop = self.hide = 0
        self.pictured = False
        self.on_send: Callable[[Message], object] = lambda message: None

    @property
    def messages(self) -> list[Message]:
        """Everything that arrived, in order."""
        return list(self.sent.values())

    def send(self, message: Message) -> str:
        """Keep the message and answer its ref, unless a switch says otherwise."""
        self.on_send(message)
        self._fail()
        if self.drop:
            self.drop -= 1
            raise Ambiguous(self.name, "the connection was cut")
        ref = f"{self.name}/{len(self.sent) + 1}"
        self.sent[ref] = message
        if self.lose:
            self.lose -= 1
            raise Ambiguous(self.name, "the answer was lost")
        return ref

    def update(self, message: Message, ref: str) -> None:
        """Show the message as it is now."""
        self._fail()
        self.sent[ref] = message
        self.updates.append((ref, message))

    def owes(self, message: Message) -> bool:
        """Whether it is still to get its picture."""
        return self.pictured

    def find(self, messages: Iterable[Message], since: datetime) -> dict[str, str]:
        """The refs of those messages that can be seen; `since` is not looked at."""
        self._fail()
        shown = list(self.sent.items())[: len(self.sent) - self.hide]
        wanted = {message.key for message in messages}
        return {message.key: ref for ref, message in shown if message.key in wanted}

    def _fail(self) -> None:
        if self.errors:
            raise self.errors.pop(0)


def edited(post: Post, text: str) -> Post:
    """The same post after its author changed it."""
    return replace(post, text=text)

"""A stream of posts to measure with, and phrases of its own words, of which a given share of the posts holds one."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from random import Random
from sys import intern

import msgspec
from msgspec import Struct

_WORD = re.compile(r"[a-z]{2,}")
_RARE = 1.5  # posts a phrase is to be in, below which a phrase of three words is taken instead of a word


class Post(Struct, frozen=True):
    """What is needed of a line."""

    text: str = ""
    source: str = "jsonl"
    created_at: str | float | None = None


class Stream(Struct, frozen=True):
    """Posts, and the words of each in order."""

    posts: Sequence[Post]
    words: Sequence[Sequence[str]]

    def lines(self, count: int) -> Iterator[bytes]:
        """So many lines of JSON; the posts come again and again, each time under another id."""
        for number in range(count):
            post = self.posts[number % len(self.posts)]
            fields = {"id": f"{number:09d}", "source": post.source, "text": post.text, "created_at": post.created_at}
            yield msgspec.json.encode(fields) + b"\n"

    def phrases(self, count: int, share: float) -> list[str]:
        """So many phrases; about this share of the posts holds one of them, the others are words that never met."""
        rng = Random(count)  # noqa: S311  # the same stream is measured each time
        wanted = share * len(self.posts)
        found = self._heard(rng, min(count, max(1, round(wanted))), wanted)
        every = sorted({word for words in self.words for word in words})  # each once: common ones do meet
        while len(found) < count:
            found[" ".join(rng.choices(every, k=3))] = None
        return list(found)

    def _heard(self, rng: Random, count: int, wanted: float) -> dict[str, None]:
        """Phrases that are in the wanted number of posts together."""
        if wanted / count > _RARE:
            held = Counter(word for words in self.words for word in set(words))
            near = sorted(held, key=lambda word: (abs(held[word] - wanted / count), word))
            return dict.fromkeys(near[:count])
        long = [words for words in self.words if len(words) >= 3]
        chosen = rng.sample(long, min(count, len(long)))
        starts = ((words, rng.randrange(len(words) - 2)) for words in chosen)
        return dict.fromkeys(" ".join(words[start : start + 3]) for words, start in starts)


def read_stream(path: Path | None) -> Stream:
    """The posts of a file of JSON lines, or of the invented sample stream."""
    raw = path.read_bytes() if path else files("listener.sources").joinpath("sample.jsonl").read_bytes()
    posts = [post for post in msgspec.json.Decoder(Post).decode_lines(raw) if post.text]
    return Stream(posts, [[*map(intern, _WORD.findall(post.text.lower()))] for post in posts])

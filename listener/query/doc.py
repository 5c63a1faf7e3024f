"""One post, made ready for queries: folded once, whatever the number of queries."""

from datetime import datetime

from msgspec.structs import replace

from listener.query.fields import Facts
from listener.query.fold import fold
from listener.query.lazy import Lazy
from listener.query.text import STEPS, Text, domains
from listener.types import Post


class Doc:
    """A post as queries see it: its words, its fields, the time, and the tags of a finding where there are any."""

    def __init__(self, body: Text, post: Post, now: datetime, facts: Facts | None = None) -> None:
        self.body, self.post, self.now, self.facts = body, post, now, facts

    @classmethod
    def of(cls, post: Post, now: datetime, facts: Facts | None = None) -> "Doc":
        """The title and text of a post as one; nothing is worked out before it is asked for."""
        return cls(Text(post.words, title=len(post.title) if post.title and post.text else 0), post, now, facts)

    @property
    def text(self) -> str:
        """The title and text, in which spans count."""
        return self.body.original

    def renew(self) -> None:
        """Leave all steps to the next query."""
        self.body.steps = STEPS
        if "title" in self.__dict__:
            self.title.renew()

    @Lazy
    def title(self) -> "Doc":
        """The title alone; its offsets are those of the whole, which it begins."""
        return Doc(Text(self.post.title), replace(self.post, url="", links=()), self.now, self.facts)

    @Lazy
    def haystack(self) -> str:
        """All folded text in which words, names and domains are looked for, addresses included."""
        text, post = self.body.original, self.post
        addresses = [text[start:end] for start, end in self.body.addresses]
        if not (addresses or post.url or post.links):
            return self.body.folded
        return "\n".join([self.body.folded, *map(fold, (*addresses, post.url, *post.links))])

    @Lazy
    def linked(self) -> frozenset[str]:
        """The domains of the post's own address and of its links."""
        return frozenset(domain for link in (self.post.url, *self.post.links) if link for domain in domains(link))

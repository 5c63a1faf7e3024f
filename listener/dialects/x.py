"""X: its search and the rules of its filtered stream."""

from listener.dialects.grammar import Grammar, Reader
from listener.dialects.leaves import field, lang, least, link, lost, marked, term
from listener.dialects.tree import Lost, Node

ONE_A_LINE = True
SOURCES = ("x",)
"""A query of X asks for nothing but X."""

_ANSWER = "whom a post answers is not known here"
_CONTENT = "what a post has attached is not known here"
_PLACE = "where an author lives is not known here"
_KIND = "of kinds of posts, replies and reposts are known here"
_TIME = "a topic finds what is new; there is age: for how old a post may be"
_KINDS = {"reply": "comment", "replies": "comment", "retweet": "repost", "retweets": "repost"}


def _kind(value: str, at: int) -> Node:
    """Replies are comments here; reposts are never read, so that NOT type:repost holds for all there is."""
    name = _KINDS.get(value.lower().removeprefix("native"))
    return field("type")(name, at) if name else Lost(value, at, _KIND)


FIELDS = {
    "is": _kind,
    "filter": _kind,
    "from": field("author"),
    "lang": lang,
    "url": link,
    "min_faves": least("likes"),
    "min_likes": least("likes"),
    "min_replies": least("replies"),
    "followers_count": least("followers"),
    "min_retweets": lost("reposts are not counted here"),
    **dict.fromkeys(("to", "retweets_of", "in_reply_to_tweet_id", "conversation_id"), lost(_ANSWER)),
    **dict.fromkeys(("include", "quoted_tweet_id", "retweets_of_tweet_id"), lost(_KIND)),
    **dict.fromkeys(("has", "card_name", "source"), lost(_CONTENT)),
    **dict.fromkeys(("place", "place_country", "point_radius", "bounding_box", "geocode", "near"), lost(_PLACE)),
    **dict.fromkeys(("since", "until", "since_time", "until_time", "within_time"), lost(_TIME)),
    **dict.fromkeys(
        ("context", "entity", "list", "bio", "bio_name", "bio_location", "sample"), lost("X alone knows it")
    ),
    "mentions": marked("@"),
}
"""Its operators in lower case."""


def _word(text: str, at: int) -> Node:
    """A word; X has no wildcards."""
    return term(text.replace("*", "").replace("?", "") or text, at)


def read(text: str) -> Node:
    """One query or rule; raises `Unreadable`."""
    return Reader(text, Grammar(FIELDS, _word)).read()

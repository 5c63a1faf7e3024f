"""Brandwatch: AND, OR, NOT, NEAR/n, NEAR/nf, wildcards, {case}, <<<comments>>> and many fields."""

from listener.dialects.grammar import Grammar, Reader
from listener.dialects.leaves import field, lang, link, lost, marked, number, raw, site, title
from listener.dialects.tree import Lost, Node, Noted

ONE_A_LINE = False

_PLACE = "where an author lives is not known here"
_REACTION = "of reactions, replies and shares are known here"
_AUTHOR = "what is known of an author here is the name and the number of followers"
_TAG = "it is a tag here, which routes can ask for, and topics cannot"
_NOT_HERE = "nothing here tells it"
_REACTIONS = {"reply": "comment", "comment": "comment", "retweet": "repost", "share": "repost"}


def _reaction(value: str, at: int) -> Node:
    """Replies are comments here, on all platforms; what is shared is never read."""
    name = _REACTIONS.get(value.lower())
    found = field("type")(name, at) if name else Lost(value, at, _REACTION)
    return Noted(found, value, at, "comments of all platforms are meant", wider=True) if name == "comment" else found


FIELDS = {
    "engagementtype": _reaction,
    "title": title,
    "raw": raw,
    "site": site,
    "url": field("url"),
    "links": link,
    "author": field("author"),
    "hashtags": marked("#"),
    "at_mentions": marked("@"),
    "mentionedauthors": marked("@"),
    "language": lang,
    "lang": lang,
    "subreddit": field("community"),
    "authorfollowers": number("followers"),
    "followers": number("followers"),
    "likes": number("likes"),
    "sentiment": lost(_TAG),
    **dict.fromkeys(("parentpostid", "threadauthor", "replytoauthor"), lost(_REACTION)),
    **dict.fromkeys(("country", "city", "state", "region", "county", "continent", "location"), lost(_PLACE)),
    **dict.fromkeys(("authorgender", "gender", "authorverified", "authorverifiedtype", "authorbio"), lost(_AUTHOR)),
    **dict.fromkeys(("pagetype", "contentsource", "publishersubtype", "domain_rank", "rating"), lost(_NOT_HERE)),
    **dict.fromkeys(("minuteofday", "dayofweek", "imagetype", "itemreview", "authortweetcount"), lost(_NOT_HERE)),
}
"""Its fields in lower case."""


def read(text: str) -> Node:
    """One query; raises `Unreadable`."""
    return Reader(text, Grammar(FIELDS)).read()

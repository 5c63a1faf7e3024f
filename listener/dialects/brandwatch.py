"""Brandwatch: AND, OR, NOT, NEAR/n, NEAR/nf, wildcards, {case}, <<<comments>>> and many fields."""

from listener.dialects.grammar import Grammar, Reader
from listener.dialects.leaves import field, lang, link, lost, marked, number, raw, site, title
from listener.dialects.tree import Node

ONE_A_LINE = False

_PLACE = "where an author lives is not known here"
_REACTION = "replies, shares and quotes are not told apart"
_AUTHOR = "what is known of an author here is the name and the number of followers"
_TAG = "it is a tag here, which routes can ask for, and topics cannot"
_NOT_HERE = "nothing here tells it"

FIELDS = {
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
    **dict.fromkeys(("engagementtype", "parentpostid", "threadauthor", "replytoauthor"), lost(_REACTION)),
    **dict.fromkeys(("country", "city", "state", "region", "county", "continent", "location"), lost(_PLACE)),
    **dict.fromkeys(("authorgender", "gender", "authorverified", "authorverifiedtype", "authorbio"), lost(_AUTHOR)),
    **dict.fromkeys(("pagetype", "contentsource", "publishersubtype", "domain_rank", "rating"), lost(_NOT_HERE)),
    **dict.fromkeys(("minuteofday", "dayofweek", "imagetype", "itemreview", "authortweetcount"), lost(_NOT_HERE)),
}
"""Its fields in lower case."""


def read(text: str) -> Node:
    """One query; raises `Unreadable`."""
    return Reader(text, Grammar(FIELDS)).read()

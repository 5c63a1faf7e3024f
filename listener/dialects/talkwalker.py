"""Talkwalker: AND, OR, NOT, NEAR/n, ONEAR/n, "…"~n, wildcards, +exact, ++Case and many fields."""

from listener.dialects.grammar import Grammar, Reader
from listener.dialects.leaves import cased, field, lang, link, lost, marked, number, phrase, raw, site, term, title
from listener.dialects.tree import Lost, Node, Noted

ONE_A_LINE = False

_PLACE = "where a source or an author is at home is not known here"
_SUMMED = "likes and replies are counted apart here: likes:, replies:"
_TAG = "it is a tag here, which routes can ask for, and topics cannot"
_SOURCES = {
    "socialmedia_twitter": "x",
    "socialmedia_x": "x",
    "socialmedia_reddit": "reddit",
    "socialmedia_mastodon": "mastodon",
    "socialmedia_bluesky": "bluesky",
    "socialmedia_youtube": "youtube",
}


def _source(value: str, at: int) -> Node:
    name = _SOURCES.get(value.lower())
    return field("source")(name, at) if name else Lost(value, at, "no source here is of exactly this kind")


def _content(value: str, at: int) -> Node:
    return Noted(phrase(value, at), f"content:{value}", at, "the title is searched as well", wider=True)


def _word(text: str, at: int) -> Node:
    """A word, +a word as written, ++a word as written and in this case."""
    if text.startswith("++") and text.strip("+").isalnum():
        return cased(text[2:], at)
    if text.startswith("+") and text.strip("+"):
        exact = text.lstrip("+")
        if exact.isalnum():
            return Noted(term(exact, at), text, at, "accents and the like do not count", wider=True)
        return Noted(raw(exact, at), text, at, "the case counts for exact signs", wider=False)
    return term(text, at)


FIELDS = {
    "title": title,
    "content": _content,
    "lang": lang,
    "author": field("author"),
    "author_short_name": field("author"),
    "author_name": field("author"),
    "site": site,
    "domain_url": site,
    "host_url": site,
    "url": field("url"),
    "link": link,
    "links": link,
    "tag": lost("it is a tag of that tool"),
    "hashtag": marked("#"),
    "hashtags": marked("#"),
    "mention": marked("@"),
    "mentions": marked("@"),
    "sourcetype": _source,
    "twitter_followers": number("followers"),
    "followers": number("followers"),
    "facebook_likes": number("likes"),
    "likes": number("likes"),
    "comments": number("replies"),
    "engagement": lost(_SUMMED),
    "sentiment": lost(_TAG),
    **dict.fromkeys(("sourcecountry", "authorcountry", "country", "region", "city", "geo"), lost(_PLACE)),
    **dict.fromkeys(("reach", "virality", "trending_score", "impressions"), lost("nothing here tells it")),
}
"""Its fields in lower case."""


def read(text: str) -> Node:
    """One query; raises `Unreadable`."""
    return Reader(text, Grammar(FIELDS, _word)).read()

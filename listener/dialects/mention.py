"""Mention: lists of keywords (any, required, none) with languages, sources and sites; or a Boolean query."""

from collections.abc import Iterator, Mapping
from typing import Any

from listener.dialects.grammar import Grammar, Reader
from listener.dialects.leaves import excluded, field, keyword, lang, link, lost, one_of, site, title
from listener.dialects.tree import Every, Lost, Make, Node, Not

ONE_A_LINE = False

_PLACE = "where an author lives is not known here"
_SOURCES = {"twitter": "x", "x": "x", "reddit": "reddit", "mastodon": "mastodon", "bluesky": "bluesky"}

FIELDS = {
    "title": title,
    "url": field("url"),
    "site": site,
    "domain": site,
    "link": link,
    "links": link,
    "author": field("author"),
    "lang": lang,
    "language": lang,
    "country": lost(_PLACE),
    "location": lost(_PLACE),
}
"""The fields of its Boolean queries in lower case."""


def read(text: str) -> Node:
    """One Boolean query; raises `Unreadable`."""
    return Reader(text, Grammar(FIELDS)).read()


def read_record(record: Mapping[str, Any], text: str) -> Node:
    """One alert as the interface or a table gives it; raises `Unreadable`."""
    parts = [read(text)] if text.strip() else [*_keywords(record)]
    parts += [one_of([lang(code, 0) for code in codes]) for codes in [_listed(record, "languages")] if codes]
    parts += [Lost("countries", 0, _PLACE)] if _listed(record, "countries") else []
    parts += [*_sources(_listed(record, "sources"))]
    parts += [Not(site(each, 0)) for each in _listed(record, "blocked_sites")]
    website = record.get("monitored_website")
    if isinstance(website, Mapping) and website.get("block_self") and website.get("domain"):
        parts.append(Not(site(str(website["domain"]), 0)))
    if record.get("noise_detection") is True:
        parts.append(Lost("noise_detection", 0, "moments and threshold of the topic keep noise away here"))
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _keywords(record: Mapping[str, Any]) -> Iterator[Node]:
    """Any of the included, all of the required, none of the excluded; a website that is watched counts as included."""
    included = [*_made(keyword, record, "included_keywords", "any", "optional")]
    website = record.get("monitored_website")
    if isinstance(website, Mapping) and website.get("domain"):
        included.append(link(str(website["domain"]), 0))
    if included:
        yield one_of(included)
    yield from _made(keyword, record, "required_keywords", "required", "all")
    yield from _made(excluded(keyword), record, "excluded_keywords", "none", "excluded")


def _made(make: Make, record: Mapping[str, Any], *keys: str) -> list[Node]:
    return [make(word, 0) for key in keys for word in _listed(record, key)]


def _listed(record: Mapping[str, Any], key: str) -> list[str]:
    value = record.get(key)
    return [str(each) for each in value if str(each).strip()] if isinstance(value, list) else []


def _sources(names: list[str]) -> Iterator[Node]:
    """Sources that are all known here; with one that is not, the topic listens everywhere."""
    if names and all(name.lower() in _SOURCES for name in names):
        yield one_of([field("source")(_SOURCES[name.lower()], 0) for name in names])
    elif names:
        yield Lost(
            f"sources: {', '.join(names)}", 0, "not all of them are sources here, so the topic takes all there are"
        )

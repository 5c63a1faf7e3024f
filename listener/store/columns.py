"""Which columns hold what of a post: all that forgetting must reach. A test finds columns that are missing here."""

NAMES = {
    "posts": ("key",),
    "findings": ("key", "post_key"),
    "alerts": ("key", "post_key"),
    "folds": ("alert", "finding"),
    "told": ("alert_key",),
    "carries": ("alert",),
    "events": ("finding",),
    "aged": ("post_key",),
    "trends": ("question",),
    "trend_posts": ("post_key",),
    "replies": ("finding",),
}
"""Columns that hold the name of a post, finding or alert, and nothing else."""

MESSAGES = {"outbox": ("key", "instead_of", "within"), "carries": ("message",)}
"""Columns that hold the name of a message, which often is that of its alert."""

MENTIONS = {
    "outbox": ("notice", "error"),
    "events": ("key",),
    "health": ("error",),
    "gaps": ("why",),
    "troubles": ("why",),
}
"""Columns in our own words, which may mention such a name; so may `findings.why`."""

BLANK: dict[str, dict[str, str | None]] = {
    "posts": {
        "url": "",
        "author": "",
        "text": "",
        "title": "",
        "parent": "",
        "tags": "[]",
        "links": "[]",
        "place": "",
        "flags": "[]",
        "hash": "",
    },
    "findings": {"place": None, "evidence": "[]", "spans": "[]", "vector": None},
    "alerts": {"fingerprints": "[]"},
}
"""What becomes of the columns that hold words, whose they are, or where they are, when a post is forgotten."""

KEPT = {"posts": ("community", "kind", "lang"), "findings": ("why", "leaves")}
"""Columns that count: they are blanked only where they name the author."""

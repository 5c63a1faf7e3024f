"""What in a query is probably mistyped, though it could be read."""

from collections.abc import Iterator

from listener.cli.tables import near
from listener.config import Settings
from listener.config.queries import near_sets, unknown_topics
from listener.query import Query
from listener.query.fold import fold
from listener.query.glob import matches
from listener.query.tree import Field, leaves

STATES = ("open", "suppressed")
"""What a finding may be."""


def hints(query: Query, settings: Settings) -> Iterator[str]:
    """One line for each topic, state or set in the query that there is not."""
    names = [topic.name for topic in settings.topics]
    for name in unknown_topics(query, [*names, *(topic.id for topic in settings.topics)]):
        yield f"no topic is called {name!r}{near(name, names)}"
    for leaf in leaves(query.tree):
        if isinstance(leaf, Field) and leaf.name == "state" and not any(matches(fold(leaf.value), s) for s in STATES):
            yield f"{leaf.value!r} is no state{near(leaf.value, STATES)}"
    for handle, known in near_sets(query.text, settings.sets):
        yield f"{handle} is no set, so it means an account; did you mean {known}?"

"""The route tree."""

from typing import Any

import pytest
from msgspec.structs import replace

from listener.alert import Router
from listener.errors import QueryError
from listener.testing import posts
from listener.types import Route
from tests.making import NOW, finding

TREE = Route(
    channel="slack:#all",
    fallback="console",
    routes=(
        Route(channel="", match="urgency:now", go_on=True),
        Route(
            channel="slack:#sales",
            match="moment:buy OR moment:go",
            routes=(Route(channel="slack:#leeds", match="place:leeds"),),
        ),
        Route(channel="slack:#care", match="sentiment:negative topic:desks"),
    ),
)


def channels(*labels: str, tree: Route = TREE, topic: str = "desks", **fields: Any) -> tuple[str, ...]:
    return Router(tree, {}, {}).channels(finding(posts(1)[0], *labels, topic=topic, **fields), NOW)


def test_the_first_match_wins() -> None:
    assert channels("buy") == ("slack:#sales",)


def test_nothing_that_matches_leaves_the_root() -> None:
    assert channels("know") == ("slack:#all",)


def test_continue_goes_on_and_a_child_inherits_its_channel() -> None:
    assert channels("buy", urgency=2) == ("slack:#all", "slack:#sales")


def test_a_deeper_match_takes_the_place_of_its_parent() -> None:
    assert channels("buy", place="Leeds") == ("slack:#leeds",)


def test_a_channel_is_named_once() -> None:
    twice = Route(channel="a", routes=(Route(channel="b", match="moment:buy", go_on=True), Route(channel="b")))
    assert channels("buy", tree=twice) == ("b",)


def test_a_topic_is_known_by_id_and_by_name() -> None:
    tree = Route(channel="a", routes=(Route(channel="b", match='topic:"Standing desks"'),))
    router = Router(tree, {}, {"desks": "Standing desks"})
    assert router.channels(finding(posts(1)[0], "buy"), NOW) == ("b",)


def test_post_fields_and_sets_work_in_routes() -> None:
    tree = Route(channel="a", routes=(Route(channel="b", match="source:forum @things"),))
    router = Router(tree, {"things": "kettle OR desk"}, {})
    made = finding(posts(1)[0], "do")
    assert router.channels(made, NOW) == ("b",)
    assert router.channels(replace(made, post=replace(made.post, source="x")), NOW) == ("a",)


def test_the_fallback_is_inherited_and_never_itself() -> None:
    router = Router(TREE, {}, {})
    assert router.fallback("slack:#leeds") == "console"
    assert router.fallback("console") == ""


def test_a_bad_match_is_refused_when_it_is_built() -> None:
    with pytest.raises(QueryError, match='did you mean "moment"'):
        Router(Route(channel="a", routes=(Route(channel="b", match="momnet:buy"),)), {}, {})

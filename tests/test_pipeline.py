"""Posts in, findings out; one bad post harms no other."""

import pickle
from collections.abc import Sequence

from msgspec.structs import replace

from listener.match import Matcher
from listener.pipeline import Analyser
from listener.testing import START, posts
from listener.types import Post, Tags, Topic
from tests.making import tags

KETTLES = Topic(id="kettles", name="Kettles", query="kettle")
DESKS = Topic(id="desks", name="Desks", query="desk")


class Choking:
    """A tagger that cannot read some posts."""

    model = "choking"

    def __call__(self, posts: Sequence[Post]) -> list[Tags]:
        if any("vinegar" in post.text for post in posts):
            raise ValueError("no vinegar")
        return [tags("do") for _ in posts]


def test_posts_that_match_are_tagged_and_scored_in_order() -> None:
    analysis = Analyser.of([KETTLES, DESKS], {})(posts(5), START)
    assert [f.key for f in analysis.findings] == ["kettles/forum:1", "desks/forum:5"]
    assert analysis.findings[0].match.name == "Kettles"
    assert all(0 <= f.score.value <= 100 for f in analysis.findings)


def test_posts_that_match_nothing_are_not_tagged() -> None:
    assert Analyser(Matcher.of([DESKS], {}), Choking())(posts(4), START).findings == ()


def test_one_post_that_breaks_the_tagger_is_set_aside_and_the_others_stay() -> None:
    page = posts(101)
    page = [replace(post, text="a kettle" if n != 50 else "a kettle of vinegar") for n, post in enumerate(page)]
    analysis = Analyser(Matcher.of([KETTLES], {}), Choking())(page, START)
    assert len(analysis.findings) == 100
    [bad] = analysis.failed
    assert (bad.id, bad.why) == ("51", "analysis failed: ValueError: no vinegar")
    assert '"a kettle of vinegar"' in bad.raw


def test_an_analyser_may_run_anywhere() -> None:
    analyser = Analyser.of([KETTLES], {})
    again = pickle.loads(pickle.dumps(analyser))
    assert again(posts(5), START) == analyser(posts(5), START)


def test_an_empty_page_is_an_empty_analysis() -> None:
    assert Analyser.of([KETTLES], {})([], START).findings == ()

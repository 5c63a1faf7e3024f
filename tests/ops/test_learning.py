"""From labels to a team's own weights: what is kept, what is compared, and what is told on the card."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from listener.ops.learning import Lesson, teach
from listener.tag import load
from listener.tag.labels import Label, mark
from listener.tag.own import SHIPPED, learned, own_path, put
from listener.tag.weights import Weights, read_card, read_weights
from listener.types import Moment
from tests.conftest import NOW

pytestmark = pytest.mark.slow  # each teaches the shipped tagger

THINGS = ("gizmo", "widget", "doodad", "gubbin")


def wishes(first: int, last: int) -> list[Label]:
    """Posts of which every second one wishes for something in words that no tagger has heard."""
    texts = ("bagsy one {}", "the {} sat on a hill")
    return [
        Label(id=str(n), text=f"{texts[n % 2].format(THINGS[n % 4])} {n}x{n}", moments=(Moment.BUY,) * (n % 2 == 0))
        for n in range(first, last)
    ]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "listener.db"


@pytest.fixture
def own(store: Path) -> Path:
    return own_path(store, "fast")


def lesson(store: Path, labels: list[Label]) -> Lesson:
    return teach(store, "fast", labels, NOW)


def shipped() -> Weights:
    return read_weights(SHIPPED["fast"], "fast")


def test_the_card_says_what_was_learned_from_when_and_how_good(store: Path, own: Path) -> None:
    found = lesson(store, wishes(0, 60))
    card = read_card(own)
    assert found.outcome.refusal == ""
    assert (found.before, found.model, found.path) == (shipped().card.model, card.model, own)
    assert (card.kind, card.version, card.made, card.base) == ("fast", "2-own", "2026-11-20", shipped().card.model)
    assert card.labels["posts"] == 60
    assert len(card.labels["sha256"]) == 64
    assert card.labels["shipped"] == shipped().card.labels
    assert card.figures["own labels"]["buy"] == {"tag": "buy", "labelled": 30, "old": 0.0, "new": 1.0}
    assert card.figures["shipped"] == shipped().card.figures


def test_tags_that_were_not_taught_keep_their_levels(store: Path, own: Path) -> None:
    lesson(store, wishes(0, 60))
    before, after = shipped().card.levels, read_card(own).levels
    assert {tag for tag in before if before[tag] != after[tag]} == {"buy"}


def test_the_file_holds_marks_of_the_posts_and_none_of_their_texts(store: Path, own: Path) -> None:
    labels = wishes(0, 60)
    lesson(store, labels)
    assert learned(read_weights(own, "fast")) == {mark(label.text) for label in labels}
    assert b"sat on a hill" not in own.read_bytes()


def test_what_is_refused_writes_nothing(store: Path, own: Path) -> None:
    labels = [replace(label, moments=()) for label in wishes(0, 60)]
    found = lesson(store, labels)
    assert found.outcome.refusal
    assert found.model == found.before == shipped().card.model
    assert [*own.parent.iterdir()] == []


def test_the_same_labels_do_not_beat_themselves(store: Path, own: Path) -> None:
    first = lesson(store, wishes(0, 60))
    whole = own.read_bytes()
    again = lesson(store, wishes(0, 60))
    assert again.outcome.refusal == "it is no better than the one in use"
    assert again.model == again.before == first.model
    assert own.read_bytes() == whole


def test_labels_of_something_new_are_learned_beside_the_old(store: Path, own: Path) -> None:
    first = lesson(store, wishes(0, 60))
    asked = [
        Label(id=f"q{n}", text=f"{'wotcher' if n % 2 else 'the'} {THINGS[n % 4]} of room {n}x{n}", question=n % 2 == 1)
        for n in range(60)
    ]
    second = lesson(store, [*wishes(0, 60), *asked])
    assert second.outcome.refusal == ""
    assert second.before == first.model != second.model
    assert [row.tag for row in second.outcome.rows if row.new > row.old + 0.3] == ["question"]
    assert len([*own.parent.glob("*.before")]) == 1
    assert load("fast", store).model == second.model


def test_own_weights_of_older_shipped_ones_are_no_measure(store: Path, own: Path) -> None:
    """They cannot be made again from these labels: the shipped ones are what the new ones must beat."""
    card = replace(shipped().card, version="2-own", base="fast-0/old")
    put(own, card, shipped().parts, {mark(label.text) for label in wishes(0, 60)})
    found = lesson(store, wishes(0, 60))
    assert found.outcome.refusal == ""
    assert found.before.startswith("fast-2-own/")
    assert [(row.tag, row.old) for row in found.outcome.rows] == [("buy", 0.0)]


def test_damaged_own_weights_are_replaced(store: Path, own: Path) -> None:
    own.write_bytes(b"broken")
    found = lesson(store, wishes(0, 60))
    assert load("fast", store).model == found.model


def test_posts_in_other_languages_neither_teach_nor_judge(store: Path) -> None:
    foreign = [
        Label(id=f"f{n}", text=f"¿dónde puedo comprar una mesa para mi casa? {n}x{n}", moments=()) for n in range(30)
    ]
    alone, beside = (
        lesson(store, wishes(0, 60)),
        teach(store.with_name("b.db"), "fast", [*wishes(0, 60), *foreign], NOW),
    )
    assert (alone.foreign, beside.foreign) == (0, 30)
    assert alone.outcome.difference == beside.outcome.difference
    assert alone.model == beside.model

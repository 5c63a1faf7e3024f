"""A team's own weights: put beside the database, taken back, and passed over where they cannot be read."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from listener.tag import load, own
from listener.tag.own import SHIPPED, learned, own_path, put, undo
from listener.tag.weights import Card, Level, Weights, read_card, read_weights, write_weights

MARKS = {b"12345678", b"abcdefgh"}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "data" / "listener.db"


@pytest.fixture
def shipped() -> Weights:
    return read_weights(SHIPPED["fast"], "fast")


def stricter(shipped: Weights, threshold: float) -> Card:
    """The shipped tagger with another threshold, as a team's own."""
    levels = {**shipped.card.levels, "buy": Level(threshold=threshold)}
    return replace(shipped.card, version="2-own", base=shipped.card.model, levels=levels)


def test_the_file_stands_beside_the_database(store: Path) -> None:
    assert own_path(store, "fast") == store.parent / "listener.db.fast.weights"
    assert own_path(store, "fast") != own_path(store, "accurate")


@pytest.mark.slow
def test_what_was_put_is_used_and_undone_step_by_step(store: Path, shipped: Weights) -> None:
    path = own_path(store, "fast")
    models = [load("fast", store).model]
    for threshold in (0.7, 0.8, 0.9):
        put(path, stricter(shipped, threshold), shipped.parts, MARKS)
        models.append(load("fast", store).model)
    assert len({*models}) == 4
    assert models[0].startswith("fast-2/")
    assert all(model.startswith("fast-2-own/") for model in models[1:])
    back = [(undo(path), load("fast", store).model) for _ in range(3)]
    assert back == [(True, models[2]), (True, models[0]), (False, models[0])]
    assert [*path.parent.iterdir()] == []


def test_weights_removed_by_hand_are_not_brought_back(store: Path, shipped: Weights) -> None:
    path = own_path(store, "fast")
    for threshold in (0.7, 0.8):
        put(path, stricter(shipped, threshold), shipped.parts, MARKS)
    path.unlink()
    put(path, stricter(shipped, 0.9), shipped.parts, MARKS)
    undo(path)
    assert not path.exists()


def test_the_marks_of_what_was_learned_are_kept(store: Path, shipped: Weights) -> None:
    path = own_path(store, "fast")
    put(path, shipped.card, shipped.parts, MARKS)
    assert learned(read_weights(path, "fast")) == MARKS
    assert learned(shipped) == set()


@pytest.mark.parametrize("choice", ["fast", "auto"])
def test_damaged_own_weights_are_told_and_the_shipped_ones_take_over(
    choice: str, store: Path, shipped: Weights, caplog: pytest.LogCaptureFixture
) -> None:
    for kind in own.KINDS:
        path = own_path(store, kind)
        put(path, stricter(shipped, 0.9), shipped.parts, MARKS)
        path.write_bytes(path.read_bytes()[:-1])
    assert load(choice, store).model == load(choice).model
    assert "listener.db.fast.weights" in caplog.text or choice == "auto"
    assert "`listener train --undo`" in caplog.text


def test_own_weights_of_the_other_kind_are_refused(
    store: Path, shipped: Weights, caplog: pytest.LogCaptureFixture
) -> None:
    put(own_path(store, "fast"), replace(shipped.card, kind="accurate"), shipped.parts, MARKS)
    assert load("fast", store).model == load("fast").model
    assert 'holds the "accurate" tagger' in caplog.text


def test_own_weights_without_a_part_are_told(store: Path, shipped: Weights, caplog: pytest.LogCaptureFixture) -> None:
    put(own_path(store, "fast"), shipped.card, {"grams": b""}, MARKS)
    assert load("fast", store).model == load("fast").model
    assert "of another version of Listener" in caplog.text


def test_own_weights_from_older_ones_are_used_with_a_hint(
    store: Path, shipped: Weights, caplog: pytest.LogCaptureFixture
) -> None:
    put(own_path(store, "fast"), replace(stricter(shipped, 0.9), base="fast-0/old"), shipped.parts, MARKS)
    assert load("fast", store).model.startswith("fast-2-own/")
    assert "learned from fast-0/old" in caplog.text
    assert "`listener train` again" in caplog.text


def test_without_a_database_the_shipped_ones_are_used() -> None:
    assert load("fast").card == read_card(SHIPPED["fast"])


def test_a_write_that_fails_leaves_what_was_there(
    store: Path, shipped: Weights, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = own_path(store, "fast")
    put(path, stricter(shipped, 0.7), shipped.parts, MARKS)
    whole = path.read_bytes()
    monkeypatch.setattr(own, "write_weights", lambda *_: (_ for _ in ()).throw(OSError("no room")))
    with pytest.raises(OSError, match="no room"):
        put(path, stricter(shipped, 0.8), shipped.parts, MARKS)
    assert path.read_bytes() == whole


def test_the_card_is_read_without_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.weights"
    card = write_weights(path, Card(kind="fast", version="1", made="2026-01-02"), {"part": b"\n\nx"})
    path.write_bytes(path.read_bytes()[:-2])
    assert read_card(path) == card

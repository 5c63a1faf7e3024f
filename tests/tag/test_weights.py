"""Files of weights: what is written is read back, what is damaged is refused."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from listener.tag.weights import Card, Level, WeightsError, read_weights, write_weights

CARD = Card(kind="fast", version="1", made="2026-01-02", levels={"buy": Level(1.5, -0.2, 0.4)})
PARTS = {"first": b"\n\0abc", "second": b"defg"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.weights"


def test_what_is_written_is_read(path: Path) -> None:
    card = write_weights(path, CARD, PARTS)
    weights = read_weights(path, "fast")
    assert (weights.card, weights.parts) == (card, PARTS)
    assert [part.name for part in card.parts] == ["first", "second"]
    assert list(path.parent.iterdir()) == [path]


def test_the_name_of_a_model_changes_with_its_weights_and_levels(path: Path) -> None:
    card = write_weights(path, CARD, PARTS)
    other = write_weights(path, CARD, {**PARTS, "second": b"defh"})
    stricter = replace(card, levels={"buy": Level(1.5, -0.2, 0.5)})
    told_otherwise = replace(card, figures={"macro_f1": 1})
    assert len({card.model, other.model, stricter.model}) == 3
    assert told_otherwise.model == card.model
    assert card.model.startswith("fast-1/")


def test_a_file_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(WeightsError, match=r"a\.weights: No such file"):
        read_weights(path, "fast")


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:-1] + b"X", lambda data: data + b""])
def test_a_damaged_file_is_told(path: Path, damage: object) -> None:
    write_weights(path, CARD, PARTS)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))  # type: ignore[operator]
    if path.read_bytes() == whole:
        assert read_weights(path, "fast").parts == PARTS
    else:
        with pytest.raises(WeightsError, match='damaged: part "second"'):
            read_weights(path, "fast")


@pytest.mark.parametrize("data", [b"", b"weights", b"[]\n", b'{"kind": 1}\n', b"\xff\n"])
def test_another_file_is_told(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(WeightsError, match="no file of weights"):
        read_weights(path, "fast")


def test_weights_of_another_kind_are_told(path: Path) -> None:
    write_weights(path, CARD, PARTS)
    with pytest.raises(WeightsError, match='holds the "fast" tagger, not the "accurate" one'):
        read_weights(path, "accurate")


def test_a_level_makes_a_logit_a_probability() -> None:
    assert Level().p(0) == 0.5
    assert Level(2, 1).p(1) == pytest.approx(0.9526)
    assert (Level().p(1e9), Level().p(-1e9)) == (1.0, 0.0)

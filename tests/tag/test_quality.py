"""How well the lexicon does on real posts labelled by reading, those that it was never fitted on."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from listener.tag import Tagger
from listener.types import Post, Tags
from tests.conftest import NOW

Record = dict[str, Any]
LEAST = {"know": 0.58, "go": 0.55, "do": 0.52, "buy": 0.44, "question": 0.75, "complaint": 0.5, "promo": 0.38}


@pytest.fixture(scope="module")
def tagged(shared: Path, tagger: Tagger) -> list[tuple[Record, Tags]]:
    """Half of the held half: weights were fitted on ids with an even hash only."""
    lines = (shared / "data/labels/train.jsonl").read_text(encoding="utf-8").splitlines()
    records = [record for record in map(json.loads, lines) if _hash(record["id"]) % 4 == 1]
    return list(zip(records, tagger([_post(record) for record in records]), strict=True))


def _hash(name: str) -> int:
    return int(hashlib.sha256(name.encode()).hexdigest(), 16)


def _post(record: Record) -> Post:
    return Post(source=record["platform"], id=record["id"], text=record["text"], created_at=NOW)


def _f1(pairs: list[tuple[bool, bool]]) -> float:
    both = sum(true and said for true, said in pairs)
    return 2 * both / max(1, sum(true for true, _ in pairs) + sum(said for _, said in pairs))


def _true(record: Record) -> set[str]:
    return {*record["moments"], *record["signals"], *(["question"] if record["question"] else [])}


def _said(tags: Tags) -> set[str]:
    return {*tags.labels, *tags.signals, *(["question"] if tags.is_question else [])}


@pytest.mark.parametrize("name", LEAST)
def test_f1_is_no_worse_than_it_was(tagged: list[tuple[Record, Tags]], name: str) -> None:
    assert _f1([(name in _true(record), name in _said(tags)) for record, tags in tagged]) >= LEAST[name]


def test_most_of_what_is_called_a_need_is_one(tagged: list[tuple[Record, Tags]]) -> None:
    called = [bool(record["moments"]) for record, tags in tagged if tags.labels]
    assert sum(called) / len(called) >= 0.75

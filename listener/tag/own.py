"""A team's own weights: files beside the database, which take the place of the shipped ones of their kind."""

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from listener.tag.weights import Card, Weights, write_weights

KINDS = ("accurate", "fast")
"""Taggers that can be taught, the better first."""

SHIPPED = {kind: Path(__file__).parent / f"{kind}.weights" for kind in KINDS}

_MARK = 8  # bytes
_LEARNED = "learned"  # the part that holds the marks of the posts that were learned from


def own_path(store: Path, kind: str) -> Path:
    """The file beside the database that holds the team's weights of a tagger."""
    return store.with_name(f"{store.name}.{kind}.weights")


def put(path: Path, card: Card, parts: Mapping[str, bytes], marks: Collection[bytes]) -> Card:
    """Write new weights, whole or not at all; those before are kept beside them for `undo`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = _before(path)
    if path.exists():
        copy = before.with_name(before.name + ".part")
        shutil.copyfile(path, copy)
        copy.replace(before)
    else:
        before.unlink(missing_ok=True)
    return write_weights(path, card, {**parts, _LEARNED: b"".join(sorted(marks))})


def undo(path: Path) -> bool:
    """Put the weights before back; without any, the shipped ones are used again. False: there are no own weights."""
    if not path.exists():
        return False
    before = _before(path)
    if before.exists():
        before.replace(path)
    else:
        path.unlink()
    return True


def learned(weights: Weights) -> set[bytes]:
    """The marks of the posts that a team's weights were learned from."""
    marks = weights.parts.get(_LEARNED, b"")
    return {marks[at : at + _MARK] for at in range(0, len(marks), _MARK)}


def _before(path: Path) -> Path:
    return path.with_name(path.name + ".before")

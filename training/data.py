"""Labels and tweets as rows of targets, in folds that keep copies of a text together."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from listener.tag.weights import MOODS, SIGNALS, TAGS

Record = dict[str, Any]
Floats = npt.NDArray[np.float32]
FOLDS = 5
CORRECTIONS = Path(__file__).parent / "corrections.jsonl"  # of labels that the guidelines settle otherwise
_LINK = re.compile(r"(https?://|www\.)\S+")
_REST = re.compile(r"[^a-z0-9]+")
_MOMENTS = TAGS[:4]
TRUST = 0.5  # what a teacher's word weighs beside a label


def records(path: Path, corrections: Path = CORRECTIONS) -> list[Record]:
    """The lines of a JSONL file, with the fields mended that `corrections` names, where there are any."""
    found = _lines(path)
    mended = {(each["id"], each["field"]): each for each in _lines(corrections)} if corrections.exists() else {}
    for record in found:
        for field in record:
            change = mended.get((record.get("id"), field))
            if change and change["from"] == record[field]:
                record[field] = change["to"]
    return found


def _lines(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def plain(text: str) -> str:
    """What copies of a text share: letters and digits, without links."""
    return _REST.sub(" ", _LINK.sub("", text.lower())).strip()


def bucket(text: str, of: int) -> int:
    """One of `of` numbers, the same for copies of a text."""
    return int(hashlib.sha256(plain(text).encode()).hexdigest(), 16) % of


def fold(record: Record) -> int:
    """The fold in which a labelled post is held out."""
    return bucket(record["text"], FOLDS)


def held_tweet(record: Record) -> bool:
    """Whether a tweet with a mood is held out: one in ten."""
    return bucket(record["text"], 10) == 0


def targets(labels: list[Record]) -> Floats:
    """Rows of 0 and 1, a column for each of TAGS."""
    return np.array([_target(record) for record in labels], dtype=np.float32)


def taught(labels: list[Record]) -> Floats:
    """The same, half of it what a teacher says of those of which it has spoken."""
    found = targets(labels)
    for at, record in enumerate(labels):
        if "soft" in record:
            found[at] += TRUST * (record["soft"][: len(TAGS)] - found[at])
    return found


def said_softly(path: Path | None, left: set[str]) -> dict[str, Record]:
    """The texts of which a teacher has spoken, with its probabilities, without copies of what is left out."""
    if path is None:
        return {}
    found = np.load(path)
    ends = np.cumsum(found["long"])
    pieces = np.split(found["places"], ends[:-1])
    rows = zip(found["texts"], found["heads"], pieces, strict=True)
    return {str(t): {"text": str(t), "soft": h, "pieces": p} for t, h, p in rows if plain(str(t)) not in left}


def _target(record: Record) -> list[float]:
    moments = [float(name in record["moments"]) for name in _MOMENTS]
    asked = [float(record["question"]), float(record["urgency"] >= 1), float(record["urgency"] >= 2)]
    return moments + asked + [float(name in record["signals"]) for name in SIGNALS]


def moods(tweets: list[Record]) -> Floats:
    """Rows of 0 and 1, a column for each of MOODS."""
    rows = [[float(tweet["label"] == name) for name in MOODS] for tweet in tweets]
    return np.array(rows, dtype=np.float32).reshape(-1, len(MOODS))


def fingerprint(*paths: Path, corrections: Path = CORRECTIONS) -> str:
    """The SHA-256 of the files that were learned from, one after the other, and of the corrections."""
    whole = hashlib.sha256()
    for path in (*paths, *([corrections] if corrections.exists() else [])):
        whole.update(path.read_bytes())
    return whole.hexdigest()

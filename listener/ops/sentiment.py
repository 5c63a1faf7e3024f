"""What the mood of a post costs: VADER's own package beside our scorer, which has to give the same figures."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from time import process_time

from msgspec import Struct
from msgspec.structs import asdict

from listener.tag.vader import vader

LEAST_GAIN = 2.5
"""How many times the package's speed we aim for."""

MOST_FLOOD = 50.0
"""Milliseconds that no flood may take."""

FLOODS: Mapping[str, str] = {
    "5,000 emoji": "😀🎉" * 2_500,
    "10,000 words of mood": "great awful " * 5_000,
    "10,000 words around but": "great but awful so good " * 2_000,
    "10,000 negations": "no never not n't good " * 2_000,
    "50,000 marks": "!?" * 25_000,
}
"""Texts by what there is too much of in them."""

Score = Callable[[str], Mapping[str, float]]


class Compared(Struct, frozen=True):
    """The package and our scorer on the same texts; speeds in posts a second of processor time."""

    posts: int
    package: float
    ours: float
    identical: float  # share of the posts with the same four figures
    floods_ms: Mapping[str, float]

    @property
    def gain(self) -> float:
        """How many times as fast we are."""
        return self.ours / self.package

    @property
    def missed(self) -> list[str]:
        """What falls short of its aim."""
        slow = [what for what, cost in self.floods_ms.items() if cost > MOST_FLOOD]
        return [
            *(["identical figures"] if self.identical < 1 else []),
            *([f"{LEAST_GAIN} times as fast"] if self.gain < LEAST_GAIN else []),
            *slow,
        ]


def compare(texts: Sequence[str], times: int = 5) -> Compared:
    """Score the texts with both, in turns; each time is the median of so many runs."""
    package, ours = _package(), vader()
    same = sum(package(text) == asdict(ours(text)) for text in texts)
    runs = [(_seconds(package, texts), _seconds(vader(), texts)) for _ in range(times)]
    floods = {what: median(_seconds(ours, [text]) for _ in range(times)) * 1000 for what, text in FLOODS.items()}
    package_takes, we_take = (median(run[which] for run in runs) for which in (0, 1))
    return Compared(len(texts), len(texts) / package_takes, len(texts) / we_take, same / len(texts), floods)


def _package() -> Score:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415 - only to compare with

    score: Score = SentimentIntensityAnalyzer().polarity_scores
    return score


def _seconds(score: Callable[[str], object], texts: Sequence[str]) -> float:
    """Processor time of scoring all texts once; never zero, however coarse the clock is."""
    began = process_time()
    for text in texts:
        score(text)
    return max(process_time() - began, 1e-9)

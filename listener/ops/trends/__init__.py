"""How well trends are found: bursts of real paraphrases in real streams, with every control, beside other methods."""

from listener.ops.trends.bench import Figures, measure
from listener.ops.trends.events import Groups, groups, stream
from listener.ops.trends.judge import Share
from listener.ops.trends.kinds import SIZES, KindFigures, measure_kind, votes_of
from listener.ops.trends.load import Load, load
from listener.ops.trends.rivals import methods

__all__ = [
    "SIZES",
    "Figures",
    "Groups",
    "KindFigures",
    "Load",
    "Share",
    "groups",
    "load",
    "measure",
    "measure_kind",
    "methods",
    "stream",
    "votes_of",
]

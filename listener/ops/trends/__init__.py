"""How well trends are found: bursts of real paraphrases in real streams, with every control, beside other methods."""

from listener.ops.trends.bench import Figures, measure
from listener.ops.trends.events import Groups, groups, stream
from listener.ops.trends.judge import Share

__all__ = ["Figures", "Groups", "Share", "groups", "measure", "stream"]

"""What is being asked more than usual?"""

from listener.trend.anew import go_on
from listener.trend.detector import Detector
from listener.trend.gate import asks, may_ask
from listener.trend.light import Light
from listener.trend.replay import Encoder, Line, Reader, asked, line_of, replay, replay_votes
from listener.trend.words import hashed, same_text

__all__ = [
    "Detector",
    "Encoder",
    "Light",
    "Line",
    "Reader",
    "asked",
    "asks",
    "go_on",
    "hashed",
    "line_of",
    "may_ask",
    "replay",
    "replay_votes",
    "same_text",
]

"""How many posts a second pass, measured in seconds of the processor."""

from listener.ops.speed.matching import Rate, Row, compared
from listener.ops.speed.stream import Stream, read_stream
from listener.ops.speed.timing import peak_mb, taken
from listener.ops.speed.usual import usual

__all__ = ["Rate", "Row", "Stream", "compared", "peak_mb", "read_stream", "taken", "usual"]

"""The bars of a trend as a small picture: one bar an hour, those of its own window in blue."""

import struct
import zlib
from collections.abc import Sequence

HEIGHT, BAR, GAP = 72, 13, 2  # pixels: as wide as Slack shows an image, and no higher than three lines
_LINE, _SOME = 2, 6  # of nothing, and at least of something
_CLEAR, _GREY, _BLUE = range(3)
_COLOURS = bytes((255, 255, 255, 150, 156, 163, 18, 100, 163))  # seen on white and on black
_OPAQUE = bytes((0, 255, 255))


def draw(hours: Sequence[int], blue: int) -> bytes:
    """A PNG with as many bars as numbers, of which the last `blue` are blue; a bar of nothing is a line."""
    most = max(1, *hours)
    bars = [
        (max(_SOME if count else _LINE, round(count / most * HEIGHT)), _BLUE if len(hours) - at <= blue else _GREY)
        for at, count in enumerate(hours)
    ]
    rows = (_row(bars, HEIGHT - y) for y in range(HEIGHT))
    return _png(len(hours) * (BAR + GAP), HEIGHT, b"".join(rows))


def _row(bars: Sequence[tuple[int, int]], above: int) -> bytes:
    """A row of pixels so many above the ground."""
    pixels = b"".join(bytes([colour if height >= above else _CLEAR] * BAR + [_CLEAR] * GAP) for height, colour in bars)
    return b"\0" + pixels  # 0: the row is not filtered


def _png(width: int, height: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)  # a byte a pixel, out of a palette
    chunks = (
        (b"IHDR", header),
        (b"PLTE", _COLOURS),
        (b"tRNS", _OPAQUE),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

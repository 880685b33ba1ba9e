"""Segments and scans of a JPEG.

A progressive JPEG is decoded once for every scan, each over all coefficients, which are all kept in memory. A scan of
five bytes costs as much as one of a megabyte.

Source: ITU-T T.81, annex B; markers between scans are found as libjpeg-turbo finds them.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import Final

from models.images.input.structure.cost import MAX_EXIF_BYTES, Cost, damaged, too_many
from models.profile import ProfileError

MAX_SEGMENTS: Final = 2_000
"""Segments. 20 MB of full ones are 300; a camera writes 10 to 40, with extended XMP up to 250."""

MAX_FILL_BYTES: Final = 65_536
"""Bytes between segments; Pillow takes 0.2 us for each."""

MAX_RESOURCES: Final = 2_000
"""Photoshop resources; Photoshop itself writes some 30, and Pillow takes 1 us for each."""

VISIT_NS, BYTE_NS, PIXEL_NS = 45.0, 14.0, 5.0
"""Nanoseconds for a block of 64 coefficients in a scan, a coded byte, and a pixel of the result."""

COEFFICIENT_BYTES: Final = 128
"""Memory of a block while further scans may change it."""

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""The next marker in coded data: neither a stuffed zero, a restart, nor fill bytes."""

_SOF = range(0xC0, 0xD0)
_NOT_SOF = (0xC4, 0xC8, 0xCC)
_SEQUENTIAL, _PROGRESSIVE = (0xC0, 0xC1), 0xC2
_EOI, _SOS, _APP1, _APP13 = 0xD9, 0xDA, 0xE1, 0xED
_STANDALONE = frozenset((*range(0xC0), 0xC8, *range(0xD0, 0xD9), *range(0xF0, 0xFE)))
"""Markers without a segment, and those that make decoders fail."""


@dataclass
class _Frame:
    """The frame header: blocks of every component by its id, and the work of the scans so far."""

    width: int
    height: int
    is_progressive: bool
    blocks: dict[int, int]
    scans: int = 0
    visits: int = 0


@dataclass
class _Walk:
    """Counts of what precedes and separates the scans."""

    segments: int = 0
    fill: int = 0
    exif: int = 0
    resources: int = 0
    frame: _Frame | None = field(default=None)

    def check(self) -> None:
        """Refuse too many parts."""
        if self.segments > MAX_SEGMENTS:
            raise too_many("segments", MAX_SEGMENTS)
        if self.fill > MAX_FILL_BYTES:
            raise too_many("fill bytes", MAX_FILL_BYTES)
        if self.exif > MAX_EXIF_BYTES:
            raise too_many("bytes of EXIF", MAX_EXIF_BYTES)
        if self.resources > MAX_RESOURCES:
            raise too_many("Photoshop resources", MAX_RESOURCES)


def cost(data: bytes) -> Cost:
    """Predicted cost of a JPEG.

    Raises:
        ProfileError: it has too many parts, is damaged, or is coded as no browser shows it.
    """
    walk, at = _Walk(), 2
    while at < len(data):
        marker, start = _next_marker(data, at, walk)
        if marker == _EOI:
            break
        walk.segments += 1
        if marker in _STANDALONE:
            walk.check()
            at = start
            continue
        end = start + int.from_bytes(data[start : start + 2])
        if end < start + 2 or end > len(data):
            break  # the decoder says that it is cut short
        at = _enter(data, marker, start + 2, end, walk)
        walk.check()
    if walk.frame is None or not walk.frame.scans:
        raise damaged()
    return _predicted(walk.frame, len(data))


def _next_marker(data: bytes, at: int, walk: _Walk) -> tuple[int, int]:
    """The marker at or after a place, and where its segment starts; fill bytes and junk between are counted."""
    if data[at : at + 1] == b"\xff" and data[at + 1 : at + 2] not in (b"\x00", b"\xff"):
        return data[at + 1] if at + 1 < len(data) else _EOI, at + 2
    found = _MARKER.search(data, at, at + MAX_FILL_BYTES + 2)
    walk.fill += (found.start() if found else len(data)) - at
    walk.check()
    return (data[found.end() - 1], found.end()) if found else (_EOI, len(data))


def _enter(data: bytes, marker: int, start: int, end: int, walk: _Walk) -> int:
    """Count one segment, and give the place where the next marker is looked for."""
    if marker in _SOF and marker not in _NOT_SOF:
        walk.frame = _frame(marker, data[start:end], walk.frame)
    elif marker == _SOS:
        if walk.frame is None:
            raise damaged()
        _add_scan(walk.frame, data[start:end])
        coded = _MARKER.search(data, end)
        return coded.start() if coded else len(data)
    elif marker == _APP1 and data.startswith(b"Exif\0\0", start):
        walk.exif += end - start
    elif marker == _APP13 and data.startswith(b"Photoshop 3.0\0", start):
        walk.resources += data.count(b"8BIM", start, end)
    return end


def _frame(marker: int, body: bytes, earlier: _Frame | None) -> _Frame:
    if earlier is not None or len(body) < 6:
        raise damaged()
    if marker not in (*_SEQUENTIAL, _PROGRESSIVE):
        raise ProfileError(
            "image_undecodable", "it is a lossless, hierarchical or arithmetic JPEG: save it as an ordinary one"
        )
    height, width, count = struct.unpack_from(">HHB", body, 1)
    parts = [tuple(body[place : place + 2]) for place in range(6, min(6 + 3 * count, len(body) - 1), 3)]
    factors = {name: (factor >> 4 or 1, factor & 15 or 1) for name, factor in parts}
    widest = max((across for across, _ in factors.values()), default=1)
    highest = max((down for _, down in factors.values()), default=1)
    blocks = {
        name: -(-width * across // (8 * widest)) * -(-height * down // (8 * highest))
        for name, (across, down) in factors.items()
    }
    return _Frame(width, height, marker == _PROGRESSIVE, blocks)


def _add_scan(frame: _Frame, body: bytes) -> None:
    count = body[0] if body else 0
    frame.scans += 1
    frame.visits += sum(frame.blocks.get(name, 0) for name in body[1 : 1 + 2 * count : 2])


def _predicted(frame: _Frame, size: int) -> Cost:
    pixels, blocks = frame.width * frame.height, sum(frame.blocks.values())
    kept = blocks * COEFFICIENT_BYTES if frame.is_progressive or frame.scans > 1 else 0
    milliseconds = (frame.visits * VISIT_NS + size * BYTE_NS + pixels * PIXEL_NS) / 1e6
    scans = f" in {frame.scans} scans" if frame.scans > 1 else ""
    # The result has a quarter of a large picture's pixels, in rows of the decoder and of Pillow.
    shown = min(pixels, 4_096**2) * 7
    return Cost(milliseconds, (kept + shown) / 1e6, f"{frame.width} x {frame.height} pixels{scans}")

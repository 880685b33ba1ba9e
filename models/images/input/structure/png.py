"""Chunks and frames of a PNG.

Source: PNG third edition (W3C, 2025), which includes animated PNG.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from models.images.input.structure.cost import (
    FRAME_MILLISECONDS,
    MAX_EXIF_BYTES,
    MAX_FRAMES,
    MAX_PARTS,
    Cost,
    damaged,
    too_many,
    too_many_frames,
)

PIXEL_NS, BYTE_NS, ALPHA_NS, FRAME_PIXEL_NS = 12.0, 5.0, 12.0, 12.0
"""Nanoseconds for a pixel, an unpacked byte, a pixel's transparency, and a pixel of every animation frame."""

PIXEL_BYTES, ALPHA_PIXEL_BYTES = 7, 14
"""Memory per pixel, without and with transparency: the decoded picture and its conversion to RGB or RGBA."""

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Channels by colour type."""


@dataclass
class _Walk:
    """The header, and what the chunks say about transparency and frames."""

    width: int
    height: int
    pixel_bytes: float
    has_alpha: bool
    frames: int = 1
    chunks: int = 0
    exif: int = 0


def cost(data: bytes) -> Cost:
    """Predicted cost of a PNG.

    Raises:
        ProfileError: it has too many chunks or frames, or no header.
    """
    walk = _header(data)
    at = 8
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        walk.chunks += 1
        if walk.chunks > MAX_PARTS:
            raise too_many("chunks", MAX_PARTS)
        if name == b"IEND":
            break
        _enter(data, name, at + 8, length, walk)
        at += length + 12
    pixels = walk.width * walk.height
    per_pixel = PIXEL_NS + BYTE_NS * walk.pixel_bytes + ALPHA_NS * walk.has_alpha
    milliseconds = pixels * per_pixel / 1e6
    what = f"{walk.width} x {walk.height} pixels"
    if walk.frames > 1:
        per_frame = pixels * (FRAME_PIXEL_NS + BYTE_NS * walk.pixel_bytes / 4) / 1e6 + FRAME_MILLISECONDS
        milliseconds += walk.frames * per_frame
        what = f"{walk.frames} frames of {what}"
    return Cost(milliseconds, pixels * (ALPHA_PIXEL_BYTES if walk.has_alpha else PIXEL_BYTES) / 1e6, what)


def _header(data: bytes) -> _Walk:
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise damaged()
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    return _Walk(width, height, _CHANNELS.get(colour, 4) * depth / 8, colour in (4, 6))


def _enter(data: bytes, name: bytes, start: int, length: int, walk: _Walk) -> None:
    if name == b"tRNS":
        walk.has_alpha = True
    elif name == b"acTL" and length >= 4:
        walk.frames = max(walk.frames, int.from_bytes(data[start : start + 4]))
        if walk.frames > MAX_FRAMES:
            raise too_many_frames(walk.frames)
    elif name == b"eXIf":
        walk.exif += length
        if walk.exif > MAX_EXIF_BYTES:
            raise too_many("bytes of EXIF", MAX_EXIF_BYTES)

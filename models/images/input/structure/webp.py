"""Chunks and frames of a WebP.

Source: RFC 9649.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

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

PIXEL_NS, DECODED_NS, CANVAS_NS, BYTE_NS = 15.0, 10.0, 5.0, 35.0
"""Nanoseconds for a pixel handed to Pillow, a decoded one, a canvas pixel of every frame, and a coded byte."""

PIXEL_BYTES: Final = 20
"""Memory per canvas pixel: libwebp keeps two canvases, and Pillow copies the result twice."""


@dataclass
class _Walk:
    """The canvas, and the frames so far."""

    width: int = 0
    height: int = 0
    frames: int = 0
    decoded: int = 0
    chunks: int = 0


def cost(data: bytes) -> Cost:
    """Predicted cost of a WebP.

    Raises:
        ProfileError: it has too many chunks or frames, or no canvas.
    """
    walk, at = _Walk(), 12
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        walk.chunks += 1
        if walk.chunks > MAX_PARTS:
            raise too_many("chunks", MAX_PARTS)
        _enter(data[at + 8 : at + 24], name, length, walk)
        at += 8 + length + (length & 1)
    if not walk.width:
        raise damaged()
    pixels, frames = walk.width * walk.height, max(walk.frames, 1)
    nanoseconds = pixels * (PIXEL_NS + CANVAS_NS * frames) + max(walk.decoded, pixels) * DECODED_NS
    milliseconds = (nanoseconds + len(data) * BYTE_NS) / 1e6 + walk.frames * FRAME_MILLISECONDS
    what = f"{walk.width} x {walk.height} pixels"
    return Cost(milliseconds, pixels * PIXEL_BYTES / 1e6, f"{frames} frames of {what}" if frames > 1 else what)


def _enter(head: bytes, name: bytes, length: int, walk: _Walk) -> None:
    """Count one chunk by its first 16 bytes."""
    if name == b"VP8X" and len(head) >= 10:
        walk.width, walk.height = _three(head, 4) + 1, _three(head, 7) + 1
    elif name == b"VP8 " and not walk.width and len(head) >= 10:
        walk.width, walk.height = (side & 0x3FFF for side in struct.unpack_from("<HH", head, 6))
    elif name == b"VP8L" and not walk.width and len(head) >= 5:
        bits = int.from_bytes(head[1:5], "little")
        walk.width, walk.height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif name == b"ANMF" and len(head) >= 12:
        walk.frames += 1
        walk.decoded += (_three(head, 6) + 1) * (_three(head, 9) + 1)
        if walk.frames > MAX_FRAMES:
            raise too_many_frames(walk.frames)
    elif name == b"EXIF" and length > MAX_EXIF_BYTES:
        raise too_many("bytes of EXIF", MAX_EXIF_BYTES)


def _three(head: bytes, at: int) -> int:
    return int.from_bytes(head[at : at + 3], "little")

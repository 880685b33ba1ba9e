"""Blocks and frames of a GIF, walked as Pillow walks them.

Pillow differs from the standard where an extension is empty, and lets the canvas grow with its frames. A walk by the
standard alone could be led past the frames that Pillow decodes.

Source: GIF89a specification (CompuServe, 1990); `PIL.GifImagePlugin`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from models.images.input.structure.cost import (
    FRAME_MILLISECONDS,
    MAX_FRAMES,
    Cost,
    damaged,
    too_many,
    too_many_frames,
)

MAX_BLOCKS: Final = 200_000
"""Data blocks; 20 MB in full blocks of 255 bytes are 78,000. Pillow takes 1 us for each."""

MAX_EXTENSIONS: Final = 10_000
"""Extensions and stray bytes; an animation has one for each frame."""

CANVAS_NS, PIXEL_NS, BYTE_NS = 10.0, 10.0, 12.0
"""Nanoseconds for a canvas pixel of every frame, for a pixel converted at the end, and for a coded byte."""

PIXEL_BYTES: Final = 12
"""Memory per canvas pixel: the canvas, the frame on it, and what it replaces, as RGBA."""

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_COMMENT, _APPLICATION = 0xFE, 0xFF


@dataclass
class _Walk:
    """A position in the file, and the frames before it."""

    data: bytes
    at: int
    width: int
    height: int
    frames: int = 0
    canvases: int = 0
    blocks: int = 0
    extensions: int = 0

    def byte(self) -> int | None:
        """The next byte; None at the end."""
        if self.at >= len(self.data):
            return None
        self.at += 1
        return self.data[self.at - 1]

    def block(self) -> bool:
        """Pass one data block; False if it is the empty one that ends a sequence."""
        size = self.byte()
        if not size:
            return False
        self.at += size
        self.blocks += 1
        if self.blocks > MAX_BLOCKS:
            raise too_many("blocks", MAX_BLOCKS)
        return True

    def pass_blocks(self) -> None:
        """Pass data blocks up to the empty one."""
        data, at, end, blocks = self.data, self.at, len(self.data), self.blocks
        while at < end and data[at] and blocks <= MAX_BLOCKS:
            at += data[at] + 1
            blocks += 1
        self.at, self.blocks = at + 1, blocks
        if blocks > MAX_BLOCKS:
            raise too_many("blocks", MAX_BLOCKS)


def cost(data: bytes) -> Cost:
    """Predicted cost of a GIF.

    Raises:
        ProfileError: it has too many blocks or frames, or no screen.
    """
    if len(data) < 13:
        raise damaged()
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    walk = _Walk(data, 13 + _palette_bytes(flags), width, height)
    while (kind := walk.byte()) not in (None, _TRAILER):
        if kind == _IMAGE:
            _enter_image(walk)
            continue
        walk.extensions += 1
        if walk.extensions > MAX_EXTENSIONS:
            raise too_many("extensions", MAX_EXTENSIONS)
        if kind == _EXTENSION:
            _enter_extension(walk)
    pixels = walk.width * walk.height
    milliseconds = (walk.canvases * CANVAS_NS + pixels * PIXEL_NS + len(data) * BYTE_NS) / 1e6
    what = f"{walk.frames} frames of {walk.width} x {walk.height} pixels"
    return Cost(milliseconds + walk.frames * FRAME_MILLISECONDS, pixels * PIXEL_BYTES / 1e6, what)


def _palette_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 128 else 0


def _enter_image(walk: _Walk) -> None:
    if walk.at + 9 > len(walk.data):
        raise damaged()
    left, top, width, height, flags = struct.unpack_from("<HHHHB", walk.data, walk.at)
    walk.at += 9 + _palette_bytes(flags) + 1
    walk.width, walk.height = max(walk.width, left + width), max(walk.height, top + height)
    walk.frames += 1
    walk.canvases += walk.width * walk.height
    if walk.frames > MAX_FRAMES:
        raise too_many_frames(walk.frames)
    walk.pass_blocks()


def _enter_extension(walk: _Walk) -> None:
    label, start = walk.byte(), walk.at
    has_block = walk.block()
    if label == _COMMENT and not has_block:
        return
    if label == _APPLICATION and not walk.frames and walk.data.startswith(b"NETSCAPE2.0", start + 1):
        walk.block()
    walk.pass_blocks()

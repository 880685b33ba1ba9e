"""Declared size of a BMP against its bytes.

Pillow unpacks run lengths in Python, pixel by pixel, so that 21 kB can take four seconds.

Source: BITMAPCOREHEADER, BITMAPINFOHEADER and its successors.
"""

from __future__ import annotations

import struct
from typing import Final

from models.images.input.structure.cost import Cost, damaged

PIXEL_NS, RUN_PIXEL_NS, RUN_BYTE_NS = 12.0, 200.0, 500.0
"""Nanoseconds for a pixel, for one of run lengths, and for a byte of them."""

PIXEL_BYTES: Final = 8
"""Memory per pixel: the decoded picture and its conversion."""

_CORE_HEADER: Final = 12
_RUN_LENGTHS = (1, 2)


def cost(data: bytes) -> Cost:
    """Predicted cost of a BMP.

    Raises:
        ProfileError: it has fewer bytes than its size needs, or no header.
    """
    if len(data) < 34:
        raise damaged()
    offset, header = struct.unpack_from("<II", data, 10)
    if header == _CORE_HEADER:
        width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
        compression = 0
    else:
        width, height, _, bits, compression = struct.unpack_from("<IiHHI", data, 18)
        height = abs(height)
    pixels = width * height
    if compression in _RUN_LENGTHS:
        nanoseconds = pixels * RUN_PIXEL_NS + len(data) * RUN_BYTE_NS
    else:
        nanoseconds = pixels * PIXEL_NS
        row = (width * bits + 31) // 32 * 4
        # Some programs leave out the padding of the last row.
        if offset + row * (height - 1) > len(data):
            raise damaged()
    kind = " in run lengths" if compression in _RUN_LENGTHS else ""
    return Cost(nanoseconds / 1e6, pixels * PIXEL_BYTES / 1e6, f"{width} x {height} pixels{kind}")

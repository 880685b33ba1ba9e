"""Encodes reference drawings small enough to ship in a gallery.

Retrieval needs vectors only. Keypoint matching, review and rebuilding for another encoder need the drawing itself.
3,042 emblems take 9.8 MB.
"""

from __future__ import annotations

import io

import numpy as np
import PIL.Image

from models.arrays import Pixels

THUMBNAIL_SIDE = 192
"""Longer side in pixels; keypoints are compared at about this size."""

WEBP_QUALITY = 80
"""WebP quality of colours, 0 to 100; transparency is lossless. At 90 the emblems take 12.1 MB."""


def encode_thumbnail(picture: Pixels) -> bytes:
    """A picture as WebP, with sides of at most `THUMBNAIL_SIDE`.

    Args:
        picture: RGBA, uint8 (height, width, 4).
    """
    drawing = PIL.Image.fromarray(picture)
    drawing.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    buffer = io.BytesIO()
    drawing.save(buffer, "WEBP", quality=WEBP_QUALITY)
    return buffer.getvalue()


def decode_thumbnail(data: bytes) -> Pixels:
    """The picture that `encode_thumbnail` encoded: RGBA, uint8 (height, width, 4)."""
    with PIL.Image.open(io.BytesIO(data), formats=["WEBP"]) as drawing:
        return np.array(drawing.convert("RGBA"))

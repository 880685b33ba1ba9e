"""A gallery's drawings, small enough to ship with it.

Vectors find a reference; to compare keypoints, to show a reviewer what was imitated, or to rebuild for another encoder
takes the picture itself. 3,042 emblems take 9.8 MB so.
"""

from __future__ import annotations

import io

import numpy as np
import PIL.Image

THUMBNAIL_SIDE = 192
"""Pixels of the longer side: keypoints of an emblem are compared at about this size, and a reviewer sees it well."""

WEBP_QUALITY = 80
"""Of WebP's colours; transparency is kept exactly. At 90 the same emblems take 12.1 MB."""


def encode_thumbnail(picture: np.ndarray) -> bytes:
    """A picture as WebP, reduced to `THUMBNAIL_SIDE` where it is larger.

    Args:
        picture: RGBA, uint8 (height, width, 4).
    """
    drawing = PIL.Image.fromarray(picture)
    drawing.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    buffer = io.BytesIO()
    drawing.save(buffer, "WEBP", quality=WEBP_QUALITY)
    return buffer.getvalue()


def decode_thumbnail(data: bytes) -> np.ndarray:
    """What `encode_thumbnail` made: RGBA, uint8 (height, width, 4)."""
    with PIL.Image.open(io.BytesIO(data), formats=["WEBP"]) as drawing:
        return np.array(drawing.convert("RGBA"))

"""What is remembered of an avatar: how it looks to the encoder, and how light and dark lie in it.

The encoder was trained on emblems. To it two people's photographs are much alike (cosine .45 at the median, .75 for one
pair in ten), while a copy keeps its layout; and what a crop does to the layout, the encoder hardly sees. So an avatar
is remembered as both, one behind the other, and both are compared.

Source: PDQ (Facebook 2019) for the layout: signs of low frequencies of a small grey picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

SIDE = 64
"""Pixels of the grey picture whose frequencies are taken, as in PDQ."""

FREQUENCIES = 16
"""In each direction, from the first one on: 256 signs."""

LAYOUT = FREQUENCIES * FREQUENCIES

Array = np.ndarray

_MIRROR = np.tile(np.where(np.arange(1, FREQUENCIES + 1) % 2, -1, 1), FREQUENCIES).astype(np.float32)
"""What mirroring does to the signs: it turns those of every odd frequency across."""


@dataclass(frozen=True)
class Likeness:
    """How alike two avatars are.

    Attributes:
        look: cosine of the encoder's vectors.
        layout: cosine of the layouts: 1 where all signs agree, 0 where half of them do.
    """

    look: float
    layout: float


def remembered(look: Array, pixels: Array) -> Array:
    """An avatar's vector, float32 (dimension + 256,), unit length: look and layout count the same.

    Args:
        look: the encoder's vector of the whole picture, float32 (dimension,), unit length.
        pixels: RGB, uint8 (height, width, 3).
    """
    signs = layout(pixels).ravel() / FREQUENCIES
    return (np.concatenate([look, signs]) / np.sqrt(2)).astype(np.float32)


def asked(vector: Array) -> Array:
    """The vectors that an avatar is searched by, float32 (2, dimension + 256): as it is, and mirrored.

    The encoder gives a mirrored picture nearly the same vector.
    """
    mirrored = vector.copy()
    mirrored[-LAYOUT:] *= _MIRROR
    return np.stack([vector, mirrored])


def likeness(one: Array, other: Array) -> Likeness:
    """How alike the avatars of two vectors are, mirrored or not as the vectors say."""
    return Likeness(2 * float(one[:-LAYOUT] @ other[:-LAYOUT]), 2 * float(one[-LAYOUT:] @ other[-LAYOUT:]))


def layout(pixels: Array) -> Array:
    """How light and dark lie: signs of low frequencies, int64 (16, 16), 1 or -1, down and across."""
    grey = cv2.cvtColor(cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    frequencies = cv2.dct(grey.astype(np.float32))[1 : FREQUENCIES + 1, 1 : FREQUENCIES + 1]
    return np.where(frequencies > 0, 1, -1)

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

from models.images.decode import Image

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
    """One picture, or one frame of it, as it is remembered and looked for.

    Attributes:
        frame: of an animation, from 0; None for a still picture.
        vector: float32 (dimension + 256,), unit length: look and layout count the same.
    """

    frame: int | None
    vector: Array

    @classmethod
    def of(cls, image: Image, look: Array) -> Likeness:
        """The likeness of a picture.

        Args:
            look: the encoder's vector of the whole picture, float32 (dimension,), unit length.
        """
        signs = layout(image.pixels).ravel() / FREQUENCIES
        return cls(image.frame, (np.concatenate([look, signs]) / np.sqrt(2)).astype(np.float32))

    @property
    def asked(self) -> Array:
        """The vectors that it is looked for by, float32 (2, dimension + 256): as it is, and mirrored.

        The encoder gives a mirrored picture nearly the same vector.
        """
        mirrored = self.vector.copy()
        mirrored[-LAYOUT:] *= _MIRROR
        return np.stack([self.vector, mirrored])


@dataclass(frozen=True)
class Cosines:
    """How alike two pictures are.

    Attributes:
        look: cosine of the encoder's vectors.
        layout: cosine of the layouts: 1 where all signs agree, 0 where half of them do.
    """

    look: float
    layout: float

    @classmethod
    def of(cls, one: Array, other: Array) -> Cosines:
        """Of two vectors of likenesses, mirrored or not as they are given."""
        return cls(2 * float(one[:-LAYOUT] @ other[:-LAYOUT]), 2 * float(one[-LAYOUT:] @ other[-LAYOUT:]))


def layout(pixels: Array) -> Array:
    """How light and dark lie: signs of low frequencies, int64 (16, 16), 1 or -1, down and across."""
    grey = cv2.cvtColor(cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    frequencies = cv2.dct(grey.astype(np.float32))[1 : FREQUENCIES + 1, 1 : FREQUENCIES + 1]
    return np.where(frequencies > 0, 1, -1)

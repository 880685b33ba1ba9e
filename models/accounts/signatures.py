"""What is remembered of an avatar: how it looks to the encoder, and how light and dark lie in it.

The encoder was trained on emblems. To it two people's photographs are much alike (cosine .45 at the median, .75 for one
pair in ten), while a copy keeps its layout; and what a crop does to the layout, the encoder hardly sees. So an avatar
is remembered as both, one behind the other, and both are compared.

Source: PDQ (Facebook 2019) for the layout: signs of low frequencies of a small grey picture,
of which here faint ones count less.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from models.images.input.decode import Image

LAYOUT_SIDE = 64
"""Pixels of the grey picture whose frequencies are taken, as in PDQ."""

FREQUENCIES_PER_AXIS = 16
"""In each direction, from the first one on."""

LAYOUT_DIMENSION = FREQUENCIES_PER_AXIS * FREQUENCIES_PER_AXIS

EMBEDDING_PART, LAYOUT_PART = slice(None, -LAYOUT_DIMENSION), slice(-LAYOUT_DIMENSION, None)
"""Where they lie in a vector."""

NOISE_AMPLITUDE = 4.0
"""Grey levels below which a frequency is as likely JPEG's doing as the picture's."""

Array = np.ndarray

_MIRROR = np.tile(np.where(np.arange(1, FREQUENCIES_PER_AXIS + 1) % 2, -1, 1), FREQUENCIES_PER_AXIS).astype(np.float32)
"""What mirroring does to the signs: it turns those of every odd frequency across."""


@dataclass(frozen=True)
class AvatarSignature:
    """One picture, or one frame of it, as it is remembered and looked for.

    Attributes:
        frame: of an animation, from 0; None for a still picture.
        vector: float32 (dimension + 256,), unit length: look and layout count the same.
    """

    frame: int | None
    vector: Array

    @classmethod
    def of(cls, image: Image, look: Array) -> AvatarSignature:
        """The likeness of a picture.

        Args:
            look: the encoder's vector of the whole picture, float32 (dimension,), unit length.
        """
        both = np.concatenate([look, layout(image.pixels)])
        return cls(image.frame, (both / np.sqrt(2)).astype(np.float32))

    @property
    def query_vectors(self) -> Array:
        """The vectors that it is looked for by, float32 (2, dimension + 256): as it is, and mirrored.

        The encoder gives a mirrored picture nearly the same vector.
        """
        mirrored = self.vector.copy()
        mirrored[LAYOUT_PART] *= _MIRROR
        return np.stack([self.vector, mirrored])


@dataclass(frozen=True)
class Cosines:
    """How alike pictures are.

    Attributes:
        look: float32, any shape: cosine of the encoder's vectors.
        layout: of the same shape: cosine of the layouts: 0 of unrelated pictures, and of plain ones.
    """

    look: Array
    layout: Array

    @classmethod
    def of(cls, one: Array, other: Array) -> Cosines:
        """Of vectors of likenesses, in the last axis, mirrored or not as they are given."""
        look, layout = (
            2 * np.einsum("...d,...d", one[..., part], other[..., part]) for part in (EMBEDDING_PART, LAYOUT_PART)
        )
        return cls(np.minimum(look, 1), np.minimum(layout, 1))  # rounded to 8 bits, they come to 1.002


def layout(pixels: Array) -> Array:
    """How light and dark lie: nearly the signs of low frequencies, float32 (256,); unit length, or less if plain.

    Args:
        pixels: RGB, uint8 (height, width, 3).
    """
    grey = cv2.cvtColor(
        cv2.resize(pixels, (LAYOUT_SIDE, LAYOUT_SIDE), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY
    )
    frequencies = cv2.dct(grey.astype(np.float32))[1 : FREQUENCIES_PER_AXIS + 1, 1 : FREQUENCIES_PER_AXIS + 1].ravel()
    signs = frequencies / np.hypot(frequencies, NOISE_AMPLITUDE)
    return cast(Array, signs / max(float(np.linalg.norm(signs)), 1.0))

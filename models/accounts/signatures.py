"""Signatures of avatars: the encoder's embedding and a perceptual layout, concatenated.

The encoder was trained on emblems, so photographs of different people are similar to it: median cosine .45, and .75 for
one pair in ten. A copy keeps its layout of light and dark. A crop changes the layout but hardly the embedding. Both
parts are therefore compared.

Source: PDQ (Facebook 2019) for the layout: signs of low DCT frequencies of a small grey picture. Here faint frequencies
have less weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from models.arrays import Float32, Pixels
from models.images.input.decode import Image

LAYOUT_SIDE = 64
"""Side, in pixels, of the grey picture before the DCT, as in PDQ."""

FREQUENCIES_PER_AXIS = 16
"""DCT frequencies in each direction, from the first on; the constant is left out."""

LAYOUT_DIMENSION = FREQUENCIES_PER_AXIS * FREQUENCIES_PER_AXIS

EMBEDDING_PART, LAYOUT_PART = slice(None, -LAYOUT_DIMENSION), slice(-LAYOUT_DIMENSION, None)
"""Slices of both parts in a vector."""

NOISE_AMPLITUDE = 4.0
"""DCT amplitude, in grey levels, below which a frequency may be JPEG noise."""

_MIRROR = np.tile(np.where(np.arange(1, FREQUENCIES_PER_AXIS + 1) % 2, -1, 1), FREQUENCIES_PER_AXIS).astype(np.float32)
"""Factors that mirror a layout: mirroring flips the sign of odd horizontal frequencies."""


@dataclass(frozen=True)
class AvatarSignature:
    """Signature of an avatar, or of one frame of it.

    Attributes:
        frame: index of an animation's frame, from 0; None for a still picture.
        vector: float32 (dimension + 256,), unit length; embedding and layout have equal weight.
    """

    frame: int | None
    vector: Float32

    @classmethod
    def of(cls, image: Image, embedding: Float32) -> AvatarSignature:
        """The signature of a picture.

        Args:
            image: decoded picture.
            embedding: embedding of the whole picture, float32 (dimension,), unit length.
        """
        both = np.concatenate([embedding, layout(image.pixels)])
        return cls(image.frame, (both / np.sqrt(2)).astype(np.float32))

    @property
    def query_vectors(self) -> Float32:
        """Search vectors, float32 (2, dimension + 256): as shown, and mirrored.

        Only the layout is mirrored: the embedding hardly changes.
        """
        mirrored = self.vector.copy()
        mirrored[LAYOUT_PART] *= _MIRROR
        return np.stack([self.vector, mirrored])


@dataclass(frozen=True)
class Cosines:
    """Similarities of avatars.

    Attributes:
        embedding: cosines of the embeddings, float32, any shape.
        layout: cosines of the layouts, of the same shape; near 0 for unrelated and for plain pictures.
    """

    embedding: Float32
    layout: Float32

    @classmethod
    def of(cls, one: Float32, other: Float32) -> Cosines:
        """Cosines of signature vectors along the last axis."""
        embedding, layout = (
            2 * np.einsum("...d,...d", one[..., part], other[..., part]) for part in (EMBEDDING_PART, LAYOUT_PART)
        )
        # Vectors quantised to 8 bits reach 1.002.
        return cls(np.minimum(embedding, 1), np.minimum(layout, 1))


def layout(pixels: Pixels) -> Float32:
    """Layout of light and dark: soft signs of low DCT frequencies, float32 (256,); unit length, shorter if plain.

    Args:
        pixels: RGB, uint8 (height, width, 3).
    """
    grey = cv2.cvtColor(
        cv2.resize(pixels, (LAYOUT_SIDE, LAYOUT_SIDE), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY
    )
    frequencies = cv2.dct(grey.astype(np.float32))[1 : FREQUENCIES_PER_AXIS + 1, 1 : FREQUENCIES_PER_AXIS + 1].ravel()
    signs = frequencies / np.hypot(frequencies, NOISE_AMPLITUDE)
    return cast(Float32, signs / max(float(np.linalg.norm(signs)), 1.0))

"""The vectors of a picture that are kept, so that an emblem which is enrolled later can be looked for.

Kept are the whole picture and the windows that together are nearest to all others: overlapping windows say nearly the
same. Four of some ninety lose no recall (`docs/experiments/094-kept-regions.md`).

Source: greedy facility location, Nemhauser et al. 1978.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.arrays import Float16, Float32, Int64, UInt8
from models.images.encoder.encoder import Embedding
from models.images.matching.retrieval import cohort_mean

Int8: TypeAlias = NDArray[np.int8]

KEPT_WINDOWS = 4
"""Windows kept besides the whole picture."""

KEPT_VECTORS = 1 + KEPT_WINDOWS

BOX_STEPS = 255
"""Steps of a stored box edge across the picture."""


@dataclass(frozen=True)
class KeptPicture:
    """Vectors of one picture in 8 bits, the whole picture (of an animation its first frame) first.

    Attributes:
        vectors: int8 (KEPT_VECTORS, dimension).
        scales: float16 (KEPT_VECTORS,), the factor of each vector.
        means: float16 (KEPT_VECTORS,), mean cosine of each vector with its nearest harmless pictures.
        boxes: uint8 (KEPT_VECTORS, 4), left, top, right, bottom in `BOX_STEPS` of the picture.
    """

    vectors: Int8
    scales: Float16
    means: Float16
    boxes: UInt8

    @classmethod
    def of(cls, frames: Sequence[Embedding], cohort: Float32) -> KeptPicture:
        """The vectors to keep of a picture's frames.

        Args:
            frames: at least one.
            cohort: unit float32 (pictures, dimension), vectors of harmless pictures.
        """
        vectors = np.concatenate([frame.vectors for frame in frames])
        boxes = np.concatenate([frame.boxes for frame in frames])
        chosen = np.resize(typical(vectors, KEPT_WINDOWS), KEPT_VECTORS)  # a tiny picture repeats the few it has
        rounded, scales = quantized(vectors[chosen])
        means = cohort_mean(vectors[chosen], cohort).astype(np.float16)
        return cls(rounded, scales, means, np.rint(boxes[chosen] * BOX_STEPS).astype(np.uint8))


def typical(vectors: Float32, count: int) -> Int64:
    """Indices of the first vector and of the `count` that with it are nearest to all; fewer if there are fewer.

    Args:
        vectors: unit float32 (windows, dimension), the whole picture first.
        count: windows besides the whole picture.
    """
    similar = vectors @ vectors.T
    chosen, nearest = [0], similar[0]
    for _ in range(min(count, len(vectors) - 1)):
        gains = np.maximum(similar, nearest).sum(axis=1)
        gains[chosen] = -np.inf
        chosen.append(int(gains.argmax()))
        nearest = np.maximum(nearest, similar[chosen[-1]])
    return np.array(chosen)


def quantized(vectors: Float32) -> tuple[Int8, Float16]:
    """Vectors in 8 bits, int8 (n, dimension), and the factor of each, float16 (n,)."""
    scales = (np.maximum(np.abs(vectors).max(axis=1), 1e-6) / 127).astype(np.float16)
    return np.clip(np.rint(vectors / scales[:, None].astype(np.float32)), -127, 127).astype(np.int8), scales


def dequantized(vectors: Int8, scales: Float16) -> Float32:
    """The vectors that `quantized` rounded, float32 (..., dimension)."""
    return vectors.astype(np.float32) * scales[..., None].astype(np.float32)

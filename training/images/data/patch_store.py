"""Patch tokens and pixels of many pictures in one array each.

All pictures have equally many tokens, in a square, a wide or a tall grid.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from models.arrays import Int64
from models.images.matching.reranker import TOKEN_GRID_SIDE, TOKEN_PIXEL_SIDE, Patches


class ShapeBatch(NamedTuple):
    """Pictures with grids of one shape.

    Attributes:
        positions: int64 (n,), their positions among the chosen pictures.
        tokens: float32 (n, rows, columns, dimension).
        pixels: uint8 (n, rows * TOKEN_PIXEL_SIDE, columns * TOKEN_PIXEL_SIDE, 3).
    """

    positions: Int64
    tokens: Tensor
    pixels: Tensor


class PatchStore:
    """Patches that a reranker compares; rows of the arrays are set by `store[number] = patches`.

    Args:
        count: number of pictures.
        dimension: length of a patch token.

    Attributes:
        tokens: float16 (count, TOKEN_GRID_SIDE ** 2, dimension).
        pixels: uint8 (count, (TOKEN_GRID_SIDE * TOKEN_PIXEL_SIDE) ** 2, 3).
        rows: int64 (count,), rows of each picture's grid.
    """

    def __init__(self, count: int, dimension: int) -> None:
        self.tokens = np.empty((count, TOKEN_GRID_SIDE**2, dimension), np.float16)
        self.pixels = np.empty((count, (TOKEN_GRID_SIDE * TOKEN_PIXEL_SIDE) ** 2, 3), np.uint8)
        self.rows = np.zeros(count, np.int64)

    def __setitem__(self, number: int, patches: Patches) -> None:
        self.tokens[number] = patches.tokens.reshape(self.tokens.shape[1:])
        self.pixels[number] = patches.pixels.reshape(self.pixels.shape[1:])
        self.rows[number] = len(patches.tokens)

    def batches_by_shape(self, chosen: Int64) -> Iterator[ShapeBatch]:
        """Some pictures, grouped by the shape of their grids.

        Args:
            chosen: int64 (chosen,), numbers of pictures that are set.
        """
        rows = self.rows[chosen]
        for height in np.unique(rows):
            positions = np.flatnonzero(rows == height)
            tokens, pixels = self.tokens[chosen[positions]], self.pixels[chosen[positions]]
            width = tokens.shape[1] // height
            yield ShapeBatch(
                positions,
                torch.from_numpy(tokens.reshape(len(positions), height, width, -1)).float(),
                torch.from_numpy(
                    pixels.reshape(len(positions), height * TOKEN_PIXEL_SIDE, width * TOKEN_PIXEL_SIDE, 3)
                ),
            )

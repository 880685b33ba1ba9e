"""Patches of many pictures in one array each: all have as many cells, in a square, a lying or an upright strip."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from models.images.matching.reranker import TOKEN_GRID_SIDE, TOKEN_PIXEL_SIDE, Patches

Array = np.ndarray


class ShapeBatch(NamedTuple):
    """Pictures of one shape.

    Attributes:
        places: int64 (n,), where they are among those that were asked for.
        cells: float32 (n, rows, columns, dimension).
        pixels: uint8 (n, rows * PIXELS, columns * PIXELS, 3).
    """

    positions: Array
    cells: Tensor
    pixels: Tensor


class PatchStore:
    """Patches that a reranker compares.

    Args:
        count: pictures.
        dimension: of a cell.

    Attributes:
        cells: float16 (count, SIDE * SIDE, dimension).
        pixels: uint8 (count, SIDE * SIDE * PIXELS * PIXELS, 3).
        rows: int64 (count,), of cells.
    """

    def __init__(self, count: int, dimension: int) -> None:
        self.cells = np.empty((count, TOKEN_GRID_SIDE * TOKEN_GRID_SIDE, dimension), np.float16)
        self.pixels = np.empty(
            (count, TOKEN_GRID_SIDE * TOKEN_GRID_SIDE * TOKEN_PIXEL_SIDE * TOKEN_PIXEL_SIDE, 3), np.uint8
        )
        self.rows = np.zeros(count, np.int64)

    def __setitem__(self, number: int, patches: Patches) -> None:
        self.cells[number] = patches.tokens.reshape(self.cells.shape[1:])
        self.pixels[number] = patches.pixels.reshape(self.pixels.shape[1:])
        self.rows[number] = len(patches.tokens)

    def batches_by_shape(self, chosen: Array) -> Iterator[ShapeBatch]:
        """Some pictures that are set, int64 (chosen,), by their shape."""
        rows = self.rows[chosen]
        for height in np.unique(rows):
            positions = np.flatnonzero(rows == height)
            cells, pixels = self.cells[chosen[positions]], self.pixels[chosen[positions]]
            width = cells.shape[1] // height
            yield ShapeBatch(
                positions,
                torch.from_numpy(cells.reshape(len(positions), height, width, -1)).float(),
                torch.from_numpy(
                    pixels.reshape(len(positions), height * TOKEN_PIXEL_SIDE, width * TOKEN_PIXEL_SIDE, 3)
                ),
            )

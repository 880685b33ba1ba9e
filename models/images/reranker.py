"""How surely a place shows a drawing, told by their cells side by side.

A window's embedding is the mean of its cells: where each of them stands is lost in it, and two flags that differ in a
device, or two arms with the same shield, are nearly one. Here a small network lets every cell of the one look for its
like in the other, and judges what was found, and where. That costs too much for a whole gallery, so it is asked about
the few drawings that a search has found.

Sources: comparing after attending, Wang and Jiang 2017 (compare-aggregate); learnt on what a search finds, as in Tan et
al. 2021 (reranking transformers).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import cast

import numpy as np
import onnxruntime

from models.images.encoder import EncoderError
from models.sessions import session

FILE = "reranker.onnx"
"""In an encoder's artefact folder; one that was not trained here has none."""

PLACE_SIDE, DRAWING_SIDE = 12, 8
"""Cells per side that a place and a drawing are brought to: what the grid of a square has at the scales that the
network sees them at. An emblem fills about two thirds of its place, so that its cells are as large as the drawing's."""

DRAWING_SCALE = 0.5
"""Factor on the sides of the encoder's input for a drawing."""

Array = np.ndarray


class Reranker:
    """Compares a place with drawings.

    Args:
        network: from `place`, float32 (1, cells, dimension), and `drawings`, float32 (1, n, cells, dimension), to
            `logits`, float32 (1, n).
    """

    def __init__(self, network: onnxruntime.InferenceSession) -> None:
        self._session = network

    @classmethod
    def load(cls, directory: Path, dimension: int) -> Reranker | None:
        """The one of an encoder's artefact folder; nothing where the encoder has none.

        Args:
            dimension: of the encoder's cells.

        Raises:
            EncoderError: the file is no such network, or compares cells of another encoder.
        """
        if not (directory / FILE).exists():
            return None
        try:
            network = session(directory / FILE, 1)
            taken = {given.name: given.shape[-1] for given in network.get_inputs()}
        except Exception as error:  # ONNX Runtime's errors have no other class in common
            raise EncoderError(f"{directory / FILE} is no network that can be run: {error}") from error
        if taken != {"place": dimension, "drawings": dimension}:
            raise EncoderError(f"{directory / FILE} compares other cells than this encoder's: train it anew")
        return cls(network)

    def __call__(self, place: Array, drawings: Array) -> Array:
        """Log odds that the place shows each drawing, rather than another one or nothing, float32 (n,).

        Args:
            place: float (PLACE_SIDE squared, dimension).
            drawings: float (n, DRAWING_SIDE squared, dimension).
        """
        given = {"place": place[None].astype(np.float32), "drawings": drawings[None].astype(np.float32)}
        return cast(Array, self._session.run(["logits"], given)[0][0])


def cells_of(grid: Array, side: int) -> Array:
    """A grid brought to a square of cells, each the mean of what it covers: float16 (side * side, dimension).

    Args:
        grid: float32 (rows, columns, dimension).
    """
    rows, columns, dimension = grid.shape
    by_row = _shares(rows, side) @ grid.reshape(rows, columns * dimension)
    by_column = _shares(columns, side) @ by_row.reshape(side, columns, dimension)
    return by_column.reshape(side * side, dimension).astype(np.float16)


@lru_cache(maxsize=256)
def _shares(length: int, side: int) -> Array:
    """How much of each of `side` equal parts of a line is each of its cells, float32 (side, length)."""
    edges, ends = np.arange(length), np.arange(side)[:, None] * length / side
    covered = np.minimum(edges + 1, ends + length / side) - np.maximum(edges, ends)
    return (covered.clip(min=0) * side / length).astype(np.float32)

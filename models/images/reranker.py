"""How surely a place shows a drawing, told by their cells side by side.

A window's embedding is the mean of its cells: where each of them stands is lost in it, and two flags that differ in a
device, or two arms with the same shield, are nearly one. Here a small network lets every cell of the one look for its
like in the other, and judges what was found, and where. That costs too much for a whole gallery, so it is asked about
the few drawings that a search has found.

Sources: comparing after attending, Wang and Jiang 2017 (compare-aggregate); learnt on what a search finds, as in Tan et
al. 2021 (reranking transformers).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import onnxruntime
import PIL.Image

from models.images.encoder import Encoder, EncoderError
from models.images.transparency import on_clearest_background
from models.images.variants import trimmed
from models.sessions import session

FILE = "reranker.onnx"
"""In an encoder's artefact folder; one that was not trained here has none."""

PLACE_SIDE, DRAWING_SIDE = 12, 8
"""Cells per side that a place and a drawing are brought to: what the grid of a square has at the scales that the
network sees them at. An emblem fills about two thirds of its place, so that its cells are as large as the drawing's."""

ENCODER = "encoder"
"""Under this name the graph's metadata hold the fingerprint of the encoder whose cells it compares."""

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
    def load(cls, encoder: Encoder) -> Reranker | None:
        """The one of an encoder's artefact folder; nothing where the encoder has none.

        Raises:
            EncoderError: the file is no such network, or compares cells of another encoder.
        """
        path = encoder.directory / FILE
        if not path.exists():
            return None
        try:
            network = session(path, 1, keep_memory=False)
            made_for = network.get_modelmeta().custom_metadata_map.get(ENCODER)
        except Exception as error:  # ONNX Runtime's errors have no other class in common
            raise EncoderError(f"{path} is no network that can be run: {error}") from error
        if made_for != encoder.fingerprint:
            raise EncoderError(
                f"{path} compares cells of encoder {made_for}, not of {encoder.fingerprint}: take the one that was "
                "trained with this encoder, or calibrate the encoder without one"
            )
        return cls(network)

    def __call__(self, place: Array, references: Sequence[Sequence[Array]]) -> Array:
        """Log odds that the place shows each reference, rather than another one or nothing, float32 (references,).

        Of several drawings of a reference the likeliest counts.

        Args:
            place: float (PLACE_SIDE squared, dimension).
            references: of each at least one drawing, float (DRAWING_SIDE squared, dimension).
        """
        drawings = np.stack([drawing for reference in references for drawing in reference])
        given = {"place": place[None].astype(np.float32), "drawings": drawings[None].astype(np.float32)}
        starts = np.cumsum([0, *map(len, references[:-1])])
        return np.maximum.reduceat(self._session.run(["logits"], given)[0][0], starts)


def cells_of(grid: Array, side: int) -> Array:
    """A grid brought to a square of cells, each the mean of what it covers: float16 (side * side, dimension).

    Args:
        grid: float32 (rows, columns, dimension).
    """
    rows, columns, dimension = grid.shape
    by_row = _shares(rows, side) @ grid.reshape(rows, columns * dimension)
    by_column = _shares(columns, side) @ by_row.reshape(side, columns, dimension)
    return by_column.reshape(side * side, dimension).astype(np.float16)


def drawing_cells(encoder: Encoder, drawing: PIL.Image.Image) -> Array:
    """Cells of an RGBA drawing without its margins, float16 (DRAWING_SIDE squared, dimension)."""
    pixels = on_clearest_background(trimmed(drawing))
    return cells_of(encoder.grids([pixels], DRAWING_SCALE)[0][0], DRAWING_SIDE)


@lru_cache(maxsize=256)
def _shares(length: int, side: int) -> Array:
    """How much of each of `side` equal parts of a line is each of its cells, float32 (side, length)."""
    edges, ends = np.arange(length), np.arange(side)[:, None] * length / side
    covered = np.minimum(edges + 1, ends + length / side) - np.maximum(edges, ends)
    return (covered.clip(min=0) * side / length).astype(np.float32)

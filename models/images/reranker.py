"""How surely a place shows a drawing, told by their cells side by side.

A window's embedding is the mean of its cells: where each of them stands is lost in it, and two flags that differ in a
device, or two arms with the same shield, are nearly one. The encoder was taught to overlook colours and lines, too,
though some emblems differ in nothing else. Here a small network makes a token of each cell and the pixels beneath it,
lets every token of the one look for its like in the other, and judges what was found, and where. That costs too much
for a whole gallery, so it is asked about the few drawings that a search has found.

Sources: comparing after attending, Wang and Jiang 2017 (compare-aggregate); learnt on what a search finds, as in Tan et
al. 2021 (reranking transformers); patches of pixels as tokens, Dosovitskiy et al. 2021.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, cast

import cv2
import numpy as np
import onnxruntime
import PIL.Image

from models.images.encoder import Encoder, EncoderError
from models.images.transparency import on_clearest_background
from models.images.variants import trimmed
from models.sessions import session

TOKENS_FILE, FILE = "reranker_tokens.onnx", "reranker.onnx"
"""In an encoder's artefact folder: what makes the tokens, and what compares them. One that was not trained here has
neither."""

PLACE_SIDE, DRAWING_SIDE = 12, 8
"""Cells per side that a place and a drawing are brought to: what the grid of a square has at the scales that the
network sees them at. An emblem fills about two thirds of its place, so that its cells are as large as the drawing's."""

PIXELS = 8
"""Of a cell's side: what of the picture lies beneath it is brought to so many."""

ENCODER = "encoder"
"""Under this name the graphs' metadata hold the fingerprint of the encoder whose cells they know."""

DRAWING_SCALE = 0.5
"""Factor on the sides of the encoder's input for a drawing."""

Array = np.ndarray


class Patches(NamedTuple):
    """A place or a drawing as a square of cells.

    Attributes:
        cells: of the encoder's grid, float16 (side * side, dimension).
        pixels: beneath them, RGB, uint8 (side * PIXELS, side * PIXELS, 3).
    """

    cells: Array
    pixels: Array


class Reranker:
    """Compares a place with drawings.

    Args:
        encoder: whose cells are compared.
        tokens: from `cells`, float32 (n, side * side, dimension), and `pixels`, uint8 (n, side * PIXELS, side * PIXELS,
            3), to `tokens`, float32 (n, side * side, width).
        network: from `place`, float32 (1, tokens, width), and `drawings`, float32 (1, n, tokens, width), to `logits`,
            float32 (1, n).
    """

    def __init__(
        self, encoder: Encoder, tokens: onnxruntime.InferenceSession, network: onnxruntime.InferenceSession
    ) -> None:
        self._encoder, self._tokens, self._network = encoder, tokens, network

    @classmethod
    def load(cls, encoder: Encoder) -> Reranker | None:
        """The one of an encoder's artefact folder; nothing where the encoder has none.

        Raises:
            EncoderError: a file is missing beside the other, is no such network, or is another encoder's.
        """
        paths = [encoder.directory / name for name in (TOKENS_FILE, FILE)]
        if not any(path.exists() for path in paths):
            return None
        return cls(encoder, *(_opened(path, encoder.fingerprint) for path in paths))

    def place(self, pixels: Array, grid: Array) -> Array:
        """Tokens of a place, float16 (PLACE_SIDE squared, width).

        Args:
            pixels: what was cut out, RGB, uint8 (height, width, 3).
            grid: the encoder's of it, float32 (rows, columns, dimension).
        """
        return self._tokens_of(patches(pixels, grid, PLACE_SIDE))

    def drawing(self, drawing: PIL.Image.Image) -> Array:
        """Tokens of an RGBA drawing, float16 (DRAWING_SIDE squared, width)."""
        return self._tokens_of(drawing_patches(self._encoder, drawing))

    def __call__(self, place: Array, references: Sequence[Sequence[Array]]) -> Array:
        """Log odds that the place shows each reference, rather than another one or nothing, float32 (references,).

        Of several drawings of a reference the likeliest counts.

        Args:
            place: as `place` gives them.
            references: of each at least one drawing's, as `drawing` gives them.
        """
        drawings = np.stack([drawing for reference in references for drawing in reference])
        given = {"place": place[None].astype(np.float32), "drawings": drawings[None].astype(np.float32)}
        starts = np.cumsum([0, *map(len, references[:-1])])
        return np.maximum.reduceat(self._network.run(["logits"], given)[0][0], starts)

    def _tokens_of(self, given: Patches) -> Array:
        values = {"cells": given.cells[None].astype(np.float32), "pixels": given.pixels[None]}
        return cast(Array, self._tokens.run(["tokens"], values)[0][0].astype(np.float16))


def patches(pixels: Array, grid: Array, side: int) -> Patches:
    """A picture, RGB uint8 (height, width, 3), and its grid, brought to a square of cells."""
    # OpenCV takes the mean of an area only where both sides shrink; the network has learnt so.
    small = cv2.resize(np.ascontiguousarray(pixels), (side * PIXELS, side * PIXELS), interpolation=cv2.INTER_AREA)
    return Patches(cells_of(grid, side), small)


def drawing_patches(encoder: Encoder, drawing: PIL.Image.Image) -> Patches:
    """Those of an RGBA drawing without its margins."""
    pixels = on_clearest_background(trimmed(drawing))
    return patches(pixels, encoder.grids([pixels], DRAWING_SCALE)[0][0], DRAWING_SIDE)


def cells_of(grid: Array, side: int) -> Array:
    """A grid brought to a square of cells, each the mean of what it covers: float16 (side * side, dimension).

    Args:
        grid: float32 (rows, columns, dimension).
    """
    rows, columns, dimension = grid.shape
    by_row = _shares(rows, side) @ grid.reshape(rows, columns * dimension)
    by_column = _shares(columns, side) @ by_row.reshape(side, columns, dimension)
    return by_column.reshape(side * side, dimension).astype(np.float16)


def _opened(path: Path, fingerprint: str) -> onnxruntime.InferenceSession:
    if not path.exists():
        raise EncoderError(f"{path} is missing: a reranker needs both {TOKENS_FILE} and {FILE}")
    try:
        network = session(path, 1, keep_memory=False)
        made_for = network.get_modelmeta().custom_metadata_map.get(ENCODER)
    except Exception as error:  # ONNX Runtime's errors have no other class in common
        raise EncoderError(f"{path} is no network that can be run: {error}") from error
    if made_for != fingerprint:
        raise EncoderError(
            f"{path} knows cells of encoder {made_for}, not of {fingerprint}: take the one that was trained with "
            "this encoder, or calibrate the encoder without one"
        )
    return network


@lru_cache(maxsize=256)
def _shares(length: int, side: int) -> Array:
    """How much of each of `side` equal parts of a line is each of its cells, float32 (side, length)."""
    edges, ends = np.arange(length), np.arange(side)[:, None] * length / side
    covered = np.minimum(edges + 1, ends + length / side) - np.maximum(edges, ends)
    return (covered.clip(min=0) * side / length).astype(np.float32)

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

import numpy as np
import onnxruntime
import PIL.Image

from models.images.encoder.encoder import Encoder, EncoderError
from models.images.encoder.token_networks import opened
from models.images.encoder.variants import trimmed
from models.images.input.transparency import on_clearest_background
from models.runtime.artifact_files import ArtifactFile

TOKEN_GRID_SIDE = 8
"""Root of how many cells a place or a drawing is brought to: as many as the encoder makes of an emblem that was
located. Without a localizer it fills two thirds of a place, which is brought to as many."""

ELONGATED_ASPECT = 2.0
"""Ratio of sides beyond which a picture has four times as many cells along as across: in a square of cells several
letters of a masthead would share one."""

TOKEN_PIXEL_SIDE = 8
"""Of a cell's side: what of the picture lies beneath it is brought to so many."""

INPUT_RANK = 4
"""Axes of either graph's first input: pictures, rows, columns, and numbers of a cell."""

DRAWING_SCALE = 0.5
"""Factor on the sides of the encoder's input for a drawing."""

Array = np.ndarray


class Patches(NamedTuple):
    """A place or a drawing as cells.

    Attributes:
        tokens: of the encoder's grid, float16 (rows, columns, dimension).
        pixels: beneath them, RGB, uint8 (rows * PIXELS, columns * PIXELS, 3).
    """

    tokens: Array
    pixels: Array


class Reranker:
    """Compares a place with drawings.

    Args:
        encoder: whose cells are compared.
        tokens: from `cells`, float32 (n, rows, columns, dimension), and `pixels`, uint8 (n, rows * PIXELS, columns *
            PIXELS, 3), to `tokens`, float32 (n, rows, columns, width).
        network: from `place`, float32 (1, rows, columns, width), and `drawings`, float32 (n, rows, columns, width), to
            `logits`, float32 (n,).
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
        paths = [encoder.directory / name for name in (ArtifactFile.RERANKER_TOKENS, ArtifactFile.RERANKER)]
        if not any(path.exists() for path in paths):
            return None
        return cls(encoder, *(_opened(path, encoder.fingerprint) for path in paths))

    def region_tokens(self, pixels: Array, grid: Array) -> Array:
        """Tokens of a place, float16 (rows, columns, width).

        Args:
            pixels: what was cut out, RGB, uint8 (height, width, 3).
            grid: the encoder's of it, float32 (rows, columns, dimension).
        """
        return self._tokens_of(patches(pixels, grid))

    def drawing_tokens(self, drawing: PIL.Image.Image) -> Array:
        """Tokens of an RGBA drawing, float16 (rows, columns, width)."""
        return self._tokens_of(drawing_patches(self._encoder, drawing))

    def __call__(self, place: Array, references: Sequence[Sequence[Array]]) -> Array:
        """Log odds that the place shows each reference, rather than another one or nothing, float32 (references,).

        Of several drawings of a reference the likeliest counts.

        Args:
            place: as `place` gives them.
            references: of each at least one drawing's, as `drawing` gives them.
        """
        drawings = [drawing for reference in references for drawing in reference]
        shown, odds = place[None].astype(np.float32), np.empty(len(drawings), np.float32)
        for shape in {drawing.shape for drawing in drawings}:
            alike = [number for number, drawing in enumerate(drawings) if drawing.shape == shape]
            drawn = np.stack([drawings[number] for number in alike]).astype(np.float32)
            odds[alike] = self._network.run(["logits"], {"place": shown, "drawings": drawn})[0]
        return np.maximum.reduceat(odds, np.cumsum([0, *map(len, references[:-1])]))

    def _tokens_of(self, given: Patches) -> Array:
        values = {"cells": given.tokens[None].astype(np.float32), "pixels": given.pixels[None]}
        return cast(Array, self._tokens.run(["tokens"], values)[0][0].astype(np.float16))


def patches(pixels: Array, grid: Array) -> Patches:
    """A picture, RGB uint8 (height, width, 3), and its grid, brought to SIDE * SIDE cells."""
    rows, columns = token_grid_shape(pixels.shape[0], pixels.shape[1])
    size = (columns * TOKEN_PIXEL_SIDE, rows * TOKEN_PIXEL_SIDE)
    small = PIL.Image.fromarray(pixels).resize(size, PIL.Image.Resampling.HAMMING)
    return Patches(resampled_tokens(grid, rows, columns), np.asarray(small))


def token_grid_shape(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of cells of a picture, SIDE * SIDE in all."""
    if width > ELONGATED_ASPECT * height:
        return TOKEN_GRID_SIDE // 2, TOKEN_GRID_SIDE * 2
    return (
        (TOKEN_GRID_SIDE * 2, TOKEN_GRID_SIDE // 2)
        if height > ELONGATED_ASPECT * width
        else (TOKEN_GRID_SIDE, TOKEN_GRID_SIDE)
    )


def drawing_patches(encoder: Encoder, drawing: PIL.Image.Image) -> Patches:
    """Those of an RGBA drawing without its margins."""
    pixels = on_clearest_background(trimmed(drawing))
    return patches(pixels, encoder.grids([pixels], DRAWING_SCALE)[0][0])


def resampled_tokens(grid: Array, rows: int, columns: int) -> Array:
    """A grid brought to other cells, each the mean of what it covers: float16 (rows, columns, dimension).

    Args:
        grid: float32 (height, width, dimension).
    """
    height, width, dimension = grid.shape
    by_row = _shares(height, rows) @ grid.reshape(height, width * dimension)
    return cast(Array, (_shares(width, columns) @ by_row.reshape(rows, width, dimension)).astype(np.float16))


def _opened(path: Path, fingerprint: str) -> onnxruntime.InferenceSession:
    if not path.exists():
        raise EncoderError(
            f"{path} is missing: a reranker needs both {ArtifactFile.RERANKER_TOKENS} and {ArtifactFile.RERANKER}"
        )
    network = opened(path, fingerprint)
    if len(network.get_inputs()[0].shape) != INPUT_RANK:
        raise EncoderError(f"{path} takes cells as a list and not in rows: train the reranker again")
    return network


@lru_cache(maxsize=256)
def _shares(length: int, parts: int) -> Array:
    """How much of each of some equal parts of a line is each of its cells, float32 (parts, length)."""
    edges, ends = np.arange(length), np.arange(parts)[:, None] * length / parts
    covered = np.minimum(edges + 1, ends + length / parts) - np.maximum(edges, ends)
    return (covered.clip(min=0) * parts / length).astype(np.float32)

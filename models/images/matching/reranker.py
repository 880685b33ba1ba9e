"""Reranks a region's few retrieved drawings by comparing patch tokens.

A window's embedding is the mean of its patch tokens, which loses their arrangement. Two flags that differ in one symbol
then look almost alike. The encoder also ignores colours and outlines, although some emblems differ in nothing else.

A small network makes one token of each patch token and the pixels beneath it. Each token attends to those of the other
picture, and the network judges how well they correspond and where. That is too slow for a whole gallery.

Sources: compare-aggregate, Wang and Jiang 2017; training on retrieved candidates, as in Tan et al. 2021 (reranking
transformers); pixel patches as tokens, Dosovitskiy et al. 2021.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import onnxruntime
import PIL.Image

from models.arrays import Float16, Float32, Pixels
from models.images.encoder.encoder import Encoder, EncoderError
from models.images.encoder.token_networks import open_token_network
from models.images.encoder.variants import trimmed
from models.images.input.transparency import on_clearest_background
from models.runtime.artifact_files import ArtifactFile

TOKEN_GRID_SIDE = 8
"""Square root of the patch tokens per crop or drawing: as many as the encoder makes of a localized emblem."""

ELONGATED_ASPECT = 2.0
"""Ratio of sides beyond which the grid is elongated too; otherwise several letters of a masthead share a token."""

TOKEN_PIXEL_SIDE = 8
"""Pixels a side beneath each patch token."""

INPUT_RANK = 4
"""Axes of either graph's first input: pictures, rows, columns, dimension."""

RERANKER_WEIGHT = 0.1
"""Weight of the log odds when they are added to a cosine."""

DRAWING_SCALE = 0.5
"""Factor on the sides of the encoder's input for a drawing."""


class Patches(NamedTuple):
    """Patch tokens of a crop or drawing, and the pixels beneath them.

    Attributes:
        tokens: of the encoder's grid, float16 (rows, columns, dimension).
        pixels: RGB, uint8 (rows * TOKEN_PIXEL_SIDE, columns * TOKEN_PIXEL_SIDE, 3).
    """

    tokens: Float16
    pixels: Pixels


class Reranker:
    """Compares a region's crop with drawings.

    Args:
        encoder: which made the patch tokens.
        tokens: maps `cells`, float32 (n, rows, columns, dimension), and `pixels`, uint8 (n, rows * 8, columns * 8, 3),
            to `tokens`, float32 (n, rows, columns, width).
        network: maps `place`, float32 (1, rows, columns, width), and `drawings`, float32 (n, rows, columns, width), to
            `logits`, float32 (n,).

    Attributes:
        encoder: as given.
    """

    def __init__(
        self, encoder: Encoder, tokens: onnxruntime.InferenceSession, network: onnxruntime.InferenceSession
    ) -> None:
        self.encoder, self._tokens, self._network = encoder, tokens, network

    @classmethod
    def load(cls, encoder: Encoder) -> Reranker | None:
        """The reranker in an encoder's artefact folder; None if there is none.

        Raises:
            EncoderError: one of the two files is missing, is no such network, or belongs to another encoder.
        """
        paths = [encoder.directory / name for name in (ArtifactFile.RERANKER_TOKENS, ArtifactFile.RERANKER)]
        if not any(path.exists() for path in paths):
            return None
        return cls(encoder, *(_opened(path, encoder.fingerprint) for path in paths))

    def region_tokens(self, pixels: Pixels, grid: Float32) -> Float16:
        """Tokens of a region, float16 (rows, columns, width).

        Args:
            pixels: its crop, RGB, uint8 (height, width, 3).
            grid: the encoder's patch tokens of the crop, float32 (rows, columns, dimension).
        """
        return self._tokens_of(patches(pixels, grid))

    def drawing_tokens(self, drawing: PIL.Image.Image) -> Float16:
        """Tokens of an RGBA drawing, float16 (rows, columns, width)."""
        return self._tokens_of(drawing_patches(self.encoder, drawing))

    def __call__(self, region: Float16, references: Sequence[Sequence[Float16]]) -> Float32:
        """Log odds that the region shows each reference, rather than another or none, float32 (references,).

        The log odds of a reference are those of its likeliest drawing.

        Args:
            region: from `region_tokens`.
            references: for each reference at least one drawing's tokens, from `drawing_tokens`.
        """
        drawings = [drawing for reference in references for drawing in reference]
        shown, odds = region[None].astype(np.float32), np.empty(len(drawings), np.float32)
        for shape in {drawing.shape for drawing in drawings}:
            numbers = [number for number, drawing in enumerate(drawings) if drawing.shape == shape]
            batch = np.stack([drawings[number] for number in numbers]).astype(np.float32)
            odds[numbers] = self._network.run(["logits"], {"place": shown, "drawings": batch})[0]
        starts = np.cumsum([0, *map(len, references[:-1])])
        return cast(Float32, np.maximum.reduceat(odds, starts))

    def _tokens_of(self, given: Patches) -> Float16:
        inputs = {"cells": given.tokens[None].astype(np.float32), "pixels": given.pixels[None]}
        return cast(Float16, self._tokens.run(["tokens"], inputs)[0][0].astype(np.float16))


def patches(pixels: Pixels, grid: Float32) -> Patches:
    """A picture, RGB uint8 (height, width, 3), and its grid, resampled to TOKEN_GRID_SIDE² patches."""
    rows, columns = token_grid_shape(pixels.shape[0], pixels.shape[1])
    size = (columns * TOKEN_PIXEL_SIDE, rows * TOKEN_PIXEL_SIDE)
    small = PIL.Image.fromarray(pixels).resize(size, PIL.Image.Resampling.HAMMING)
    return Patches(resampled_tokens(grid, rows, columns), np.asarray(small))


def token_grid_shape(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of a picture's patches, TOKEN_GRID_SIDE² in all."""
    side = TOKEN_GRID_SIDE
    if width > ELONGATED_ASPECT * height:
        return side // 2, side * 2
    return (side * 2, side // 2) if height > ELONGATED_ASPECT * width else (side, side)


def drawing_patches(encoder: Encoder, drawing: PIL.Image.Image) -> Patches:
    """Patches of an RGBA drawing without its margins."""
    pixels = on_clearest_background(trimmed(drawing))
    return patches(pixels, encoder.grids([pixels], DRAWING_SCALE)[0][0])


def resampled_tokens(grid: Float32, rows: int, columns: int) -> Float16:
    """A grid resampled by area, float16 (rows, columns, dimension): each token is the mean of what it covers.

    Args:
        grid: float32 (height, width, dimension).
    """
    height, width, dimension = grid.shape
    by_row = _coverage(height, rows) @ grid.reshape(height, width * dimension)
    return cast(Float16, (_coverage(width, columns) @ by_row.reshape(rows, width, dimension)).astype(np.float16))


def _opened(path: Path, fingerprint: str) -> onnxruntime.InferenceSession:
    if not path.exists():
        both = f"{ArtifactFile.RERANKER_TOKENS} and {ArtifactFile.RERANKER}"
        raise EncoderError(f"{path} is missing: a reranker needs both {both}")
    network = open_token_network(path, fingerprint)
    if len(network.get_inputs()[0].shape) != INPUT_RANK:
        raise EncoderError(f"{path} takes patch tokens as a list and not in rows: train the reranker again")
    return network


@lru_cache(maxsize=256)
def _coverage(length: int, parts: int) -> Float32:
    """Weights of a line's tokens in each of some equal parts of the line, float32 (parts, length)."""
    starts, ends = np.arange(length), np.arange(parts)[:, None] * length / parts
    covered = np.minimum(starts + 1, ends + length / parts) - np.maximum(starts, ends)
    return cast(Float32, (covered.clip(min=0) * parts / length).astype(np.float32))

"""Localizes the emblem in a region: predicts its box from patch tokens and pixels.

Windows are squares of a few sizes and seldom fit an emblem: their mean intersection over union with it is about two
thirds. A small network sees the region's patch tokens, from the picture's one encoder pass, and its pixels. It predicts
where the graphic begins and ends, also beyond the region. The crop is then close to the gallery's drawing.

Sources: edges as distributions over bins, Li et al. 2020 (generalized focal loss); separate profiles of rows and
columns, as in document layout analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
import onnxruntime
import PIL.Image

from models.arrays import Float16, Float32, Pixels
from models.boxes import area, as_box, crop, crop_to_picture, expanded, intersection, iou, picture_to_crop, with_margin
from models.images.encoder.encoder import Embedding, Encoder
from models.images.encoder.token_networks import open_token_network
from models.profile import Box
from models.runtime.artifact_files import ArtifactFile

LOCALIZER_GRID_SIDE, LOCALIZER_PIXEL_SIDE = 12, 96
"""Patch tokens and pixels a side to which every region is resampled, whatever its shape."""

MIN_BOX_SIDE = 0.05
"""Least side of a predicted box, as a fraction of the region's: about one bin of its edges."""

MIN_TILE_COVERAGE = 0.6
"""Least fraction of a region inside a tile of a long picture for that tile's grid to be used."""

REGION_MARGIN = 0.25
"""Margin around a window, as a fraction of its sides, for windows seldom fit their emblem."""

MAX_EDGE_REACH = 1.0
"""Greatest distance of a predicted edge beyond the region, as a fraction of the region's sides."""

MIN_PASSES, MAX_PASSES = 2, 4
"""Passes of the network, each around the previous box; more than two only while the box exceeds its region."""

DUPLICATE_IOU = 0.7
"""Intersection over union from which two boxes are one emblem; saved a fifth of passes on 938 benchmark pictures."""


class RegionView(NamedTuple):
    """A region as the network sees it.

    Attributes:
        tokens: float16 (LOCALIZER_GRID_SIDE, LOCALIZER_GRID_SIDE, dimension), sampled from the picture's grid.
        pixels: RGB, uint8 (LOCALIZER_PIXEL_SIDE, LOCALIZER_PIXEL_SIDE, 3).
    """

    tokens: Float16
    pixels: Pixels


class Localizer:
    """Predicts the box of the emblem in a region.

    Args:
        network: maps `cells`, float32 (n, 12, 12, dimension), and `pixels`, uint8 (n, 96, 96, 3), to `boxes`, float32
            (n, 4): left, top, right, bottom as fractions of the region, from -MAX_EDGE_REACH to 1 + MAX_EDGE_REACH.
    """

    def __init__(self, network: onnxruntime.InferenceSession) -> None:
        self._network = network

    @classmethod
    def load(cls, encoder: Encoder) -> Localizer | None:
        """The localizer in an encoder's artefact folder; None if there is none.

        Raises:
            EncoderError: the file cannot be run, or belongs to another encoder.
        """
        path = encoder.directory / ArtifactFile.LOCALIZER
        return cls(open_token_network(path, encoder.fingerprint)) if path.exists() else None

    def __call__(self, pixels: Pixels, embedding: Embedding, region: Box, known: Sequence[Box] = ()) -> Box:
        """The emblem's box, as fractions of the picture.

        Args:
            pixels: the picture, RGB, uint8 (height, width, 3).
            embedding: of the picture, with its grids.
            region: a window with a margin.
            known: boxes of emblems localized before; if a pass leads to one of them, that one is returned.
        """
        box = self._predicted(pixels, embedding, region)
        for passes in range(1, MAX_PASSES):
            same = next((other for other in known if iou(box, other) >= DUPLICATE_IOU), None)
            if same or (passes >= MIN_PASSES and intersection(box, region) >= area(box)):
                return same or box
            region = with_margin(box, REGION_MARGIN)
            box = self._predicted(pixels, embedding, region)
        return box

    def _predicted(self, pixels: Pixels, embedding: Embedding, region: Box) -> Box:
        view = region_view(pixels, embedding, region)
        inputs = {"cells": view.tokens[None].astype(np.float32), "pixels": view.pixels[None]}
        left, top, right, bottom = as_box(self._network.run(["boxes"], inputs)[0][0])
        # At least this much of the box lies in the region, and so in the picture.
        left, top = min(left, 1 - MIN_BOX_SIDE), min(top, 1 - MIN_BOX_SIDE)
        box = (left, top, max(right, left + MIN_BOX_SIDE, MIN_BOX_SIDE), max(bottom, top + MIN_BOX_SIDE, MIN_BOX_SIDE))
        return expanded(crop_to_picture(region, box), 0, 0)


def region_view(pixels: Pixels, embedding: Embedding, region: Box) -> RegionView:
    """A region of a picture, RGB uint8 (height, width, 3), as the network sees it."""
    tile, grid = _best_grid(embedding, region)
    size = (LOCALIZER_PIXEL_SIDE, LOCALIZER_PIXEL_SIDE)
    small = PIL.Image.fromarray(crop(pixels, region)).resize(size, PIL.Image.Resampling.HAMMING, reducing_gap=2.0)
    return RegionView(_sampled(grid, picture_to_crop(tile, region)), np.asarray(small))


def _best_grid(embedding: Embedding, region: Box) -> tuple[Box, Float32]:
    """The tile that covers a region best, or the whole picture, and its grid."""
    whole, *tiles = embedding.grids
    best = max(tiles, key=lambda tile: intersection(tile[0], region), default=whole)
    # The grid of a whole strip is squeezed, so a tile is preferred even if a little of the region lies beyond it.
    return best if intersection(best[0], region) >= MIN_TILE_COVERAGE * area(region) else whole


def _sampled(grid: Float32, box: Box) -> Float16:
    """Patch tokens in a box of a grid by bilinear interpolation, float16 (12, 12, dimension)."""
    rows, columns, dimension = grid.shape
    down, across = _interpolation(rows, box[1], box[3]), _interpolation(columns, box[0], box[2])
    by_row = (down @ grid.reshape(rows, columns * dimension)).reshape(LOCALIZER_GRID_SIDE, columns, dimension)
    return cast(Float16, (across @ by_row).astype(np.float16))


def _interpolation(length: int, start: float, end: float) -> Float32:
    """Weights of a line's tokens at points spread evenly over a section, float32 (LOCALIZER_GRID_SIDE, length)."""
    points = (np.arange(LOCALIZER_GRID_SIDE) + 0.5) / LOCALIZER_GRID_SIDE
    centers = (start + points * (end - start)) * length - 0.5
    distances = np.abs(centers.clip(0, length - 1)[:, None] - np.arange(length))
    return cast(Float32, np.maximum(1 - distances, 0).astype(np.float32))

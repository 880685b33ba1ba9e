"""Where the emblem at a place begins and ends.

Windows are squares of a few sizes and seldom lie well on an emblem: on imitations, those that the first look finds
have two thirds of their emblem in common with it. A small network sees a place as the first look did, as cells of its
grid, and its pixels, and says where the graphic that lies there begins and ends, be it beyond the place. What is cut
out there is nearly what a gallery's drawing shows.

Sources: edges told as distributions over bins, Li et al. 2020 (generalized focal loss); of rows and columns by
themselves, as profiles are in the analysis of documents' layouts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
import onnxruntime
import PIL.Image

from models.boxes import area, as_box, crop, crop_to_picture, expanded, intersection, iou, picture_to_crop, with_margin
from models.images.encoder.encoder import Embedding, Encoder
from models.images.encoder.token_networks import opened
from models.profile import Box
from models.runtime.artifact_files import ArtifactFile

LOCALIZER_GRID_SIDE, LOCALIZER_PIXEL_SIDE = 12, 96
"""Of a side of a place: cells and pixels that it is brought to, whatever its shape."""

MIN_BOX_SIDE = 0.05
"""Of a place's side, what an emblem has at least: about a bin of those that its edges are told by."""

MIN_PART_COVERAGE = 0.6
"""Of a place, what a part of a strip must show of it to be looked at in place of the whole, squeezed strip."""

REGION_MARGIN = 0.25
"""Of a box's sides, what is seen around it: a window seldom lies well on its emblem."""

MAX_EDGE_REACH = 1.0
"""Of a place's sides, how far beyond it an emblem's edge is told at most."""

MIN_PASSES, MAX_PASSES = 2, 4
"""Times that the network is asked, each about what it said before: twice, and more often as long as a box goes on
beyond what was seen. On 400 imitations of the validation fold the boxes' mean intersection over union is .87 after one
look and .90 after two; from windows on less than half of 298 of them .72 and .87, and .89 with 2.3 looks, so."""

DUPLICATE_IOU = 0.7
"""Intersection over union from which two boxes are taken for one emblem's. Of 938 pictures of the benchmark each was
found or not as without it, with a fifth fewer looks."""

Array = np.ndarray


class RegionView(NamedTuple):
    """A place as the network sees it.

    Attributes:
        tokens: of the first look's grid, float16 (CELLS, CELLS, dimension).
        pixels: RGB, uint8 (SIDE, SIDE, 3).
    """

    tokens: Array
    pixels: Array


class Localizer:
    """Tells where the emblem at a place is.

    Args:
        network: from `cells`, float32 (n, CELLS, CELLS, dimension), and `pixels`, uint8 (n, SIDE, SIDE, 3), to `boxes`,
            float32 (n, 4): left, top, right, bottom as fractions of the place, from -REACH to 1 + REACH.
    """

    def __init__(self, network: onnxruntime.InferenceSession) -> None:
        self._network = network

    @classmethod
    def load(cls, encoder: Encoder) -> Localizer | None:
        """The one of an encoder's artefact folder; nothing where the encoder has none.

        Raises:
            EncoderError: it cannot be run, or is another encoder's.
        """
        path = encoder.directory / ArtifactFile.LOCALIZER
        return cls(opened(path, encoder.fingerprint)) if path.exists() else None

    def __call__(self, pixels: Array, embedding: Embedding, place: Box, known: Sequence[Box] = ()) -> Box:
        """The emblem's box, as fractions of the picture.

        Args:
            pixels: the picture, RGB, uint8 (height, width, 3).
            embedding: of it, with its grids.
            place: a window with what is around it.
            known: boxes of other emblems of the picture; a place that leads to one of them is not looked at further.
        """
        box = self._look(pixels, embedding, place)
        for looks in range(1, MAX_PASSES):
            same = next((other for other in known if iou(box, other) >= DUPLICATE_IOU), None)
            if same or (looks >= MIN_PASSES and intersection(box, place) >= area(box)):
                return same or box
            place = with_margin(box, REGION_MARGIN)
            box = self._look(pixels, embedding, place)
        return box

    def _look(self, pixels: Array, embedding: Embedding, place: Box) -> Box:
        seen = region_view(pixels, embedding, place)
        given = {"cells": seen.tokens[None].astype(np.float32), "pixels": seen.pixels[None]}
        left, top, right, bottom = as_box(self._network.run(["boxes"], given)[0][0])
        # So much of the box lies within the place, and so within the picture.
        left, top = min(left, 1 - MIN_BOX_SIDE), min(top, 1 - MIN_BOX_SIDE)
        box = (left, top, max(right, left + MIN_BOX_SIDE, MIN_BOX_SIDE), max(bottom, top + MIN_BOX_SIDE, MIN_BOX_SIDE))
        return expanded(crop_to_picture(place, box), 0, 0)


def region_view(pixels: Array, embedding: Embedding, place: Box) -> RegionView:
    """A place of a picture, RGB uint8 (height, width, 3), as the network sees it."""
    where, grid = _grid_of(embedding, place)
    small = PIL.Image.fromarray(crop(pixels, place)).resize(
        (LOCALIZER_PIXEL_SIDE, LOCALIZER_PIXEL_SIDE), PIL.Image.Resampling.HAMMING
    )
    return RegionView(_sampled(grid, picture_to_crop(where, place)), np.asarray(small))


def _grid_of(embedding: Embedding, place: Box) -> tuple[Box, Array]:
    """The grid that shows most of a place, and what of the picture it shows."""
    whole, *parts = embedding.grids
    best = max(parts, key=lambda part: intersection(part[0], place), default=whole)
    # A strip's own grid is squeezed; little of a place may lie beyond the part that shows it best.
    return best if intersection(best[0], place) >= MIN_PART_COVERAGE * area(place) else whole


def _sampled(grid: Array, box: Box) -> Array:
    """Cells of a box of a grid, float16 (CELLS, CELLS, dimension), each between the nearest ones of the grid."""
    rows, columns, dimension = grid.shape
    down, across = _shares(rows, box[1], box[3]), _shares(columns, box[0], box[2])
    by_row = (down @ grid.reshape(rows, columns * dimension)).reshape(LOCALIZER_GRID_SIDE, columns, dimension)
    return cast(Array, (across @ by_row).astype(np.float16))


def _shares(length: int, start: float, end: float) -> Array:
    """How much of each cell of a line is taken at places spread evenly over a part of it, float32 (CELLS, length)."""
    centers = (start + (np.arange(LOCALIZER_GRID_SIDE) + 0.5) / LOCALIZER_GRID_SIDE * (end - start)) * length - 0.5
    apart = np.abs(centers.clip(0, length - 1)[:, None] - np.arange(length))
    return np.maximum(1 - apart, 0).astype(np.float32)

"""Keypoints: whether a picture holds a drawing's details, in the drawing's arrangement.

An embedding says that two pictures look alike; harmless look-alikes do too. Details that lie in the same arrangement in
both are no coincidence, however the emblem was recoloured, turned, slanted, mirrored or covered in part.

Sources: SIFT, Lowe 2004; RootSIFT, Arandjelovic and Zisserman 2012; mirrored descriptors, Guo et al. 2010 (MIFT).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from models.profile import Box

MAX_KEYPOINTS = 300
"""Keypoints kept of a picture, the strongest ones."""

CONTRAST_THRESHOLD = 0.02
"""Of the faintest keypoint; half of SIFT's own, for pale and blurred imitations."""

MAX_DISTANCE_RATIO = 0.82
"""How much nearer the nearest detail must be than the next one elsewhere (Lowe's ratio, of distances)."""

MIN_PAIRS = 4
"""Pairs of details from which an arrangement is looked for: three fix it, a fourth confirms it."""

REPROJECTION_TOLERANCE = 5.0
"""Pixels by which a detail may miss its place."""

RANSAC_ROUNDS = 300
"""Triples of pairs tried per drawing and side."""

DISTINCT_CELL = 6.0
"""Pixels: details nearer to each other than this count once, for a corner often is several keypoints."""

Array = np.ndarray

# Requests are served by several processes or threads already.
cv2.setNumThreads(1)

# A mirrored detail has its 4 x 4 cells mirrored across its own direction, and its 8 directions run the other way round.
_MIRRORED = np.arange(128).reshape(4, 4, 8)[::-1][:, :, (-np.arange(8)) % 8].reshape(128)


@dataclass(frozen=True)
class Keypoints:
    """Details of one picture.

    Attributes:
        places: float32 (n, 2), x and y in pixels.
        descriptors: float32 (n, 128), unit length (RootSIFT).
        size: width and height of the picture in pixels.
    """

    positions: Array
    descriptors: Array
    size: tuple[int, int]

    @cached_property
    def count(self) -> int:
        """How many lie apart from each other."""
        return _distinct(self.positions)


@dataclass(frozen=True)
class Agreement:
    """How well a drawing's details lie in a picture.

    Attributes:
        details: details in the same arrangement in both, in distinct places.
        box: where the whole drawing then lies, as fractions of the picture; None where nothing agrees.
    """

    inliers: int
    box: Box | None


NO_AGREEMENT = Agreement(0, None)


def detect(pixels: Array) -> Keypoints:
    """The strongest details of a picture.

    Args:
        pixels: RGB, uint8 (height, width, 3).
    """
    sift = cv2.SIFT.create(nfeatures=MAX_KEYPOINTS, contrastThreshold=CONTRAST_THRESHOLD)
    found, descriptors = sift.detectAndCompute(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), None)
    size = (pixels.shape[1], pixels.shape[0])
    if not found:
        return Keypoints(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32), size)
    sums = np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-6)
    places = np.array([keypoint.pt for keypoint in found], np.float32)
    return Keypoints(places, np.sqrt(descriptors / sums), size)


def agreement(picture: Keypoints, drawing: Keypoints) -> Agreement:
    """How well a drawing, or its mirror image, lies in a picture."""
    if min(len(picture.positions), len(drawing.positions)) < MIN_PAIRS:
        return NO_AGREEMENT
    sides = (drawing.descriptors, drawing.descriptors[:, _MIRRORED])
    across, down = (np.abs(values[:, None] - values) <= DISTINCT_CELL for values in drawing.positions.T)
    found = (_arranged(picture, drawing, side, across & down) for side in sides)
    return max(found, key=lambda agreeing: agreeing.inliers)


def _arranged(picture: Keypoints, drawing: Keypoints, descriptors: Array, together: Array) -> Agreement:
    here, there = _pairs(picture.descriptors @ descriptors.T, together)
    if len(here) < MIN_PAIRS:
        return NO_AGREEMENT
    source, target = drawing.positions[there], picture.positions[here]
    cv2.setRNGSeed(0)  # the same picture gets the same answer
    matrix, fits = cv2.estimateAffine2D(
        source,
        target,
        method=cv2.RANSAC,
        ransacReprojThreshold=REPROJECTION_TOLERANCE,
        maxIters=RANSAC_ROUNDS,
        confidence=0.99,
    )
    if matrix is None or not _plausible(matrix):
        return NO_AGREEMENT
    inside = fits[:, 0] > 0
    details = min(_distinct(source[inside]), _distinct(target[inside]))
    return Agreement(details, _box(matrix, drawing.size, picture.size))


def _pairs(cosines: Array, together: Array) -> tuple[Array, Array]:
    """Details of the picture that are near to one of the drawing, clearly nearer than to what lies elsewhere in it.

    Args:
        cosines: float32 (details of the picture, details of the drawing).
        together: which details of the drawing lie at one place, bool (drawing, drawing).
    """
    nearest = cosines.argmax(axis=1)
    best = cosines[np.arange(len(cosines)), nearest]
    elsewhere = np.where(together[nearest], -1.0, cosines).max(axis=1)
    # Squared distances of unit vectors are twice one less their cosine.
    clear = np.flatnonzero(1 - best < MAX_DISTANCE_RATIO**2 * (1 - elsewhere))
    return clear, nearest[clear]


def _plausible(matrix: Array) -> bool:
    """Neither shrunk to a point nor squeezed to a line: such fits gather unrelated details."""
    larger, smaller = np.linalg.svd(matrix[:, :2], compute_uv=False)
    return bool(smaller > 0.08 and larger < 8 and larger < 3 * smaller)


def _distinct(places: Array) -> int:
    return len({(int(x), int(y)) for x, y in places / DISTINCT_CELL})


def _box(matrix: Array, drawing: tuple[int, int], picture: tuple[int, int]) -> Box | None:
    corners = np.array([(0, 0), (drawing[0], 0), drawing, (0, drawing[1])], np.float64)
    laid = np.clip((corners @ matrix[:, :2].T + matrix[:, 2]) / picture, 0, 1)
    (left, top), (right, bottom) = laid.min(axis=0).tolist(), laid.max(axis=0).tolist()
    return (left, top, right, bottom) if right > left and bottom > top else None

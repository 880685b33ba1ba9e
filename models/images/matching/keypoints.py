"""Geometric verification: keypoints of a drawing that a picture shows in the same arrangement.

Harmless look-alikes can be close to an emblem in embedding space. They seldom share its keypoints in one affine
arrangement, which survives recolouring, rotation, shear, mirroring and partial occlusion.

Sources: SIFT, Lowe 2004; RootSIFT, Arandjelovic and Zisserman 2012; mirrored descriptors, Guo et al. 2010 (MIFT).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from models.arrays import Bool, Float32, Float64, Int64, Pixels, UInt8
from models.profile import Box

CROP_KEYPOINT_SIDE = 224
"""Square root of the area in pixels to which a crop is scaled; drawings have a little less."""

MIN_DRAWING_SIDE = 128
"""Least square root of a drawing's area in pixels; low mastheads are enlarged, for tiny letters yield no keypoints."""

MAX_KEYPOINTS = 300
"""Keypoints kept per picture, the strongest first."""

CONTRAST_THRESHOLD = 0.02
"""Least contrast of a keypoint: half of SIFT's default, for pale and blurred imitations."""

MAX_DISTANCE_RATIO = 0.82
"""Lowe's ratio test: greatest distance of a match, relative to the nearest keypoint elsewhere in the drawing."""

MIN_PAIRS = 4
"""Matched pairs needed for a fit: three determine an affine transform, a fourth confirms it."""

REPROJECTION_TOLERANCE = 5.0
"""Greatest reprojection error of an inlier, in pixels."""

RANSAC_ROUNDS = 300
"""RANSAC iterations per drawing, and again for its mirror image."""

DISTINCT_CELL = 6.0
"""Cell side in pixels; inliers in one cell count once, for one corner often yields several keypoints."""

MIN_SCALE, MAX_SCALE, MAX_ANISOTROPY = 0.08, 8, 3
"""Bounds on a fit's singular values and on their ratio: degenerate fits gather unrelated keypoints."""

# Requests are served by several processes or threads already.
cv2.setNumThreads(1)

# Mirroring a SIFT descriptor reverses its 4 x 4 cells across its direction, and the order of its 8 orientations.
_MIRRORED = np.arange(128).reshape(4, 4, 8)[::-1][:, :, (-np.arange(8)) % 8].reshape(128)


@dataclass(frozen=True)
class Keypoints:
    """Keypoints of one picture.

    Attributes:
        positions: float32 (n, 2), x and y in pixels.
        histograms: uint8 (n, 128), SIFT's own descriptors, a quarter as large as `descriptors`.
        size: width and height of the picture in pixels.
    """

    positions: Float32
    histograms: UInt8
    size: tuple[int, int]

    @property
    def descriptors(self) -> Float32:
        """RootSIFT, float32 (n, 128), unit length."""
        histograms = self.histograms.astype(np.float32)
        return cast(Float32, np.sqrt(histograms / np.maximum(histograms.sum(axis=1, keepdims=True), 1e-6)))

    @cached_property
    def count(self) -> int:
        """Number of keypoints in distinct cells."""
        return _distinct(self.positions)


@dataclass(frozen=True)
class Agreement:
    """How well a drawing fits into a picture.

    Attributes:
        inliers: keypoints in one arrangement in both, counted once per cell.
        box: where the fit puts the whole drawing, as fractions of the picture; None without a fit.
    """

    inliers: int
    box: Box | None


NO_AGREEMENT = Agreement(0, None)


def crop_keypoints(pixels: Pixels) -> Keypoints:
    """Keypoints of a crop, RGB uint8 (height, width, 3), scaled to one area."""
    return detect(_scaled(pixels, CROP_KEYPOINT_SIDE))


def drawing_keypoints(drawing: Pixels) -> Keypoints:
    """Keypoints of a drawing, RGB uint8 (height, width, 3), enlarged if it is small."""
    return detect(enlarged(drawing))


def enlarged(drawing: Pixels) -> Pixels:
    """A drawing, RGB uint8 (height, width, 3), of at least MIN_DRAWING_SIDE² pixels."""
    return _scaled(drawing, max(_side(drawing), MIN_DRAWING_SIDE))


def detect(pixels: Pixels) -> Keypoints:
    """The strongest keypoints of a picture, RGB uint8 (height, width, 3)."""
    sift = cv2.SIFT.create(nfeatures=MAX_KEYPOINTS, contrastThreshold=CONTRAST_THRESHOLD)
    found, histograms = sift.detectAndCompute(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), None)
    size = (pixels.shape[1], pixels.shape[0])
    if not found:
        return Keypoints(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8), size)
    positions = np.array([keypoint.pt for keypoint in found], np.float32)
    return Keypoints(positions, histograms.astype(np.uint8), size)


def agreement(picture: Keypoints, drawing: Keypoints) -> Agreement:
    """The better fit of a drawing and of its mirror image into a picture."""
    if min(len(picture.positions), len(drawing.positions)) < MIN_PAIRS:
        return NO_AGREEMENT
    across, down = (np.abs(values[:, None] - values) <= DISTINCT_CELL for values in drawing.positions.T)
    shown, drawn = picture.descriptors, drawing.descriptors
    fits = (_fit(picture, drawing, shown @ some.T, across & down) for some in (drawn, drawn[:, _MIRRORED]))
    return max(fits, key=lambda fit: fit.inliers)


def _side(pixels: Pixels) -> float:
    """Square root of a picture's area."""
    return float((pixels.shape[0] * pixels.shape[1]) ** 0.5)


def _scaled(pixels: Pixels, side: float) -> Pixels:
    scale = side / _side(pixels)
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = (max(round(pixels.shape[1] * scale), 1), max(round(pixels.shape[0] * scale), 1))
    return np.asarray(cv2.resize(pixels, size, interpolation=interpolation))


def _fit(picture: Keypoints, drawing: Keypoints, cosines: Float32, neighbours: Bool) -> Agreement:
    """RANSAC fit of an affine transform from a drawing to a picture."""
    here, there = _pairs(cosines, neighbours)
    if len(here) < MIN_PAIRS:
        return NO_AGREEMENT
    source, target = drawing.positions[there], picture.positions[here]
    cv2.setRNGSeed(0)  # the same picture gets the same answer
    matrix, fits = cv2.estimateAffine2D(
        *(source, target),
        method=cv2.RANSAC,
        ransacReprojThreshold=REPROJECTION_TOLERANCE,
        maxIters=RANSAC_ROUNDS,
        confidence=0.99,
    )
    if matrix is None or not _is_plausible(matrix):
        return NO_AGREEMENT
    inside = fits[:, 0] > 0
    inliers = min(_distinct(source[inside]), _distinct(target[inside]))
    return Agreement(inliers, _box(matrix, drawing.size, picture.size))


def _pairs(cosines: Float32, neighbours: Bool) -> tuple[Int64, Int64]:
    """Indices of matched keypoints, of the picture and of the drawing, that pass the ratio test.

    Args:
        cosines: float32 (keypoints of the picture, keypoints of the drawing).
        neighbours: bool (drawing, drawing), which keypoints of the drawing lie within one cell of each other.
    """
    nearest = cosines.argmax(axis=1)
    best = cosines[np.arange(len(cosines)), nearest]
    elsewhere = np.where(neighbours[nearest], -1.0, cosines).max(axis=1)
    # The squared distance of unit vectors is twice one minus their cosine.
    clear = np.flatnonzero(1 - best < MAX_DISTANCE_RATIO**2 * (1 - elsewhere))
    return clear, nearest[clear]


def _is_plausible(matrix: NDArray[Any]) -> bool:
    """True if a fit neither collapses the drawing to a point or a line nor blows it up."""
    larger, smaller = np.linalg.svd(matrix[:, :2], compute_uv=False)
    return bool(smaller > MIN_SCALE and larger < MAX_SCALE and larger < MAX_ANISOTROPY * smaller)


def _distinct(positions: Float32) -> int:
    return len({(int(x), int(y)) for x, y in positions / DISTINCT_CELL})


def _box(matrix: Float64, drawing: tuple[int, int], picture: tuple[int, int]) -> Box | None:
    """Bounding box, as fractions of the picture, of a drawing's transformed corners; sizes are width and height."""
    corners = np.array([(0, 0), (drawing[0], 0), drawing, (0, drawing[1])], np.float64)
    laid = np.clip((corners @ matrix[:, :2].T + matrix[:, 2]) / picture, 0, 1)
    (left, top), (right, bottom) = laid.min(axis=0).tolist(), laid.max(axis=0).tolist()
    return (left, top, right, bottom) if right > left and bottom > top else None

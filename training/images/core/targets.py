"""Targets and loss of the core detector.

Cells in the middle of an emblem are positive, its other cells are ignored, all others are negative. A second loss looks
at whole pictures: the log-sum-exp over cells, so that every picture tells of each class whether it is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torchvision.ops import generalized_box_iou_loss  # type: ignore[import-untyped]

from models.arrays import Bool, Float32, Pixels
from training.images.core.network import STRIDE
from training.images.core.scenes import CoreScene

MIDDLE = 0.4
"""Sides of the positive middle of an emblem, as fractions of its box's."""

FOCUS = 2.0
"""Exponent of the focal loss (Lin et al. 2017): easy cells count little."""

POSITIVE_WEIGHT = 0.6
"""Weight of a positive term; that of a negative term is one minus this."""

PICTURE_WEIGHT, BOX_WEIGHT = 0.5, 0.5


@dataclass(frozen=True)
class CoreBatch:
    """Scenes of one size.

    Attributes:
        pixels: uint8 (n, height, width, 3).
        cells: int64 (positives, 4): picture, row, column and class of every positive cell.
        weights: float32 (positives,), one over the root of its emblem's number of positive cells.
        boxes: float32 (positives, 4), in pixels.
        ignored: int64 (cells, 4), cells at an emblem's rim, which count neither way for its class.
        present: bool (n, classes), the classes in each picture.
    """

    pixels: Tensor
    cells: Tensor
    weights: Tensor
    boxes: Tensor
    ignored: Tensor
    present: Tensor


def batch_of(scenes: Sequence[CoreScene], classes: int) -> CoreBatch:
    """Targets of some scenes of one size."""
    height, width = scenes[0].picture.shape[:2]
    present: Bool = np.zeros((len(scenes), classes), bool)
    cells, weights, boxes, ignored = [], [], [], []
    for picture, scene in enumerate(scenes):
        for number, box in scene.placed:
            if number < 0:
                continue
            present[picture, number] = True
            middle, rim = _cells(box, height // STRIDE, width // STRIDE)
            cells += [(picture, row, column, number) for row, column in middle]
            weights += [len(middle) ** -0.5] * len(middle)
            boxes += [box] * len(middle)
            ignored += [(picture, row, column, number) for row, column in rim]
    pixels: Pixels = np.stack([scene.picture for scene in scenes])
    return CoreBatch(
        torch.from_numpy(pixels),
        torch.tensor(cells, dtype=torch.int64).reshape(-1, 4),
        torch.tensor(weights, dtype=torch.float32),
        torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        torch.tensor(ignored, dtype=torch.int64).reshape(-1, 4),
        torch.from_numpy(present),
    )


def _cells(box: Sequence[float], rows: int, columns: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Cells in the middle of a box, at least one, and its other cells."""
    left, top, right, bottom = (value / STRIDE for value in box)
    x: Float32 = np.arange(columns, dtype=np.float32) + 0.5
    y: Float32 = np.arange(rows, dtype=np.float32) + 0.5
    center = ((left + right) / 2, (top + bottom) / 2)
    is_inside = (np.abs(y - center[1]) <= (bottom - top) / 2 + 0.5)[:, None] & (
        np.abs(x - center[0]) <= (right - left) / 2 + 0.5
    )
    half = (MIDDLE * (right - left) / 2, MIDDLE * (bottom - top) / 2)
    is_middle = (np.abs(y - center[1]) <= half[1])[:, None] & (np.abs(x - center[0]) <= half[0])
    is_middle[min(int(center[1]), rows - 1), min(int(center[0]), columns - 1)] = True
    middle, rim = np.argwhere(is_middle).tolist(), np.argwhere(is_inside & ~is_middle).tolist()
    return [(row, column) for row, column in middle], [(row, column) for row, column in rim]


def core_losses(logits: Tensor, boxes: Tensor, batch: CoreBatch) -> dict[str, Tensor]:
    """Losses of cells, pictures and boxes.

    Args:
        logits: float32 (n, rows, columns, classes).
        boxes: float32 (n, rows, columns, 4), in pixels.
        batch: the targets.
    """
    emblems = max(int(batch.present.sum()), 1)
    at = batch.cells.unbind(1)
    weight = torch.ones_like(logits)
    weight[batch.ignored.unbind(1)] = 0
    target = torch.zeros_like(logits)
    target[at] = 1
    weight[at] = batch.weights
    cells = (_focal(logits, target) * weight).sum() / emblems
    pooled = torch.logsumexp(logits.flatten(1, 2), dim=1)
    pictures = _focal(pooled, batch.present.float()).sum() / emblems
    reached = generalized_box_iou_loss(boxes[at[:3]], batch.boxes)
    of_boxes = (reached * batch.weights).sum() / batch.weights.sum().clamp(min=1.0)
    return {"cells": cells, "pictures": PICTURE_WEIGHT * pictures, "boxes": BOX_WEIGHT * of_boxes}


def _focal(logits: Tensor, target: Tensor) -> Tensor:
    """Focal binary cross-entropy of each element."""
    entropy = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    wrongness = torch.abs(target - torch.sigmoid(logits))
    side = POSITIVE_WEIGHT * target + (1 - POSITIVE_WEIGHT) * (1 - target)
    return side * wrongness**FOCUS * entropy

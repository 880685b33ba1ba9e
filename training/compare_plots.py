"""Diagrams of champion and challenger on the same cases."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from matplotlib.axes import Axes
from sklearn.metrics import precision_recall_curve

from models.arrays import Bool, Float64
from training.html_page import draw_calibration

NAMES = ("champion", "challenger")
"""Names in the diagrams, whose typeface has no Chinese."""

LOAD_THRESHOLDS = np.linspace(0, 1, 101)
"""Thresholds at which the review load is drawn."""

LEAST_LOAD = 1e-3
"""Share of cases below which the axis of the review load is linear, so that it reaches nothing."""


def draw_precision_recall(axes: Axes, truth: Bool, scores: Float64) -> None:
    """Precision over recall of both.

    Args:
        truth: bool (cases,), at least one.
        scores: float (2, cases), of champion and challenger.
    """
    for name, given in zip(NAMES, scores, strict=True):
        precision, recall, _ = precision_recall_curve(truth, given)
        axes.step(recall, precision, where="post", label=name)
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02))
    axes.legend(loc="lower left")


def draw_calibrations(axes: Axes, truth: Bool, scores: Float64) -> None:
    """Observed share over predicted probability of both, in ten bins of equal width.

    Args:
        truth: bool (2, cases), whether what each scores is right.
        scores: float (2, cases), in [0, 1].
    """
    for name, right, given in zip(NAMES, truth, scores, strict=True):
        draw_calibration(axes, right, given, axes.get_title(), name)
    axes.legend(loc="upper left")


def draw_review_load(axes: Axes, scores: Float64, harmless: Bool, thresholds: Collection[float]) -> None:
    """Share of cases that pass a threshold: all that somebody has to look at, and the harmless ones among them.

    Args:
        scores: float (2, cases), of champion and challenger.
        harmless: bool (cases,).
        thresholds: of the policy, shown as vertical lines.
    """
    for name, given, colour in zip(NAMES, scores, ("C0", "C1"), strict=True):
        for style, counted, kind in (("-", given, "all"), ("--", given[harmless], "harmless")):
            if len(counted):
                passed = (counted[None] >= LOAD_THRESHOLDS[:, None]).mean(axis=1)
                axes.plot(LOAD_THRESHOLDS, passed, style, color=colour, label=f"{name}, {kind}")
    for threshold in set(thresholds):
        axes.axvline(threshold, color="0.8", zorder=0)
    axes.set_yscale("symlog", linthresh=LEAST_LOAD)
    axes.set(xlim=(0, 1), ylim=(0, 1.1))
    axes.legend(loc="upper right", fontsize="small")

"""Paired bootstrap: whether a challenger is significantly better than the champion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.arrays import Float64

RESAMPLES = 1_000
"""Bootstrap samples."""

MIN_GROUPS = 8
"""Groups below which no interval is given: a bootstrap of two says 1.000-1.000 of any model without an error."""


Groups: TypeAlias = NDArray[Any]
"""Group of each case, of any type that sorts."""


@dataclass(frozen=True)
class Difference:
    """The challenger's measure less the champion's.

    Attributes:
        value: difference on all cases.
        interval: 95% bootstrap interval of paired differences: both are measured on the same samples. None if there
            are fewer than `MIN_GROUPS` groups.
    """

    value: float
    interval: tuple[float, float] | None

    @property
    def verdict(self) -> str:
        """The result for people: better, worse, or not significantly different."""
        if self.interval is None:
            return "样本太少，无法判断 · too few cases to tell"
        low, high = self.interval
        if low > 0:
            return "候选模型更好 · the challenger is better"
        if high < 0:
            return "候选模型更差 · the challenger is worse"
        return "无显著差别 · no significant difference"

    @property
    def range(self) -> str:
        """The interval, for people."""
        return "{:+.4f} to {:+.4f}".format(*self.interval) if self.interval else f"fewer than {MIN_GROUPS} groups"

    @property
    def numbers(self) -> str:
        """Difference and interval, for people."""
        return f"{self.value:+.4f} ({'95% ' if self.interval else ''}{self.range})"

    @classmethod
    def of(cls, value: float, resampled: Float64, groups: Groups) -> Difference:
        """From the difference on all cases, and on every bootstrap sample, float (samples,).

        Args:
            groups: group of each case that counts for the difference, (cases,).
        """
        if len(np.unique(groups)) < MIN_GROUPS:
            return cls(float(value), None)
        low, high = np.percentile(resampled, [2.5, 97.5])
        return cls(float(value), (float(low), float(high)))

    def __str__(self) -> str:
        return f"difference {self.numbers}: {self.verdict}"


def paired_difference(*parts: tuple[Float64, Groups]) -> Difference:
    """The mean of per-case differences, with equal weight for every part, and its bootstrap interval.

    Args:
        parts: of each part the differences, float (cases,), and groups, (cases,). Groups are resampled as a whole,
            because their cases are not independent.
    """
    rng = np.random.default_rng(0)
    value = np.mean([differences.mean() for differences, _ in parts])
    resampled = np.mean([_resampled_means(rng, *part) for part in parts], axis=0)
    return Difference.of(float(value), resampled, min((groups for _, groups in parts), key=lambda one: len(set(one))))


def _resampled_means(rng: np.random.Generator, differences: Float64, groups: Groups) -> Float64:
    """The mean in each of `RESAMPLES` samples of the groups, float (samples,)."""
    found, members = np.unique(groups, return_inverse=True)
    times = rng.multinomial(len(found), np.full(len(found), 1 / len(found)), RESAMPLES)
    return np.asarray(times @ np.bincount(members, differences) / (times @ np.bincount(members)))

"""What it takes to call a challenger better than the champion: a paired difference and its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

RESAMPLES = 1_000

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Difference:
    """The challenger's measure less the champion's.

    Attributes:
        value: on all cases.
        interval: 95% bootstrap interval; each resample is judged by both, so that it is one of paired differences.
    """

    value: float
    interval: tuple[float, float]

    @property
    def verdict(self) -> str:
        """What the interval says, for people."""
        low, high = self.interval
        if low > 0:
            return "挑战者更好 · the challenger is better"
        if high < 0:
            return "挑战者更差 · the challenger is worse"
        return "无显著差别 · no significant difference"

    @classmethod
    def of(cls, value: float, resampled: Array) -> Difference:
        """From the difference on all cases and on every resample, float (resamples,)."""
        low, high = np.percentile(resampled, [2.5, 97.5])
        return cls(value, (float(low), float(high)))

    def __str__(self) -> str:
        low, high = self.interval
        return f"difference {self.value:+.4f} (95% {low:+.4f} to {high:+.4f}): {self.verdict}"


def paired_difference(*parts: tuple[Array, Array]) -> Difference:
    """The mean of per-case differences, all parts weighing the same, with its bootstrap interval.

    Args:
        parts: differences, float (cases,), and the group of each, (cases,): what stands or falls together is resampled
            as a whole.
    """
    rng = np.random.default_rng(0)
    value = np.mean([differences.mean() for differences, _ in parts])
    resampled = np.mean([_resampled_means(rng, *part) for part in parts], axis=0)
    return Difference.of(float(value), resampled)


def _resampled_means(rng: np.random.Generator, differences: Array, groups: Array) -> Array:
    """The mean in each of `RESAMPLES` samples of the groups, float (samples,)."""
    found, members = np.unique(groups, return_inverse=True)
    times = rng.multinomial(len(found), np.full(len(found), 1 / len(found)), RESAMPLES)
    return np.asarray(times @ np.bincount(members, differences) / (times @ np.bincount(members)))

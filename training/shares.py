"""Shares of cases in which something happened, with 95% intervals, and their tables; for pictures and texts alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import binomtest

from models.arrays import Bool

Row = dict[str, Any]


@dataclass(frozen=True)
class Group:
    """Shares that are printed under one heading, each as `share` returns it, by the name of its line."""

    chinese: str
    english: str
    shares: Mapping[str, Row]


def wilson(happened: Bool) -> tuple[float, float]:
    """Wilson's 95% interval of the share of true values, bool (cases,); it has width even at a share of 0."""
    interval = binomtest(int(happened.sum()), len(happened)).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def share(happened: Bool, counted: str = "pictures") -> Row:
    """Number of cases, the "share" of true values, and its "interval" after Wilson.

    Args:
        happened: bool (cases,), at least one.
        counted: what the cases are, the key of their number.
    """
    return {counted: len(happened), "share": float(happened.mean()), "interval": wilson(happened)}


def by_name(happened: Bool, names: Sequence[str], counted: str = "pictures") -> dict[str, Row]:
    """The share of the cases with each name, in order of first appearance.

    Args:
        happened: bool (cases,).
        names: one a case.
        counted: as in `share`.
    """
    values = np.array(names, dtype=str)
    return {str(name): share(happened[values == name], counted) for name in dict.fromkeys(names)}


def show(groups: Sequence[Group]) -> None:
    """Print each group: number of cases, share, 95% interval, name."""
    for group in groups:
        print(f"\n{group.chinese} · {group.english}")
        for name, row in group.shares.items():
            print("{:>7} {:>7}  {:>13}  {}".format(*cells(row), name))


def cells(row: Row) -> tuple[int, str, str]:
    """A share as text: number of cases, share, 95% interval."""
    low, high = row["interval"]
    return next(iter(row.values())), f"{row['share']:.3f}", f"{low:.3f}–{high:.3f}"

"""Measurements beside their limits, as one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """A measurement with its limits: a line of the table.

    Attributes:
        what: name of the measurement.
        value: measured value; NaN where it could not be measured.
        unit: unit of the value.
        most, least: limits; a number without any is there to compare with.
    """

    what: str
    value: float
    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def holds(self) -> bool:
        """True if the value keeps its limits; NaN keeps none."""
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    def __str__(self) -> str:
        limits = "" if self.most is None else f"<= {self.most:g}"
        limits += "" if self.least is None else f">= {self.least:g}"
        verdict = "" if not limits else "yes" if self.holds else "NO"
        return f"{self.what:<58}{self.value:>11.2f} {self.unit:<5}{limits:>10}{verdict:>6}"


def report(numbers: Sequence[Number], *notes: str) -> bool:
    """Print the table; returns true if all limits hold."""
    print(f"\n{'':<58}{'measured':>11} {'':<5}{'limit':>10}{'holds':>6}")
    for line in (*numbers, *notes):
        print(line)
    return all(number.holds for number in numbers)

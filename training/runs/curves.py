"""Curves of a training run: every measure over its epochs or steps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure

HISTORY_FILE = "history.jsonl"
"""Name of the file in a run's folder: one JSON object of numbers an epoch, or every so many steps."""

History = Sequence[Mapping[str, float]]


def write_history(folder: Path, history: History) -> None:
    """Write the numbers of a run's epochs or steps into its folder."""
    lines = "".join(f"{json.dumps(numbers)}\n" for numbers in history)
    (folder / HISTORY_FILE).write_text(lines, encoding="utf-8")


def read_history(folder: Path) -> list[dict[str, float]]:
    """The numbers of a run's epochs or steps."""
    return [json.loads(line) for line in (folder / HISTORY_FILE).read_text(encoding="utf-8").splitlines()]


def draw_history(history: History, over: str) -> Figure:
    """One diagram a measure.

    Args:
        history: at least one row; all rows have the same keys.
        over: key of the horizontal axis, "epoch" or "step".
    """
    measures = [name for name in history[0] if name != over]
    drawn = Figure(figsize=(4 * len(measures), 3), layout="constrained")
    for axes, name in zip(drawn.subplots(1, len(measures), squeeze=False).flat, measures, strict=True):
        axes.plot([row[over] for row in history], [row[name] for row in history], "o-", markersize=4)
        axes.set(title=name, xlabel=over)
    return drawn

"""Why an encoder should not take the place of the one in force: it is worse, or nobody knows whether it is.

Reads what `huijian evaluate images --encoder` wrote into both folders; needs nothing of what trains.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from models.runtime.artifact_files import ArtifactFile

RECALL, FLAGGED = "recall@policy", "false@policy"
"""Measures that count: imitations found, and harmless pictures flagged, both as the policy reports."""

Numbers = Mapping[str, Any]


def objections(challenger: Path, champion: Path) -> list[str]:
    """Labels that the challenger is worse at beyond the tolerance, and by how much; or why that cannot be told.

    The tolerance of a label is half the width of the champion's 95% interval.
    """
    ours, theirs = _measured(challenger), _measured(champion)
    if ours is None or theirs is None:
        unmeasured = challenger if ours is None else champion
        return [f"nobody measured {unmeasured}: huijian evaluate images --encoder {unmeasured} --no-peers"]
    if _counts(ours) != _counts(theirs):
        return [
            f"they were measured on other pictures ({theirs['all']['pictures']} imitations for the one in force, "
            f"{ours['all']['pictures']} for this one): compare them with `huijian compare`"
        ]
    return list(_worse(ours, theirs))


def _worse(ours: Numbers, theirs: Numbers) -> Iterator[str]:
    for label, row in theirs["labels"].items():
        before, after = row[RECALL], ours["labels"][label][RECALL]
        if before - after > _tolerance(row, RECALL):
            yield f"recall of {label} falls by {before - after:.3f}, from {before:.3f} to {after:.3f}"
    before, after = theirs["all"][FLAGGED], ours["all"][FLAGGED]
    if after - before > _tolerance(theirs["all"], FLAGGED):
        yield f"the share of harmless pictures flagged rises by {after - before:.4f}, from {before:.4f} to {after:.4f}"


def _tolerance(row: Numbers, measure: str) -> float:
    low, high = row["interval"][measure]
    return float(high - low) / 2


def _measured(encoder: Path) -> Numbers | None:
    try:
        metrics = json.loads((encoder / ArtifactFile.METRICS).read_text(encoding="utf-8"))
        measured: Numbers = metrics["evaluation"]["emblems"]
        measured["labels"], measured["all"]["interval"][FLAGGED]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return measured


def _counts(measured: Numbers) -> dict[str, int]:
    """Imitations of each label: those of the same test have as many."""
    return {label: row["pictures"] for label, row in measured["labels"].items()}

"""Why a text model should not take the place of the one in force: it is worse, or nobody knows whether it is.

Reads the metrics that training left in both folders; needs nothing of what trains.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from models.runtime.artifact_files import ArtifactFile
from training.text.seen import Seen

LABEL_TOLERANCE = 0.03
"""F1 that a label may lose: half the width of its 95% interval on the test part (the card of model 2026.12.3)."""

CLEAN_TOLERANCE = 0.01
"""Rise of the share of clean texts flagged that is allowed: half the width of its 95% interval there."""

Numbers = Mapping[str, Any]


def tested_on_seen(challenger: Path, champion: Path) -> int:
    """Texts of either model's test part that the challenger was trained or calibrated on."""
    seen, other = Seen.load(challenger), Seen.load(champion)
    if seen is None:
        return 0
    tested = seen.tested if other is None else np.union1d(seen.tested, other.tested)
    return len(np.unique(np.concatenate([[], *seen.used(tested).values()])))


def objections(challenger: Path, champion: Path) -> list[str]:
    """Labels that the challenger is worse at beyond the tolerance, and by how much; or why that cannot be told."""
    ours, theirs = _metrics(challenger), _metrics(champion)
    if ours is None or theirs is None:
        unmeasured = challenger if ours is None else champion
        return [f"{unmeasured / ArtifactFile.METRICS} does not say what the model measured on a test part"]
    if not _same_test(ours, theirs):
        return [
            f"they were measured on other test texts ({_tested(theirs)['cases']} for the one in force, "
            f"{_tested(ours)['cases']} for this one): compare them with `huijian compare`"
        ]
    return list(_worse(_tested(ours), _tested(theirs)))


def _worse(ours: Numbers, theirs: Numbers) -> Iterator[str]:
    for label, row in theirs["labels"].items():
        before, after = row["f1"], ours["labels"].get(label, {}).get("f1", 0.0)
        if before - after > LABEL_TOLERANCE:
            yield f"F1 of {label} falls by {before - after:.3f}, from {before:.3f} to {after:.3f}"
    before, after = theirs["clean_flagged"], ours["clean_flagged"]
    if after - before > CLEAN_TOLERANCE:
        yield f"the share of clean texts flagged rises by {after - before:.4f}, from {before:.4f} to {after:.4f}"


def _metrics(model: Path) -> Numbers | None:
    try:
        metrics: Numbers = json.loads((model / ArtifactFile.METRICS).read_text(encoding="utf-8"))
        _tested(metrics)["labels"], _tested(metrics)["clean_flagged"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return metrics


def _tested(metrics: Numbers) -> Numbers:
    tested: Numbers = metrics["test"]["huijian"]
    return tested


def _same_test(ours: Numbers, theirs: Numbers) -> bool:
    """True if both were measured on the same texts; of earlier releases, on as many of each label."""
    if "test_part" in ours and "test_part" in theirs:
        return bool(ours["test_part"] == theirs["test_part"])
    return _counts(_tested(ours)) == _counts(_tested(theirs))


def _counts(tested: Numbers) -> dict[str, int]:
    return {"all": tested["cases"], **{label: row["support"] for label, row in tested["labels"].items()}}

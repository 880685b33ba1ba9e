"""From scores to numbers: recall at few false alarms, with intervals, calibration, and where the boxes lie.

Pictures of one emblem stand or fall together, so intervals come from resampling emblems, not pictures; thresholds come
from harmless pictures, which are resampled with them, one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import roc_curve

from models.boxes import ious

BOOTSTRAP_RESAMPLES = 500
CALIBRATION_BINS = 15
"""Equally wide, as Guo et al. 2017 have them."""

FALSE_POSITIVE_RATES = {"1%": 0.01, ".1%": 0.001}
"""Of harmless pictures that pass the threshold."""

MIN_BOX_IOU = 0.5
"""Intersection over union from which a box is right, as in detection benchmarks (Everingham et al. 2010)."""

METRIC_COLUMNS = ("r@1", "ok@1%", "ok@.1%", "recall@1%", "recall@.1%", "recall@policy")

Array = np.ndarray
Row = dict[str, Any]


@dataclass(frozen=True)
class Scored:
    """What one method says of every picture of a manifest.

    Attributes:
        scores: float64 (pictures,), of the best reference; higher is surer.
        right: bool (pictures,), whether that reference is the imitated one.
        reported: bool (pictures,), whether the policy makes any finding of it; None for methods that no policy knows.
        found: bool (pictures,), whether a finding names the imitated reference.
        boxes: float64 (pictures, 4), where the best reference was seen.
        milliseconds: float64 (pictures,), spent on each; None where they are judged in batches.
    """

    scores: Array
    right: Array
    reported: Array | None = None
    found: Array | None = None
    boxes: Array | None = None
    milliseconds: Array | None = None

    def part(self, places: Array) -> Scored:
        """The same of some pictures."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{name: value[places] for name, value in values.items() if value is not None})


def measure(rows: Sequence[Row], labels: Sequence[str], scored: Scored) -> dict[str, Any]:
    """The numbers of one method.

    Args:
        rows: of the manifest.
        labels: of the imitated references, one for each row.
        scored: one value for each row.

    Returns:
        "all", and the same by "kinds", "labels" and, where rows name them, "artists": see `_Counter.numbers`;
        "harmless" says which share of each kind of harmless picture the policy reports, "boxes" how well they lie.
        "false@policy" is the share of all of them, with Wilson's 95% interval.
    """
    positive = np.array([row["label"] == "pos" for row in rows])
    counter = _Counter(scored, [str(row["reference_id"]) for row in rows], ~positive)
    result: dict[str, Any] = {"all": counter.numbers(positive)}
    result["all"]["ece"] = calibration_error(scored.scores, scored.right & positive)
    for group, names in (("kinds", [row.get("kind") or "" for row in rows]), ("labels", labels)):
        result[group] = {name: counter.numbers(members) for name, members in _groups(names, positive)}
    artists = [row.get("artist") or "" for row in rows]
    named = positive & np.array([bool(artist) for artist in artists])
    result["artists"] = {name: counter.numbers(members) for name, members in _groups(artists, named)}
    if scored.reported is not None:
        reported = scored.reported[~positive]
        result["all"]["false@policy"] = float(reported.mean())
        result["all"]["interval"]["false@policy"] = _wilson(reported)
        kinds = _groups([row.get("kind") or "" for row in rows], ~positive)
        result["harmless"] = {name: float(scored.reported[members].mean()) for name, members in kinds}
    if scored.boxes is not None:
        result["boxes"] = box_precision(rows, scored)
    if scored.milliseconds is not None:
        result["all"]["milliseconds"] = float(np.median(scored.milliseconds))
    return result


def threshold_for(scores: Array, share: float) -> float:
    """The lowest score that at most this share of harmless pictures exceeds; count those strictly above it.

    Args:
        scores: float64 (pictures,), of harmless pictures.
    """
    # Not an interpolated quantile: between two scores it lets the higher one pass, however small the share.
    return float(np.quantile(scores, 1 - share, method="inverted_cdf"))


def recall_curve(scores: Array, found: Array, imitations: Array) -> tuple[Array, Array]:
    """Recall at every share of harmless pictures that pass.

    Args:
        scores: float64 (pictures,), at least 0.
        found: bool (pictures,), imitations that count where their score passes; the others never do.
        imitations: bool (pictures,).

    Returns:
        Shares of harmless pictures, float64 (n,), ascending; and of the imitations, float64 (n,).
    """
    counted = np.where(found | ~imitations, scores, -1.0)
    false, recall, thresholds = roc_curve(imitations, counted, drop_intermediate=False)
    return false[thresholds >= 0], recall[thresholds >= 0]


def calibration_error(scores: Array, truth: Array) -> float:
    """Expected difference of a score and the share of pictures with such a score whose best reference is right."""
    bins = np.clip((np.clip(scores, 0, 1) * CALIBRATION_BINS).astype(int), 0, CALIBRATION_BINS - 1)
    counts = np.bincount(bins, minlength=CALIBRATION_BINS)
    gaps = np.bincount(bins, truth, CALIBRATION_BINS) - np.bincount(bins, np.clip(scores, 0, 1), CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / counts.sum())


def box_precision(rows: Sequence[Row], scored: Scored) -> Row:
    """Of imitations whose reference was found and whose place is known: how many, how well the boxes lie."""
    known = [place for place, row in enumerate(rows) if row.get("box") and scored.right[place]]
    if not known or scored.boxes is None:
        return {"pictures": 0}
    found = ious(scored.boxes[known], np.array([rows[place]["box"] for place in known]))
    share = float((found >= MIN_BOX_IOU).mean())
    return {"pictures": len(known), f"iou>={MIN_BOX_IOU:g}": share, "mean_iou": float(found.mean())}


class _Counter:
    """Counts one method's successes, once as they were and once for every resample."""

    def __init__(self, scored: Scored, emblems: Sequence[str], harmless: Array) -> None:
        self._scored = scored
        self._emblems = np.zeros(len(harmless), dtype=int)  # a harmless picture is of none, and is never looked up
        imitated, self._emblems[~harmless] = np.unique(np.array(emblems)[~harmless], return_inverse=True)
        background = scored.scores[harmless]
        rng = np.random.default_rng(0)
        count = len(imitated)
        self._weights = rng.multinomial(count, np.full(count, 1 / count), size=BOOTSTRAP_RESAMPLES)
        drawn = (background, *(rng.choice(background, len(background)) for _ in range(BOOTSTRAP_RESAMPLES)))
        # First the thresholds as they are, then those of the resamples: float64 (1 + RESAMPLES, 1) for each share.
        quantiles = np.array(
            [[threshold_for(values, share) for share in FALSE_POSITIVE_RATES.values()] for values in drawn]
        )
        self._thresholds = {name: quantiles[:, [place]] for place, name in enumerate(FALSE_POSITIVE_RATES)}

    def numbers(self, members: Array) -> Row:
        """Of these imitations: pictures, and for each of `METRIC_COLUMNS` the successful share and its 95% interval.

        r@1: the best reference is right; ok@x: and its score is higher than that of all but x of the harmless pictures;
        recall@x: so is the score, whatever the reference; recall@policy: a finding names the right reference.
        """
        right, scores = self._scored.right[members], self._scored.scores[members]
        passed = {name: scores > thresholds for name, thresholds in self._thresholds.items()}
        successes = {"r@1": right[None]}
        successes |= {f"ok@{name}": right & values for name, values in passed.items()}
        successes |= {f"recall@{name}": values for name, values in passed.items()}
        if self._scored.found is not None:
            successes["recall@policy"] = self._scored.found[members][None]
        weights = self._weights[:, self._emblems[members]]
        numbers: Row = {"pictures": int(members.sum())}
        numbers |= {name: float(values[0].mean()) for name, values in successes.items()}
        return {**numbers, "interval": {name: _interval(values, weights) for name, values in successes.items()}}


def _interval(values: Array, weights: Array) -> tuple[float, float]:
    """95% of resampled shares; resamples that hold none of these emblems say nothing."""
    totals = weights.sum(axis=1)
    resampled = (weights * values[min(len(values) - 1, 1) :]).sum(axis=1)
    shares = resampled[totals > 0] / totals[totals > 0]
    low, high = np.quantile(shares, (0.025, 0.975))
    return float(low), float(high)


def _wilson(happened: Array) -> tuple[float, float]:
    """95% interval of a share of independent cases, bool (cases,), also where it is 0 (Wilson 1927)."""
    interval = binomtest(int(happened.sum()), len(happened)).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def _groups(names: Sequence[str], members: Array) -> list[tuple[str, Array]]:
    values = np.array(names)
    return [(str(name), members & (values == name)) for name in dict.fromkeys(values[members])]

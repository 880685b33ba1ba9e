"""Measures of emblem detection: recall at low false positive rates, calibration error, box precision, intervals.

Results for pictures of one emblem are correlated, so the bootstrap resamples emblems. Thresholds come from harmless
pictures, which are resampled one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_curve

from models.arrays import Bool, Float64, Int64
from models.boxes import ious
from training.shares import Row, wilson

BOOTSTRAP_RESAMPLES = 500
CALIBRATION_BINS = 15
"""Bins of equal width, as in Guo et al. 2017."""

FALSE_POSITIVE_RATES = {"1%": 0.01, ".1%": 0.001}
"""Share of harmless pictures whose score exceeds the threshold, by its name in the tables."""

MIN_BOX_IOU = 0.5
"""Intersection over union from which a box counts as correct (Everingham et al. 2010)."""

METRIC_COLUMNS = ("r@1", "ok@1%", "ok@.1%", "recall@1%", "recall@.1%", "recall@policy")
"""Columns of the printed table; `_Counter.numbers` defines each."""


@dataclass(frozen=True)
class Scored:
    """One method's results for every picture of a manifest.

    Attributes:
        scores: float64 (pictures,), score of the best reference; higher means more certain.
        right: bool (pictures,), the best reference is the imitated one.
        reported: bool (pictures,), the policy reports any finding; None for methods without a policy.
        found: bool (pictures,), a finding names the imitated reference; None without a policy.
        boxes: float64 (pictures, 4), box of the best reference; None for methods without boxes.
        milliseconds: float64 (pictures,), time per picture; None where pictures are judged in batches.
    """

    scores: Float64
    right: Bool
    reported: Bool | None = None
    found: Bool | None = None
    boxes: Float64 | None = None
    milliseconds: Float64 | None = None

    def subset(self, rows: Int64) -> Scored:
        """Results for some pictures, by their row numbers."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{name: value[rows] for name, value in values.items() if value is not None})


def measure(rows: Sequence[Row], labels: Sequence[str], scored: Scored) -> dict[str, Any]:
    """The numbers of one method.

    Args:
        rows: the manifest's rows.
        labels: label of the imitated reference, one a row.
        scored: the method's results, one value a row.

    Returns:
        "all", and the same numbers by "kinds", "labels" and "artists" (see `_Counter.numbers`). "harmless" is the
        share of each kind of harmless picture that the policy reports; "boxes" as `box_precision`. "false@policy" is
        the share of all harmless pictures that it reports, with Wilson's 95% interval.
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
        result["all"]["interval"]["false@policy"] = wilson(reported)
        kinds = _groups([row.get("kind") or "" for row in rows], ~positive)
        result["harmless"] = {name: float(scored.reported[members].mean()) for name, members in kinds}
    if scored.boxes is not None:
        result["boxes"] = box_precision(rows, scored)
    if scored.milliseconds is not None:
        result["all"]["milliseconds"] = float(np.median(scored.milliseconds))
    return result


def threshold_for(scores: NDArray[np.floating[Any]], share: float) -> float:
    """The lowest threshold that at most this share of harmless pictures exceeds; scores pass strictly above it.

    Args:
        scores: float (pictures,), of harmless pictures.
    """
    # An interpolated quantile would lie below the higher of two scores and let it pass, however small the share.
    return float(np.quantile(scores, 1 - share, method="inverted_cdf"))


def recall_curve(scores: Float64, found: Bool, imitations: Bool) -> tuple[Float64, Float64]:
    """Recall at every false positive rate.

    Args:
        scores: float64 (pictures,), at least 0.
        found: bool (pictures,), imitations that count as recalled if their score passes.
        imitations: bool (pictures,), the positives; all others are harmless.

    Returns:
        False positive rates, float64 (n,), ascending, and the recall at each, float64 (n,).
    """
    counted = np.where(found | ~imitations, scores, -1.0)
    false, recall, thresholds = roc_curve(imitations, counted, drop_intermediate=False)
    return false[thresholds >= 0], recall[thresholds >= 0]


def calibration_error(scores: Float64, truth: Bool) -> float:
    """Expected calibration error (Guo et al. 2017) over `CALIBRATION_BINS` bins.

    Args:
        scores: float64 (pictures,), probabilities; clipped to [0, 1].
        truth: bool (pictures,), the best reference is the imitated one.
    """
    bins = np.clip((np.clip(scores, 0, 1) * CALIBRATION_BINS).astype(int), 0, CALIBRATION_BINS - 1)
    counts = np.bincount(bins, minlength=CALIBRATION_BINS)
    gaps = np.bincount(bins, truth, CALIBRATION_BINS) - np.bincount(bins, np.clip(scores, 0, 1), CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / counts.sum())


def box_precision(rows: Sequence[Row], scored: Scored) -> Row:
    """Box precision over imitations whose best reference is right and whose true box is known.

    Returns:
        "pictures" (their number), "iou>=0.5" (share of correct boxes) and "mean_iou".
    """
    known = [number for number, row in enumerate(rows) if row.get("box") and scored.right[number]]
    if not known or scored.boxes is None:
        return {"pictures": 0}
    found = ious(scored.boxes[known], np.array([rows[number]["box"] for number in known]))
    share = float((found >= MIN_BOX_IOU).mean())
    return {"pictures": len(known), f"iou>={MIN_BOX_IOU:g}": share, "mean_iou": float(found.mean())}


def macro_share(happened: Bool, emblems: Sequence[str]) -> Row:
    """Number of "emblems", the mean "share" of true values over them, and its "interval" over resampled emblems.

    Args:
        happened: bool (pictures,), at least one.
        emblems: the emblem of each picture.
    """
    names, numbers = np.unique(np.array(emblems), return_inverse=True)
    shares = np.bincount(numbers, happened) / np.bincount(numbers)
    weights = _emblem_weights(np.random.default_rng(0), len(names))
    return {"emblems": len(names), "share": float(shares.mean()), "interval": _interval(shares[None], weights)}


class _Counter:
    """One method's success rates, with bootstrap intervals."""

    def __init__(self, scored: Scored, emblems: Sequence[str], harmless: Bool) -> None:
        self._scored = scored
        self._emblems = np.zeros(len(harmless), dtype=int)  # harmless pictures have none; their 0 is never read
        imitated, self._emblems[~harmless] = np.unique(np.array(emblems)[~harmless], return_inverse=True)
        background = scored.scores[harmless]
        rng = np.random.default_rng(0)
        self._weights = _emblem_weights(rng, len(imitated))
        drawn = (background, *(rng.choice(background, len(background)) for _ in range(BOOTSTRAP_RESAMPLES)))
        # The first row holds the thresholds of the sample itself: float64 (1 + BOOTSTRAP_RESAMPLES, 1) for each rate.
        quantiles = np.array(
            [[threshold_for(values, share) for share in FALSE_POSITIVE_RATES.values()] for values in drawn]
        )
        self._thresholds = {name: quantiles[:, [column]] for column, name in enumerate(FALSE_POSITIVE_RATES)}

    def numbers(self, members: Bool) -> Row:
        """Number of pictures, and for each of `METRIC_COLUMNS` the rate and its 95% interval.

        - r@1: the best reference is right.
        - ok@x: it is right, and its score passes the threshold at false positive rate x.
        - recall@x: the score passes that threshold, whatever the reference.
        - recall@policy: a finding names the right reference.

        Args:
            members: bool (pictures,), the imitations to count.
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


def _emblem_weights(rng: np.random.Generator, count: int) -> Int64:
    """How often each resample holds each of `count` emblems: int64 (BOOTSTRAP_RESAMPLES, count)."""
    return rng.multinomial(count, np.full(count, 1 / count), size=BOOTSTRAP_RESAMPLES)


def _interval(values: Bool | Float64, weights: Int64) -> tuple[float, float]:
    """95% interval of the resampled rates; resamples without any of these emblems are left out.

    Args:
        values: (1 or 1 + BOOTSTRAP_RESAMPLES, members), successes in the sample and in each resample: bool, or a
            member's share of them.
        weights: int64 (BOOTSTRAP_RESAMPLES, members), how often each resample holds a member's emblem.
    """
    totals = weights.sum(axis=1)
    resampled = (weights * values[min(len(values) - 1, 1) :]).sum(axis=1)
    shares = resampled[totals > 0] / totals[totals > 0]
    low, high = np.quantile(shares, (0.025, 0.975))
    return float(low), float(high)


def _groups(names: Sequence[str], members: Bool) -> list[tuple[str, Bool]]:
    """The members with each name, bool (pictures,), in order of first appearance."""
    values = np.array(names)
    return [(str(name), members & (values == name)) for name in dict.fromkeys(values[members])]

"""Features that compare a candidate with the picture's other candidates.

One reference is a candidate once per verified region. Text and colours count for the reference, not for one region:
words anywhere speak for it. Evidence against it is taken from its nearest region, for other regions show other things.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from models.arrays import Bool, Float64, Int64
from models.images.matching.features import Features
from models.images.matching.reranker import RERANKER_WEIGHT


def nearest_regions(references: Int64, features: Features) -> Int64:
    """For each candidate, the index of the candidate of the same reference in the region nearest to it.

    Args:
        references: int64 (n,).
        features: with at least "closer_normalized" and "cells".

    Returns:
        int64 (n,).
    """
    evidence = features["closer_normalized"] + RERANKER_WEIGHT * features["cells"]
    same = references[:, None] == references[None, :]
    return np.where(same, evidence[None, :], -np.inf).argmax(axis=1)


def with_leads(references: Int64, features: Features) -> Features:
    """All `VERIFICATION_FEATURES` of a picture's candidates.

    Args:
        references: int64 (n,), the reference of each candidate.
        features: `REGION_FEATURES`.
    """
    same, nearest = references[:, None] == references[None, :], nearest_regions(references, features)
    known = dict(features)
    known |= {name: _greatest(known[name], same) for name in ("reading", "letters")}
    known |= {name: known[name][nearest] for name in ("unlike_in_letters", "unlike_in_colours")}
    both = known["normalized"] + known["closer_normalized"]
    leads = {
        "nearest": (both.argmax() == np.arange(len(both))).astype(np.float64),
        "behind_nearest": both - both.max(),
        "behind_in_details": known["details"] - known["details"].max(),
        "behind_in_cells": known["cells"] - known["cells"].max(),
        "lead_in_letters": known["letters"] - _greatest_of_others(known["letters"], same),
        "behind_in_colours": known["unlike_in_colours"].min() - known["unlike_in_colours"],
    }
    best = {name: _greatest(known[name], same) for name in ("closer_normalized", "details", "cells")}
    ahead = {f"ahead_{name}": values - _greatest_of_others(values, same) for name, values in best.items()}
    return {**known, **leads, **{f"best_{name}": values for name, values in best.items()}, **ahead}


def _greatest(values: Float64, among: Bool) -> Float64:
    """Greatest of some values for each candidate, float64 (n,).

    Args:
        values: float64 (n,).
        among: bool (n, n), which values count for each candidate.
    """
    return cast(Float64, np.where(among, values[None, :], -np.inf).max(axis=1))


def _greatest_of_others(values: Float64, same: Bool) -> Float64:
    """Greatest value of any other reference for each candidate, float64 (n,); zero if there is no other.

    Args:
        values: float64 (n,).
        same: bool (n, n), which candidates are of one reference.
    """
    return np.where(same.all(axis=1), 0.0, _greatest(values, ~same))

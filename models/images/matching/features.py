"""Named features of a candidate, from which its probability is calculated.

A candidate is a reference that a picture may show. The tables give each feature's meaning; their order is that of the
columns of a feature matrix. The names are keys in `calibration.json` and stay as they are. There `closer_*` means
the crop, `details` inliers, `cells` the logit of the reranker, and `changed` the gain from prototypes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from models.arrays import Float32, Float64, Int64
from models.images.matching.keypoints import Agreement
from models.images.matching.retrieval import RetrievalScores, Retriever
from models.images.ocr.inscriptions import UNREAD, Inscriptions, PictureText
from models.profile import Box

Features: TypeAlias = Mapping[str, Float64]
"""Values by feature name, each float64 (candidates,)."""

CHANCE_INLIERS = 5
"""Inliers that harmless pictures reach: of 2,450 verified in the validation fold, 15 had more."""

RETRIEVAL_FEATURES = {
    "normalized": "cosine minus weighted cohort means of window and reference, as `RetrievalScores.normalized`",
    "similarity": "plain cosine at the greatest normalised one",
    "margin": "lead over the best reference of another owner",
    "size": "side of the window, as a fraction of the picture's",
    "confusability": "cohort mean of the reference's nearest row",
    "whole": "normalised cosine of the whole picture alone",
    "changed": "gain from prototypes over the reference's pictures; zero without prototypes",
}
CROP_FEATURES = {
    "closer_normalized": "normalized, of the region's crop",
    "closer_similarity": "similarity, of the crop",
    "closer_margin": "margin, of the crop",
    "closer_changed": "changed, of the crop",
    "share": "fraction of the crop's windows nearest to this reference, among those verified in the region",
}
KEYPOINT_FEATURES = {
    "details": "inliers, log(1 + n): keypoints in one arrangement in crop and drawing",
    "beyond_chance": "details minus log(1 + CHANCE_INLIERS), at least zero",
    "richness": "keypoints of the drawing, log(1 + n); a plain drawing is matched by chance",
    "agreeing": "inliers as a fraction of the drawing's keypoints",
    "near_and_rich": "closer_normalized times richness",
}
TOKEN_FEATURES = {"cells": "log odds of the reranker, from patch tokens; zero without a reranker"}
TEXT_FEATURES = {
    "reading": "likeness of the region's words and the drawing's, 0 to 1; zero where nothing was read",
    "letters": "letters that both have in common, log(1 + n)",
    "unlike_in_letters": "letters in the region that the drawing lacks, log(1 + n); zero for a drawing without text",
    "lettering": "letters of the drawing, log(1 + n); zero if the picture was not read",
}
COLOUR_FEATURES = {"unlike_in_colours": "distance of the drawing's colours from the crop's, 0 to 1"}
LEAD_FEATURES = {
    "nearest": "1 for the candidate with the greatest normalized + closer_normalized, else 0",
    "behind_nearest": "distance to that candidate's sum, zero or negative",
    "behind_in_details": "distance to the greatest details, zero or negative",
    "behind_in_cells": "distance to the greatest cells, zero or negative",
    "lead_in_letters": "lead in letters over every other reference; two with the same text lead by none",
    "behind_in_colours": "distance to the least unlike_in_colours, zero or negative",
}
BEST_FEATURES = {
    "best_closer_normalized": "closer_normalized, greatest over the reference's regions",
    "best_details": "details, greatest over the reference's regions",
    "best_cells": "cells, greatest over the reference's regions",
}
AHEAD_FEATURES = {
    "ahead_closer_normalized": "lead of best_closer_normalized over every other reference",
    "ahead_details": "lead of best_details over every other reference",
    "ahead_cells": "lead of best_cells over every other reference",
}
RELATIVE_FEATURES = {**LEAD_FEATURES, **BEST_FEATURES, **AHEAD_FEATURES}
"""Features that compare a candidate with the picture's other candidates; calculated in `leads`."""

REGION_FEATURES = {
    **{**RETRIEVAL_FEATURES, **CROP_FEATURES, **KEYPOINT_FEATURES},
    **{**TOKEN_FEATURES, **TEXT_FEATURES, **COLOUR_FEATURES},
}
"""Features of a candidate in one region."""

VERIFICATION_FEATURES = {**REGION_FEATURES, **RELATIVE_FEATURES}
"""All features of the verification stage."""

RERANKER_FEATURES = {*TOKEN_FEATURES, "behind_in_cells", "best_cells", "ahead_cells"}
"""Features that need a reranker."""

OPTIONAL_FEATURES = {
    *("changed", "closer_changed", "share", "lead_in_letters", "behind_in_colours"),
    *(*RERANKER_FEATURES, *TEXT_FEATURES, *COLOUR_FEATURES, *BEST_FEATURES, *AHEAD_FEATURES),
}
"""Features that a calibration may lack, with weight zero: without prototypes, without a reranker, or older."""


def stacked(features: Features, names: Iterable[str]) -> Float64:
    """Named features as the columns of a matrix, float64 (candidates, names)."""
    return np.column_stack([features[name] for name in names])


def retrieval_features(retriever: Retriever, scores: RetrievalScores, chosen: Int64) -> Features:
    """`RETRIEVAL_FEATURES` of some references, given by their indices in the scores, int64 (n,)."""
    boxes = scores.embedding.boxes[scores.best_windows[chosen]]
    return {
        "normalized": _float64(scores.normalized[chosen]),
        "similarity": _float64(scores.similarity[chosen]),
        "margin": _float64(retriever.margins(scores, chosen)),
        "size": _float64(np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))),
        "confusability": _float64(retriever.confusability[scores.best_rows[chosen]]),
        "whole": _float64(scores.whole_normalized[chosen]),
        "changed": _float64(scores.prototype_gain[chosen]),
    }


def crop_features(retriever: Retriever, scores: RetrievalScores, chosen: Int64, shares: Float64) -> Features:
    """`CROP_FEATURES` of some references, given by their indices in the crop's scores, int64 (n,).

    Args:
        retriever: of the gallery.
        scores: of the crop.
        chosen: int64 (n,).
        shares: from `Retriever.window_shares`, of the chosen references.
    """
    return {
        "closer_normalized": _float64(scores.normalized[chosen]),
        "closer_similarity": _float64(scores.similarity[chosen]),
        "closer_margin": _float64(retriever.margins(scores, chosen)),
        "closer_changed": _float64(scores.prototype_gain[chosen]),
        "share": shares,
    }


def keypoint_features(agreements: Sequence[tuple[Agreement, int]], normalized: Float32) -> Features:
    """`KEYPOINT_FEATURES` of some references.

    Args:
        agreements: each reference's best agreement, and how many keypoints that drawing has.
        normalized: float32 (n,), the crop's normalised cosines.
    """
    inliers = np.array([found.inliers for found, _ in agreements])
    count = np.array([count for _, count in agreements])
    log_inliers, richness = np.log1p(inliers), np.log1p(count)
    return {
        "details": log_inliers,
        "beyond_chance": np.maximum(log_inliers - np.log1p(CHANCE_INLIERS), 0),
        "richness": richness,
        "agreeing": inliers / np.maximum(count, 1),
        "near_and_rich": normalized * richness,
    }


def token_features(log_odds: Float32) -> Features:
    """`TOKEN_FEATURES` of some references, from the reranker's log odds, float32 (n,)."""
    return {"cells": _float64(log_odds)}


def text_features(region: Box, references: Int64, read: PictureText, inscriptions: Inscriptions) -> Features:
    """`TEXT_FEATURES` of some references, given by their indices in the retriever's list, int64 (n,)."""
    matches = read.within(region)
    found = [matches.get(reference) for reference in references.tolist()]
    drawn = [(reference, inscriptions.writings[reference]) for reference in references.tolist()]
    letters = inscriptions.letters[references]
    return {
        "reading": np.array([words.similarity if words else 0.0 for words in found]),
        "letters": np.log1p([words.letters if words else 0.0 for words in found]),
        "unlike_in_letters": np.log1p(
            [read.other_letters(number, own, region) if own else 0.0 for number, own in drawn]
        ),
        "lettering": np.zeros(len(letters)) if read is UNREAD else np.log1p(letters),
    }


def colour_features(distances: Sequence[float]) -> Features:
    """`COLOUR_FEATURES` of some references, from their drawings' distances."""
    return {"unlike_in_colours": np.array(distances)}


def _float64(values: Float32) -> Float64:
    return values.astype(np.float64)

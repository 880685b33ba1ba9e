"""Retrieval metrics of phrases on pictures of held-out owners.

A name that was not trained on (a brand, a country) can only be found by words that it shares with others, so recall is
low by nature. Average precision is given beside chance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score

from models.arrays import Bool, Float32, Int64
from training.images.data.caption_views import CaptionViews
from training.images.sources.captions import GENERIC_CAPTIONS

RANKS = (1, 5, 10)

Embed = Callable[[Sequence[str]], Float32]
"""From phrases to unit embeddings, float32 (phrases, dimension)."""


def recall(embed: Embed, views: CaptionViews) -> dict[str, dict[str, dict[str, float]]]:
    """Recall at `RANKS` of subjects' names among all subjects.

    Returns:
        "queries" and "r@1", "r@5", "r@10", by kind and then by "chinese" or "english".
    """
    results: dict[str, dict[str, dict[str, float]]] = defaultdict(dict)
    for language in ("chinese", "english"):
        known = {number: getattr(subject, language) for number, subject in enumerate(views.subjects)}
        names = {number: of_language[0] for number, of_language in known.items() if of_language}
        ranks = _ranks(embed(list(names.values())), np.array(list(names)), views)
        kinds = np.array([views.subjects[number].kind for number in names])
        for kind in dict.fromkeys(kinds):
            found = ranks[kinds == kind]
            hits = {f"r@{rank}": float(np.mean(found < rank)) for rank in RANKS}
            results[str(kind)][language] = {"queries": len(found), **hits}
    return dict(results)


def precision(embed: Embed, views: CaptionViews, trained: CaptionViews) -> dict[str, dict[str, Any]]:
    """Average precision with which each general phrase ranks the pictures.

    Args:
        embed: the text tower.
        views: pictures of a held-out fold.
        trained: pictures of the training fold, used for phrases that are true of no others ("police badge").

    Returns:
        By phrase: "average_precision", "chance" (the share of true pictures), "pictures" (their number) and "trained"
        (they are of the training fold).
    """
    phrases = [phrase for phrases in GENERIC_CAPTIONS.values() for phrase in phrases]
    pairs = zip(phrases, embed(phrases), strict=True)
    results = {phrase: _precision(phrase, vector, views, trained) for phrase, vector in pairs}
    return {phrase: result for phrase, result in results.items() if result["pictures"]}


def _ranks(vectors: Float32, own: Int64, views: CaptionViews) -> Int64:
    """Number of other subjects with a nearer picture than the own subject's nearest, int64 (queries,)."""
    starts = np.searchsorted(views.shown, np.arange(len(views.subjects)))
    cosines = np.maximum.reduceat(vectors @ views.vectors.T, starts, axis=1)
    return (cosines > cosines[np.arange(len(own)), own][:, None]).sum(axis=1)


def _precision(phrase: str, vector: Float32, views: CaptionViews, trained: CaptionViews) -> dict[str, Any]:
    truths, vectors = _true_of(phrase, views), views.vectors
    if borrowed := not truths.any():
        shown = _true_of(phrase, trained)
        truths = np.concatenate([truths, np.ones(shown.sum(), bool)])
        vectors = np.concatenate([vectors, trained.vectors[shown]])
    return {
        "average_precision": float(average_precision_score(truths, vectors @ vector)) if truths.any() else 0.0,
        "chance": float(truths.mean()),
        "pictures": int(truths.sum()),
        "trained": borrowed,
    }


def _true_of(phrase: str, views: CaptionViews) -> Bool:
    """Truth of a general phrase for each picture, bool (pictures,)."""
    subjects = np.array([phrase in subject.generic_captions for subject in views.subjects] + [False])
    return subjects[views.shown]

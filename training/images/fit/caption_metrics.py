"""How well phrases find pictures of owners that were not trained on.

A name that was never read (a brand, a country) can be found by what its words share with others at most, so the
numbers are low by nature; they are kept and printed all the same, beside what chance would give.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score

from training.images.data.caption_views import CaptionViews
from training.images.sources.captions import GENERIC_CAPTIONS

RANKS = (1, 5, 10)

Array = np.ndarray
Embed = Callable[[Sequence[str]], Array]
"""Phrases to unit float32 (phrases, dimension)."""


def recall(embed: Embed, views: CaptionViews) -> dict[str, dict[str, dict[str, float]]]:
    """By kind and language, how often a subject's name finds it among the first of all subjects.

    Returns:
        "queries" and "r@1", "r@5", "r@10", by "chinese" or "english", by kind.
    """
    results: dict[str, dict[str, dict[str, float]]] = defaultdict(dict)
    for language in ("chinese", "english"):
        names = {place: said[0] for place, subject in enumerate(views.subjects) if (said := getattr(subject, language))}
        ranks = _ranks(embed(list(names.values())), np.array(list(names)), views)
        kinds = np.array([views.subjects[place].kind for place in names])
        for kind in dict.fromkeys(kinds):
            found = ranks[kinds == kind]
            hits = {f"r@{rank}": float(np.mean(found < rank)) for rank in RANKS}
            results[str(kind)][language] = {"queries": len(found), **hits}
    return dict(results)


def precision(embed: Embed, views: CaptionViews, trained: CaptionViews) -> dict[str, dict[str, Any]]:
    """Of every general phrase, the average precision with which it sorts pictures.

    Args:
        embed: the text tower.
        views: pictures that were not trained on.
        trained: pictures of the training fold, which stand in where a phrase is true of no other ("police badge").

    Returns:
        "average_precision", "chance" (the share of pictures it is true of), "pictures" it is true of, and whether
        those were "trained" on, by phrase.
    """
    phrases = [phrase for phrases in GENERIC_CAPTIONS.values() for phrase in phrases]
    pairs = zip(phrases, embed(phrases), strict=True)
    results = {phrase: _precision(phrase, vector, views, trained) for phrase, vector in pairs}
    return {phrase: result for phrase, result in results.items() if result["pictures"]}


def _ranks(vectors: Array, own: Array, views: CaptionViews) -> Array:
    """How many other subjects have a picture nearer than the own one's nearest, int (queries,)."""
    starts = np.searchsorted(views.shown, np.arange(len(views.subjects)))
    cosines = np.maximum.reduceat(vectors @ views.vectors.T, starts, axis=1)
    return (cosines > cosines[np.arange(len(own)), own][:, None]).sum(axis=1)


def _precision(phrase: str, vector: Array, views: CaptionViews, trained: CaptionViews) -> dict[str, Any]:
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


def _true_of(phrase: str, views: CaptionViews) -> Array:
    """Whether a general phrase is true of each picture, bool (pictures,)."""
    subjects = np.array([phrase in subject.generic_captions for subject in views.subjects] + [False])
    return subjects[views.shown]

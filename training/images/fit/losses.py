"""What the image tower is trained to do: near to the right proxy by a margin, and far from everything else.

Sources: proxies with a margin, Wang et al. 2018 (CosFace) and Movshovitz-Attias et al. 2017 (Proxy-NCA). The open-set
terms keep whatever has no proxy below a ceiling, so that one threshold serves all.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from training.images.data.batches import Batch

LOGIT_SCALE, COSINE_MARGIN = 30.0, 0.2
CEILING_WRONG, CEILING_HARMLESS, CEILING_PAIRS = 0.35, 0.25, 0.2
"""Cosines above these are pushed down: for other graphics' proxies, for windows that show none, and between pictures.
Without the last, all pictures came to share one direction away from all proxies, and plain ground was near to every
reference drawn on plain ground: cosines of 0.7 and 0.8."""

HARDEST_WRONG = 5
"""Nearest wrong ones that the open-set terms look at."""


def open_set_contrast(vectors: Tensor, proxies: Tensor, batch: Batch) -> dict[str, Tensor]:
    """The loss: right proxies by a margin, wrong ones and harmless windows below their ceilings.

    Args:
        vectors: unit float32 (batch, 4, dimension), one per mask.
        proxies: float32 (identities, dimension), any length.

    Returns:
        Scalars "contrast", "wrong", "harmless" and "pairs", to be summed.
    """
    cosines = vectors @ functional.normalize(proxies, dim=1).T  # (batch, 4, identities)
    own = batch.identities.clamp(min=0)[:, None, None].expand(-1, cosines.shape[1], 1)
    right = cosines.gather(2, own)
    logits = LOGIT_SCALE * cosines.scatter(2, own, right - COSINE_MARGIN)
    cross = functional.cross_entropy(logits.flatten(0, 1), own.flatten(), reduction="none").view(own.shape[:2])
    wrong = cosines.scatter(2, own, -1.0).topk(HARDEST_WRONG, dim=2).values.sub(CEILING_WRONG).relu().sum(dim=2)
    nearest = cosines.topk(HARDEST_WRONG, dim=2).values.sub(CEILING_HARMLESS).relu().sum(dim=2)
    return {
        "contrast": _weighted(cross, batch.positive),
        "wrong": 2.0 * _weighted(wrong, batch.positive),
        "harmless": 4.0 * _weighted(nearest, batch.negative),
        "pairs": 2.0 * _crowding(vectors, batch),
    }


def _crowding(vectors: Tensor, batch: Batch) -> Tensor:
    """How far the nearest windows of other pictures, and those that show no emblem, are above their ceiling."""
    shows = batch.positive > 0
    used = shows | (batch.negative > 0)
    names = torch.where(shows, batch.identities[:, None], -1)
    others = names[shows][:, None] != names[used][None, :]
    cosines = (vectors[shows] @ vectors[used].T).masked_fill(~others, -1.0)
    return cosines.topk(min(HARDEST_WRONG, cosines.shape[1]), dim=1).values.sub(CEILING_PAIRS).relu().sum(dim=1).mean()


def region_vectors(grid: Tensor, masks: Tensor) -> Tensor:
    """Unit vectors (batch, windows, dimension) of a grid (batch, rows, columns, dimension) under its masks."""
    return functional.normalize(masks @ grid.flatten(1, 2), dim=2)


def _weighted(values: Tensor, weights: Tensor) -> Tensor:
    return (values * weights).sum() / weights.sum().clamp(min=1e-6)

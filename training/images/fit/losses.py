"""The image tower's loss: large-margin proxies, with ceilings for everything that should match none.

Sources: Wang et al. 2018 (CosFace) and Movshovitz-Attias et al. 2017 (Proxy-NCA). The open-set terms keep other
cosines below a ceiling, so that one threshold serves all references.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from training.images.data.batches import Batch

LOGIT_SCALE, COSINE_MARGIN = 30.0, 0.2
CEILING_WRONG, CEILING_HARMLESS, CEILING_PAIRS = 0.35, 0.25, 0.2
"""Ceilings of cosines with wrong proxies, of harmless windows, and between pictures. Without the last, plain
backgrounds resembled all references (cosines of 0.7 and 0.8)."""

HARDEST_WRONG = 5
"""Number of highest cosines that the open-set terms penalise."""


def open_set_contrast(vectors: Tensor, proxies: Tensor, batch: Batch) -> dict[str, Tensor]:
    """The loss: right proxies by a margin, wrong proxies and harmless windows below their ceilings.

    Args:
        vectors: unit float32 (batch, 4, dimension), one per mask.
        proxies: float32 (identities, dimension), any length.

    Returns:
        Scalar terms "contrast", "wrong", "harmless" and "pairs", to be summed.
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
    """Excess over the ceiling of the highest cosines with other identities' windows and windows without an emblem."""
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

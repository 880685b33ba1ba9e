"""Training of the reranker on candidates that the encoder's search finds, with the encoder's weights locked.

At most one candidate of a region is right. Cross entropy over the candidates and "none" teaches which. Binary cross
entropy of each candidate keeps a logit's meaning independent of the other candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.arrays import Bool, Int64
from models.images.encoder.encoder import Encoder
from training.images.common.measures import threshold_for
from training.images.common.metrics import record_metrics
from training.images.common.split import owner_bucket
from training.images.data.corpus import Corpus
from training.images.data.patch_store import PatchStore
from training.images.data.pool import DrawingPool, PoolSearch
from training.images.data.reranker_regions import RerankerRegions, sample_regions
from training.images.networks.released import Base
from training.images.networks.reranker import RerankerNetwork, export_reranker
from training.images.networks.token_networks import optimize
from training.images.sources.graphics import load_graphics
from training.precision import mixed_precision

PICTURES, BATCH_SIZE = 64_000, 32
EPOCHS, FURTHER_EPOCHS = 2, 1
"""Epochs of a new reranker and of a base's. More pictures help more than epochs: recall at 1% .641 after one epoch of
24,000 pictures, .589 after two of 12,000."""

PEAK_RATE, WARM_UP_STEPS, DECAY_FRACTION = 1e-3, 100, 0.5
"""Peak learning rate, steps until it, and fraction of the steps over which it falls to zero."""

HELD_OUT_BUCKETS = 10
"""One owner and one harmless region in this many are held out for measuring. Owners are chosen by name, so later rounds
hold out the same ones."""

FALSE_POSITIVE_RATE = 0.01
"""Share of regions without a drawing that pass the threshold at which recall is measured."""


def train_reranker(  # noqa: PLR0913 - a run's own options
    directory: Path,
    corpus: Corpus,
    *,
    base: Base | None = None,
    seed: int = 0,
    limit: int | None = None,
    threads: int = 2,
) -> dict[str, Any]:
    """Write `reranker_tokens.onnx` and `reranker.onnx` into an encoder's artefact folder.

    Args:
        directory: holds `model.onnx`, `config.json` and `cohort.npy`, which stay unchanged; gets "reranker" in its
            `metrics.json`.
        corpus: the encoder's training set.
        base: an encoder whose reranker, if it has one, is trained further on other pictures.
        seed: for pictures, weights and order.
        limit: at most this many drawings of every source and pictures, for tests.
        threads: of the search and the network.

    Returns:
        Measurements on held-out regions.
    """
    cv2.setNumThreads(1)
    torch.set_num_threads(threads)
    further = base if base is not None and base.reranker else None
    rounds = further.rounds + 1 if further else 1
    torch.manual_seed(seed)
    encoder = Encoder(directory)
    search = PoolSearch(encoder, DrawingPool.of(corpus, load_graphics(limit), limit), threads)
    pictures = min(PICTURES, limit or PICTURES)
    regions = sample_regions(search, pictures, (seed, rounds), threads)  # other pictures in each round
    held_out = _held_out(regions, search.pool)
    examples = RerankerExamples(regions, search.patches)
    network = RerankerNetwork(encoder.dimension)
    if further:
        network.load_state_dict(further.reranker)
    fit(network, examples, np.flatnonzero(~held_out), seed, FURTHER_EPOCHS if further else EPOCHS)
    metrics: dict[str, Any] = measure(network, examples, np.flatnonzero(held_out))
    metrics |= {"pictures": pictures, "base": further.fingerprint if further else None, "rounds": rounds}
    metrics["parity_max_relative_difference"] = export_reranker(network, encoder.fingerprint, directory)
    record_metrics(directory, "reranker", metrics)
    return metrics


def _held_out(regions: RerankerRegions, pool: DrawingPool) -> Bool:
    """Regions that are held out, bool (regions,): by owner, and every tenth harmless one."""
    buckets = np.zeros(pool.identities.max() + 1, np.int64)
    buckets[pool.identities] = [owner_bucket(owner, HELD_OUT_BUCKETS, "reranker") for owner in pool.owners]
    harmless = regions.identities < 0
    return np.where(harmless, np.arange(len(harmless)) % HELD_OUT_BUCKETS, buckets[regions.identities]) == 0


@dataclass(frozen=True)
class RerankerExamples:
    """Regions with their candidates, and the patches of all drawings of the pool."""

    regions: RerankerRegions
    drawings: PatchStore

    def logits(self, network: RerankerNetwork, chosen: Int64) -> Tensor:
        """A network's logits of some regions' candidates, float32 (chosen, candidates)."""
        candidates = self.regions.drawings[chosen]
        logits = torch.zeros(candidates.size)
        with mixed_precision():
            encoded = [
                (batch.positions, network.tokens(*batch[1:])) for batch in self.regions.patches.batches_by_shape(chosen)
            ]
            for batch in self.drawings.batches_by_shape(candidates.ravel()):
                tokens, region_of = network.tokens(*batch[1:]), batch.positions // candidates.shape[1]
                for positions, region_tokens in encoded:
                    pairs = np.flatnonzero(np.isin(region_of, positions))
                    if len(pairs):
                        regions = region_tokens[np.searchsorted(positions, region_of[pairs])]
                        logits[batch.positions[pairs]] = network.comparison(regions, tokens[pairs]).float()
        return logits.view(candidates.shape)


def fit(network: RerankerNetwork, examples: RerankerExamples, chosen: Int64, seed: int, epochs: int) -> None:
    """Train a network on some regions."""
    rng = np.random.default_rng(seed)
    order = np.concatenate([rng.permutation(chosen) for _ in range(epochs)])
    steps = max(len(order) // BATCH_SIZE, 1)

    def loss_at(step: int) -> Tensor:
        batch = order[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]
        return candidate_loss(examples.logits(network, batch), torch.from_numpy(examples.regions.shown[batch]))

    rates = [
        PEAK_RATE * min(1, (step + 1) / WARM_UP_STEPS, (steps - step) / (DECAY_FRACTION * steps))
        for step in range(steps)
    ]
    optimize(network, "reranker", rates, loss_at)


def candidate_loss(logits: Tensor, shown: Tensor) -> Tensor:
    """Mean loss of regions' candidates; the first is right if the region shows it, otherwise none is.

    Args:
        logits: float32 (regions, candidates).
        shown: bool (regions,), the region shows its first candidate.
    """
    none = torch.zeros(len(logits), 1)
    choice = functional.cross_entropy(torch.cat([none, logits], dim=1), shown.long())
    truth = torch.zeros_like(logits)
    truth[:, 0] = shown.float()
    each = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none").sum(dim=1).mean()
    return choice + each / 2


def measure(network: RerankerNetwork, examples: RerankerExamples, chosen: Int64) -> dict[str, float]:
    """Recall of the right candidate among a region's candidates, by the network and by the search's cosines.

    Returns:
        "held_out_places" (regions that show their first candidate), "recall@1" and "recall_at_1%" (it is first, and
        its score passes the threshold of 1% of the other regions), and both with "_of_cosines".
    """
    network.eval()
    with torch.inference_mode():
        parts = [examples.logits(network, part) for part in np.array_split(chosen, len(chosen) // BATCH_SIZE + 1)]
    shown, logits = examples.regions.shown[chosen], torch.cat(parts).numpy()
    found: dict[str, float] = {"held_out_places": int(shown.sum())}
    if shown.any() and not shown.all():
        for name, values in (("", logits), ("_of_cosines", examples.regions.cosines[chosen])):
            threshold = threshold_for(values[~shown].max(axis=1), FALSE_POSITIVE_RATE)
            is_first = values[shown].argmax(axis=1) == 0
            found[f"recall@1{name}"] = float(is_first.mean())
            found[f"recall_at_1%{name}"] = float((is_first & (values[shown, 0] > threshold)).mean())
    return found

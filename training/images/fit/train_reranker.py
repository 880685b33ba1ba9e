"""Training the reranker on what the encoder's search finds, the encoder's weights locked.

Of a place's candidates one is right or none is: cross entropy over them and "none" teaches which, and a binary one of
each candidate that the logit means the same whatever else was found.
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

from models.images.encoder.encoder import Encoder
from training.images.common.measures import threshold_for
from training.images.common.metrics import record_metrics
from training.images.common.split import owner_bucket
from training.images.data.candidates import CandidateRegions, sample_regions
from training.images.data.corpus import Corpus
from training.images.data.patch_store import PatchStore
from training.images.data.pool import DrawingPool, PoolSearch
from training.images.networks.released import Base
from training.images.networks.reranker import RerankerNetwork, export_reranker
from training.images.networks.token_networks import optimize
from training.images.sources.graphics import load_graphics
from training.precision import mixed_precision

PICTURES, BATCH = 64_000, 32
EPOCHS, FURTHER_EPOCHS = 2, 1
"""Pictures and places a step; how often each place is learnt from, by a reranker that begins and by a base's. More
pictures help more than more epochs: in a trial recall at 1% was .641 after one epoch of 24,000 pictures, .589 after two
of half as many."""

RATE, WARM_UP, FALL = 1e-3, 100, 0.5
"""Greatest rate, steps until it is reached, and part over which it falls to zero."""

HELD_OUT = 10
"""One owner in so many, and one harmless place in so many, is not learnt from: the reranker is measured on them. Owners
are chosen by their names, so that a round leaves out whom those before it left out although the corpus has grown."""

SHARE = 0.01
"""Of places that show no drawing, how many may pass the score at which recall is measured."""

Array = np.ndarray


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
        directory: holds `model.onnx`, `config.json` and `cohort.npy`, which stay as they are; gets "reranker" in its
            `metrics.json`.
        corpus: what the encoder was trained on.
        base: an encoder whose reranker, where it has one, is trained further, on other pictures.
        seed: for pictures, weights and order.
        limit: at most this many drawings of every source and pictures, for tests.
        threads: of the search and the network.

    Returns:
        What was measured on places that were not learnt from.
    """
    cv2.setNumThreads(1)
    torch.set_num_threads(threads)
    further = base if base is not None and base.reranker else None
    rounds = further.rounds + 1 if further else 1
    torch.manual_seed(seed)
    encoder = Encoder(directory)
    search = PoolSearch(encoder, DrawingPool.of(corpus, load_graphics(limit), limit), threads)
    pictures = min(PICTURES, limit or PICTURES)
    places = sample_regions(search, pictures, (seed, rounds), threads)  # another round's pictures would teach little
    held_out = _held_out(places, search.pool)
    examples = RerankerExamples(places, search.patches)
    network = RerankerNetwork(encoder.dimension)
    if further:
        network.load_state_dict(further.reranker)
    fit(network, examples, np.flatnonzero(~held_out), seed, FURTHER_EPOCHS if further else EPOCHS)
    metrics: dict[str, Any] = measure(network, examples, np.flatnonzero(held_out))
    metrics |= {"pictures": pictures, "base": further.fingerprint if further else None, "rounds": rounds}
    metrics["parity_max_relative_difference"] = export_reranker(network, encoder.fingerprint, directory)
    record_metrics(directory, "reranker", metrics)
    return metrics


def _held_out(places: CandidateRegions, pool: DrawingPool) -> Array:
    """Places that are not learnt from, bool (places,)."""
    numbers = np.zeros(pool.identities.max() + 1, np.int64)
    numbers[pool.identities] = [owner_bucket(owner, HELD_OUT, "reranker") for owner in pool.owners]
    harmless = places.identities < 0
    return np.where(harmless, np.arange(len(harmless)) % HELD_OUT, numbers[places.identities]) == 0


@dataclass(frozen=True)
class RerankerExamples:
    """Places, and the patches of a pool's drawings."""

    places: CandidateRegions
    drawn: PatchStore

    def logits(self, network: RerankerNetwork, chosen: Array) -> Tensor:
        """What a network says of some places' candidates, float32 (chosen, candidates)."""
        drawings = self.places.drawings[chosen]
        logits = torch.zeros(drawings.size)
        with mixed_precision():
            shown = [
                (alike.positions, network.tokens(*alike[1:])) for alike in self.places.patches.batches_by_shape(chosen)
            ]
            for drawn in self.drawn.batches_by_shape(drawings.ravel()):
                tokens, of = network.tokens(*drawn[1:]), drawn.positions // drawings.shape[1]
                for places, place in shown:
                    ours = np.flatnonzero(np.isin(of, places))
                    if len(ours):
                        pairs = place[np.searchsorted(places, of[ours])], tokens[ours]
                        logits[drawn.positions[ours]] = network.comparison(*pairs).float()
        return logits.view(drawings.shape)


def fit(network: RerankerNetwork, examples: RerankerExamples, chosen: Array, seed: int, epochs: int) -> None:
    """Learn from some places, each so many times."""
    rng = np.random.default_rng(seed)
    order = np.concatenate([rng.permutation(chosen) for _ in range(epochs)])
    steps = max(len(order) // BATCH, 1)

    def loss_at(step: int) -> Tensor:
        batch = order[step * BATCH : (step + 1) * BATCH]
        return choice(examples.logits(network, batch), torch.from_numpy(examples.places.shown[batch]))

    rates = [RATE * min(1, (step + 1) / WARM_UP, (steps - step) / (FALL * steps)) for step in range(steps)]
    optimize(network, "reranker", rates, loss_at)


def choice(logits: Tensor, shown: Tensor) -> Tensor:
    """Mean loss of candidates, of which the first is right where a place shows it, and otherwise none.

    Args:
        logits: float32 (places, candidates).
        shown: bool (places,).
    """
    none = torch.zeros(len(logits), 1)
    which = functional.cross_entropy(torch.cat([none, logits], dim=1), shown.long())
    truth = torch.zeros_like(logits)
    truth[:, 0] = shown.float()
    each = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none").sum(dim=1).mean()
    return which + each / 2


def measure(network: RerankerNetwork, examples: RerankerExamples, chosen: Array) -> dict[str, float]:
    """How often the right candidate of a place that shows it is first, and over what 1% of the other places reach.

    By the network, and by the search's cosines.
    """
    network.eval()
    with torch.inference_mode():
        parts = [examples.logits(network, part) for part in np.array_split(chosen, len(chosen) // BATCH + 1)]
    shown, said = examples.places.shown[chosen], torch.cat(parts).numpy()
    found: dict[str, float] = {"held_out_places": int(shown.sum())}
    if shown.any() and not shown.all():
        for name, values in (("", said), ("_of_cosines", examples.places.cosines[chosen])):
            threshold = threshold_for(values[~shown].max(axis=1), SHARE)
            is_first = values[shown].argmax(axis=1) == 0
            found[f"recall@1{name}"] = float(is_first.mean())
            found[f"recall_at_1%{name}"] = float((is_first & (values[shown, 0] > threshold)).mean())
    return found

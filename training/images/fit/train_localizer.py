"""Training of the localizer on augmented pictures with known boxes, with the encoder's weights locked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.arrays import Int64
from models.images.encoder.encoder import Encoder
from training.images.common.metrics import record_metrics
from training.images.common.split import owner_bucket
from training.images.data.corpus import Corpus
from training.images.data.localizer_regions import LocalizerRegions, RegionSource, sample_localizer_regions
from training.images.networks.localizer import EDGE_BINS, LocalizerNetwork, export_localizer
from training.images.networks.token_networks import optimize
from training.images.sources.backgrounds import Generator

TRAINING_REGIONS, HELD_OUT_REGIONS = 40_000, 1_500
"""Regions to train on and to measure on. Mean IoU on the latter is .79 after 20,000 training regions, .81 after
40,000."""

EPOCHS, BATCH_SIZE = 8, 64
PEAK_RATE, WARM_UP_STEPS = 2e-3, 100
"""Peak learning rate and the steps until it; then it falls linearly to zero. Only these values were tried."""

DISTANCE_WEIGHT = 5.0
"""Weight of the edges' mean distance in the loss, so that its three terms end at similar sizes."""

HELD_OUT_BUCKETS = 10
"""One owner in this many is held out for measuring."""


def train_localizer(
    directory: Path, corpus: Corpus, *, seed: int = 0, limit: int | None = None, threads: int = 2
) -> dict[str, Any]:
    """Write `localizer.onnx` into an encoder's artefact folder.

    Args:
        directory: holds `model.onnx` and `config.json`, which stay unchanged; gets "localizer" in its `metrics.json`.
        corpus: the encoder's training set.
        seed: for pictures, weights and order.
        limit: at most this many regions, for tests.
        threads: of the encoder's passes and the network.

    Returns:
        Measurements on regions of held-out owners.
    """
    cv2.setNumThreads(1)
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    encoder = Encoder(directory)
    trained, held_out = (
        sample_localizer_regions(
            RegionSource.of(encoder, corpus, kinds, (seed, number), limit),
            min(count, limit or count),
            (seed, number),
            threads,
        )
        for number, (kinds, count) in enumerate(
            zip(split_kinds(corpus), (TRAINING_REGIONS, HELD_OUT_REGIONS), strict=True)
        )
    )
    network = LocalizerNetwork(encoder.dimension)
    fit(network, trained, seed)
    metrics: dict[str, Any] = {"places": len(trained.boxes), **measure(network, held_out)}
    metrics["parity_max_relative_difference"] = export_localizer(network, encoder.fingerprint, directory)
    record_metrics(directory, "localizer", metrics)
    return metrics


def split_kinds(corpus: Corpus) -> tuple[dict[str, Int64], dict[str, Int64]]:
    """Identities of each kind to train on, and those of held-out owners; kinds without any are left out."""
    is_out = np.array([owner_bucket(owner, HELD_OUT_BUCKETS, "localizer") == 0 for owner in corpus.owners])
    parts = ({kind: numbers[is_out[numbers] == out] for kind, numbers in corpus.kinds.items()} for out in (False, True))
    trained, held_out = ({kind: numbers for kind, numbers in part.items() if len(numbers)} for part in parts)
    return trained, held_out


def fit(network: LocalizerNetwork, regions: LocalizerRegions, seed: int) -> None:
    """Train a network on all regions for `EPOCHS` epochs."""
    rng = np.random.default_rng(seed)
    order = np.concatenate([rng.permutation(len(regions.boxes)) for _ in range(EPOCHS)])
    steps = max(len(order) // BATCH_SIZE, 1)

    def loss_at(step: int) -> Tensor:
        tokens, pixels, boxes = flipped(rng, *_batch(regions, order[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]))
        return edge_loss(network, network.logits(tokens, pixels), boxes)

    rates = [PEAK_RATE * min((step + 1) / WARM_UP_STEPS, (steps - step) / steps) for step in range(steps)]
    optimize(network, "localizer", rates, loss_at)


def _batch(regions: LocalizerRegions, chosen: Int64) -> tuple[Tensor, Tensor, Tensor]:
    tokens = torch.from_numpy(regions.tokens[chosen]).float()
    return tokens, torch.from_numpy(regions.pixels[chosen]), torch.from_numpy(regions.boxes[chosen])


def flipped(rng: Generator, tokens: Tensor, pixels: Tensor, boxes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A batch flipped at random: left to right, upside down, about the diagonal, or several of them.

    Args:
        tokens: (n, rows, columns, dimension).
        pixels: (n, height, width, 3).
        boxes: (n, 4), as fractions of the regions.
    """
    across, down, diagonal = rng.random(3) < 0.5
    if across:
        tokens, pixels, boxes = tokens.flip(2), pixels.flip(2), _mirrored(boxes, 0)
    if down:
        tokens, pixels, boxes = tokens.flip(1), pixels.flip(1), _mirrored(boxes, 1)
    if diagonal:
        tokens, pixels, boxes = tokens.transpose(1, 2), pixels.transpose(1, 2), boxes[:, [1, 0, 3, 2]]
    return tokens, pixels, boxes


def _mirrored(boxes: Tensor, axis: int) -> Tensor:
    mirrored = boxes.clone()
    mirrored[:, axis], mirrored[:, axis + 2] = 1 - boxes[:, axis + 2], 1 - boxes[:, axis]
    return mirrored


def edge_loss(network: LocalizerNetwork, logits: Tensor, boxes: Tensor) -> Tensor:
    """Mean loss of the predicted edges: distribution focal loss without focus, L1 distance and 1 - IoU.

    Args:
        network: holds the bins.
        logits: float32 (regions, 4, EDGE_BINS).
        boxes: float32 (regions, 4), the true boxes, from -MAX_EDGE_REACH to 1 + MAX_EDGE_REACH.
    """
    edges = torch.cat([boxes[:, :2], 1 - boxes[:, 2:]], dim=1)  # each measured from its own side of the region
    before = (torch.searchsorted(network.bins, edges.contiguous(), right=True) - 1).clamp(0, EDGE_BINS - 2)
    start, end = network.bins[before], network.bins[before + 1]
    log_probabilities, part = logits.log_softmax(dim=-1), (edges - start) / (end - start)
    neighbours = torch.stack([before, before + 1], dim=-1)
    weights = torch.stack([1 - part, part], dim=-1)
    cross_entropy = -(log_probabilities.gather(-1, neighbours) * weights).sum(dim=-1).mean()
    predicted = network.boxes(logits)
    distance = functional.l1_loss(predicted, boxes)
    return cross_entropy + DISTANCE_WEIGHT * distance + (1 - _ious(predicted, boxes)).mean()


def _ious(boxes: Tensor, others: Tensor) -> Tensor:
    """Intersection over union of pairs of boxes, float32 (n,): `models.boxes.ious` with a gradient."""
    sides = torch.minimum(boxes[:, 2:], others[:, 2:]) - torch.maximum(boxes[:, :2], others[:, :2])
    both = sides.clamp(min=0).prod(dim=1)
    areas = [(some[:, 2:] - some[:, :2]).clamp(min=0).prod(dim=1) for some in (boxes, others)]
    return both / (areas[0] + areas[1] - both).clamp(min=1e-6)


def measure(network: LocalizerNetwork, regions: LocalizerRegions) -> dict[str, float]:
    """Mean IoU of predicted and true boxes, and the shares with at least 0.5 and 0.75; mean IoU of the anchors."""
    network.eval()
    with torch.inference_mode():
        parts = np.array_split(np.arange(len(regions.boxes)), len(regions.boxes) // BATCH_SIZE + 1)
        predicted = torch.cat([network(*_batch(regions, part)[:2]) for part in parts])
    true = torch.from_numpy(regions.boxes)
    found, begun = _ious(predicted, true), _ious(torch.from_numpy(regions.anchors), true)
    return {
        "held_out_places": len(regions.boxes),
        "mean_overlap": float(found.mean()),
        "overlap_of_half": float((found >= 0.5).float().mean()),
        "overlap_of_three_quarters": float((found >= 0.75).float().mean()),
        "mean_overlap_begun_with": float(begun.mean()),
    }

"""Training the localizer on imitations whose place in the picture is known, the encoder's weights locked."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from models.boxes import area, as_box, crop, intersection, ious, picture_to_crop, with_margin
from models.images.encoder.encoder import Encoder
from models.images.matching.localizer import (
    LOCALIZER_GRID_SIDE,
    LOCALIZER_PIXEL_SIDE,
    MAX_EDGE_REACH,
    REGION_MARGIN,
    RegionView,
    region_view,
)
from models.images.matching.regions import with_context_or_strip
from models.profile import Box
from training.images.common.metrics import record_metrics
from training.images.common.split import owner_bucket
from training.images.data.batches import random_drawing, sample_identity
from training.images.data.candidates import KIND_SHARES, PICTURE_SIZES, SECOND_EMBLEM_SHARE
from training.images.data.corpus import Corpus
from training.images.networks.localizer import EDGE_BINS, LocalizerNetwork, export_localizer
from training.images.networks.token_networks import optimize
from training.images.sources.backgrounds import Backgrounds, Generator
from training.images.synthesis.augmentations import Augmented, augment, centred

PLACES, HELD_OUT_PLACES, EPOCHS, BATCH = 40_000, 1_500, 8, 64
"""Places that are learnt from and measured on, how often each is met, and places a step. The places held out are told
with a mean overlap of .79 after 20,000 places, of .81 after these."""

RATE, WARM_UP = 2e-3, 100
"""Greatest rate, and steps until it is reached; then it falls to zero. Nothing else was tried."""

DISTANCE = 5.0
"""How much the mean distance of the edges counts in the loss, beside their distributions and the boxes' overlap: so all
three are of about one size when training ends. Nothing else was tried."""

NEAR = 0.55
"""Of the greatest overlap of a window with the emblem, from which another may be the place's."""

PARTS, WITHIN, LARGEST_PART = 0.25, 0.9, 0.5
"""How often the window lies on a part of the emblem, where one does, as it may where the emblem is larger than windows
or has a part that is an emblem by itself; how much of such a window does, and its greatest area, as a part of the
emblem's."""

ROUGH, MISSED, LARGEST_MISS = 0.25, 0.15, 0.45
"""How often a place is around a box that is roughly the emblem's, as what the network says of a place is, about which
it is asked again; by how much its edges miss, as a part of the emblem's sides (one standard deviation), and at most."""

DRAWN, GRAPHICS, GRAPHIC_SIDE = 0.7, 400, 384
"""Share of the grounds that show a graphic, of those that would be photographs: where an emblem lies in the corner of a
drawn portrait, it is the emblem that is to be told. How many such grounds there are, and their sides in pixels.
Without them 130 of the benchmark's 174 pictures with an emblem in a corner were found, likelier than not; so 152."""

GROUNDS = 20_000
"""Of the seed of the drawn grounds: as many places had the first training that had any, and as theirs they are kept.
The place of that number begins from the same seed, which matters to none."""

LEAST_PIXELS = 12
"""Of a place's shorter side: of a smaller one nothing is to be seen."""

HELD_OUT = 10
"""One owner in so many is not learnt from: the localizer is measured on those."""

Array = np.ndarray


@dataclass(frozen=True)
class Places:
    """Places of pictures, each with the box of its emblem.

    Attributes:
        cells, pixels: as `models.images.matching.localizer.View` has them, of all places.
        boxes: float32 (places, 4), of the emblems, as fractions of the places, which they may go beyond, by REACH.
        begun: float32 (places, 4), what each place is around: a window of the first look, or a box told roughly.
    """

    cells: Array
    pixels: Array
    boxes: Array
    begun: Array


def train_localizer(
    directory: Path, corpus: Corpus, *, seed: int = 0, limit: int | None = None, threads: int = 2
) -> dict[str, Any]:
    """Write `localizer.onnx` into an encoder's artefact folder.

    Args:
        directory: holds `model.onnx` and `config.json`, which stay as they are; gets "localizer" in its `metrics.json`.
        corpus: what the encoder was trained on.
        seed: for pictures, weights and order.
        limit: at most this many places, for tests.
        threads: of the encoder's passes and the network.

    Returns:
        What was measured on places that show what was not learnt from.
    """
    cv2.setNumThreads(1)
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    encoder = Encoder(directory)
    learnt, held_out = (
        draw_places(
            source_of(encoder, corpus, kinds, (seed, number), limit),
            min(count, limit or count),
            (seed, number),
            threads,
        )
        for number, (kinds, count) in enumerate(zip(_kinds(corpus), (PLACES, HELD_OUT_PLACES), strict=True))
    )
    network = LocalizerNetwork(encoder.dimension)
    fit(network, learnt, seed)
    metrics: dict[str, Any] = {"places": len(learnt.boxes), **measure(network, held_out)}
    metrics["parity_max_relative_difference"] = export_localizer(network, encoder.fingerprint, directory)
    record_metrics(directory, "localizer", metrics)
    return metrics


def _kinds(corpus: Corpus) -> tuple[dict[str, Array], dict[str, Array]]:
    """Identities of each kind that are learnt from, and those that are measured on."""
    is_out = np.array([owner_bucket(owner, HELD_OUT, "localizer") == 0 for owner in corpus.owners])
    parts = ({kind: numbers[is_out[numbers] == out] for kind, numbers in corpus.kinds.items()} for out in (False, True))
    learnt, held_out = ({kind: numbers for kind, numbers in part.items() if len(numbers)} for part in parts)
    return learnt, held_out


@dataclass(frozen=True)
class Source:
    """What places are drawn from.

    Attributes:
        encoder: whose first look they are seen by.
        corpus: what is imitated, and on which backgrounds.
        kinds: identities of each kind that are.
        drawn: backgrounds that show graphics.
    """

    encoder: Encoder
    corpus: Corpus
    kinds: dict[str, Array]
    drawn: Backgrounds

    def place(self, rng: Generator) -> tuple[RegionView, Box, Box]:
        """The view of a random place, and the boxes in it of its emblem and of what it is around."""
        while True:
            made = self._picture(rng)
            embedding = self.encoder([made.picture])[0]
            window, place = _place(rng, made, embedding.boxes)
            if min(crop(made.picture, place).shape[:2]) >= LEAST_PIXELS and intersection(made.box, place) > 0:
                return (
                    region_view(made.picture, embedding, place),
                    picture_to_crop(place, made.box),
                    picture_to_crop(place, window),
                )

    def _picture(self, rng: Generator) -> Augmented:
        drawings, identity = self.corpus.drawings, sample_identity(rng, self.kinds, KIND_SHARES)
        size = PICTURE_SIZES[int(rng.integers(len(PICTURE_SIZES)))]
        other = (
            random_drawing(rng, drawings[sample_identity(rng, self.kinds, KIND_SHARES)])
            if rng.random() < SECOND_EMBLEM_SHARE
            else None
        )
        drawing, strength = random_drawing(rng, drawings[identity]), float(rng.random())
        plain = identity in self.corpus.plain
        backgrounds = self.drawn if rng.random() < DRAWN else self.corpus.backgrounds
        return augment(rng, drawing, size, backgrounds, other, strength, plain)


def source_of(
    encoder: Encoder, corpus: Corpus, kinds: dict[str, Array], seed: Sequence[int], limit: int | None = None
) -> Source:
    """A source with grounds that show its own graphics, each on one colour.

    Args:
        limit: at most so many of them, for tests.
    """
    rng, size = np.random.default_rng((*seed, GROUNDS)), (GRAPHIC_SIDE, GRAPHIC_SIDE)
    shown = (
        random_drawing(rng, corpus.drawings[sample_identity(rng, kinds, KIND_SHARES)])
        for _ in range(min(GRAPHICS, limit or GRAPHICS))
    )
    drawn = (centred(rng, drawing, corpus.backgrounds.plain(rng, size)) for drawing in shown)
    return Source(encoder, corpus, kinds, Backgrounds(tuple(drawn)))


def _place(rng: Generator, made: Augmented, windows: Array) -> tuple[Box, Box]:
    """What a place is around, a window of the first look or a box that is roughly the emblem's, and the place.

    Args:
        windows: float32 (windows, 4), of the first look.
    """
    kind = rng.random()
    if kind < ROUGH:
        box = _roughly(rng, made.box)
        return box, with_margin(box, REGION_MARGIN)
    window = _window(rng, windows, made.box, kind < ROUGH + PARTS)
    return window, with_context_or_strip(made.picture, window)


def _window(rng: Generator, windows: Array, emblem: Box, is_part: bool) -> Box:
    """A window on a part of an emblem, where there is one and it is asked for, or one that is near to it."""
    near, boxes = ious(windows, emblem), list(map(as_box, windows))
    fitting = near >= NEAR * near.max()
    if is_part:
        parts = [
            intersection(box, emblem) >= WITHIN * area(box) and area(box) <= LARGEST_PART * area(emblem)
            for box in boxes
        ]
        fitting = np.array(parts) if any(parts) else fitting
    return boxes[rng.choice(np.flatnonzero(fitting))]


def _roughly(rng: Generator, box: Box) -> Box:
    """A box whose edges lie about where another's do."""
    missed = rng.normal(scale=MISSED, size=4).clip(-LARGEST_MISS, LARGEST_MISS)
    left, top, right, bottom = (np.array(box) + missed * np.tile([box[2] - box[0], box[3] - box[1]], 2)).clip(0, 1)
    return (float(left), float(top), float(right), float(bottom))


def draw_places(source: Source, count: int, seed: Sequence[int], threads: int) -> Places:
    """So many random places; the same seed gives the same, whatever the threads."""
    cells = np.empty((count, LOCALIZER_GRID_SIDE, LOCALIZER_GRID_SIDE, source.encoder.dimension), np.float16)
    pixels = np.empty((count, LOCALIZER_PIXEL_SIDE, LOCALIZER_PIXEL_SIDE, 3), np.uint8)
    boxes: list[list[Box]] = []
    with ThreadPoolExecutor(threads) as workers:
        draws = (np.random.default_rng((*seed, number)) for number in range(count))
        for number, (seen, *known) in enumerate(tqdm(workers.map(source.place, draws), "localizer's places", count)):
            cells[number], pixels[number] = seen
            boxes.append(known)
    shown, begun = np.clip(np.array(boxes, np.float32), -MAX_EDGE_REACH, 1 + MAX_EDGE_REACH).swapaxes(0, 1)
    return Places(cells, pixels, shown, begun)


def fit(network: LocalizerNetwork, places: Places, seed: int) -> None:
    """Learn from all places, each `EPOCHS` times."""
    rng = np.random.default_rng(seed)
    order = np.concatenate([rng.permutation(len(places.boxes)) for _ in range(EPOCHS)])
    steps = max(len(order) // BATCH, 1)

    def loss_at(step: int) -> Tensor:
        cells, pixels, boxes = turned(rng, *_batch(places, order[step * BATCH : (step + 1) * BATCH]))
        return distance(network, network.logits(cells, pixels), boxes)

    rates = [RATE * min((step + 1) / WARM_UP, (steps - step) / steps) for step in range(steps)]
    optimize(network, "localizer", rates, loss_at)


def _batch(places: Places, chosen: Array) -> tuple[Tensor, Tensor, Tensor]:
    cells = torch.from_numpy(places.cells[chosen]).float()
    return cells, torch.from_numpy(places.pixels[chosen]), torch.from_numpy(places.boxes[chosen])


def turned(rng: Generator, cells: Tensor, pixels: Tensor, boxes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Some places mirrored, turned upside down or about their diagonal, all of them alike: nothing new is to be seen in
    them, but edges lie elsewhere.
    """
    across, down, diagonal = rng.random(3) < 0.5
    if across:
        cells, pixels, boxes = cells.flip(2), pixels.flip(2), _mirrored(boxes, 0)
    if down:
        cells, pixels, boxes = cells.flip(1), pixels.flip(1), _mirrored(boxes, 1)
    if diagonal:
        cells, pixels, boxes = cells.transpose(1, 2), pixels.transpose(1, 2), boxes[:, [1, 0, 3, 2]]
    return cells, pixels, boxes


def _mirrored(boxes: Tensor, axis: int) -> Tensor:
    mirrored = boxes.clone()
    mirrored[:, axis], mirrored[:, axis + 2] = 1 - boxes[:, axis + 2], 1 - boxes[:, axis]
    return mirrored


def distance(network: LocalizerNetwork, logits: Tensor, boxes: Tensor) -> Tensor:
    """Mean loss of edges that are told as distributions: how little of each lies beside the edge, how far its mean is
    from it, and how little the boxes have in common.

    Args:
        logits: float32 (places, 4, BINS).
        boxes: float32 (places, 4), from -REACH to 1 + REACH.
    """
    at = torch.cat([boxes[:, :2], 1 - boxes[:, 2:]], dim=1)  # from the side of the place that each edge is told from
    before = (torch.searchsorted(network.bins, at.contiguous(), right=True) - 1).clamp(0, EDGE_BINS - 2)
    start, end = network.bins[before], network.bins[before + 1]
    likely, part = logits.log_softmax(dim=-1), (at - start) / (end - start)
    beside = torch.stack([before, before + 1], dim=-1)
    missed = -(likely.gather(-1, beside) * torch.stack([1 - part, part], dim=-1)).sum(dim=-1).mean()
    told = network.boxes(logits)
    apart = functional.l1_loss(told, boxes)
    return missed + DISTANCE * apart + (1 - _overlaps(told, boxes)).mean()


def _overlaps(boxes: Tensor, others: Tensor) -> Tensor:
    """Intersection over union, float32 (n,); as `models.boxes.overlaps`, and with a gradient."""
    sides = torch.minimum(boxes[:, 2:], others[:, 2:]) - torch.maximum(boxes[:, :2], others[:, :2])
    both = sides.clamp(min=0).prod(dim=1)
    areas = [(some[:, 2:] - some[:, :2]).clamp(min=0).prod(dim=1) for some in (boxes, others)]
    return both / (areas[0] + areas[1] - both).clamp(min=1e-6)


def measure(network: LocalizerNetwork, places: Places) -> dict[str, float]:
    """Mean overlap of boxes with those of the emblems, and how many have at least half, and three quarters; beside it
    the overlap of what the places are around.
    """
    network.eval()
    with torch.inference_mode():
        parts = np.array_split(np.arange(len(places.boxes)), len(places.boxes) // BATCH + 1)
        told = torch.cat([network(*_batch(places, part)[:2]) for part in parts])
    shown = torch.from_numpy(places.boxes)
    found, begun = _overlaps(told, shown), _overlaps(torch.from_numpy(places.begun), shown)
    return {
        "held_out_places": len(places.boxes),
        "mean_overlap": float(found.mean()),
        "overlap_of_half": float((found >= 0.5).float().mean()),
        "overlap_of_three_quarters": float((found >= 0.75).float().mean()),
        "mean_overlap_begun_with": float(begun.mean()),
    }

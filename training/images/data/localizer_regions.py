"""Regions of augmented pictures with the true box of their emblem: the localizer's training set."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from models.arrays import Float16, Float32, Int64, Pixels
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
from training.images.data.batches import random_drawing, sample_identity
from training.images.data.corpus import Corpus
from training.images.data.reranker_regions import KIND_SHARES, PICTURE_SIZES, SECOND_EMBLEM_SHARE
from training.images.sources.backgrounds import Backgrounds, Generator
from training.images.synthesis.augmentations import Augmented, augment, centred

MIN_RELATIVE_IOU = 0.55
"""Least overlap of the anchor window with the emblem, as a fraction of the greatest overlap of any window."""

PART_PROBABILITY, MIN_PART_INSIDE, MAX_PART_AREA = 0.25, 0.9, 0.5
"""Probability of an anchor on a part of the emblem; least share of it inside the emblem; greatest area relative to the
emblem's."""

JITTER_PROBABILITY, JITTER_DEVIATION, MAX_JITTER = 0.25, 0.15, 0.45
"""Probability of a jittered true box as anchor, as in later passes; standard deviation and limit of its edges, in
sides of the emblem."""

GRAPHIC_BACKGROUND_PROBABILITY, GRAPHIC_BACKGROUNDS, GRAPHIC_SIDE = 0.7, 400, 384
"""Probability, number and side in pixels of backgrounds that show a graphic. With them 152 of 174 corner emblems of
the benchmark are found, without 130."""

GRAPHIC_BACKGROUND_SEED = 20_000
"""Suffix of the seed of graphic backgrounds, fixed so that they stay the same for any number of regions."""

MIN_REGION_PIXELS = 12
"""Least shorter side of a region in pixels; smaller ones show nothing."""


@dataclass(frozen=True)
class LocalizerRegions:
    """Regions of pictures, each with the box of its emblem.

    Attributes:
        tokens: float16 (regions, LOCALIZER_GRID_SIDE, LOCALIZER_GRID_SIDE, dimension), patch tokens.
        pixels: RGB, uint8 (regions, LOCALIZER_PIXEL_SIDE, LOCALIZER_PIXEL_SIDE, 3).
        boxes: float32 (regions, 4), the emblems' boxes as fractions of the regions, beyond which they may reach by
            `MAX_EDGE_REACH`.
        anchors: float32 (regions, 4), the boxes that the regions surround: a window, or a jittered true box.
    """

    tokens: Float16
    pixels: Pixels
    boxes: Float32
    anchors: Float32


@dataclass(frozen=True)
class RegionSource:
    """Sampler of regions.

    Attributes:
        encoder: makes the windows and patch tokens.
        corpus: drawings to augment and backgrounds to put them on.
        kinds: the identities of each kind to augment.
        graphic_backgrounds: backgrounds that show graphics.
    """

    encoder: Encoder
    corpus: Corpus
    kinds: dict[str, Int64]
    graphic_backgrounds: Backgrounds

    @classmethod
    def of(
        cls,
        encoder: Encoder,
        corpus: Corpus,
        kinds: dict[str, Int64],
        seed: Sequence[int],
        limit: int | None = None,
    ) -> RegionSource:
        """A source whose graphic backgrounds show its own drawings on plain colours.

        Args:
            encoder, corpus, kinds: as the attributes.
            seed: determines the backgrounds.
            limit: at most this many graphic backgrounds, for tests.
        """
        rng, size = np.random.default_rng((*seed, GRAPHIC_BACKGROUND_SEED)), (GRAPHIC_SIDE, GRAPHIC_SIDE)
        drawings = (
            random_drawing(rng, corpus.drawings[sample_identity(rng, kinds, KIND_SHARES)])
            for _ in range(min(GRAPHIC_BACKGROUNDS, limit or GRAPHIC_BACKGROUNDS))
        )
        graphics = (centred(rng, drawing, corpus.backgrounds.plain(rng, size)) for drawing in drawings)
        return cls(encoder, corpus, kinds, Backgrounds(tuple(graphics)))

    def region(self, rng: Generator) -> tuple[RegionView, Box, Box]:
        """A random region, with the boxes of its emblem and of its anchor as fractions of the region."""
        while True:
            made = self._picture(rng)
            embedding = self.encoder([made.picture])[0]
            anchor, region = _anchored(rng, made, embedding.boxes)
            pixels = crop(made.picture, region)
            if min(pixels.shape[:2]) >= MIN_REGION_PIXELS and intersection(made.box, region) > 0:
                view = region_view(made.picture, embedding, region)
                return view, picture_to_crop(region, made.box), picture_to_crop(region, anchor)

    def _picture(self, rng: Generator) -> Augmented:
        drawings, identity = self.corpus.drawings, sample_identity(rng, self.kinds, KIND_SHARES)
        size = PICTURE_SIZES[int(rng.integers(len(PICTURE_SIZES)))]
        other = None
        if rng.random() < SECOND_EMBLEM_SHARE:
            other = random_drawing(rng, drawings[sample_identity(rng, self.kinds, KIND_SHARES)])
        drawing, strength = random_drawing(rng, drawings[identity]), float(rng.random())
        is_graphic = rng.random() < GRAPHIC_BACKGROUND_PROBABILITY
        backgrounds = self.graphic_backgrounds if is_graphic else self.corpus.backgrounds
        return augment(rng, drawing, size, backgrounds, other, strength, identity in self.corpus.plain)


def sample_localizer_regions(source: RegionSource, count: int, seed: Sequence[int], threads: int) -> LocalizerRegions:
    """`count` random regions; they depend on the seed, not on the number of threads."""
    tokens = np.empty((count, LOCALIZER_GRID_SIDE, LOCALIZER_GRID_SIDE, source.encoder.dimension), np.float16)
    pixels = np.empty((count, LOCALIZER_PIXEL_SIDE, LOCALIZER_PIXEL_SIDE, 3), np.uint8)
    pairs: list[list[Box]] = []
    with ThreadPoolExecutor(threads) as workers:
        generators = (np.random.default_rng((*seed, number)) for number in range(count))
        regions = tqdm(workers.map(source.region, generators), "localizer's regions", count)
        for number, (view, *pair) in enumerate(regions):
            tokens[number], pixels[number] = view
            pairs.append(pair)
    limits = -MAX_EDGE_REACH, 1 + MAX_EDGE_REACH
    boxes, anchors = np.clip(np.array(pairs, np.float32), *limits).swapaxes(0, 1)
    return LocalizerRegions(tokens, pixels, boxes, anchors)


def _anchored(rng: Generator, made: Augmented, windows: Float32) -> tuple[Box, Box]:
    """An anchor (a window or a jittered true box), and the region around it.

    Args:
        windows: float32 (windows, 4), the retrieval stage's windows.
    """
    kind = rng.random()
    if kind < JITTER_PROBABILITY:
        box = _jittered(rng, made.box)
        return box, with_margin(box, REGION_MARGIN)
    window = _window(rng, windows, made.box, kind < JITTER_PROBABILITY + PART_PROBABILITY)
    return window, with_context_or_strip(made.picture, window)


def _window(rng: Generator, windows: Float32, emblem: Box, is_part: bool) -> Box:
    """A window that overlaps the emblem well or, if `is_part` and there is one, lies on a part of it."""
    overlaps, boxes = ious(windows, emblem), list(map(as_box, windows))
    fitting = overlaps >= MIN_RELATIVE_IOU * overlaps.max()
    if is_part:
        parts = [
            intersection(box, emblem) >= MIN_PART_INSIDE * area(box) and area(box) <= MAX_PART_AREA * area(emblem)
            for box in boxes
        ]
        fitting = np.array(parts) if any(parts) else fitting
    return boxes[rng.choice(np.flatnonzero(fitting))]


def _jittered(rng: Generator, box: Box) -> Box:
    """A box with each edge moved at random, clipped to the picture."""
    jitter = rng.normal(scale=JITTER_DEVIATION, size=4).clip(-MAX_JITTER, MAX_JITTER)
    left, top, right, bottom = (np.array(box) + jitter * np.tile([box[2] - box[0], box[3] - box[1]], 2)).clip(0, 1)
    return (float(left), float(top), float(right), float(bottom))

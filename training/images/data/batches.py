"""Batches of the image tower's training: pictures with windows that show their emblem or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.arrays import Float32, Float64, Int64, Pixels
from models.boxes import WHOLE_PICTURE, ious
from models.images.encoder.encoder import grid_windows
from training.images.data.corpus import Corpus
from training.images.networks import tower
from training.images.sources.backgrounds import Size
from training.images.synthesis.augmentations import augment, harmless_picture, reference

PICTURE_SIZES: tuple[Size, ...] = (
    (160, 160),
    (192, 192),
    (224, 224),
    (256, 256),
    (128, 192),
    (192, 128),
    (96, 256),
)
"""Heights and widths in pixels, one a step: mostly smaller than served, for speed; some as wide as covers."""

POSITIVES_PER_BATCH, NEGATIVES_PER_BATCH = 26, 6
"""Augmented and harmless pictures of a step; batches of 32 are fastest on a CPU."""

MONOGRAM_PROBABILITY = 0.25
"""Probability that a harmless picture shows a monogram, augmented like an emblem."""

KIND_WEIGHTS = {
    **{"flag": 0.22, "invented flag": 0.13, "arms": 0.07, "own": 0.05},
    **{"logo": 0.22, "wordmark": 0.07, "emoji": 0.13, "icon": 0.11},
}
"""Sampling weights of kinds, by how important they are, not by how many packages hold."""

SECOND_EMBLEM_PROBABILITY, CLEAN_PROBABILITY = 0.35, 0.1
"""Probability of a second emblem in a picture, and of a drawing without augmentation."""


@dataclass(frozen=True)
class Batch:
    """One step's pictures.

    Attributes:
        pixels: uint8 (batch, height, width, 3).
        masks: float32 (batch, 4, tokens), weights that average patch tokens over four windows. These are the whole
            picture, the window that overlaps the emblem best, the emblem's box, and a window without an emblem.
        identities: int64 (batch,), -1 for harmless pictures.
        positive, negative: float32 (batch, 4), weight of each window as showing the identity, or as showing none.
    """

    pixels: Tensor
    masks: Tensor
    identities: Tensor
    positive: Tensor
    negative: Tensor


def sample_batch(rng: np.random.Generator, corpus: Corpus) -> Batch:
    """Random augmented and harmless pictures of one random size."""
    size = PICTURE_SIZES[rng.integers(len(PICTURE_SIZES))]
    rows = [_positive(rng, corpus, size) for _ in range(POSITIVES_PER_BATCH)]
    rows += [_negative(rng, corpus, size) for _ in range(NEGATIVES_PER_BATCH)]
    pixels, masks, identities, positive, negative = zip(*rows, strict=True)
    return Batch(
        torch.from_numpy(np.stack(pixels)),
        torch.from_numpy(np.stack(masks)),
        torch.tensor(identities),
        torch.tensor(positive, dtype=torch.float32),
        torch.tensor(negative, dtype=torch.float32),
    )


Row = tuple[Pixels, Float32, int, tuple[float, ...], tuple[float, ...]]
"""One picture's part of a batch, in the order of `Batch`."""


def _positive(rng: np.random.Generator, corpus: Corpus, size: Size) -> Row:
    identity = sample_identity(rng, corpus.kinds, KIND_WEIGHTS)
    drawing = random_drawing(rng, corpus.drawings[identity])
    other = None
    if rng.random() < SECOND_EMBLEM_PROBABILITY:
        other = random_drawing(rng, corpus.drawings[sample_identity(rng, corpus.kinds, KIND_WEIGHTS)])
    if rng.random() < CLEAN_PROBABILITY:
        picture, box = reference(rng, drawing, size), WHOLE_PICTURE
    else:
        made = augment(rng, drawing, size, corpus.backgrounds, other, plain=identity in corpus.plain)
        picture, box = made.picture, made.box
    rows, columns = size[0] // tower.TOKEN_STRIDE, size[1] // tower.TOKEN_STRIDE
    windows = grid_windows(rows, columns)
    exact = np.array(box) * (columns, rows, columns, rows)
    overlaps = ious(windows, exact)
    apart = np.flatnonzero(overlaps == 0)
    empty = len(apart) > 0 and other is None
    chosen = [windows[0], windows[np.argmax(overlaps)], _rounded(exact, rows, columns), windows[0]]
    if empty:
        chosen[3] = windows[rng.choice(apart)]
    area = (box[2] - box[0]) * (box[3] - box[1])
    positive = (0.7 * float(np.clip((area - 0.2) / 0.3, 0, 1)), 1.0, 0.5, 0.0)
    return picture, _masks(chosen, rows, columns), identity, positive, (0.0, 0.0, 0.0, float(empty))


def _negative(rng: np.random.Generator, corpus: Corpus, size: Size) -> Row:
    rows, columns = size[0] // tower.TOKEN_STRIDE, size[1] // tower.TOKEN_STRIDE
    windows = grid_windows(rows, columns)
    chosen = [windows[0], *windows[rng.integers(len(windows), size=3)]]
    if rng.random() < MONOGRAM_PROBABILITY:
        picture = augment(rng, random_drawing(rng, corpus.monograms), size, corpus.backgrounds).picture
    else:
        picture = harmless_picture(rng, size, corpus.backgrounds)
    return picture, _masks(chosen, rows, columns), -1, (0.0,) * 4, (1.0,) * 4


def sample_identity(rng: np.random.Generator, kinds: Mapping[str, Int64], shares: Mapping[str, float]) -> int:
    """A random identity of a random kind; kinds without identities are left out of the weights `shares`."""
    names = [kind for kind in shares if kind in kinds]
    weights = np.array([shares[kind] for kind in names])
    return int(rng.choice(kinds[rng.choice(names, p=weights / weights.sum())]))


def random_drawing(rng: np.random.Generator, drawings: Sequence[Pixels]) -> Pixels:
    """One of some drawings."""
    return drawings[int(rng.integers(len(drawings)))]


def _rounded(exact: Float64, rows: int, columns: int) -> Int64:
    """A box in units of patch tokens, rounded to whole tokens, at least one."""
    left, top = np.minimum(np.round(exact[:2]), (columns - 1, rows - 1))
    right, bottom = np.maximum(np.round(exact[2:]), (left + 1, top + 1))
    return np.array([left, top, right, bottom], dtype=np.int64)


def _masks(chosen: Sequence[Int64], rows: int, columns: int) -> Float32:
    masks = np.zeros((len(chosen), rows, columns), np.float32)
    for mask, (left, top, right, bottom) in zip(masks, chosen, strict=True):
        mask[top:bottom, left:right] = 1.0 / ((bottom - top) * (right - left))
    return masks.reshape(len(chosen), -1)

"""What the locked image tower sees of captioned graphics: vectors that the text tower learns to meet.

Each graphic is embedded once as a gallery holds it and, where there are few of its kind, imitated as well; the vector
of an imitation is that of the window around it, as a detector would use. Nothing is embedded twice: the image tower
does not change while the text tower is trained (Zhai et al. 2022, LiT).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from tqdm import tqdm

from models.boxes import WHOLE_PICTURE, ious
from models.images.encoder.encoder import Embedding, Encoder
from models.profile import Box
from training.images.common.split import Fold
from training.images.sources.backgrounds import BENCHMARK_PHOTOS, TRAINING_PHOTOS, VALIDATION_PHOTOS, Backgrounds
from training.images.sources.captions import Subject
from training.images.synthesis.augmentations import augment, harmless_picture, reference

VIEWS_PER_SUBJECT = {"flag": 4, "arms": 4, "emblem": 4, "emoji": 2, "icon": 1, "logo": 1}
"""Pictures of each subject, the first and every second as a gallery holds it, the others imitated."""

HARMLESS_PER_FOLD = 600
"""Photographs and patterns without a caption, for each fold."""

PHOTOS = {Fold.TRAIN: TRAINING_PHOTOS, Fold.VALIDATION: VALIDATION_PHOTOS, Fold.TEST: BENCHMARK_PHOTOS}
PICTURE_SIZE = (256, 256)
BATCH_SIZE = 16

Array = np.ndarray


@dataclass(frozen=True)
class CaptionViews:
    """Embedded pictures of one fold.

    Attributes:
        subjects: what the pictures show.
        vectors: unit float32 (pictures, dimension).
        shown: int64 (pictures,), place in `subjects`, ascending; -1 for harmless pictures.
    """

    subjects: tuple[Subject, ...]
    vectors: Array
    shown: Array


def embed(
    encoder: Encoder, subjects: Sequence[Subject], fold: Fold, seed: int = 0, limit: int | None = None
) -> CaptionViews:
    """Pictures of one fold's subjects and harmless ones, by the encoder.

    Args:
        subjects: of any fold.
        seed: the same gives the same pictures.
        limit: at most this many harmless pictures and photographs, for tests.
    """
    own = tuple(subject for subject in subjects if subject.fold is fold)
    backgrounds = Backgrounds.load(PHOTOS[fold], limit)
    rng = np.random.default_rng((seed, list(Fold).index(fold)))
    total = sum(VIEWS_PER_SUBJECT[subject.kind] for subject in own) + (
        count := min(HARMLESS_PER_FOLD, limit or HARMLESS_PER_FOLD)
    )
    vectors, shown = [], []
    pictures = iter(tqdm(_pictures(own, rng, backgrounds, count), f"captioned pictures, {fold}", total, unit=""))
    while batch := list(islice(pictures, BATCH_SIZE)):
        places, pixels, boxes = zip(*batch, strict=True)
        shown += places
        vectors += [_around(embedding, box) for embedding, box in zip(encoder(pixels), boxes, strict=True)]
    return CaptionViews(own, np.stack(vectors), np.array(shown))


def _pictures(
    subjects: Iterable[Subject], rng: np.random.Generator, backgrounds: Backgrounds, count: int
) -> Iterator[tuple[int, Array, Box]]:
    for _ in range(count):
        yield -1, harmless_picture(rng, PICTURE_SIZE, backgrounds), WHOLE_PICTURE
    for place, subject in enumerate(subjects):
        for number in range(VIEWS_PER_SUBJECT[subject.kind]):
            drawing = subject.drawings[number // 2 % len(subject.drawings)]
            if number % 2 == 0:
                yield place, reference(rng, drawing, PICTURE_SIZE), WHOLE_PICTURE
            else:
                made = augment(rng, drawing, PICTURE_SIZE, backgrounds)
                yield place, made.picture, made.box


def _around(embedding: Embedding, box: Box) -> Array:
    """The vector of the window that overlaps a box best."""
    return embedding.vectors[np.argmax(ious(embedding.boxes, box))]

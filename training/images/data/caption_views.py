"""Embeddings of captioned graphics by the locked image tower: targets of the text tower.

Each graphic is embedded as a gallery holds it. Kinds with few graphics are augmented as well, with the embedding of the
window around the emblem. The image tower is locked, so each picture is embedded once (Zhai et al. 2022, LiT).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from tqdm import tqdm

from models.arrays import Float32, Int64, Pixels
from models.boxes import WHOLE_PICTURE, ious
from models.images.encoder.encoder import Embedding, Encoder
from models.profile import Box
from training.images.common.split import Fold
from training.images.sources.backgrounds import BENCHMARK_PHOTOS, TRAINING_PHOTOS, VALIDATION_PHOTOS, Backgrounds
from training.images.sources.captions import Subject
from training.images.synthesis.augmentations import augment, harmless_picture, reference

VIEWS_PER_SUBJECT = {"flag": 4, "arms": 4, "emblem": 4, "emoji": 2, "icon": 1, "logo": 1}
"""Pictures of each subject: the first and every second clean, the others augmented."""

HARMLESS_PER_FOLD = 600
"""Photographs and patterns without a caption in each fold."""

PHOTOS = {Fold.TRAIN: TRAINING_PHOTOS, Fold.VALIDATION: VALIDATION_PHOTOS, Fold.TEST: BENCHMARK_PHOTOS}
PICTURE_SIZE = (256, 256)
BATCH_SIZE = 16


@dataclass(frozen=True)
class CaptionViews:
    """Embedded pictures of one fold.

    Attributes:
        subjects: the fold's subjects.
        vectors: unit embeddings, float32 (pictures, dimension).
        shown: int64 (pictures,), index into `subjects`, ascending; -1 for harmless pictures.
    """

    subjects: tuple[Subject, ...]
    vectors: Float32
    shown: Int64


def embed(
    encoder: Encoder, subjects: Sequence[Subject], fold: Fold, seed: int = 0, limit: int | None = None
) -> CaptionViews:
    """Embed pictures of one fold's subjects, and harmless pictures.

    Args:
        encoder: the locked image tower.
        subjects: subjects of any fold.
        fold: the fold to keep.
        seed: determines the pictures.
        limit: at most this many harmless pictures and photographs, for tests.
    """
    own = tuple(subject for subject in subjects if subject.fold is fold)
    backgrounds = Backgrounds.load(PHOTOS[fold], limit)
    rng = np.random.default_rng((seed, list(Fold).index(fold)))
    total = sum(VIEWS_PER_SUBJECT[subject.kind] for subject in own) + (
        count := min(HARMLESS_PER_FOLD, limit or HARMLESS_PER_FOLD)
    )
    vectors: list[Float32] = []
    shown: list[int] = []
    pictures = iter(tqdm(_pictures(own, rng, backgrounds, count), f"captioned pictures, {fold}", total, unit=""))
    while batch := list(islice(pictures, BATCH_SIZE)):
        indices, pixels, boxes = zip(*batch, strict=True)
        shown += list(indices)
        vectors += [_nearest_vector(embedding, box) for embedding, box in zip(encoder(pixels), boxes, strict=True)]
    return CaptionViews(own, np.stack(vectors), np.array(shown))


def _pictures(
    subjects: Iterable[Subject], rng: np.random.Generator, backgrounds: Backgrounds, count: int
) -> Iterator[tuple[int, Pixels, Box]]:
    """Subject (-1 for a harmless picture), RGB pixels and the emblem's box of each picture."""
    for _ in range(count):
        yield -1, harmless_picture(rng, PICTURE_SIZE, backgrounds), WHOLE_PICTURE
    for index, subject in enumerate(subjects):
        for number in range(VIEWS_PER_SUBJECT[subject.kind]):
            drawing = subject.drawings[number // 2 % len(subject.drawings)]
            if number % 2 == 0:
                yield index, reference(rng, drawing, PICTURE_SIZE), WHOLE_PICTURE
            else:
                made = augment(rng, drawing, PICTURE_SIZE, backgrounds)
                yield index, made.picture, made.box


def _nearest_vector(embedding: Embedding, box: Box) -> Float32:
    """Embedding of the window that overlaps a box best, float32 (dimension,)."""
    return embedding.vectors[np.argmax(ious(embedding.boxes, box))]

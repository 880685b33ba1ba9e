"""The cohort: harmless pictures of the validation fold, which say how near to something unusual one must be.

What the cohort holds the calibration is not fitted on, and the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from models.images.encoder.encoder import Encoder
from models.runtime.artifact_files import ArtifactFile
from training.images.common.split import Fold, owner_bucket
from training.images.sources.backgrounds import TRAINING_PHOTOS, Backgrounds
from training.images.sources.graphics import Graphics, load_graphics
from training.images.sources.marks import is_mark
from training.images.synthesis.augmentations import harmless_picture, initials, reference
from training.images.synthesis.flags import FLAGS_PER_LAYOUT, TRAINED_FLAGS, UNTRAINED_FLAGS, invented_flags
from training.images.synthesis.monograms import TRAINED_MONOGRAMS, monograms
from training.images.synthesis.paintings import painted
from training.images.synthesis.signs import sign_avatar

COHORT_SEED = 0
"""Of the cohort: the same whatever seed a run has."""

COHORT_GRAPHICS, COHORT_PICTURES, COHORT_INITIALS, COHORT_SIGNS, COHORT_PAINTINGS = 1_600, 500, 200, 500, 300
COHORT_FLAGS, COHORT_MONOGRAMS = 120, 150
"""Harmless graphics, photographs and patterns, letters, signs, paintings, invented flags, letters in type: what
similarities are compared with."""

CALIBRATION_MONOGRAMS = 300
"""Other ones than the cohort's and the trainer's."""

Array = np.ndarray


def write_cohort(directory: Path, *, limit: int | None = None) -> Path:
    """Write `cohort.npy` into an encoder's artefact folder: vectors of harmless pictures, whatever else is drawn.

    Args:
        directory: holds `model.onnx` and `config.json`.
        limit: at most this many drawings a package and pictures of each sort, for tests.

    Returns:
        The file.
    """
    cv2.setNumThreads(1)
    encoder, rendered, rng = Encoder(directory), load_graphics(limit), np.random.default_rng(COHORT_SEED)
    rows, usual = (
        rng.permutation(harmless_halves(rendered)[0])[:COHORT_GRAPHICS],
        invented_negatives(rendered, limit)[0],
    )
    path = directory / ArtifactFile.COHORT
    np.save(path, cohort_vectors(encoder, [*map(rendered.drawing, rows), *usual], rng, limit))
    return path


def harmless_halves(rendered: Graphics) -> tuple[Array, Array]:
    """Rows of the harmless validation graphics, int64: those of cohort and reranker, and those that calibration and
    ablation are fitted and judged on.

    An owner's are all in one half. One emoji is drawn by six artists: what stands in the cohort as drawn by one is less
    like an emblem when another draws it, and what platforms show stands in no cohort.
    """
    rows = rendered.rows(lambda item: item.harmless and item.fold is Fold.VALIDATION and not is_mark(item))
    parts = np.array([owner_bucket(rendered.items[row].owner, 2, "cohort") for row in rows], dtype=np.int64)
    first, second = (np.array(rows, dtype=np.int64)[parts == part] for part in range(2))
    return first, second


def invented_negatives(rendered: Graphics, limit: int | None) -> tuple[list[Array], dict[str, list[Array]]]:
    """Flags and monograms of nobody, RGBA: all that the cohort has, and by kind those of the calibration.

    None is one that is trained on, and no flag is near one that is, for a layout is on one side.
    """
    trained, judged = reserved_flag_numbers(limit)
    flags = [drawing for number, drawing in invented_flags(rendered, judged) if number >= trained]
    share = min(COHORT_FLAGS, len(flags) // 2)
    count = COHORT_MONOGRAMS + CALIBRATION_MONOGRAMS if limit is None else 3 * limit
    letters = list(monograms(TRAINED_MONOGRAMS, count))
    part = min(COHORT_MONOGRAMS, len(letters) // 2)
    return [*flags[:share], *letters[:part]], {"flag": flags[share:], "monogram": letters[part:]}


def reserved_flag_numbers(limit: int | None) -> tuple[int, int]:
    """Numbers of invented flags from which on they are not the trainer's, and not cohort's or calibration's either."""
    return (
        (TRAINED_FLAGS, TRAINED_FLAGS + UNTRAINED_FLAGS)
        if limit is None
        else (limit * FLAGS_PER_LAYOUT, limit * FLAGS_PER_LAYOUT + 3 * limit)
    )


def cohort_vectors(encoder: Encoder, drawings: Iterable[Array], rng: np.random.Generator, limit: int | None) -> Array:
    """Whole-picture vectors of harmless drawings, photographs, patterns, letters, signs, paintings: what is usual."""
    backgrounds = Backgrounds.load(TRAINING_PHOTOS, limit)
    pictures = [reference(rng, drawing, (256, 256)) for drawing in drawings]
    pictures += [
        harmless_picture(rng, (256, 256), backgrounds) for _ in range(min(COHORT_PICTURES, limit or COHORT_PICTURES))
    ]
    pictures += [initials(rng, (256, 256)) for _ in range(min(COHORT_INITIALS, limit or COHORT_INITIALS))]
    pictures += [sign_avatar(rng, (256, 256)) for _ in range(min(COHORT_SIGNS, limit or COHORT_SIGNS))]
    photos = (backgrounds.photo(rng, (256, 256)) for _ in range(min(COHORT_PAINTINGS, limit or COHORT_PAINTINGS)))
    pictures += [painted(rng, photo) for photo in photos]
    batches = (pictures[start : start + 16] for start in range(0, len(pictures), 16))
    return np.concatenate([found.vectors[:1] for batch in tqdm(batches, "cohort") for found in encoder(batch)])

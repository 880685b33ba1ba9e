"""The cohort: embeddings of harmless validation pictures, for score normalisation.

Cohort and calibration use different harmless pictures.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from models.arrays import Float32, Int64, Pixels
from models.images.encoder.encoder import Encoder
from models.runtime.artifact_files import ArtifactFile
from training.images.common.split import Fold, owner_bucket
from training.images.negatives.kinds import NEGATIVES
from training.images.sources.backgrounds import TRAINING_PHOTOS, Backgrounds
from training.images.sources.graphics import Graphics, load_graphics
from training.images.sources.marks import is_mark
from training.images.synthesis.augmentations import harmless_picture, initials, reference
from training.images.synthesis.flags import FLAGS_PER_LAYOUT, TRAINED_FLAGS, UNTRAINED_FLAGS, invented_flags
from training.images.synthesis.monograms import TRAINED_MONOGRAMS, monograms
from training.images.synthesis.paintings import painted
from training.images.synthesis.signs import sign_avatar

COHORT_SEED = 0
"""Seed of the cohort, the same for every run."""

COHORT_GRAPHICS, COHORT_PICTURES, COHORT_INITIALS, COHORT_SIGNS, COHORT_PAINTINGS = 1_600, 500, 200, 500, 300
COHORT_FLAGS, COHORT_MONOGRAMS = 120, 150
"""Numbers of the cohort's harmless graphics, photographs and patterns, letters, signs, paintings, invented flags and
monograms."""

COHORT_LOOK_ALIKES = 250
"""Drawings of `LOOK_ALIKE_KINDS` in the cohort."""

LOOK_ALIKE_KINDS = (
    *("family_arms", "town_arms", "supported_arms", "princely_arms"),
    *("university_seal", "school_shield", "football_crest", "company_mark", "wreath_mark"),
    *("tile", "loose_pictogram", "ring_badge", "medal", "company_stamp", "ribbon_badge"),
    *("festive_banner", "light_banner", "jersey", "scarf", "ribbon", "plain_flag", "christmas_cap"),
    *("game_shield", "sheriff_star", "rank_insignia", "wreathed_star"),
)
"""Kinds of `negatives.kinds` in cohort and calibration. Invented flags have generators of their own there."""

CALIBRATION_MONOGRAMS = 300
"""Monograms of the calibration, different from the cohort's and the trainer's."""


def write_cohort(directory: Path, *, limit: int | None = None) -> Path:
    """Write `cohort.npy`, embeddings of harmless pictures, into an encoder's artefact folder.

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
    vectors = cohort_vectors(encoder, [*map(rendered.drawing, rows), *usual], rng, limit)
    np.save(path, vectors.astype(np.float16))  # half the size; cosines change by less than a thousandth
    return path


def harmless_halves(rendered: Graphics) -> tuple[Int64, Int64]:
    """Rows of harmless validation graphics, int64, in two halves: for cohort and reranker, and for calibration.

    All graphics of an owner are in one half. Otherwise the calibration's would resemble the cohort (six artists draw
    one emoji), which a platform's pictures do not.
    """
    rows = rendered.rows(lambda item: item.harmless and item.fold is Fold.VALIDATION and not is_mark(item))
    parts = np.array([owner_bucket(rendered.items[row].owner, 2, "cohort") for row in rows], dtype=np.int64)
    first, second = (np.array(rows, dtype=np.int64)[parts == part] for part in range(2))
    return first, second


def invented_negatives(rendered: Graphics, limit: int | None) -> tuple[list[Pixels], dict[str, list[Pixels]]]:
    """Invented flags and monograms, RGBA: all of the cohort's, and the calibration's by kind.

    The trainer sees none of them, nor a flag of the same layout.
    """
    trained, judged = reserved_flag_numbers(limit)
    flags = [drawing for number, drawing in invented_flags(rendered, judged) if number >= trained]
    share = min(COHORT_FLAGS, len(flags) // 2)
    count = COHORT_MONOGRAMS + CALIBRATION_MONOGRAMS if limit is None else 3 * limit
    letters = list(monograms(TRAINED_MONOGRAMS, count))
    part = min(COHORT_MONOGRAMS, len(letters) // 2)
    return [*flags[:share], *letters[:part]], {"flag": flags[share:], "monogram": letters[part:]}


def reserved_flag_numbers(limit: int | None) -> tuple[int, int]:
    """Ends of two number ranges of invented flags: the trainer's, then those of cohort and calibration."""
    return (
        (TRAINED_FLAGS, TRAINED_FLAGS + UNTRAINED_FLAGS)
        if limit is None
        else (limit * FLAGS_PER_LAYOUT, limit * FLAGS_PER_LAYOUT + 3 * limit)
    )


def look_alike(rng: np.random.Generator) -> Pixels:
    """A random drawing that resembles an emblem and is none, RGBA uint8 (height, width, 4)."""
    return NEGATIVES[LOOK_ALIKE_KINDS[int(rng.integers(len(LOOK_ALIKE_KINDS)))]](rng)


def cohort_vectors(
    encoder: Encoder, drawings: Iterable[Pixels], rng: np.random.Generator, limit: int | None
) -> Float32:
    """Whole-picture embeddings of harmless drawings and generated pictures, float32 (pictures, dimension)."""
    backgrounds = Backgrounds.load(TRAINING_PHOTOS, limit)
    pictures = [reference(rng, drawing, (256, 256)) for drawing in drawings]
    pictures += [
        harmless_picture(rng, (256, 256), backgrounds) for _ in range(min(COHORT_PICTURES, limit or COHORT_PICTURES))
    ]
    pictures += [initials(rng, (256, 256)) for _ in range(min(COHORT_INITIALS, limit or COHORT_INITIALS))]
    pictures += [sign_avatar(rng, (256, 256)) for _ in range(min(COHORT_SIGNS, limit or COHORT_SIGNS))]
    photos = (backgrounds.photo(rng, (256, 256)) for _ in range(min(COHORT_PAINTINGS, limit or COHORT_PAINTINGS)))
    pictures += [painted(rng, photo) for photo in photos]
    look_alikes = (look_alike(rng) for _ in range(min(COHORT_LOOK_ALIKES, limit or COHORT_LOOK_ALIKES)))
    pictures += [reference(rng, drawing, (256, 256)) for drawing in look_alikes]
    batches = (pictures[start : start + 16] for start in range(0, len(pictures), 16))
    return np.concatenate([found.vectors[:1] for batch in tqdm(batches, "cohort") for found in encoder(batch)])

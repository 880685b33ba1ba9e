"""Fits the phrase calibration: from a phrase's similarity to the probability that a picture shows it.

Cosines of a phrase with a picture have another scale than those of two pictures, so they have their own calibration. It
is fitted on pictures of the validation fold, with generic captions and with names that the text tower never read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from models.arrays import Bool, Float32, Pixels
from models.images.encoder.encoder import Encoder
from models.images.encoder.phrases import PHRASE_FEATURE, PhraseEncoder, PhraseError
from models.images.matching.emblems import load_cohort
from models.images.matching.phrase_matching import phrase_cohort_mean
from models.runtime.artifact_files import ArtifactFile
from training.images.common.measures import threshold_for
from training.images.common.split import Fold
from training.images.data.caption_views import PICTURE_SIZE
from training.images.data.cohort import harmless_halves
from training.images.sources.backgrounds import VALIDATION_PHOTOS, Backgrounds
from training.images.sources.captions import Subject
from training.images.sources.graphics import load_graphics
from training.images.synthesis.augmentations import augment, harmless_picture

IMITATION_COUNT, HARMLESS_COUNT = 300, 500
"""Pictures in the sample that imitate something protected, and that are harmless."""

FITTED_PHRASES = 3
"""Phrases per picture in the fit: those that can become an answer."""

HARMLESS_PASSING = 0.003
"""False positive rate at which recall is reported."""

UNPROTECTED_KINDS = {"emoji", "icon"}

T = TypeVar("T")
LabelledPicture: TypeAlias = tuple[Pixels, Subject | None]
"""A picture, and what it imitates; None for a harmless one."""


def calibrate_phrases(
    directory: Path, subjects: Sequence[Subject], seed: int = 0, limit: int | None = None
) -> dict[str, Any]:
    """Write `phrase_calibration.json` into an artefact folder that has a text tower and a cohort.

    Args:
        directory: the artefact folder.
        subjects: of any fold; only those of the validation fold are used.
        seed: of the sampled pictures.
        limit: at most this many pictures of each sort, for tests.

    Returns:
        The content of the file: "weights" and "bias" of the logistic function, and its recall on the sample.
    """
    protected = [
        subject for subject in subjects if subject.fold is Fold.VALIDATION and subject.kind not in UNPROTECTED_KINDS
    ]
    encoder = Encoder(directory)
    known = _embedded(PhraseEncoder(directory), [phrase for subject in protected for phrase in _phrases_of(subject)])
    phrases, vectors = list(known), np.stack(list(known.values()))
    cohort_means = phrase_cohort_mean(vectors, load_cohort(encoder))
    found, right, shows = [], [], []
    pictures = _pictures(protected, np.random.default_rng(seed), limit)
    for picture, subject in tqdm(pictures, "phrase calibration", unit=""):
        scores = (encoder.embed_tiled([picture])[0].vectors @ vectors.T).max(axis=0) - cohort_means
        best = np.argsort(-scores)[:FITTED_PHRASES]
        found.append(scores[best])
        right.append([subject is not None and phrases[number] in _phrases_of(subject) for number in best])
        shows.append(subject is not None)
    values = fit(np.array(found), np.array(right), np.array(shows))
    (directory / ArtifactFile.PHRASE_CALIBRATION).write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    return values


def fit(found: Float32, right: Bool, shows: Bool) -> dict[str, Any]:
    """The logistic function of a sample, and its recall.

    Args:
        found: normalised similarities of each picture's best phrases, float32 (pictures, phrases).
        right: whether each phrase is true of the picture, bool (pictures, phrases).
        shows: whether the picture shows anything protected, bool (pictures,).
    """
    model = LogisticRegression(C=100.0).fit(found.reshape(-1, 1), right.ravel())
    scores = model.predict_proba(found.reshape(-1, 1))[:, 1].reshape(found.shape)
    passing = scores > threshold_for(scores[~shows].max(axis=1), HARMLESS_PASSING)
    return {
        "weights": {PHRASE_FEATURE: float(model.coef_[0, 0])},
        "bias": float(model.intercept_[0]),
        "harmless_passing": HARMLESS_PASSING,
        "recall": float((passing & right)[shows].any(axis=1).mean()),
    }


def _embedded(tower: PhraseEncoder, phrases: Sequence[str]) -> dict[str, Float32]:
    """Vectors by phrase, without phrases that the tower refuses."""
    vectors: dict[str, Float32] = {}
    for phrase in dict.fromkeys(phrases):
        with suppress(PhraseError):
            vectors[phrase] = tower([phrase])[0]
    return vectors


def _phrases_of(subject: Subject) -> tuple[str, ...]:
    """Phrases that are true of a subject."""
    # Brand names that the tower never read carry no information, and they would outnumber all else.
    names = () if subject.kind == "logo" else (*subject.chinese[:1], *subject.english[:1])
    return (*names, *subject.generic_captions)


def _pictures(protected: Sequence[Subject], rng: np.random.Generator, limit: int | None) -> Iterator[LabelledPicture]:
    """Imitations of protected subjects, equally many of each kind, then harmless pictures."""
    backgrounds, rendered = Backgrounds.load(VALIDATION_PHOTOS, limit), load_graphics(limit)
    kinds = sorted({subject.kind for subject in protected})
    members = {kind: [subject for subject in protected if subject.kind == kind] for kind in kinds}
    for number in range(min(IMITATION_COUNT, limit or IMITATION_COUNT)):
        subject = _any(rng, members[kinds[number % len(kinds)]])
        yield augment(rng, _any(rng, subject.drawings), PICTURE_SIZE, backgrounds).picture, subject
    rows = harmless_halves(rendered)[1]
    for number in range(min(HARMLESS_COUNT, limit or HARMLESS_COUNT)):
        if number % 2:
            yield harmless_picture(rng, PICTURE_SIZE, backgrounds), None
        else:
            yield augment(rng, rendered.drawing(int(rng.choice(rows))), PICTURE_SIZE, backgrounds).picture, None


def _any(rng: np.random.Generator, choices: Sequence[T]) -> T:
    return choices[int(rng.integers(len(choices)))]

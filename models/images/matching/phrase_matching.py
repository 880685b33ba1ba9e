"""Which of a gallery's phrases a picture's windows answer to, and how surely.

The cosine of a phrase with a picture is on another scale than that of two pictures; so it is compared with how near
harmless pictures are to the same phrase, and has a calibration of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np

from models.boxes import as_box
from models.images.encoder.encoder import Embedding, Encoder, EncoderError
from models.images.encoder.phrases import FEATURE
from models.images.gallery.gallery import Gallery
from models.images.gallery.references import Reference
from models.images.matching.calibration import Logistic
from models.images.matching.verifier import Candidates
from models.runtime.artifact_files import ArtifactFile

Array = np.ndarray


class PhraseMatcher:
    """Compares windows with every phrase of a gallery.

    Args:
        encoder: its artefact folder also holds `phrase_calibration.json`, which only a gallery with phrases needs.
        gallery: made by the same encoder.
        references: those of the gallery, in the order in which candidates name them.
        cohort: unit float32 (pictures, dimension), vectors of harmless pictures.

    Raises:
        EncoderError: there are phrases and no calibration for them.
    """

    def __init__(self, encoder: Encoder, gallery: Gallery, references: Sequence[Reference], cohort: Array) -> None:
        place = {reference.reference_id: number for number, reference in enumerate(references)}
        last = np.cumsum([entry.rows for entry in gallery.entries]) - 1
        said = [number for number, entry in enumerate(gallery.entries) if entry.text]
        self._references = np.array([place[gallery.entries[number].reference.reference_id] for number in said], int)
        self._vectors = gallery.vectors[last[said]]
        self._usual = phrase_cohort_mean(self._vectors, cohort)
        self._calibration = _calibration(encoder.directory) if said else None

    def __call__(self, embedding: Embedding) -> Candidates:
        """Every phrase, in the order of the gallery, with the window that answers to it best."""
        cosines = embedding.vectors @ self._vectors.T  # (windows, phrases)
        similarities = cosines.max(axis=0)
        features = (similarities - self._usual)[:, None].astype(np.float64)
        boxes = [as_box(embedding.boxes[window]) for window in cosines.argmax(axis=0)]
        return Candidates(self._references, similarities, boxes, features)

    def scores(self, found: Candidates) -> Array:
        """Probability of each phrase, float64 (phrases,)."""
        return self._calibration(found.features) if self._calibration else np.empty(0)


def phrase_cohort_mean(phrases: Array, cohort: Array) -> Array:
    """Mean cosine of each phrase with all harmless pictures, float32 (phrases,).

    Not with the nearest ones, as pictures have it: a phrase lies away from all pictures, and which come nearest is
    chance. So which kinds a cohort has, and how many of each, is part of the scale: with another cohort phrases are
    calibrated anew. On pictures of the validation fold the likeliest phrase is right for .11 of those that show
    something protected; compared with the five nearest of the same harmless pictures for .05.

    Args:
        phrases: unit float32 (phrases, dimension).
        cohort: unit float32 (pictures, dimension).
    """
    return cast(Array, phrases @ cohort.mean(axis=0))


def _calibration(directory: Path) -> Logistic:
    try:
        return Logistic.of(
            json.loads((directory / ArtifactFile.PHRASE_CALIBRATION).read_text(encoding="utf-8")), (FEATURE,)
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise EncoderError(f"{directory} holds no calibration for phrases: {error!r}") from error

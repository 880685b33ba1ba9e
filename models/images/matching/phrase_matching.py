"""Matches a gallery's phrases with a picture's windows, with a calibration of their own.

Cosines of a phrase with pictures have another scale than cosines of two pictures. So each phrase's mean cosine with
harmless pictures is subtracted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np

from models.arrays import Float32, Float64
from models.boxes import as_box
from models.images.encoder.encoder import Embedding, Encoder, EncoderError
from models.images.encoder.phrases import PHRASE_FEATURE
from models.images.gallery.gallery import Gallery
from models.images.gallery.references import Reference
from models.images.matching.calibration import Logistic
from models.images.matching.candidates import Candidates
from models.runtime.artifact_files import ArtifactFile


class PhraseMatcher:
    """Compares windows with every phrase of a gallery.

    Args:
        encoder: its artefact folder also holds `phrase_calibration.json`, which only a gallery with phrases needs.
        gallery: made by the same encoder.
        references: of the gallery; candidates hold indices into them.
        cohort: unit float32 (pictures, dimension), vectors of harmless pictures.

    Raises:
        EncoderError: the gallery has phrases, and there is no calibration for them.
    """

    def __init__(self, encoder: Encoder, gallery: Gallery, references: Sequence[Reference], cohort: Float32) -> None:
        index = {reference.reference_id: number for number, reference in enumerate(references)}
        last = np.cumsum([entry.rows for entry in gallery.entries]) - 1
        phrases = [number for number, entry in enumerate(gallery.entries) if entry.text]
        self._references = np.array([index[gallery.entries[number].reference.reference_id] for number in phrases], int)
        self._vectors = gallery.vectors[last[phrases]]
        self._cohort_means = phrase_cohort_mean(self._vectors, cohort)
        self._calibration = _calibration(encoder.directory) if phrases else None

    def __call__(self, embedding: Embedding) -> Candidates:
        """Every phrase, in the order of the gallery, with its best window."""
        cosines = embedding.vectors @ self._vectors.T  # (windows, phrases)
        similarities = cosines.max(axis=0)
        features = (similarities - self._cohort_means)[:, None].astype(np.float64)
        boxes = [as_box(embedding.boxes[window]) for window in cosines.argmax(axis=0)]
        return Candidates(self._references, similarities, boxes, features)

    def scores(self, found: Candidates) -> Float64:
        """Probability of each phrase, float64 (phrases,)."""
        return self._calibration(found.features) if self._calibration else np.empty(0)


def phrase_cohort_mean(phrases: Float32, cohort: Float32) -> Float32:
    """Mean cosine of each phrase with all harmless pictures, float32 (phrases,).

    Pictures are compared with their nearest harmless pictures alone. Phrases lie far from all pictures, so which are
    nearest is chance. The cohort's composition thus sets the scale: a new cohort needs a new phrase calibration.

    Args:
        phrases: unit float32 (phrases, dimension).
        cohort: unit float32 (pictures, dimension).
    """
    return cast(Float32, phrases @ cohort.mean(axis=0))


def _calibration(directory: Path) -> Logistic:
    path = directory / ArtifactFile.PHRASE_CALIBRATION
    try:
        return Logistic.of(json.loads(path.read_text(encoding="utf-8")), (PHRASE_FEATURE,))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise EncoderError(f"{directory} holds no calibration for phrases: {error!r}") from error

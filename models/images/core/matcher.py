"""Core detections as candidates: which enrolled reference each detected class stands for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.arrays import Float64, Pixels
from models.images.core.detector import CoreDetector
from models.images.encoder.encoder import Embedding, Encoder
from models.images.gallery.references import Reference
from models.images.matching.candidates import Candidates
from models.images.matching.retrieval import Retriever

MIN_PROBABILITY = 0.02
"""Least probability of a detection that becomes a candidate."""


class CoreMatcher:
    """Detects core emblems among a gallery's references.

    A class stands for the reference of its members that the picture resembles most. A class without an enrolled member
    is not reported, so a platform's gallery decides what is found.

    Args:
        encoder: its artefact folder may hold a core detector.
        retriever: of the gallery.
        references: all that can be found; they begin with the retriever's.

    Raises:
        EncoderError: the detector cannot be used, or belongs to another encoder.
    """

    def __init__(self, encoder: Encoder, retriever: Retriever, references: Sequence[Reference]) -> None:
        self._detector, self._retriever = CoreDetector.load(encoder), retriever
        pictured = {reference.reference_id: number for number, reference in enumerate(retriever.references)}
        emblems = {name: number for name, number in pictured.items() if not references[number].harmless}
        classes = self._detector.classes if self._detector else []
        self._members = [np.array([emblems[name] for name in names if name in emblems], int) for names in classes]

    def __call__(self, pixels: Pixels, embedding: Embedding) -> tuple[Candidates, Float64]:
        """Candidates without features, and their probabilities, float64 (n,).

        Args:
            pixels: the picture, RGB, uint8 (height, width, 3).
            embedding: of the picture.
        """
        found: list[tuple[int, float, tuple[float, float, float, float], float]] = []
        if self._detector is not None and any(map(len, self._members)):
            detections = self._detector(pixels)
            probabilities = self._detector.calibration(np.array([detection.logit for detection in detections]))
            for number in np.flatnonzero(probabilities >= MIN_PROBABILITY).tolist():
                if len(members := self._members[number]):
                    similarities = self._retriever.similarities(embedding, members)
                    best = int(similarities.argmax())
                    chosen = (int(members[best]), float(similarities[best]))
                    found.append((*chosen, detections[number].box, float(probabilities[number])))
        references = np.array([row[0] for row in found], dtype=np.int64)
        similar = np.array([row[1] for row in found], dtype=np.float32)
        candidates = Candidates(references, similar, [row[2] for row in found], np.empty((len(found), 0)))
        return candidates, np.array([row[3] for row in found])

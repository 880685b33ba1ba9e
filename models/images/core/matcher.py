"""Core detections as candidates: which enrolled reference each detected class stands for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.arrays import Float64, Int64, Pixels
from models.boxes import as_box
from models.images.core.detector import CoreDetector
from models.images.encoder.encoder import Embedding, Encoder
from models.images.gallery.references import Reference
from models.images.matching.candidates import Candidates
from models.images.matching.retrieval import Retriever
from models.profile import Box

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
        self._is_enrolled = np.array([len(members) > 0 for members in self._members], bool)

    def __call__(self, pixels: Pixels, embedding: Embedding) -> tuple[Candidates, Float64]:
        """Candidates without features, and their probabilities, float64 (n,).

        Args:
            pixels: the picture, RGB, uint8 (height, width, 3).
            embedding: of the picture.
        """
        if self._detector is None or not self._is_enrolled.any():
            return _candidates([], []), np.empty(0)
        detections = self._detector(pixels)
        probabilities = self._detector.calibration(detections.logits)
        likely = np.flatnonzero(self._is_enrolled & (probabilities >= MIN_PROBABILITY))
        resembled = [self._most_similar(embedding, self._members[number]) for number in likely]
        return _candidates(resembled, [as_box(box) for box in detections.boxes[likely]]), probabilities[likely]

    def _most_similar(self, embedding: Embedding, members: Int64) -> tuple[int, float]:
        """Of some references the one that the picture resembles most, and its cosine."""
        similarities = self._retriever.similarities(embedding, members)
        best = int(similarities.argmax())
        return int(members[best]), float(similarities[best])


def _candidates(resembled: Sequence[tuple[int, float]], boxes: Sequence[Box]) -> Candidates:
    references = np.array([reference for reference, _ in resembled], dtype=np.int64)
    similarities = np.array([similarity for _, similarity in resembled], dtype=np.float32)
    return Candidates(references, similarities, boxes, np.empty((len(boxes), 0)))

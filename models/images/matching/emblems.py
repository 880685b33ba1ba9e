"""Protected emblems in avatars and covers: which one, where, and with what probability.

An imitated emblem leads readers to take a private account for a state, a newspaper or an institution (Art. 8(2) to
8(5)). Every window of a picture is scored against every picture of the gallery (retrieval). The most promising regions
are then compared with the retrieved drawings in detail (verification), and the result is calibrated to a probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from models.arrays import Float32, Float64, Pixels
from models.boxes import iou
from models.images.encoder.encoder import Embedding, Encoder, EncoderError
from models.images.gallery.gallery import Gallery
from models.images.input.decode import Image
from models.images.matching.calibration import Calibration
from models.images.matching.candidates import Candidates, retrieved_candidates
from models.images.matching.phrase_matching import PhraseMatcher
from models.images.matching.retrieval import RetrievalScores, Retriever
from models.images.matching.verifier import Verifier
from models.images.ocr.inscriptions import UNREAD
from models.profile import Evidence, Field, Finding, Match
from models.runtime.artifact_files import ArtifactFile
from models.runtime.stages import stage

DETECTOR = "emblem"

LOOK_ALIKE_IOU = 0.3
"""Intersection over union from which a harmless look-alike limits the score of an emblem."""


class EmblemDetector:
    """Finds gallery references in pictures.

    Args:
        encoder: its artefact folder also holds `cohort.npy`, vectors of harmless pictures, and `calibration.json`; for
            a gallery with phrases `phrase_calibration.json` too.
        gallery: made by the same encoder.
        calibration: in place of the artefact folder's own, while that is being fitted.

    Attributes:
        encoder, gallery: as given.
        references: all that can be found: references with pictures, then those with phrases alone.

    Raises:
        EncoderError: the encoder has no cohort or calibration, or a localizer or reranker that does not fit.
        ArtifactError: the gallery's drawings have text, and the OCR networks are not installed.
    """

    def __init__(self, encoder: Encoder, gallery: Gallery, calibration: Calibration | None = None) -> None:
        self.encoder, self.gallery = encoder, gallery
        cohort = load_cohort(encoder)
        self._retriever = Retriever(gallery, cohort)
        self._calibration = calibration or Calibration.load(encoder.directory / ArtifactFile.CALIBRATION)
        pictured = {reference.reference_id for reference in self._retriever.references}
        phrased = (reference for reference in gallery.references if reference.reference_id not in pictured)
        self.references = (*self._retriever.references, *phrased)
        self._phrases = PhraseMatcher(encoder, gallery, self.references, cohort)
        self._verifier = Verifier(encoder, gallery, self._retriever)

    def __call__(self, images: Sequence[Image], reads: bool = True) -> list[list[Match]]:
        """The likeliest references of every picture, each with its best region, best first by score.

        Args:
            images: from `decode`.
            reads: whether the pictures' text may be read.
        """
        with stage("encode"):
            embeddings = self.encoder.embed_tiled([image.pixels for image in images])
        return self.matches(images, embeddings, reads)

    def matches(
        self, images: Sequence[Image], embeddings: Sequence[Embedding], reads: bool = True
    ) -> list[list[Match]]:
        """The same for pictures that are embedded already."""
        return [self._matches(image, embedding, reads) for image, embedding in zip(images, embeddings, strict=True)]

    def retrieve(self, embedding: Embedding) -> tuple[RetrievalScores, Candidates]:
        """Scores and candidates of the retrieval stage."""
        scores = self._retriever(embedding)
        return scores, retrieved_candidates(self._retriever, scores)

    def candidates(
        self, pixels: Pixels, embedding: Embedding, reads: bool = True
    ) -> tuple[Candidates, Candidates | None]:
        """Candidates of the retrieval stage, and of the verification stage if scores or words justify it."""
        with stage("search"):
            scores, retrieved = self.retrieve(embedding)
            probabilities = self._calibration.retrieval(retrieved.features)
        is_likely = bool(probabilities.max() >= self._calibration.floor)
        with stage("ocr"):
            may_read = reads and self._calibration.reads
            read = self._verifier.read(pixels, retrieved, is_likely) if may_read else UNREAD
        if not (is_likely or read.matches):
            return retrieved, None
        with stage("verify"):
            # A stable sort keeps the order of similarities among equal probabilities.
            order = np.argsort(-probabilities, kind="stable").tolist() if is_likely else []
            return retrieved, self._verifier(pixels, scores, retrieved, order, read)

    def findings(self, matches: Sequence[Match], field: Field) -> list[Finding]:
        """One finding per match, however unlikely; the policy's thresholds come afterwards."""
        return [self._finding(match, field) for match in matches]

    def _matches(self, image: Image, embedding: Embedding, reads: bool) -> list[Match]:
        retrieved, verified = self.candidates(image.pixels, embedding, reads)
        pictured = verified or retrieved
        with stage("search"):
            phrased = self._phrases(embedding)
        calibration = self._calibration.verification if verified else self._calibration.retrieval
        scores = np.concatenate([calibration(pictured.features), self._phrases.scores(phrased)])
        found = pictured.joined(phrased)
        scores = self._limited_by_look_alikes(found, scores)
        best: dict[int, int] = {}
        for row in np.argsort(-scores, kind="stable").tolist():
            best.setdefault(int(found.references[row]), row)
        emblems = [row for reference, row in best.items() if not self.references[reference].harmless]
        return [self._match(found, row, float(scores[row]), image.frame) for row in emblems]

    def _limited_by_look_alikes(self, found: Candidates, scores: Float64) -> Float64:
        """Scores, each at most one minus the score of a harmless look-alike in the same region."""
        harmless = [row for row, number in enumerate(found.references) if self.references[number].harmless]
        limits = [
            min((1 - scores[other] for other in harmless if iou(box, found.boxes[other]) >= LOOK_ALIKE_IOU), default=1)
            for box in found.boxes
        ]
        is_harmless = np.isin(np.arange(len(scores)), harmless)
        return np.where(is_harmless, scores, np.minimum(scores, limits))

    def _match(self, found: Candidates, row: int, score: float, frame: int | None) -> Match:
        reference = self.references[found.references[row]]
        assert reference.label is not None  # noqa: S101 - only harmless references have none
        return Match(
            reference.reference_id,
            reference.label,
            float(found.similarities[row]),
            score,
            found.boxes[row],
            reference.name_zh or reference.name_en,
            reference.owner_id,
            frame,
            reference.threshold,
            reference.rollout,
        )

    def _finding(self, match: Match, field: Field) -> Finding:
        evidence = Evidence(
            reference_id=match.reference_id,
            reference_name=match.reference_name,
            owner_id=match.owner_id,
            similarity=match.similarity,
            box=match.box,
            frame=match.frame,
        )
        detector = f"{DETECTOR}@{self.encoder.fingerprint}"
        return Finding(match.label, field, match.score, detector, evidence, match.threshold, match.rollout)


def load_cohort(encoder: Encoder) -> Float32:
    """Unit vectors of harmless pictures from an encoder's artefact folder, float32 (pictures, dimension).

    Raises:
        EncoderError: the file is missing, or another encoder made it.
    """
    path = encoder.directory / ArtifactFile.COHORT
    try:
        cohort = np.load(path).astype(np.float32)
    except (OSError, ValueError) as error:
        raise EncoderError(f"{path} holds no harmless pictures to compare with: {error}") from error
    if cohort.ndim != 2 or cohort.shape[1] != encoder.dimension:
        raise EncoderError(f"{path} was made by another encoder")
    return cast(Float32, cohort)

"""Protected emblems in avatars and covers: which one, where, and with what probability.

An imitated emblem leads readers to take a private account for a state, a newspaper or an institution (Art. 8(2) to
8(5)). Every window of a picture is scored against every picture of the gallery (retrieval). The most promising regions
are then compared with the retrieved drawings in detail (verification), and the result is calibrated to a probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np

from models.arrays import Bool, Float32, Float64, Int64, Pixels
from models.boxes import iou
from models.images.core.matcher import CoreMatcher
from models.images.encoder.encoder import Embedding, Encoder, EncoderError
from models.images.gallery.gallery import Gallery
from models.images.input.decode import Image
from models.images.matching.calibration import Calibration
from models.images.matching.candidates import Candidates, retrieved_candidates
from models.images.matching.phrase_matching import PhraseMatcher
from models.images.matching.retrieval import RetrievalScores, Retriever
from models.images.matching.verifier import Verifier
from models.images.ocr.inscriptions import UNREAD
from models.profile import Box, Evidence, Field, Finding, Match
from models.runtime.artifact_files import ArtifactFile
from models.runtime.stages import stage

DETECTOR = "emblem"

LOOK_ALIKE_IOU = 0.3
"""Intersection over union from which a harmless look-alike limits the score of an emblem, and from which two emblems of
one label count as readings of one place."""

OTHER_REGIONS_FROM = 0.02
"""Best retrieval probability from which more regions than the likeliest window's are verified."""

MAX_ALTERNATIVES = 3
"""Further references that a finding names, and whose probabilities it pools."""


class EmblemDetector:
    """Finds gallery references in pictures.

    Args:
        encoder: its artefact folder also holds `cohort.npy`, vectors of harmless pictures, and `calibration.json`; for
            a gallery with phrases `phrase_calibration.json` too.
        gallery: made by the same encoder.
        calibration: in place of the artefact folder's own, while that is being fitted.
        prepared: folder of prepared drawings (`models.images.drawings.prepared`); None for none.

    Attributes:
        encoder, gallery: as given.
        references: all that can be found: references with pictures, then those with phrases alone.

    Raises:
        EncoderError: the encoder has no cohort or calibration, or a localizer or reranker that does not fit.
        ArtifactError: the gallery's drawings have text, and the OCR networks are not installed.
    """

    def __init__(
        self,
        encoder: Encoder,
        gallery: Gallery,
        calibration: Calibration | None = None,
        prepared: Path | None = None,
    ) -> None:
        self.encoder, self.gallery = encoder, gallery
        cohort = load_cohort(encoder)
        self._retriever = Retriever(gallery, cohort)
        self._calibration = calibration or Calibration.load(encoder.directory / ArtifactFile.CALIBRATION)
        pictured = {reference.reference_id for reference in self._retriever.references}
        phrased = (reference for reference in gallery.references if reference.reference_id not in pictured)
        self.references = (*self._retriever.references, *phrased)
        self._phrases = PhraseMatcher(encoder, gallery, self.references, cohort)
        self._core = CoreMatcher(encoder, self._retriever, self.references)
        self._verifier = Verifier(encoder, gallery, self._retriever, prepared)

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
            windows = _windows(retrieved, probabilities) if is_likely else []
            return retrieved, self._verifier(pixels, scores, windows, read, self._calibration.verification)

    def findings(self, matches: Sequence[Match], field: Field) -> list[Finding]:
        """One finding per match, however unlikely; the policy's thresholds come afterwards.

        References of one label that look alike share its probability. So the best match in a place scores the sum over
        itself and the next ones there, its `alternatives`. Their own findings are raised by the same amount: an account
        may be entitled to one of them, and the policy prefers it if it is nearly as good. Nothing is raised where a
        match of another label is likelier: these would be its look-alikes.

        Args:
            matches: of one picture, best first.
            field: the picture's.
        """
        places: list[list[Match]] = []
        for match in matches:
            place = next((place for place in places if _is_same_place(match, place[0])), None)
            if place is None:
                places.append([match])
            else:
                place.append(match)
        return [finding for place in places for finding in self._findings(place, field, matches)]

    def _matches(self, image: Image, embedding: Embedding, reads: bool) -> list[Match]:
        retrieved, verified = self.candidates(image.pixels, embedding, reads)
        pictured = verified or retrieved
        with stage("search"):
            phrased = self._phrases(embedding)
        with stage("core"):
            detected, detected_scores = self._core(image.pixels, embedding)
        calibration = self._calibration.verification if verified else self._calibration.retrieval
        scores = np.concatenate([calibration(pictured.features), self._phrases.scores(phrased), detected_scores])
        found = pictured.joined(phrased).joined(detected)
        scores = self._limited_by_look_alikes(found, scores)
        is_detected = np.arange(len(scores)) >= len(scores) - len(detected_scores)
        return [
            self._match(found, row, score, image.frame)
            for row, score in _best_rows(found.references, scores, is_detected)
            if not self.references[found.references[row]].harmless
        ]

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
            min(float(found.similarities[row]), 1.0),
            score,
            found.boxes[row],
            reference.name_zh or reference.name_en,
            reference.owner_id,
            frame,
            reference.threshold,
            reference.rollout,
        )

    def _findings(self, place: Sequence[Match], field: Field, matches: Sequence[Match]) -> list[Finding]:
        """The findings of matches that read one place as one label, best first."""
        explaining = place[: 1 + MAX_ALTERNATIVES]
        if any(_outdoes(match, place[0]) for match in matches):
            explaining = place[:1]
        pooled = min(sum(match.score for match in explaining), 1.0)
        raised_by = pooled - place[0].score
        return [
            self._finding(
                match, min(match.score + raised_by, 1.0), [one for one in explaining if one is not match], field
            )
            for match in place
        ]

    def _finding(self, match: Match, score: float, others: Sequence[Match], field: Field) -> Finding:
        evidence = Evidence(
            reference_id=match.reference_id,
            reference_name=match.reference_name,
            owner_id=match.owner_id,
            similarity=match.similarity,
            box=match.box,
            frame=match.frame,
            alternatives=tuple(other.reference_id for other in others[:MAX_ALTERNATIVES]) or None,
        )
        detector = f"{DETECTOR}@{self.encoder.fingerprint}"
        return Finding(match.label, field, score, detector, evidence, match.threshold, match.rollout)


def _windows(retrieved: Candidates, probabilities: Float64) -> list[Box]:
    """The windows to verify, the likeliest first: of an unlikely picture only one."""
    # A stable sort keeps the order of similarities among equal probabilities.
    order = np.argsort(-probabilities, kind="stable").tolist()
    windows = [retrieved.boxes[number] for number in order]
    return windows if probabilities.max() >= OTHER_REGIONS_FROM else windows[:1]


def _best_rows(references: Int64, scores: Float64, is_detected: Bool) -> list[tuple[int, float]]:
    """The best row of every reference and the reference's score, the likeliest first.

    Retrieval and core detection err independently enough for a noisy or: either alone may find an emblem.

    Args:
        references: int64 (rows,), the reference of each row.
        scores: float64 (rows,).
        is_detected: bool (rows,), whether a row is the core detector's.
    """
    best: dict[int, int] = {}
    for row in np.argsort(-scores, kind="stable").tolist():
        best.setdefault(int(references[row]), row)
    combined = []
    for reference, row in best.items():
        same = references == reference
        doubts = [1 - scores[same & side].max(initial=0.0) for side in (is_detected, ~is_detected)]
        combined.append((row, float(1 - doubts[0] * doubts[1])))
    return sorted(combined, key=lambda pair: -pair[1])


def _is_same_place(match: Match, other: Match) -> bool:
    """Whether two matches read one place of one frame as the same label."""
    return match.label == other.label and _overlaps(match, other)


def _outdoes(match: Match, other: Match) -> bool:
    """Whether a match reads the place of another, likelier, as another label."""
    return match.label != other.label and match.score > other.score and _overlaps(match, other)


def _overlaps(match: Match, other: Match) -> bool:
    """Whether two matches lie in one place of one frame."""
    return match.frame == other.frame and iou(match.box, other.box) >= LOOK_ALIKE_IOU


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

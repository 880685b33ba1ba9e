"""Protected emblems in avatars and covers: which one, where, and how surely.

An imitated emblem leads readers to take a private account for a state, a newspaper or an institution (Art. 8(2) to
8(5)). Every window of a picture is compared with every picture of the gallery; the places that give cause for it are
looked at more closely; and what is then known is turned into a probability fitted on imitations and harmless pictures
that were not trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from models.boxes import iou
from models.images.encoder.encoder import Embedding, Encoder, EncoderError
from models.images.gallery.gallery import Gallery
from models.images.input.decode import Image
from models.images.matching.calibration import Calibration
from models.images.matching.phrase_matching import PhraseMatcher
from models.images.matching.retrieval import RetrievalScores, Retriever
from models.images.matching.verifier import Candidates, Verifier, retrieved_candidates
from models.images.ocr.inscriptions import UNREAD
from models.profile import Evidence, Field, Finding, Match
from models.runtime.artifact_files import ArtifactFile
from models.runtime.stages import stage

DETECTOR = "emblem"

LOOK_ALIKE_IOU = 0.3
"""Intersection over union from which a harmless look-alike explains what an emblem was taken for."""

Array = np.ndarray


class EmblemDetector:
    """Finds gallery references in pictures.

    Args:
        encoder: its artefact folder also holds `cohort.npy`, vectors of harmless pictures, and `calibration.json`; for
            a gallery with phrases `phrase_calibration.json` too.
        gallery: made by the same encoder.
        calibration: instead of the artefact folder's own, while that is being fitted.

    Attributes:
        encoder, gallery: as given.
        references: what can be found: those with pictures, then those that only phrases stand for.

    Raises:
        EncoderError: the encoder has no cohort or calibration, or a localizer or reranker that does not fit.
        ArtifactError: the gallery says something, and the networks that read are not installed.
    """

    def __init__(self, encoder: Encoder, gallery: Gallery, calibration: Calibration | None = None) -> None:
        self.encoder, self.gallery = encoder, gallery
        cohort = load_cohort(encoder)
        self._matcher = Retriever(gallery, cohort)
        self._calibration = calibration or Calibration.load(encoder.directory / ArtifactFile.CALIBRATION)
        pictured = {reference.reference_id for reference in self._matcher.references}
        said = (reference for reference in gallery.references if reference.reference_id not in pictured)
        self.references = (*self._matcher.references, *said)
        self._phrases = PhraseMatcher(encoder, gallery, self.references, cohort)
        self._verifier = Verifier(encoder, gallery, self._matcher)

    def __call__(self, images: Sequence[Image], reads: bool = True) -> list[list[Match]]:
        """The likeliest references of every picture, a place each, best first by score.

        Args:
            images: from `decode`.
            reads: whether words in them may be read, too.
        """
        with stage("encode"):
            embeddings = self.encoder.in_parts([image.pixels for image in images])
        return self.matches(images, embeddings, reads)

    def matches(
        self, images: Sequence[Image], embeddings: Sequence[Embedding], reads: bool = True
    ) -> list[list[Match]]:
        """The same for pictures that are embedded already."""
        return [self._matches(image, embedding, reads) for image, embedding in zip(images, embeddings, strict=True)]

    def retrieve(self, embedding: Embedding) -> tuple[RetrievalScores, Candidates]:
        """A picture's windows beside the references, and the strongest of these."""
        seen = self._matcher(embedding)
        return seen, retrieved_candidates(self._matcher, seen)

    def candidates(
        self, pixels: Array, embedding: Embedding, reads: bool = True
    ) -> tuple[Candidates, Candidates | None]:
        """What the first look says, and the closer look where the first or what was read gave cause for it."""
        with stage("search"):
            seen, first = self.retrieve(embedding)
            scores = self._calibration.retrieval(first.features)
        is_likely = bool(scores.max() >= self._calibration.floor)
        with stage("ocr"):
            may_read = reads and self._calibration.reads
            read = self._verifier.read(pixels, first, is_likely) if may_read else UNREAD
        if not (is_likely or read.alike):
            return first, None
        with stage("verify"):
            # With equal scores the order stays that of the similarities.
            order = np.argsort(-scores, kind="stable").tolist() if is_likely else []
            return first, self._verifier(pixels, seen, first, order, read)

    def findings(self, matches: Sequence[Match], field: Field) -> list[Finding]:
        """One finding per match, however unlikely; the policy's thresholds come afterwards."""
        return [self._finding(match, field) for match in matches]

    def _matches(self, image: Image, embedding: Embedding, reads: bool) -> list[Match]:
        first, closer = self.candidates(image.pixels, embedding, reads)
        seen = closer or first
        with stage("search"):
            said = self._phrases(embedding)
        scores = (self._calibration.verification if closer else self._calibration.retrieval)(seen.features)
        found = seen.joined(said)
        scores = self._explained(found, np.concatenate([scores, self._phrases.scores(said)]))
        best: dict[int, int] = {}
        for place in np.argsort(-scores, kind="stable"):
            best.setdefault(int(found.references[place]), int(place))
        emblems = [place for reference, place in best.items() if not self.references[reference].harmless]
        return [self._match(found, place, float(scores[place]), image.frame) for place in emblems]

    def _explained(self, found: Candidates, scores: Array) -> Array:
        """Scores, none higher than a harmless look-alike at the same place leaves room for."""
        harmless = [place for place, number in enumerate(found.references) if self.references[number].harmless]
        room = [
            min((1 - scores[other] for other in harmless if iou(box, found.boxes[other]) >= LOOK_ALIKE_IOU), default=1)
            for box in found.boxes
        ]
        is_harmless = np.isin(np.arange(len(scores)), harmless)
        return np.where(is_harmless, scores, np.minimum(scores, room))

    def _match(self, found: Candidates, place: int, score: float, frame: int | None) -> Match:
        reference = self.references[found.references[place]]
        assert reference.label is not None  # noqa: S101 - only harmless references have none
        return Match(
            reference.reference_id,
            reference.label,
            float(found.similarities[place]),
            score,
            found.boxes[place],
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


def load_cohort(encoder: Encoder) -> Array:
    """Unit vectors of harmless pictures from an encoder's artefact folder, float32 (pictures, dimension).

    Raises:
        EncoderError: there are none, or another encoder made them.
    """
    path = encoder.directory / ArtifactFile.COHORT
    try:
        cohort = np.load(path).astype(np.float32)
    except (OSError, ValueError) as error:
        raise EncoderError(f"{path} holds no harmless pictures to compare with: {error}") from error
    if cohort.ndim != 2 or cohort.shape[1] != encoder.dimension:
        raise EncoderError(f"{path} was made by another encoder")
    return cast(Array, cohort)

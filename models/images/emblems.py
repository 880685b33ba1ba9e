"""Protected emblems in avatars and covers: which one, where, and how surely.

An imitated emblem leads readers to take a private account for a state, a newspaper or an institution (Art. 8(2) to
8(5)). Every window of a picture is compared with every picture of the gallery. A plain cosine does not tell how unusual
it is, for plain designs resemble many things; so it is compared with how near harmless pictures come, to the window and
to the reference, and turned into a probability fitted on imitations and harmless pictures that were not trained on.

Source: score normalisation as in SSCD (Pizzi et al. 2022), here from the side of the reference too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from models.images.decode import Image
from models.images.encoder import Embedding, Encoder, EncoderError
from models.images.gallery import Gallery
from models.profile import Box, Evidence, Field, Finding, Label, Match

DETECTOR = "emblem"
BEST = 3
"""References listed per picture, as the contract says."""

NEIGHBOURS = 5
"""Nearest harmless pictures that a similarity is compared with; as many as 40 see too little (see below)."""

REFERENCE_SHARE = 0.3
"""How much the nearness of harmless pictures to the reference counts, against 1 for that to the window.

On 400 imitations and 700 harmless pictures of the validation fold, recall at 0.3% false alarms was 0.38 with halves on
both sides, 0.44 so, 0.34 with 40 neighbours; with the plain cosine next to nothing.
"""

COPY, COPY_BONUS = 0.9, 0.4
"""A whole picture this near to a reference is a copy, however plain the design and however many things resemble it.
Harmless validation pictures do not come as near, so that the bonus costs nothing there."""

MAX_MARGIN = 0.3
"""Leads over the next owner beyond this say nothing more."""

CANDIDATES = 8
"""References looked at more closely per picture: the lead over the next owner is found among them."""

FEATURES = ("normalized", "similarity", "margin", "size", "confusability", "whole")
"""What the probability is computed from; see `Candidates`."""

Array = np.ndarray


@dataclass(frozen=True)
class Calibration:
    """Logistic function from what is known of a candidate to the probability that it is the right one.

    Attributes:
        weights: float64 (features,), in the order of `FEATURES`.
        bias: added to the weighted sum.
    """

    weights: Array
    bias: float

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read `calibration.json`.

        Raises:
            EncoderError: it is missing or was fitted on other features.
        """
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            return cls(np.array([values["weights"][name] for name in FEATURES]), float(values["bias"]))
        except (OSError, KeyError, ValueError) as error:
            raise EncoderError(f"{path} holds no calibration for this detector: {error}") from error

    def __call__(self, features: Array) -> Array:
        """Probabilities, float64 (n,), of features (n, len(FEATURES))."""
        return cast(Array, 1 / (1 + np.exp(-(features @ self.weights + self.bias))))


@dataclass(frozen=True)
class Candidates:
    """The best references of one picture, best first by normalised similarity.

    Attributes:
        references: places in the detector's list of references.
        similarities: raw cosines of what is shown as evidence.
        boxes: float32 (n, 4), the windows that matched best, or the whole picture where it is nearer in raw cosine.
        features: float64 (n, len(FEATURES)): cosine less the nearness of harmless pictures on both sides; cosine;
            lead over the best reference of another owner; side of the window as part of the picture's; nearness of
            harmless pictures to the reference; normalised similarity of the whole picture to the same reference.
    """

    references: Array
    similarities: Array
    boxes: Array
    features: Array


class EmblemDetector:
    """Finds gallery references in pictures.

    Args:
        encoder: its artefact folder also holds `cohort.npy`, vectors of harmless pictures, and `calibration.json`.
        gallery: made by the same encoder.
        calibration: instead of the artefact folder's own, while that is being fitted.

    Attributes:
        references: what can be found, in the order of the gallery.

    Raises:
        EncoderError: the encoder has no cohort or calibration.
    """

    def __init__(self, encoder: Encoder, gallery: Gallery, calibration: Calibration | None = None) -> None:
        self.encoder = encoder
        self._cohort = _cohort(encoder)
        self._calibration = calibration or Calibration.load(encoder.directory / "calibration.json")
        rows = [gallery.reference_of(row) for row in range(len(gallery.vectors))]
        self.references = gallery.references
        place = {reference.reference_id: number for number, reference in enumerate(self.references)}
        numbers = np.array([place[row.reference_id] for row in rows])
        order = np.argsort(numbers, kind="stable")
        # Rows of one reference side by side, so that its best picture is one reduction away.
        self._starts = np.searchsorted(numbers[order], np.arange(len(self.references)))
        self._vectors = np.ascontiguousarray(gallery.vectors[order].T)
        self._confusability = nearness(gallery.vectors[order], self._cohort)
        self._owners = np.unique([reference.owner_id for reference in self.references], return_inverse=True)[1]

    def __call__(self, images: Sequence[Image]) -> list[list[Match]]:
        """The three best references of every picture, best first by score.

        Args:
            images: decoded RGB, uint8 (height, width, 3), any size.
        """
        embeddings = self.encoder([image.pixels for image in images])
        return [self.matches(embedding, image.frame) for embedding, image in zip(embeddings, images, strict=True)]

    def matches(self, embedding: Embedding, frame: int | None = None) -> list[Match]:
        """The three best references of a picture that was embedded before."""
        found = self.candidates(embedding)
        scores = self._calibration(found.features)
        order = np.argsort(-scores, kind="stable")[:BEST]
        return [self._match(found, place, float(scores[place]), frame) for place in order]

    def candidates(self, embedding: Embedding) -> Candidates:
        """The best references and what is known of each, for scoring and for fitting the calibration."""
        raw = embedding.vectors @ self._vectors  # (windows, rows)
        normalized = raw - nearness(embedding.vectors, self._cohort)[:, None]
        normalized -= REFERENCE_SHARE * self._confusability
        normalized[0] += COPY_BONUS * np.clip((raw[0] - COPY) / (1 - COPY), 0, 1)
        best = np.maximum.reduceat(normalized.max(axis=0), self._starts)  # (references,)
        whole = np.maximum.reduceat(normalized[0], self._starts)
        chosen = np.argsort(-best, kind="stable")[:CANDIDATES]
        windows, rows = np.array([self._place(normalized, reference) for reference in chosen]).T
        boxes = embedding.boxes[windows]
        sides = np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))
        features = [best[chosen], raw[windows, rows], self._margins(best, chosen), sides]
        features += [self._confusability[rows], whole[chosen]]
        entire = np.maximum.reduceat(raw[0], self._starts)[chosen]
        shown = np.where(entire >= raw[windows, rows], 0, windows)
        similarities = np.maximum(entire, raw[windows, rows])
        return Candidates(chosen, similarities, embedding.boxes[shown], np.stack(features, axis=1).astype(np.float64))

    def findings(self, matches: Sequence[Match], field: Field) -> list[Finding]:
        """One finding per matched reference, highest score first; the policy's thresholds come afterwards."""
        ordered = sorted(matches, key=lambda match: -match.score)
        return [self._finding(match, field) for match in ordered]

    def _place(self, normalized: Array, reference: int) -> tuple[int, int]:
        """Window and row at which a reference matched best."""
        start = self._starts[reference]
        end = self._starts[reference + 1] if reference + 1 < len(self._starts) else normalized.shape[1]
        window, row = np.unravel_index(normalized[:, start:end].argmax(), (len(normalized), end - start))
        return int(window), int(start + row)

    def _margins(self, best: Array, chosen: Array) -> Array:
        """Lead of each chosen reference over the best of another owner, at most `MAX_MARGIN`; negative if it trails."""
        others = self._owners[chosen][:, None] != self._owners[chosen][None, :]
        rivals = np.where(others, best[chosen][None, :], -np.inf).max(axis=1)
        return np.clip(best[chosen] - rivals, -MAX_MARGIN, MAX_MARGIN)

    def _match(self, found: Candidates, place: int, score: float, frame: int | None) -> Match:
        reference = self.references[found.references[place]]
        left, top, right, bottom = map(float, found.boxes[place])
        box: Box = (left, top, right, bottom)
        name = reference.name_zh or reference.name_en
        return Match(
            reference_id=reference.reference_id,
            label=cast(Label, reference.label),  # only what is harmless has none
            similarity=float(found.similarities[place]),
            score=score,
            box=box,
            reference_name=name,
            owner_id=reference.owner_id,
            frame=frame,
            threshold=reference.threshold,
            rollout=reference.rollout,
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


def nearness(vectors: Array, cohort: Array) -> Array:
    """Mean cosine of each vector's nearest harmless pictures, float32 (n,).

    Args:
        vectors: unit float32 (n, dimension).
        cohort: unit float32 (pictures, dimension).
    """
    cosines = vectors @ cohort.T
    count = min(NEIGHBOURS, len(cohort))
    nearest = np.partition(cosines, len(cohort) - count, axis=1)[:, -count:]
    return cast(Array, nearest.mean(axis=1))


def _cohort(encoder: Encoder) -> Array:
    path = encoder.directory / "cohort.npy"
    try:
        cohort = np.load(path).astype(np.float32)
    except (OSError, ValueError) as error:
        raise EncoderError(f"{path} holds no harmless pictures to compare with: {error}") from error
    if cohort.ndim != 2 or cohort.shape[1] != encoder.dimension:
        raise EncoderError(f"{path} was made by another encoder")
    return cast(Array, cohort)

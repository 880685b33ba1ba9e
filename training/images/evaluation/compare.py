"""Comparison of a challenger encoder with the champion on the same pictures.

A gallery belongs to its encoder, so each encoder gets one built from the same references file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.arrays import Bool, Float64
from models.images.encoder.encoder import Encoder
from models.images.gallery import gallery as galleries
from models.images.gallery.gallery import Gallery
from models.images.matching.emblems import EmblemDetector
from models.policy import Policy
from models.settings import Settings
from training.compare import Difference, paired_difference
from training.images.evaluation.evaluate import score_pictures
from training.images.evaluation.manifest import read_manifest


@dataclass(frozen=True)
class ImageComparison:
    """Challenger against champion on a manifest, with the active policy.

    Attributes:
        recall: float64 (2,), champion's and challenger's share of imitations with a finding of the right reference.
        false_positives: float64 (2,), share of harmless pictures with a finding.
        difference: difference of accuracies, imitations and harmless pictures weighted equally. The bootstrap resamples
            whole emblems, and harmless pictures one by one.
    """

    recall: Float64
    false_positives: Float64
    difference: Difference

    @classmethod
    def of(cls, rows: Sequence[dict[str, Any]], right: Bool) -> ImageComparison:
        """The comparison of two encoders' correct judgements.

        Args:
            rows: the manifest's rows.
            right: bool (2, pictures), correct judgements of champion and challenger.
        """
        positive = np.array([row["label"] == "pos" for row in rows])
        emblems = np.array([str(row["reference_id"]) for row in rows])[positive]
        differences = right[1].astype(float) - right[0]
        harmless = differences[~positive]
        return cls(
            recall=right[:, positive].mean(axis=1),
            false_positives=1 - right[:, ~positive].mean(axis=1),
            difference=paired_difference((differences[positive], emblems), (harmless, np.arange(len(harmless)))),
        )

    def __str__(self) -> str:
        lines = [f"{'':<22}{'champion':>10}{'challenger':>12}"]
        lines.append(f"{'recall':<22}{self.recall[0]:>10.3f}{self.recall[1]:>12.3f}")
        lines.append(f"{'harmless flagged':<22}{self.false_positives[0]:>10.4f}{self.false_positives[1]:>12.4f}")
        return "\n".join([*lines, f"accuracy (mean of recall and of harmless pictures not flagged), {self.difference}"])

    def to_dict(self) -> dict[str, Any]:
        """All numbers, for JSON."""
        return {
            "recall": self.recall.tolist(),
            "harmless_flagged": self.false_positives.tolist(),
            "accuracy": asdict(self.difference),
        }


def compare_images(champion: Path, challenger: Path, manifest: Path, references: Path) -> ImageComparison:
    """Judge a manifest's pictures with two encoders' artefact folders.

    Raises:
        EncoderError, GalleryError: a folder or the references cannot be used.
    """
    rows = read_manifest(manifest)
    right = [_right(folder, rows, manifest.parent, references) for folder in (champion, challenger)]
    return ImageComparison.of(rows, np.stack(right))


def _right(folder: Path, rows: Sequence[dict[str, Any]], directory: Path, references: Path) -> Bool:
    """Correct judgements, bool (pictures,): imitations are found, harmless pictures are not reported."""
    encoder = Encoder(folder)
    with tempfile.TemporaryDirectory() as scratch:
        galleries.build(references, Path(scratch), encoder)
        detector = EmblemDetector(encoder, Gallery.load(Path(scratch), encoder))
    policy = Policy.load(Settings.from_environment().policy)
    scored = score_pictures(rows, directory, detector, policy)
    found, reported = np.asarray(scored.found), np.asarray(scored.reported)
    positive = np.array([row["label"] == "pos" for row in rows])
    return np.array(np.where(positive, found, ~reported))

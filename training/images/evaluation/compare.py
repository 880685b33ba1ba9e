"""Is a challenging encoder better than the champion? Both judge the same pictures.

A gallery belongs to its encoder, so each gets its own, built from one references file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.images.encoder.encoder import Encoder
from models.images.gallery import gallery as galleries
from models.images.gallery.gallery import Gallery
from models.images.matching.emblems import EmblemDetector
from models.policy import Policy
from models.settings import Settings
from training.compare import Difference, paired_difference
from training.images.evaluation.evaluate import score_pictures
from training.images.evaluation.manifest import read_manifest

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class ImageComparison:
    """Challenger against champion on a manifest, with the policy in force.

    Attributes:
        recall: float (2,): imitations of which a finding names the right reference, champion's and challenger's.
        false_positives: float (2,): share of harmless pictures with a finding.
        difference: of the share of pictures judged rightly, imitations and harmless ones weighing the same; whole
            emblems are resampled, and harmless pictures one by one.
    """

    recall: Array
    false_positives: Array
    difference: Difference

    @classmethod
    def of(cls, rows: Sequence[dict[str, Any]], right: Array) -> ImageComparison:
        """From which pictures each judges rightly.

        Args:
            rows: of the manifest.
            right: bool (2, pictures), champion's and challenger's.
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
        return "\n".join([*lines, str(self.difference)])


def compare_images(champion: Path, challenger: Path, manifest: Path, references: Path) -> ImageComparison:
    """Judge a manifest's pictures with two encoders' artefact folders.

    Raises:
        EncoderError, GalleryError: a folder or the references cannot be used.
    """
    rows = read_manifest(manifest)
    right = [_right(folder, rows, manifest.parent, references) for folder in (champion, challenger)]
    return ImageComparison.of(rows, np.stack(right))


def _right(folder: Path, rows: Sequence[dict[str, Any]], directory: Path, references: Path) -> Array:
    """Bool (pictures,): an imitation reported as what it imitates, or a harmless picture let pass."""
    encoder = Encoder(folder)
    with tempfile.TemporaryDirectory() as scratch:
        galleries.build(references, Path(scratch), encoder)
        detector = EmblemDetector(encoder, Gallery.load(Path(scratch), encoder))
    policy = Policy.load(Settings.from_environment().policy)
    scored = score_pictures(rows, directory, detector, policy)
    found, reported = np.asarray(scored.found), np.asarray(scored.reported)
    positive = np.array([row["label"] == "pos" for row in rows])
    return np.array(np.where(positive, found, ~reported))

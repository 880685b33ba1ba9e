"""Is a challenging encoder better than the champion? Both judge the same pictures.

A gallery belongs to its encoder, so each gets its own, built from one references file.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.images import gallery as galleries
from models.images.emblems import EmblemDetector
from models.images.encoder import Encoder
from models.images.gallery import Gallery
from models.policy import Policy
from models.settings import Settings
from training.compare import Difference, paired_difference
from training.images.evaluate import score_pictures
from training.images.manifest import read_manifest

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class ImageComparison:
    """Challenger against champion on a manifest, with the policy in force.

    Attributes:
        recall: float (2,): imitations of which a finding names the right reference, champion's and challenger's.
        false_positives: float (2,): share of harmless pictures with a finding.
        difference: of the share of pictures judged rightly, imitations and harmless ones weighing the same.
    """

    recall: Array
    false_positives: Array
    difference: Difference

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
    positive = np.array([row["label"] == "pos" for row in rows])
    right = np.stack([_right(folder, rows, positive, manifest.parent, references) for folder in (champion, challenger)])
    weights = np.where(positive, 0.5 / max(positive.sum(), 1), 0.5 / max((~positive).sum(), 1)) * len(rows)
    return ImageComparison(
        recall=right[:, positive].mean(axis=1),
        false_positives=1 - right[:, ~positive].mean(axis=1),
        difference=paired_difference((right[1].astype(float) - right[0]) * weights),
    )


def _right(folder: Path, rows: list[dict[str, Any]], positive: Array, directory: Path, references: Path) -> Array:
    """Bool (pictures,): an imitation reported as what it imitates, or a harmless picture let pass."""
    encoder = Encoder(folder)
    with tempfile.TemporaryDirectory() as scratch:
        galleries.build(references, Path(scratch), encoder)
        detector = EmblemDetector(encoder, Gallery.load(Path(scratch), encoder))
    policy = Policy.load(Settings.from_environment().policy)
    scored = score_pictures(rows, directory, detector, policy)
    found, reported = np.asarray(scored.found), np.asarray(scored.reported)
    return np.array(np.where(positive, found, ~reported))

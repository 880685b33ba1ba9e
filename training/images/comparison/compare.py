"""Comparison of a challenger encoder with the champion on the same pictures.

A gallery belongs to its encoder, so each encoder gets one built from the same references file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.arrays import Bool, Float64
from models.images.encoder.encoder import Encoder
from models.images.gallery import gallery as galleries
from models.images.gallery.gallery import Gallery
from models.images.matching.emblems import EmblemDetector
from models.policy import Policy
from models.settings import Settings
from training.compare import Difference, paired_difference
from training.images.comparison.report import write_comparison
from training.images.evaluation.evaluate import match_pictures, score_matches
from training.images.evaluation.html_report import Pictures
from training.images.evaluation.manifest import Row, read_manifest


@dataclass(frozen=True)
class GroupComparison:
    """Challenger against champion on the imitations of one label or kind, or on harmless pictures of one kind.

    Attributes:
        pictures: their number.
        share: of champion and challenger, share judged rightly, float64 (2,).
        difference: difference of the shares.
    """

    pictures: int
    share: Float64
    difference: Difference

    @classmethod
    def of(cls, right: Bool, clusters: NDArray[Any]) -> GroupComparison:
        """From correct judgements, bool (2, pictures), and what is resampled as a whole, (pictures,)."""
        difference = paired_difference((right[1].astype(float) - right[0], clusters))
        return cls(right.shape[1], right.mean(axis=1), difference)

    def to_dict(self) -> dict[str, Any]:
        """All numbers, for JSON."""
        return {"pictures": self.pictures, "share": self.share.tolist(), **asdict(self.difference)}


Groups = Mapping[str, GroupComparison]
"""By label or kind."""


@dataclass(frozen=True)
class ImageComparison:
    """Challenger against champion on a manifest, with the active policy.

    Attributes:
        recall: float64 (2,), champion's and challenger's share of imitations with a finding of the right reference.
        false_positives: float64 (2,), share of harmless pictures with a finding.
        difference: difference of accuracies, imitations and harmless pictures weighted equally. The bootstrap resamples
            whole emblems, and harmless pictures one by one.
        labels, kinds: recall of the imitations of each label and kind.
        harmless: share of the harmless pictures of each kind without a finding.
    """

    recall: Float64
    false_positives: Float64
    difference: Difference
    labels: Groups
    kinds: Groups
    harmless: Groups

    @classmethod
    def of(cls, rows: Sequence[Row], right: Bool, labels: Sequence[str] | None = None) -> ImageComparison:
        """The comparison of two encoders' correct judgements.

        Args:
            rows: the manifest's rows.
            right: bool (2, pictures), correct judgements of champion and challenger.
            labels: of each row's reference.
        """
        positive = np.array([row["label"] == "pos" for row in rows])
        # An emblem's pictures are not independent; a harmless picture stands for itself.
        clusters = np.array([row["reference_id"] or number for number, row in enumerate(rows)], dtype=str)
        kinds = [str(row.get("kind") or "") for row in rows]
        differences = right[1].astype(float) - right[0]
        parts = [(differences[rows], clusters[rows]) for rows in (positive, ~positive)]

        def by(names: Sequence[str], members: Bool) -> Groups:
            return {
                name: GroupComparison.of(right[:, of], clusters[of]) for name, of in _members(names, members) if name
            }

        return cls(
            recall=right[:, positive].mean(axis=1),
            false_positives=1 - right[:, ~positive].mean(axis=1),
            difference=paired_difference(*parts),
            labels=by(labels or [""] * len(rows), positive),
            kinds=by(kinds, positive),
            harmless=by(kinds, ~positive),
        )

    @property
    def groups(self) -> dict[str, Groups]:
        """The groups by name of the attribute."""
        return {"labels": self.labels, "kinds": self.kinds, "harmless": self.harmless}

    def __str__(self) -> str:
        lines = [f"{'':<34}{'champion':>10}{'challenger':>12}{'difference':>12}  95%"]
        lines.append(f"{'recall':<34}{self.recall[0]:>10.3f}{self.recall[1]:>12.3f}")
        lines += [_line(name, group) for name, group in (*self.labels.items(), *self.kinds.items())]
        lines.append(f"{'harmless flagged':<34}{self.false_positives[0]:>10.4f}{self.false_positives[1]:>12.4f}")
        lines += [_line(f"{name}, not flagged", group) for name, group in self.harmless.items()]
        return "\n".join([*lines, f"accuracy (mean of recall and of harmless pictures not flagged), {self.difference}"])

    def to_dict(self) -> dict[str, Any]:
        """All numbers, for JSON."""
        return {
            "recall": self.recall.tolist(),
            "harmless_flagged": self.false_positives.tolist(),
            "accuracy": asdict(self.difference),
            **{name: {of: group.to_dict() for of, group in groups.items()} for name, groups in self.groups.items()},
        }


def compare_images(  # noqa: PLR0913 - a command's options
    champion: Path,
    challenger: Path,
    manifest: Path,
    references: Path,
    *,
    page: Path | None = None,
    command: str = "huijian compare",
) -> ImageComparison:
    """Judge a manifest's pictures with two encoders' artefact folders.

    Args:
        page: also write an HTML report there, with curves, mistaken references, and pictures that only one judges
            rightly.
        command: command line that the report shows.

    Raises:
        EncoderError, GalleryError: a folder or the references cannot be used.
    """
    policy = Policy.load(Settings.from_environment().policy)
    detectors = [_detector(folder, references) for folder in (champion, challenger)]
    return compare_detectors(detectors, manifest, policy, page, command)


def compare_detectors(
    detectors: Sequence[EmblemDetector], manifest: Path, policy: Policy, page: Path | None, command: str
) -> ImageComparison:
    """Judge a manifest's pictures with champion and challenger, whose galleries hold the same references."""
    rows = read_manifest(manifest)
    judged = [_judged(detector, rows, manifest.parent, policy) for detector in detectors]
    label_of = {reference.reference_id: str(reference.label) for reference in detectors[0].references}
    labels = [label_of.get(str(row["reference_id"]), "") for row in rows]
    comparison = ImageComparison.of(rows, np.stack([one.right for one in judged]), labels)
    if page:
        write_comparison(page, comparison.to_dict(), judged, policy, command)
    return comparison


def _detector(folder: Path, references: Path) -> EmblemDetector:
    encoder = Encoder(folder)
    with tempfile.TemporaryDirectory() as scratch:
        galleries.build(references, Path(scratch), encoder)
        return EmblemDetector(encoder, Gallery.load(Path(scratch), encoder))


def _judged(detector: EmblemDetector, rows: Sequence[Row], directory: Path, policy: Policy) -> Pictures:
    matches = match_pictures(rows, directory, detector, policy)
    names = {reference.reference_id: reference.name_zh or reference.name_en for reference in detector.references}
    return Pictures(rows, directory, matches, score_matches(rows, matches, detector, policy), names)


def _members(names: Sequence[str], members: Bool) -> Iterator[tuple[str, Bool]]:
    """The members of each name, bool (pictures,), in order of first appearance."""
    values = np.array(names)
    for name in dict.fromkeys(values[members]):
        yield str(name), members & (values == name)


def _line(name: str, group: GroupComparison) -> str:
    champion, challenger = group.share
    value, bounds = group.difference.value, group.difference.range
    return f"{f'  {name}, {group.pictures}':<34}{champion:>10.3f}{challenger:>12.3f}{value:>+12.3f}  {bounds}"

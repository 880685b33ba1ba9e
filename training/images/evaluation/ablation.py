"""Ablation of the emblem pipeline: recall with ever more features, and the processor time of both stages.

Each step adds features of the same candidates. Every step is cross-validated on the same validation pictures, so the
rows are comparable. The last row is the function that serves; the others are logistic functions.

Use: `python -m training.images.evaluation.ablation ENCODER [--pictures 700]`
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import cv2
import numpy as np

from models.images.encoder.encoder import Encoder
from models.images.matching.calibration import Calibration
from models.images.matching.emblems import EmblemDetector
from models.images.matching.features import (
    COLOUR_FEATURES,
    CROP_FEATURES,
    KEYPOINT_FEATURES,
    RELATIVE_FEATURES,
    RETRIEVAL_FEATURES,
    TEXT_FEATURES,
    TOKEN_FEATURES,
    VERIFICATION_FEATURES,
)
from training.images.common.measures import threshold_for
from training.images.data import cohort, validation
from training.images.fit.calibrate import (
    Fitter,
    LabelledCandidates,
    fit_logistic,
    fit_perceptron,
    groups_of,
    labelled,
    out_of_fold,
    unfitted,
)
from training.images.sources.graphics import load_graphics

ADDED_FEATURES = {
    "crops of two regions": CROP_FEATURES,
    "inliers": KEYPOINT_FEATURES,
    "reranker": TOKEN_FEATURES,
    "words": TEXT_FEATURES,
    "colours": COLOUR_FEATURES,
    "position among the other candidates": RELATIVE_FEATURES,
}
"""Features that each row of the table adds to those of the retrieval stage; all need verification."""

FALSE_POSITIVE_RATES = (0.01, 0.003)


@dataclass(frozen=True)
class StageFeatures:
    """Candidates of both stages for the same pictures.

    Attributes:
        retrieved, verified: each picture's candidates of either stage.
        references: what each picture imitates; None for a harmless one.
        shown: a name of what was drawn in each picture.
        encoding_ms: median processor time of the encoder per picture.
        matching_ms: median processor time of both stages per picture.
    """

    retrieved: list[LabelledCandidates]
    verified: list[LabelledCandidates]
    references: list[str | None]
    shown: list[str]
    encoding_ms: float
    matching_ms: float


def collect(directory: Path, pictures: int) -> StageFeatures:
    """Candidates of some validation pictures, half of them harmless, all verified."""
    cv2.setNumThreads(1)
    encoder, rendered, rng = Encoder(directory), load_graphics(), np.random.default_rng(1)
    rest = cohort.harmless_halves(rendered)[1]
    with tempfile.TemporaryDirectory() as scratch:
        gallery, emblems = validation.calibration_gallery(encoder, rendered, Path(scratch), None)
    detector = EmblemDetector(encoder, gallery, Calibration(unfitted, unfitted, floor=0.0))
    _, others = cohort.invented_negatives(rendered, None)
    imitated = validation.positive_samples(emblems, rendered, rest, rng, pictures // 2)
    samples = chain(imitated, validation.negative_samples(rendered, rest, others, rng, pictures - pictures // 2))
    retrieved: list[LabelledCandidates] = []
    verified: list[LabelledCandidates] = []
    references, shown, times = [], [], []
    for picture, name, drawn in samples:
        start = time.thread_time()
        embedding = encoder.embed_tiled([picture])[0]
        between = time.thread_time()
        first, second = detector.candidates(picture, embedding)
        times.append((between - start, time.thread_time() - between))
        retrieved.append(labelled(detector, first, name))
        verified.append(labelled(detector, second or first, name))
        references.append(name)
        shown.append(drawn)
    encoding_ms, matching_ms = np.median(times, axis=0) * 1_000
    return StageFeatures(retrieved, verified, references, shown, float(encoding_ms), float(matching_ms))


def steps() -> Iterator[tuple[str, Collection[str], Fitter]]:
    """Name, features and fitter of each row of the table."""
    yield "plain cosine", ("similarity",), fit_logistic
    yield "minus the cohort means", ("normalized",), fit_logistic
    names = [*RETRIEVAL_FEATURES]
    yield "all features of the retrieval stage", names, fit_logistic
    for step, added in ADDED_FEATURES.items():
        names = [*names, *added]
        yield step, names, fit_logistic
    yield "all that in ten networks", names, fit_perceptron


def recalls(found: StageFeatures, names: Collection[str], fitter: Fitter = fit_logistic) -> list[float]:
    """Recall@1, then recall at each of the FALSE_POSITIVE_RATES, cross-validated by what is shown.

    Args:
        found: candidates of both stages.
        names: features to use, of the retrieval stage alone or of both.
        fitter: fits the function of these features.
    """
    is_retrieval = set(names) <= set(RETRIEVAL_FEATURES)
    samples, columns = (
        (found.retrieved, [*RETRIEVAL_FEATURES]) if is_retrieval else (found.verified, [*VERIFICATION_FEATURES])
    )
    chosen = [columns.index(name) for name in names]
    known = [(features[:, chosen], truth) for features, truth in samples]
    scores, right = out_of_fold(known, groups_of(found.shown), fitter)
    harmless = np.array([reference is None for reference in found.references])
    passed = [right & (scores > threshold_for(scores[harmless], share)) for share in FALSE_POSITIVE_RATES]
    return [float(values[~harmless].mean()) for values in (right, *passed)]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("encoder", type=Path)
    parser.add_argument("--pictures", type=int, default=700)
    options = parser.parse_args()
    found = collect(options.encoder, options.pictures)
    print("| step | recall@1 | recall at 1% | at 0.3% |\n|---|---|---|---|")
    for step, names, fitter in steps():
        values = recalls(found, names, fitter)
        print(f"| {step} | " + " | ".join(f"{value:.3f}" for value in values) + " |")
    print(f"encoder {found.encoding_ms:.0f} ms; retrieval and verification {found.matching_ms:.0f} ms (CPU, median)")


if __name__ == "__main__":
    main()

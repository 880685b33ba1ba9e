"""What each step from similarity to probability gains and costs: the table that says whether a step earns its keep.

Every step is a function of more that is known of the same candidates, fitted and judged on different parts of the
validation pictures (cross-validation), so that all steps are compared on the same pictures. The last one is what
serves; the others are logistic functions.

Use: `python -m training.images.evaluation.ablation ENCODER [--pictures 700]`
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Collection
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
    RETRIEVAL_FEATURES,
    TEXT_FEATURES,
    TOKEN_FEATURES,
    VERIFICATION_FEATURES,
)
from training.images.common.measures import threshold_for
from training.images.data import cohort, validation
from training.images.fit.calibrate import (
    UNFITTED,
    Fitter,
    LabelledCandidates,
    fit_logistic,
    fit_perceptron,
    groups_of,
    out_of_fold,
)
from training.images.sources.graphics import load_graphics

STEPS: dict[str, tuple[Collection[str], Fitter]] = {
    "plain cosine": (("similarity",), fit_logistic),
    "less the nearness of harmless pictures": (("normalized",), fit_logistic),
    "all that the first look knows": (RETRIEVAL_FEATURES, fit_logistic),
    "a closer look at two places": ((*RETRIEVAL_FEATURES, *CROP_FEATURES), fit_logistic),
    "details compared with the drawings": ((*RETRIEVAL_FEATURES, *CROP_FEATURES, *KEYPOINT_FEATURES), fit_logistic),
    "cells compared with theirs": (
        (*RETRIEVAL_FEATURES, *CROP_FEATURES, *KEYPOINT_FEATURES, *TOKEN_FEATURES),
        fit_logistic,
    ),
    "words compared with theirs": (
        (*RETRIEVAL_FEATURES, *CROP_FEATURES, *KEYPOINT_FEATURES, *TOKEN_FEATURES, *TEXT_FEATURES),
        fit_logistic,
    ),
    "colours compared with theirs": (
        (*RETRIEVAL_FEATURES, *CROP_FEATURES, *KEYPOINT_FEATURES, *TOKEN_FEATURES, *TEXT_FEATURES, *COLOUR_FEATURES),
        fit_logistic,
    ),
    "beside the other candidates": (VERIFICATION_FEATURES, fit_logistic),
    "all that together": (VERIFICATION_FEATURES, fit_perceptron),
}
"""What each step knows and how it is fitted; the last seven cost a closer look."""

FALSE_POSITIVE_RATES = (0.01, 0.003)


@dataclass(frozen=True)
class StageFeatures:
    """Both looks at the same pictures, what each imitates and shows, and median processor milliseconds for one."""

    first: list[LabelledCandidates]
    closer: list[LabelledCandidates]
    references: list[str | None]
    shown: list[str]
    first_ms: float
    closer_ms: float


def collect(directory: Path, pictures: int) -> StageFeatures:
    """Look at so many validation pictures twice, whatever the first look says."""
    cv2.setNumThreads(1)
    encoder, rendered, rng = Encoder(directory), load_graphics(), np.random.default_rng(1)
    rest = cohort.harmless_halves(rendered)[1]
    with tempfile.TemporaryDirectory() as scratch:
        gallery, emblems = validation.calibration_gallery(encoder, rendered, Path(scratch), None)
    detector = EmblemDetector(encoder, gallery, Calibration(UNFITTED, UNFITTED, floor=0.0))
    _, others = cohort.invented_negatives(rendered, None)
    imitated = validation.positive_samples(emblems, rendered, rest, rng, pictures // 2)
    samples = chain(imitated, validation.negative_samples(rendered, rest, others, rng, pictures - pictures // 2))
    first: list[LabelledCandidates] = []
    closer: list[LabelledCandidates] = []
    references, shown, times = [], [], []
    for picture, name, drawn in samples:
        start = time.thread_time()
        embedding = encoder.in_parts([picture])[0]
        between = time.thread_time()
        seen, close = detector.candidates(picture, embedding)
        times.append((between - start, time.thread_time() - between))
        for looks, found in ((first, seen), (closer, close or seen)):
            right = [detector.references[place].reference_id == name for place in found.references]
            looks.append((found.features, np.array(right)))
        references.append(name)
        shown.append(drawn)
    encoding, rest_of_it = np.median(times, axis=0) * 1_000
    return StageFeatures(first, closer, references, shown, float(encoding), float(rest_of_it))


def recalls(looks: StageFeatures, names: Collection[str], learn: Fitter = fit_logistic) -> list[float]:
    """Recall at 1, and recall where 1% and 0.3% of the harmless pictures pass, in cross-validation by what is shown.

    Args:
        names: features that are known, of the first look or with those of the closer one.
    """
    seen, all_names = (
        (looks.first, RETRIEVAL_FEATURES)
        if set(names) <= set(RETRIEVAL_FEATURES)
        else (looks.closer, VERIFICATION_FEATURES)
    )
    columns = [[*all_names].index(name) for name in names]
    known = [(features[:, columns], truth) for features, truth in seen]
    scores, right = out_of_fold(known, groups_of(looks.shown), learn)
    harmless = np.array([reference is None for reference in looks.references])
    passed = [right & (scores > threshold_for(scores[harmless], share)) for share in FALSE_POSITIVE_RATES]
    return [float(values[~harmless].mean()) for values in (right, *passed)]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("encoder", type=Path)
    parser.add_argument("--pictures", type=int, default=700)
    options = parser.parse_args()
    looks = collect(options.encoder, options.pictures)
    print("| step | recall@1 | recall at 1% | at 0.3% |\n|---|---|---|---|")
    for step, (names, learn) in STEPS.items():
        values = recalls(looks, names, learn)
        print(f"| {step} | " + " | ".join(f"{value:.3f}" for value in values) + " |")
    print(
        f"encoding {looks.first_ms:.0f} ms; comparing and the closer look {looks.closer_ms:.0f} ms (processor, median)"
    )


if __name__ == "__main__":
    main()

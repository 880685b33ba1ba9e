"""What each step from similarity to probability gains and costs: the table that says whether a step earns its keep.

Every step is a function of more that is known of the same candidates, fitted and judged on different parts of the
validation pictures (cross-validation), so that all steps are compared on the same pictures. The last one is what
serves; the others are logistic functions.

Use: `python -m training.images.ablation ENCODER [--pictures 700]`
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import cv2
import numpy as np

from models.images.calibration import CLOSER, FIRST, GEOMETRY, NEAR, Calibration, Logistic, Perceptron
from models.images.emblems import EmblemDetector
from models.images.encoder import Encoder
from training.images import validation
from training.images.calibrate import NOTHING, Seen, fit, fit_perceptron
from training.images.graphics import load
from training.images.split import Fold

Fit = Callable[[Sequence[Seen]], Logistic | Perceptron]

STEPS: dict[str, tuple[tuple[str, ...], Fit]] = {
    "plain cosine": (("similarity",), fit),
    "less the nearness of harmless pictures": (("normalized",), fit),
    "all that the first look knows": (FIRST, fit),
    "a closer look at two places": ((*FIRST, *NEAR), fit),
    "details compared with the drawings": ((*FIRST, *NEAR, *GEOMETRY), fit),
    "beside the other candidates": (CLOSER, fit),
    "all that together": (CLOSER, fit_perceptron),
}
"""What each step knows and how it is fitted; the last four cost a closer look."""

PARTS = 5
SHARES = (0.01, 0.003)

Array = np.ndarray


@dataclass(frozen=True)
class Looks:
    """Both looks at the same pictures, and the processor's milliseconds that one takes, by median."""

    first: list[Seen]
    closer: list[Seen]
    harmless: Array
    first_ms: float
    closer_ms: float


def look(directory: Path, pictures: int) -> Looks:
    """Look at so many validation pictures twice, whatever the first look says."""
    cv2.setNumThreads(1)
    encoder, rendered, draw = Encoder(directory), load(), np.random.default_rng(1)
    rest = draw.permutation(rendered.rows(lambda item: item.harmless and item.fold is Fold.VALIDATION))
    with tempfile.TemporaryDirectory() as scratch:
        gallery, rows = validation.validation_gallery(encoder, rendered, Path(scratch), None)
    detector = EmblemDetector(encoder, gallery, Calibration(NOTHING, NOTHING, floor=0.0))
    imitated = validation.imitated(rendered, rows, draw, pictures // 2)
    samples = chain(imitated, validation.unprotected(rendered, rest, draw, pictures - pictures // 2))
    first: list[Seen] = []
    closer: list[Seen] = []
    harmless, times = [], []
    for picture, name in samples:
        start = time.thread_time()
        embedding = encoder([picture])[0]
        between = time.thread_time()
        seen, close = detector.candidates(picture, embedding)
        times.append((between - start, time.thread_time() - between))
        for looks, found in ((first, seen), (closer, close or seen)):
            right = [detector.references[place].reference_id == name for place in found.references]
            looks.append((found.features, np.array(right)))
        harmless.append(name is None)
    encoding, rest_of_it = np.median(times, axis=0) * 1_000
    return Looks(first, closer, np.array(harmless), float(encoding), float(rest_of_it))


def judged(looks: Sequence[Seen], columns: Sequence[int], harmless: Array, learn: Fit = fit) -> list[float]:
    """Recall at 1, and recall where 1% and 0.3% of the harmless pictures pass, in cross-validation."""
    parts = np.random.default_rng(0).integers(0, PARTS, len(looks))
    scores, right = np.zeros(len(looks)), np.zeros(len(looks), dtype=bool)
    for part in range(PARTS):
        scorer = learn([(looks[n][0][:, columns], looks[n][1]) for n in range(len(looks)) if parts[n] != part])
        for number in np.flatnonzero(parts == part).tolist():
            features, truth = looks[number]
            values = scorer.logits(features[:, columns])
            scores[number], right[number] = values.max(), truth[values.argmax()]
    passed = [right & (scores > np.quantile(scores[harmless], 1 - share)) for share in SHARES]
    return [float(values[~harmless].mean()) for values in (right, *passed)]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("encoder", type=Path)
    parser.add_argument("--pictures", type=int, default=700)
    options = parser.parse_args()
    looks = look(options.encoder, options.pictures)
    print("| step | recall@1 | recall at 1% | at 0.3% |\n|---|---|---|---|")
    for step, (names, learn) in STEPS.items():
        is_first = set(names) <= set(FIRST)
        columns = [(FIRST if is_first else CLOSER).index(name) for name in names]
        values = judged(looks.first if is_first else looks.closer, columns, looks.harmless, learn)
        print(f"| {step} | " + " | ".join(f"{value:.3f}" for value in values) + " |")
    print(
        f"encoding {looks.first_ms:.0f} ms; comparing and the closer look {looks.closer_ms:.0f} ms (processor, median)"
    )


if __name__ == "__main__":
    main()

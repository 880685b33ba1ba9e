"""Fits the core detector's calibration on scenes and harmless pictures of the validation fold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from models.arrays import Bool, Float32, Float64, Pixels
from models.images.core.calibration import CoreCalibration
from models.images.core.detector import FIRST_AREA, SECOND_AREA, CoreDetector, read_classes
from models.images.encoder.encoder import Encoder
from models.images.encoder.token_networks import open_token_network
from models.runtime.artifact_files import ArtifactFile
from training.images.common.split import Fold
from training.images.core.classes import core_classes
from training.images.core.scenes import core_scene
from training.images.core.sources import scene_sources
from training.images.core.trainer import SIZES
from training.images.data.cohort import harmless_halves, invented_negatives
from training.images.data.validation import negative_samples
from training.images.sources.graphics import load_graphics

POSITIVE_SCENES, HARMLESS_SCENES, HARMLESS_PICTURES = 2_000, 1_500, 2_000
"""Pictures that the calibration is fitted on: scenes with and without an emblem, and other harmless pictures."""

SECOND_PASS_SHARE = 0.15
"""Fraction of harmless pictures that get the second pass; it takes three times as long as the first."""

REPORTED_FROM = 0.85
"""Probability that the default policy reports from."""

MIN_LOGIT = -4.0
"""Least log odds of a class in a picture that the fit counts. An emblem below is not seen at all; counting it would
flatten the curve where it decides."""

REGULARISATION = 1.0
"""Inverse strength of the penalty that draws rare classes' biases together."""

TOLERANCE = 1e-8
"""Of the solver; with the library's own it stops before the biases of rare classes have moved."""

HARMLESS_WEIGHT = 0.25
"""Weight of a harmless picture in the fit. They are chosen to resemble emblems: at a threshold that 1% of them pass,
none of 120 real harmless pictures did."""

SEED = 71
"""Of the calibration's scenes; training's scenes have the run's seed."""


class _Sample(NamedTuple):
    """A picture, RGB uint8, and which classes are in it, bool (classes,)."""

    picture: Pixels
    present: Bool


def calibrate_core(directory: Path, *, seed: int = 0, limit: int | None = None, threads: int = 2) -> Path:
    """Write `core_calibration.json` into an encoder's artefact folder.

    Args:
        directory: holds the encoder and `core.onnx`.
        seed: of the harmless pictures.
        limit: at most this many drawings per package and pictures of each sort, for tests.
        threads: pictures scanned at a time.

    Raises:
        models.images.encoder.encoder.EncoderError: the detector cannot be used, or belongs to another encoder.
    """
    cv2.setNumThreads(1)
    network = open_token_network(directory / ArtifactFile.CORE, Encoder(directory).fingerprint)
    classes = read_classes(network)
    placeholder = CoreCalibration(1.0, np.zeros(len(classes)), np.inf)
    detector = CoreDetector(network, classes, placeholder)
    samples = list(_samples(len(classes), seed, limit))
    present = np.stack([sample.present for sample in samples])
    with ThreadPoolExecutor(threads) as workers:
        scanned = workers.map(lambda sample: detector.scan(sample.picture, FIRST_AREA)[0], samples)
        first = np.stack(list(tqdm(scanned, "core calibration", len(samples), unit="")))
        asking = float(np.quantile(first[~present.any(axis=1)].max(axis=1), 1 - SECOND_PASS_SHARE))
        again = np.flatnonzero(first.max(axis=1) >= asking)
        second = list(workers.map(lambda row: detector.scan(samples[row].picture, SECOND_AREA)[0], again.tolist()))
    logits = first.copy()
    logits[again] = np.maximum(first[again], np.stack(second))
    slope, fitted = fit_platt_by_class(logits, present)
    biases = fitted + np.log(core_classes().odds)
    values = {
        "slope": slope,
        "biases": {members[0]: bias for members, bias in zip(classes, biases.tolist(), strict=True)},
        "second_pass_from": asking,
        "pictures": len(samples),
        **_measured(CoreCalibration(slope, biases, asking)(logits), present),
    }
    path = directory / ArtifactFile.CORE_CALIBRATION
    path.write_text(json.dumps(values, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def fit_platt_by_class(logits: Float32, present: Bool) -> tuple[float, Float64]:
    """A common slope and each class's bias, float64 (classes,), by penalised logistic regression.

    A trial too small to have seen both an emblem and an error leaves the log odds as they are.

    Args:
        logits: float32 (pictures, classes).
        present: bool (pictures, classes), which classes are in which picture.
    """
    pictures, numbers = np.nonzero(logits >= MIN_LOGIT)
    count, right = len(numbers), present[pictures, numbers]
    if not 0 < np.count_nonzero(right) < count:
        return 1.0, np.zeros(logits.shape[1])
    by_class = sparse.csr_matrix((np.ones(count), (np.arange(count), numbers)), (count, logits.shape[1]))
    features = sparse.hstack([sparse.csr_matrix(logits[pictures, numbers][:, None].astype(np.float64)), by_class])
    weights = np.where(present.any(axis=1), 1.0, HARMLESS_WEIGHT)[pictures]
    model = LogisticRegression(C=REGULARISATION, max_iter=3_000, tol=TOLERANCE)
    model.fit(features.tocsr(), right, sample_weight=weights)
    return float(model.coef_[0, 0]), model.coef_[0, 1:] + float(model.intercept_[0])


def _measured(probabilities: Float64, present: Bool) -> dict[str, float]:
    """Fractions of scenes found and of harmless pictures reported at `REPORTED_FROM`, on the fit's own pictures."""
    reported, is_harmless = probabilities >= REPORTED_FROM, np.logical_not(present.any(axis=1))
    found = np.logical_and(reported, present)[~is_harmless].any(axis=1)
    return {"scenes_found": float(found.mean()), "harmless_reported": float(reported[is_harmless].any(axis=1).mean())}


def _samples(classes: int, seed: int, limit: int | None) -> Iterator[_Sample]:
    sources = scene_sources(Fold.VALIDATION, limit)
    absent = np.zeros(classes, bool)
    for count, share in ((POSITIVE_SCENES, 1.0), (HARMLESS_SCENES, 0.0)):
        for number in range(min(count, limit or count)):
            rng = np.random.default_rng((SEED, int(share), number))
            scene = core_scene(rng, SIZES[number % len(SIZES)], sources, share)
            present = absent.copy()
            present[[placed.number for placed in scene.placed if placed.number >= 0]] = True
            yield _Sample(scene.picture, present)
    rendered, rng = load_graphics(limit), np.random.default_rng(seed)
    rows, drawn = harmless_halves(rendered)[1], invented_negatives(rendered, limit)[1]
    count = min(HARMLESS_PICTURES, limit or HARMLESS_PICTURES)
    for sample in negative_samples(rendered, rows, drawn, rng, count):
        yield _Sample(sample.picture, absent)

"""Fits an encoder's calibration: from features to probabilities that hold for any gallery.

It is fitted on owners and harmless pictures of the validation fold, in a gallery of those owners. So it does not depend
on what a platform enrols. Decision thresholds belong to the policy.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import cv2
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm

from models.arrays import Bool, Float64, Int64, Pixels
from models.images.encoder.encoder import Encoder
from models.images.gallery.gallery import Gallery
from models.images.matching.calibration import Calibration, Logistic, Perceptron
from models.images.matching.candidates import Candidates
from models.images.matching.emblems import EmblemDetector
from models.images.matching.features import (
    AHEAD_FEATURES,
    RERANKER_FEATURES,
    RETRIEVAL_FEATURES,
    VERIFICATION_FEATURES,
)
from models.runtime.artifact_files import ArtifactFile
from training.images.common.measures import threshold_for
from training.images.data.cohort import harmless_halves, invented_negatives
from training.images.data.validation import CalibrationSample, calibration_gallery, negative_samples, positive_samples
from training.images.sources.graphics import load_graphics

VERIFIED_SHARE = 0.6
"""Fraction of harmless validation pictures that reach verification; ordinary uploads resemble emblems less."""

FITTED_CANDIDATES = 3
"""Candidates per picture in the retrieval fit: those likeliest to become an answer."""

FALSE_POSITIVE_RATES = (0.01, 0.003, 0.001)
"""Operating points that are reported for choosing the policy's thresholds."""

HIDDEN_UNITS, NETWORKS_PER_SET = 32, 5
"""Hidden units per network, and networks per feature set; all logits are averaged."""

FEATURE_SETS: tuple[tuple[str, ...], ...] = (
    tuple(VERIFICATION_FEATURES),
    tuple(name for name in VERIFICATION_FEATURES if name not in AHEAD_FEATURES),
)
"""Features per set; without leads over other references fewer negatives score high, but recall@1 is lower."""

MIN_EARLY_STOPPING = 2_000
"""Candidates from which a tenth is held out for early stopping."""

CROSS_VALIDATION_FOLDS = 5

T = TypeVar("T")
LabelledCandidates: TypeAlias = tuple[Float64, Bool]
"""One picture's candidates: features, float64 (n, features), and which are right, bool (n,)."""
Fitter: TypeAlias = Callable[[Sequence[LabelledCandidates]], Logistic | Perceptron]


def unfitted(features: Float64) -> Float64:
    """In place of a scorer that is not fitted yet: everything is as likely as not, so that nothing is left out."""
    return np.full(len(features), 0.5)


def calibrate(directory: Path, *, seed: int = 0, limit: int | None = None, threads: int = 2) -> Path:
    """Write `calibration.json` into an encoder's artefact folder.

    Args:
        directory: holds `model.onnx`, `config.json`, `cohort.npy` and, if they are to be used, localizer and reranker.
        seed: of the sampled pictures.
        limit: at most this many drawings per package and pictures of each sort, for tests.
        threads: pictures evaluated at a time.

    Returns:
        The path of `calibration.json`.

    Raises:
        models.images.encoder.encoder.EncoderError: the folder lacks a file, or holds one of another encoder.
    """
    cv2.setNumThreads(1)
    encoder, rendered = Encoder(directory), load_graphics(limit)
    rng = np.random.default_rng(seed)
    rest, others = harmless_halves(rendered)[1], invented_negatives(rendered, limit)[1]
    with tempfile.TemporaryDirectory() as scratch:
        gallery, emblems = calibration_gallery(encoder, rendered, Path(scratch), limit)
    imitations = positive_samples(emblems, rendered, rest, rng, limit)
    samples = list(chain(imitations, negative_samples(rendered, rest, others, rng, limit)))
    path = directory / ArtifactFile.CALIBRATION
    path.write_text(json.dumps(fitted(encoder, gallery, samples, threads), indent=2) + "\n", encoding="utf-8")
    return path


def fitted(encoder: Encoder, gallery: Gallery, samples: Sequence[CalibrationSample], threads: int) -> dict[str, Any]:
    """The content of `calibration.json`: both stages' functions, the floor, and operating points on the samples."""
    harmless = np.array([sample.reference is None for sample in samples])
    retrieval, floor, scores = _fitted_retrieval(encoder, gallery, samples, threads)
    detector = EmblemDetector(encoder, gallery, Calibration(retrieval, unfitted, floor))
    found = _each(samples, threads, partial(_verified, detector))
    reached = np.flatnonzero([candidates is not None for candidates in found])
    verified = [candidates for candidates in found if candidates is not None]
    groups = groups_of([sample.shown for sample in samples])
    logits, right = out_of_fold(verified, groups[reached], fit_perceptron)
    platt = fit_platt(logits, right)
    verification = with_platt(fit_perceptron(verified), platt).values(VERIFICATION_FEATURES)
    if not (encoder.directory / ArtifactFile.RERANKER).exists():
        hidden = verification["hidden"]
        verification["hidden"] = {name: hidden[name] for name in hidden if name not in RERANKER_FEATURES}
    is_found = np.zeros(len(samples), dtype=bool)
    scores[reached], is_found[reached] = platt(logits[:, None]), right
    return {
        "first": _named(RETRIEVAL_FEATURES, retrieval),
        "closer": verification,
        "floor": floor,
        "located": (encoder.directory / ArtifactFile.LOCALIZER).exists(),
        "pictures": len(samples),
        "operating_points": operating_points(scores, is_found, harmless),
    }


def _fitted_retrieval(
    encoder: Encoder, gallery: Gallery, samples: Sequence[CalibrationSample], threads: int
) -> tuple[Logistic, float, Float64]:
    """The retrieval stage's function, the floor, and each sample's best score, float64 (samples,)."""
    harmless = np.array([sample.reference is None for sample in samples])
    detector = EmblemDetector(encoder, gallery, Calibration(unfitted, unfitted, floor=0.0))
    retrieved = _each(samples, threads, partial(_retrieved, detector))
    likeliest = [(features[:FITTED_CANDIDATES], right[:FITTED_CANDIDATES]) for features, right in retrieved]
    retrieval = fit_logistic(likeliest)
    scores = np.array([retrieval(features).max() for features, _ in retrieved])
    return retrieval, float(np.quantile(scores[harmless], 1 - VERIFIED_SHARE)), scores


def fit_logistic(samples: Sequence[LabelledCandidates]) -> Logistic:
    """A logistic function for the probability that a candidate is right."""
    features, right = (np.concatenate(parts) for parts in zip(*samples, strict=True))
    scaler = StandardScaler().fit(features)
    model = LogisticRegression(C=1.0, max_iter=2_000).fit(scaler.transform(features), right)
    weights = model.coef_[0] / scaler.scale_
    return Logistic(weights, float(model.intercept_[0] - weights @ scaler.mean_))


def fit_perceptron(samples: Sequence[LabelledCandidates], seed: int = 0) -> Perceptron:
    """An ensemble of networks for the same probability, merged into one network whose logits are their mean.

    A single network is overconfident where it saw few samples, an ensemble less so (deep ensembles, Lakshminarayanan
    et al. 2017). In cross-validation, recall at 1% false positives was .55 against .51 for the logistic function,
    and calibration error .011 against .039.
    """
    features, right = (np.concatenate(parts) for parts in zip(*samples, strict=True))
    scaler = StandardScaler().fit(features)
    masks = [np.isin([*VERIFICATION_FEATURES], names) for names in FEATURE_SETS for _ in range(NETWORKS_PER_SET)]
    scaled = scaler.transform(features)
    networks = [_network(scaled, right, known, seed + number) for number, known in enumerate(masks)]
    hidden = np.hstack([network.hidden for network in networks]) / scaler.scale_[:, None]
    offsets = np.concatenate([network.offsets for network in networks]) - scaler.mean_ @ hidden
    output = np.concatenate([network.output.weights for network in networks]) / len(networks)
    return Perceptron(hidden, offsets, Logistic(output, float(np.mean([network.output.bias for network in networks]))))


def _network(features: Float64, right: Bool, known: Bool, seed: int) -> Perceptron:
    """One network with weight zero for all but the known features, bool (features,)."""
    is_large = len(right) > MIN_EARLY_STOPPING
    model = MLPClassifier((HIDDEN_UNITS,), alpha=0.1, max_iter=300, early_stopping=is_large, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of passes is chosen
        model.fit(features[:, known], right)
    hidden = np.zeros((len(known), HIDDEN_UNITS))
    hidden[known] = model.coefs_[0]
    return Perceptron(hidden, model.intercepts_[0], Logistic(model.coefs_[1][:, 0], float(model.intercepts_[1][0])))


def labelled(detector: EmblemDetector, found: Candidates, name: str | None) -> LabelledCandidates:
    """Features of a picture's candidates, and which of them are the named reference."""
    return found.features, np.array([detector.references[number].reference_id == name for number in found.references])


def groups_of(shown: Sequence[str]) -> Int64:
    """Cross-validation group of each picture, int64 (n,): pictures that show the same thing share a group."""
    numbers = {name: number for number, name in enumerate(dict.fromkeys(shown))}
    return np.array([numbers[name] for name in shown])


def out_of_fold(samples: Sequence[LabelledCandidates], groups: Int64, fitter: Fitter) -> tuple[Float64, Bool]:
    """Cross-validated predictions: each picture is scored by a function fitted on other groups.

    Returns:
        The best candidate's logit, float64 (n,), and whether that candidate is right, bool (n,).
    """
    logits, truth = np.zeros(len(samples)), np.zeros(len(samples), dtype=bool)
    parts = GroupKFold(min(CROSS_VALIDATION_FOLDS, len(np.unique(groups))))
    for fitted_on, others in parts.split(groups, groups=groups):
        scorer = fitter([samples[number] for number in fitted_on])
        for number in others:
            features, right = samples[number]
            values = scorer.logits(features)
            logits[number], truth[number] = values.max(), right[values.argmax()]
    return logits, truth


def fit_platt(logits: Float64, right: Bool) -> Logistic:
    """Platt scaling (Platt 1999): the probability that a picture's best candidate is right, from its logit.

    The best of several candidates is right less often than its own probability says, for it was selected by score. So
    the logits must come from pictures that the scorer has not seen. Platt's targets are never exactly 0 or 1, so a
    sample without any right or any wrong answer can be fitted too.
    """
    hits, misses = int(right.sum()), int((~right).sum())
    target = np.where(right, (hits + 1) / (hits + 2), 1 / (misses + 2))
    # Soft targets as weights: every logit once as a hit and once as a miss.
    twice, labels = np.tile(logits, 2)[:, None], np.repeat([True, False], len(logits))
    model = LogisticRegression(C=1e3).fit(twice, labels, sample_weight=np.concatenate([target, 1 - target]))
    return Logistic(model.coef_[0], float(model.intercept_[0]))


def with_platt(perceptron: Perceptron, platt: Logistic) -> Perceptron:
    """The network with Platt scaling folded into its last layer, which keeps the order of candidates."""
    output, slope = perceptron.output, platt.weights[0]
    return replace(perceptron, output=Logistic(output.weights * slope, float(output.bias * slope + platt.bias)))


def operating_points(scores: Float64, found: Bool, harmless: Bool) -> list[dict[str, float]]:
    """Threshold and recall at each of the FALSE_POSITIVE_RATES."""
    points = [(share, threshold_for(scores[harmless], share)) for share in FALSE_POSITIVE_RATES]
    return [
        {"harmless": share, "threshold": threshold, "recall": float((found & (scores > threshold))[~harmless].mean())}
        for share, threshold in points
    ]


def _named(names: Iterable[str], logistic: Logistic) -> dict[str, Any]:
    return {"weights": dict(zip(names, map(float, logistic.weights), strict=True)), "bias": logistic.bias}


def _each(samples: Sequence[CalibrationSample], threads: int, evaluate: Callable[[Pixels, str | None], T]) -> list[T]:
    with ThreadPoolExecutor(threads) as workers:
        results = workers.map(lambda sample: evaluate(sample.picture, sample.reference), samples)
        return list(tqdm(results, "calibration", len(samples), unit=""))


def _retrieved(detector: EmblemDetector, picture: Pixels, name: str | None) -> LabelledCandidates:
    _, candidates = detector.retrieve(detector.encoder.embed_tiled([picture])[0])
    return labelled(detector, candidates, name)


def _verified(detector: EmblemDetector, picture: Pixels, name: str | None) -> LabelledCandidates | None:
    """None for a picture that does not reach verification."""
    _, candidates = detector.candidates(picture, detector.encoder.embed_tiled([picture])[0])
    return labelled(detector, candidates, name) if candidates else None

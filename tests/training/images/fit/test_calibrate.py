"""Calibration is cross-validated on references that the scorer has not seen."""

import numpy as np

from models.images.matching.features import AHEAD_FEATURES, VERIFICATION_FEATURES
from training.images.fit import calibrate
from training.images.fit.calibrate import (
    FEATURE_SETS,
    fit_logistic,
    fit_perceptron,
    fit_platt,
    groups_of,
    out_of_fold,
    with_platt,
)


def noise(pictures, seed=0):
    """Candidates whose features are noise."""
    rng = np.random.default_rng(seed)
    right = np.arange(6) == 0
    return [(rng.normal(size=(6, len(VERIFICATION_FEATURES))), rng.permutation(right)) for _ in range(pictures)]


def test_pictures_of_one_thing_share_a_group():
    assert groups_of(["a", "scene 1", "b", "a", "scene 4"]).tolist() == [0, 1, 2, 0, 3]


def test_a_picture_is_never_scored_by_a_function_fitted_on_its_group():
    groups = groups_of([name for name in "abcdefgh" for _ in range(5)])
    samples = noise(len(groups))
    numbers = {id(features): number for number, (features, _) in enumerate(samples)}
    known = []

    def fitter(candidates):
        known.append({int(groups[numbers[id(features)]]) for features, _ in candidates})
        return fit_logistic(candidates)

    out_of_fold(samples, groups, fitter)
    assert len(known) == 5 and all(sum(group not in seen for seen in known) == 1 for group in groups.tolist())


def test_platt_scaling_undoes_overfitting_to_noise(monkeypatch):
    monkeypatch.setattr(calibrate, "NETWORKS_PER_SET", 1)  # a smaller ensemble overfits more, and fits faster
    samples = noise(200)
    platt = fit_platt(*out_of_fold(samples, np.arange(200), fit_perceptron))
    perceptron = with_platt(fit_perceptron(samples), platt)
    tops = [perceptron(features).max() for features, _ in noise(200, seed=1)]
    assert np.mean(tops) < 0.4


def test_networks_use_the_features_of_their_set_alone():
    hidden = fit_perceptron(noise(40)).hidden
    parts = np.split(hidden, len(FEATURE_SETS), axis=1)
    for names, part in zip(FEATURE_SETS, parts, strict=True):
        assert [name for name, weights in zip(VERIFICATION_FEATURES, part, strict=True) if weights.any()] == list(names)
    assert set(FEATURE_SETS[0]) - set(FEATURE_SETS[1]) == {*AHEAD_FEATURES}


def test_a_small_sample_without_a_right_answer_has_low_probabilities():
    assert fit_platt(np.linspace(-3, 3, 10), np.zeros(10, bool))(np.array([[0.0]]))[0] < 0.2

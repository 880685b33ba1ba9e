"""Calibrated logits have their operating point at a probability of 0.5."""

import numpy as np

from models.profile import CLASSIFIER_LABELS, Label
from training.text.fit.calibrate import calibrated_logits
from training.text.measures import label_matrix

TRUTH = label_matrix([[Label.DECEPTIVE_CLAIM], [], [], []] * 50)
PROMISE = CLASSIFIER_LABELS.index(Label.DECEPTIVE_CLAIM)


def test_overconfident_logits_are_moved_to_their_operating_point():
    known = np.where(TRUTH, 4.0, 2.0) + np.linspace(0, 0.5, len(TRUTH))[:, None]
    moved = calibrated_logits(known, TRUTH, np.array([[2.6], [3.9]]).repeat(len(CLASSIFIER_LABELS), axis=1))
    assert (moved[:, PROMISE] >= 0).tolist() == [False, True]


def test_a_label_that_validation_lacks_keeps_its_logits():
    new = np.random.default_rng(0).normal(size=(5, len(CLASSIFIER_LABELS)))
    moved = calibrated_logits(np.random.default_rng(1).normal(size=TRUTH.shape), TRUTH, new)
    others = np.arange(len(CLASSIFIER_LABELS)) != PROMISE
    assert np.array_equal(moved[:, others], new[:, others]) and not np.allclose(moved[:, PROMISE], new[:, PROMISE])

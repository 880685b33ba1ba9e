"""Logits become probabilities at the base rates of a text's field; baselines get an operating point at 0.5."""

import numpy as np
import pytest
from scipy.special import expit

from models.profile import CLASSIFIER_LABELS, TEXT_FIELDS, Field, Label
from models.text.classifier.classifier import ClassifierOutput
from training.text.data.corpus import Case
from training.text.fit.calibrate import base_rates, calibrated_logits, calibration
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


class Noisy:
    """A classifier whose encoder's logit of a promise is higher where there is one, and whose n-grams know nothing."""

    def __init__(self, seed):
        self._rng = np.random.default_rng(seed)

    def read(self, text):
        encoder, ngrams = self._rng.normal(-1, 1, (2, len(CLASSIFIER_LABELS)))
        encoder[PROMISE] += 3 * ("稳赚" in text.normalized.text)
        return ClassifierOutput(encoder, ngrams, [], np.zeros((0, len(CLASSIFIER_LABELS)), np.float32))


@pytest.fixture(scope="module")
def fitted():
    """Calibration on 4,000 texts of which half are promises, in names as in bios."""
    texts = [("稳赚" if number % 4 < 2 else "早睡", (Field.NAME, Field.BIO)[number % 2]) for number in range(4_000)]
    cases = [
        Case(str(number), field, f"{text}{number}", (Label.DECEPTIVE_CLAIM,) if text == "稳赚" else (), {})
        for number, (text, field) in enumerate(texts)
    ]
    return calibration(Noisy(0), cases)["calibration"][Label.DECEPTIVE_CLAIM]


@pytest.mark.parametrize("field", [Field.NAME, Field.BIO])
def test_half_is_half_at_the_fields_base_rate(fitted, field):
    rate = base_rates()[field][Label.DECEPTIVE_CLAIM]
    rng = np.random.default_rng(1)
    shifted = np.array([rng.normal(2, 1, 200_000), rng.normal(-1, 1, 200_000)])
    scores = expit(shifted * fitted["encoder"] + fitted["offsets"][field])
    weights = np.array([rate, 1 - rate])[:, None] * np.ones_like(shifted)
    near_half = (scores > 0.4) & (scores < 0.6)
    right = weights[0][near_half[0]].sum() / weights[near_half].sum()
    assert 0.25 < right < 0.75  # at one name in two thousand an error of 3% in the slope is a factor of two


def test_a_label_that_no_name_has_stays_uncalibrated():
    cases = [Case(str(n), Field.BIO, "稳赚", (Label.DECEPTIVE_CLAIM,) if n % 2 else (), {}) for n in range(20)]
    offsets = calibration(Noisy(0), cases)["calibration"][Label.DECEPTIVE_CLAIM]["offsets"]
    assert offsets == dict.fromkeys(TEXT_FIELDS, 0.0)


def test_every_field_and_label_has_a_base_rate():
    assert all(0 < base_rates()[field][label] < 0.5 for field in TEXT_FIELDS for label in CLASSIFIER_LABELS)

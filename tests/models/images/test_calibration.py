"""A calibration turns what is known of a candidate into a probability, and one of other features is refused."""

import json

import numpy as np
import pytest

from models.images.calibration import CLOSER, FIRST, Calibration, Logistic
from models.images.encoder import EncoderError


def values(names):
    return {"weights": {name: float(number) for number, name in enumerate(names)}, "bias": -1.0}


def test_both_functions_and_the_floor_are_read(tmp_path):
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps({"first": values(FIRST), "closer": values(CLOSER), "floor": 0.04}))
    calibration = Calibration.load(path)
    assert calibration.floor == 0.04
    assert calibration.first.weights.shape == (len(FIRST),) and calibration.closer.weights.shape == (len(CLOSER),)


def test_the_probability_is_the_logistic_of_the_weighted_sum():
    logistic = Logistic(np.array([2.0, -1.0]), 0.5)
    assert logistic(np.array([[0.0, 0.5], [1.0, 0.0]])) == pytest.approx([0.5, 1 / (1 + np.exp(-2.5))])


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        json.dumps({"weights": {"cosine": 1.0}, "bias": 0}),
        json.dumps({"first": values(FIRST), "closer": values(FIRST), "floor": 0.1}),
    ],
)
def test_one_fitted_on_other_features_is_refused(tmp_path, content):
    (tmp_path / "calibration.json").write_text(content)
    with pytest.raises(EncoderError, match="calibration"):
        Calibration.load(tmp_path / "calibration.json")


def test_a_missing_one_is_refused(tmp_path):
    with pytest.raises(EncoderError, match="calibration"):
        Calibration.load(tmp_path / "calibration.json")

"""A calibration turns features into probabilities, and one fitted on other features is refused."""

import json

import numpy as np
import pytest

from models.images.encoder.encoder import EncoderError
from models.images.matching.calibration import Calibration, Logistic, Perceptron
from models.images.matching.features import (
    AHEAD_FEATURES,
    BEST_FEATURES,
    COLOUR_FEATURES,
    RERANKER_FEATURES,
    RETRIEVAL_FEATURES,
    TEXT_FEATURES,
    VERIFICATION_FEATURES,
)

ALONE = tuple(name for name in VERIFICATION_FEATURES if name not in RERANKER_FEATURES)
"""Features without a reranker."""


def values(names):
    return {"weights": {name: float(number) for number, name in enumerate(names)}, "bias": -1.0}


def network(names):
    """The output subtracts two units: the first feature's positive part and the second's negative part."""
    hidden = np.zeros((len(names), 2))
    hidden[0, 0], hidden[1, 1] = 1.0, -1.0
    return Perceptron(hidden, np.zeros(2), Logistic(np.array([1.0, -1.0]), 0.5))


def test_both_stages_and_the_floor_are_read(tmp_path):
    path = tmp_path / "calibration.json"
    written = {"first": values(RETRIEVAL_FEATURES), "closer": network(ALONE).values(ALONE), "floor": 0.04}
    path.write_text(json.dumps(written))
    calibration = Calibration.load(path)
    assert calibration.floor == 0.04
    first, verified = (
        np.random.default_rng(0).normal(size=(5, len(names))) for names in (RETRIEVAL_FEATURES, VERIFICATION_FEATURES)
    )
    weights = np.arange(len(RETRIEVAL_FEATURES))
    assert calibration.retrieval(first) == pytest.approx(1 / (1 + np.exp(-(first @ weights - 1))))
    known = verified[:, [[*VERIFICATION_FEATURES].index(name) for name in ALONE]]
    assert calibration.verification(verified) == pytest.approx(network(ALONE)(known))


def test_a_calibration_fitted_with_a_reranker_is_refused_without_it(tmp_path):
    written = {
        "first": values(RETRIEVAL_FEATURES),
        "closer": network(VERIFICATION_FEATURES).values(VERIFICATION_FEATURES),
        "floor": 0.04,
    }
    (tmp_path / "calibration.json").write_text(json.dumps(written))
    with pytest.raises(EncoderError, match=r"reranker\.onnx, which is missing"):
        Calibration.load(tmp_path / "calibration.json")
    (tmp_path / "reranker.onnx").touch()
    features = np.random.default_rng(0).normal(size=(5, len(VERIFICATION_FEATURES)))
    assert Calibration.load(tmp_path / "calibration.json").verification(features) == pytest.approx(
        network(VERIFICATION_FEATURES)(features)
    )


@pytest.mark.parametrize("fitted", [True, False])
def test_a_localizer_must_be_there_exactly_if_it_was_there_in_the_fit(tmp_path, fitted):
    path, localizer = tmp_path / "calibration.json", tmp_path / "localizer.onnx"
    written = {
        "first": values(RETRIEVAL_FEATURES),
        "closer": network(ALONE).values(ALONE),
        "floor": 0.04,
        "located": fitted,
    }
    path.write_text(json.dumps(written))
    if not fitted:
        Calibration.load(path)
        localizer.touch()
    with pytest.raises(EncoderError, match=rf"localizer\.onnx, which is {'missing' if fitted else 'there'} beside it"):
        Calibration.load(path)
    if fitted:
        localizer.touch()
        Calibration.load(path)


LATEST = ("share", "unlike_in_letters", *BEST_FEATURES, *AHEAD_FEATURES)


@pytest.mark.parametrize(
    ("unknown", "reads"),
    [
        ((), True),
        (LATEST, True),
        ((*LATEST, *TEXT_FEATURES, *COLOUR_FEATURES, "lead_in_letters", "behind_in_colours"), False),
    ],
)
def test_an_older_calibration_ignores_features_it_lacks(tmp_path, unknown, reads):
    names = tuple(name for name in ALONE if name not in unknown)
    written = {"first": values(RETRIEVAL_FEATURES), "closer": network(names).values(names), "floor": 0.04}
    (tmp_path / "calibration.json").write_text(json.dumps(written))
    features = np.random.default_rng(0).normal(size=(5, len(VERIFICATION_FEATURES)))
    calibration = Calibration.load(tmp_path / "calibration.json")
    assert calibration.reads is reads
    there = features[:, [[*VERIFICATION_FEATURES].index(name) for name in names]]
    assert calibration.verification(features) == pytest.approx(network(names)(there))


def test_hidden_units_are_rectified():
    features = np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, -2.0], [0.0, 2.0]])
    assert network(("a", "b")).logits(features) == pytest.approx([3.5, 0.5, -1.5, 0.5])


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
        json.dumps({"first": values(RETRIEVAL_FEATURES), "closer": values(ALONE), "floor": 0.1}),
        json.dumps(
            {
                "first": values(RETRIEVAL_FEATURES),
                "closer": network(RETRIEVAL_FEATURES).values(RETRIEVAL_FEATURES),
                "floor": 0.1,
            }
        ),
        json.dumps(
            {
                "first": values(RETRIEVAL_FEATURES),
                "closer": network(ALONE).values(ALONE) | {"offsets": [0]},
                "floor": 0.1,
            }
        ),
    ],
)
def test_a_calibration_fitted_on_other_features_is_refused(tmp_path, content):
    (tmp_path / "calibration.json").write_text(content)
    with pytest.raises(EncoderError, match="calibration"):
        Calibration.load(tmp_path / "calibration.json")


def test_a_calibration_without_prototype_features_ignores_them(tmp_path):
    written = {"first": values(RETRIEVAL_FEATURES), "closer": network(ALONE).values(ALONE), "floor": 0.04}
    del written["first"]["weights"]["changed"], written["closer"]["hidden"]["changed"]
    del written["closer"]["hidden"]["closer_changed"]
    (tmp_path / "calibration.json").write_text(json.dumps(written))
    calibration = Calibration.load(tmp_path / "calibration.json")
    one, other = np.ones((1, len(RETRIEVAL_FEATURES))), np.ones((1, len(RETRIEVAL_FEATURES)))
    other[0, [*RETRIEVAL_FEATURES].index("changed")] = 0.0
    assert calibration.retrieval(one) == calibration.retrieval(other)
    one, other = np.ones((1, len(VERIFICATION_FEATURES))), np.ones((1, len(VERIFICATION_FEATURES)))
    other[0, [[*VERIFICATION_FEATURES].index("changed"), [*VERIFICATION_FEATURES].index("closer_changed")]] = 0.0
    assert calibration.verification(one) == calibration.verification(other)


def test_a_missing_calibration_is_refused(tmp_path):
    with pytest.raises(EncoderError, match="calibration"):
        Calibration.load(tmp_path / "calibration.json")

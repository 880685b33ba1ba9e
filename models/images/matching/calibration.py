"""Calibration: from a candidate's features to the probability that it is the right reference.

Fitted by `training.images.fit.calibrate` on imitations and harmless pictures outside all training data. It is part of
the encoder's artefact, for another encoder's similarities have another scale.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from models.arrays import Float64
from models.images.encoder.encoder import EncoderError
from models.images.matching.features import (
    OPTIONAL_FEATURES,
    RERANKER_FEATURES,
    RETRIEVAL_FEATURES,
    VERIFICATION_FEATURES,
)
from models.runtime.artifact_files import ArtifactFile

Scorer = Callable[[Float64], Float64]
"""Probabilities, float64 (n,), of a feature matrix, float64 (n, features)."""


@dataclass(frozen=True)
class Logistic:
    """A logistic function of named features.

    Attributes:
        weights: float64 (features,).
        bias: added to the weighted sum.
    """

    weights: Float64
    bias: float

    @classmethod
    def of(cls, values: dict[str, Any], names: Iterable[str]) -> Logistic:
        """From {"weights": {name: number}, "bias": number}; raises KeyError for a missing name."""
        return cls(np.array([_of(name, values["weights"], 0.0) for name in names]), float(values["bias"]))

    def __call__(self, features: Float64) -> Float64:
        """Probabilities, float64 (n,), of a feature matrix, float64 (n, features)."""
        return 1 / (1 + np.exp(-self.logits(features)))

    def logits(self, features: Float64) -> Float64:
        """Weighted sums, float64 (n,)."""
        return features @ self.weights + self.bias


@dataclass(frozen=True)
class Perceptron:
    """A network with one hidden layer (Rumelhart et al. 1986), for features that count only in combination.

    Eight inliers are many for a drawing with ten keypoints and nothing for one with three hundred.

    Attributes:
        hidden: float64 (features, units).
        offsets: float64 (units,), biases of the rectified units.
        output: logistic function of the units.
    """

    hidden: Float64
    offsets: Float64
    output: Logistic

    @classmethod
    def of(cls, values: dict[str, Any], names: Iterable[str]) -> Perceptron:
        """The inverse of `values`; raises KeyError for a missing name, ValueError if the layers' sizes differ."""
        output, absent = values["output"], [0.0] * len(values["offsets"])
        hidden = np.array([_of(name, values["hidden"], absent) for name in names])
        offsets, weights = np.array(values["offsets"]), np.array(output["weights"])
        if hidden.ndim != 2 or not hidden.shape[1:] == offsets.shape == weights.shape:
            raise ValueError("its layers do not fit together")
        return cls(hidden, offsets, Logistic(weights, float(output["bias"])))

    def values(self, names: Iterable[str]) -> dict[str, Any]:
        """For JSON, with the hidden weights by feature name."""
        output = {"weights": self.output.weights.tolist(), "bias": self.output.bias}
        hidden = dict(zip(names, self.hidden.tolist(), strict=True))
        return {"hidden": hidden, "offsets": self.offsets.tolist(), "output": output}

    def __call__(self, features: Float64) -> Float64:
        """Probabilities, float64 (n,), of a feature matrix, float64 (n, features)."""
        return self.output(self._units(features))

    def logits(self, features: Float64) -> Float64:
        """Log odds, float64 (n,)."""
        return self.output.logits(self._units(features))

    def _units(self, features: Float64) -> Float64:
        return cast(Float64, np.maximum(features @ self.hidden + self.offsets, 0))


@dataclass(frozen=True)
class Calibration:
    """Probabilities of both stages, and which pictures reach the second.

    Attributes:
        retrieval: scores features in the order of `RETRIEVAL_FEATURES`.
        verification: scores features in the order of `VERIFICATION_FEATURES`.
        floor: least best retrieval probability of a picture that is verified, unless its words justify that.
        reads: whether verification uses text features; if not, no picture is read.
    """

    retrieval: Scorer
    verification: Scorer
    floor: float
    reads: bool = True

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read `calibration.json`.

        Raises:
            EncoderError: the file is missing or has other features, or localizer and reranker beside it are not those
                that it was fitted with.
        """
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            retrieval = Logistic.of(values["first"], RETRIEVAL_FEATURES)
            verification = Perceptron.of(values["closer"], VERIFICATION_FEATURES)
            fitted_on = values["closer"]["hidden"].keys()
            made = cls(retrieval, verification, float(values["floor"]), reads="reading" in fitted_on)
            located = bool(values.get("located", False))
        except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise EncoderError(f"{path} holds no calibration for this detector: {error!r}") from error
        if not fitted_on.isdisjoint(RERANKER_FEATURES) and not (path.parent / ArtifactFile.RERANKER).exists():
            raise EncoderError(f"{path} was fitted with {ArtifactFile.RERANKER}, which is missing beside it")
        if located != (path.parent / ArtifactFile.LOCALIZER).exists():
            there, fitted = ("missing", "with") if located else ("there", "without")
            raise EncoderError(
                f"{path} was fitted {fitted} {ArtifactFile.LOCALIZER}, which is {there} beside it: calibrate again"
            )
        return made


def _of(name: str, weights: Mapping[str, Any], absent: Any) -> Any:
    return absent if name in OPTIONAL_FEATURES and name not in weights else weights[name]

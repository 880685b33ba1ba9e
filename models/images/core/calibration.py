"""Calibration of the core detector: from each class's log odds to the probability that the class is there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.arrays import Float32, Float64
from models.images.encoder.encoder import EncoderError


@dataclass(frozen=True)
class CoreCalibration:
    """Platt scaling (Platt 1999) with a common slope and a bias of each class.

    Attributes:
        slope: factor of the log odds.
        biases: float64 (classes,).
        second_pass_from: log odds of the best class in the first pass from which there is a second.
    """

    slope: float
    biases: Float64
    second_pass_from: float

    @classmethod
    def load(cls, path: Path) -> CoreCalibration:
        """Read `core_calibration.json`.

        Raises:
            EncoderError: the file is missing or has other content.
        """
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            biases = np.array([float(value) for value in values["biases"].values()])
            return cls(float(values["slope"]), biases, float(values["second_pass_from"]))
        except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise EncoderError(f"{path} holds no calibration of the core detector: {error!r}") from error

    def __call__(self, logits: Float32 | Float64) -> Float64:
        """Probabilities, float64 (..., classes), of log odds of every class."""
        return 1 / (1 + np.exp(-(self.slope * logits + self.biases)))

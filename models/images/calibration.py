"""From what is known of a candidate to the probability that it is the right reference.

Fitted on imitations and harmless pictures that nothing was trained on (`training.images.calibrate`), and kept with the
encoder: another encoder's similarities mean something else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from models.images.encoder import EncoderError

FIRST = ("normalized", "similarity", "margin", "size", "confusability", "whole")
"""What the first look knows of a reference: cosine less the nearness of harmless pictures on both sides; plain cosine;
lead over the best reference of another owner; side of the window as part of the picture's; nearness of harmless
pictures to the reference; normalised similarity of the whole picture. The number of windows tried is not among them:
pictures are brought to one area, so it hardly varies."""

NEAR = ("closer_normalized", "closer_similarity", "closer_margin")
GEOMETRY = ("details", "beyond_chance", "richness", "agreeing", "near_and_rich")
CLOSER = (*FIRST, *NEAR, *GEOMETRY)
"""What the closer look knows besides: the first three again, seen close; details that agree with a drawing (logarithm);
how many more than harmless pictures reach (logarithm); details that the drawing has (logarithm), for a plain one is met
by chance; the share of them that agrees; closer similarity times richness."""

Array = np.ndarray


@dataclass(frozen=True)
class Logistic:
    """A logistic function of named features.

    Attributes:
        weights: float64 (features,).
        bias: added to the weighted sum.
    """

    weights: Array
    bias: float

    @classmethod
    def of(cls, values: dict[str, Any], names: Sequence[str]) -> Logistic:
        """From {"weights": {name: number}, "bias": number}; raises KeyError where a name is missing."""
        return cls(np.array([values["weights"][name] for name in names]), float(values["bias"]))

    def __call__(self, features: Array) -> Array:
        """Probabilities, float64 (n,), of features (n, len(names))."""
        return cast(Array, 1 / (1 + np.exp(-(features @ self.weights + self.bias))))


@dataclass(frozen=True)
class Calibration:
    """Both probabilities, and which pictures deserve the second.

    Attributes:
        first: of features in the order of `FIRST`.
        closer: of features in the order of `CLOSER`.
        floor: pictures whose best first probability is below it are not looked at more closely: most harmless ones.
    """

    first: Logistic
    closer: Logistic
    floor: float

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read `calibration.json`.

        Raises:
            EncoderError: it is missing or was fitted on other features.
        """
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            first, closer = Logistic.of(values["first"], FIRST), Logistic.of(values["closer"], CLOSER)
            return cls(first, closer, float(values["floor"]))
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise EncoderError(f"{path} holds no calibration for this detector: {error!r}") from error

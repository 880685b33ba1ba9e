"""From what is known of a candidate to the probability that it is the right reference.

Fitted on imitations and harmless pictures that nothing was trained on (`training.images.fit.calibrate`), and kept
with the encoder: another encoder's similarities mean something else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from models.images.encoder.encoder import EncoderError
from models.runtime.artifact_files import ArtifactFile

FIRST = ("normalized", "similarity", "margin", "size", "confusability", "whole", "changed")
"""What the first look knows of a reference: cosine less the nearness of harmless pictures on both sides; plain cosine;
lead over the best reference of another owner; side of the window as part of the picture's; nearness of harmless
pictures to the reference; normalised similarity of the whole picture; how much nearer a prototype is than the
reference's pictures, zero where none is. The number of windows tried is not among them: pictures are brought to one
area, so it hardly varies, but for long strips, which are seen in parts (see `docs/image-model-choices.md`)."""

NEAR = ("closer_normalized", "closer_similarity", "closer_margin", "closer_changed", "share")
GEOMETRY = ("details", "beyond_chance", "richness", "agreeing", "near_and_rich")
CELLS = ("cells",)
READING = ("reading", "letters", "unlike_in_letters", "lettering")
COLOURS = ("unlike_in_colours",)
BEST = ("best_closer_normalized", "best_details", "best_cells")
AHEAD = ("ahead_closer_normalized", "ahead_details", "ahead_cells")
LEADS = (
    *("nearest", "behind_nearest", "behind_in_details", "behind_in_cells"),
    *("lead_in_letters", "behind_in_colours", *BEST, *AHEAD),
)
CLOSER = (*FIRST, *NEAR, *GEOMETRY, *CELLS, *READING, *COLOURS, *LEADS)
"""What the closer look knows besides: the first three and the last again, seen close; the share of the place's windows
to which it is the nearest of those verified there; details that agree with a drawing (logarithm); how many more than
harmless pictures reach (logarithm); details that the drawing has (logarithm), for a plain one is met by chance; the
share of them that agrees; closer similarity times richness; log odds from tokens side by side, zero where the encoder
has no reranker; how alike the picture's words and the drawing's are, and how many letters they share (logarithm), at
whichever place, zero where nothing was read; how many letters the place where it is nearest has besides, if the drawing
is lettered, and how many the drawing has (logarithms), zero where the picture was not read; how far the drawing's
colours are from that place's; and beside the picture's other candidates, whether none is nearer by both looks, how far
it is behind the nearest, the one with most details and the likeliest by tokens, how far it leads any other reference in
those letters (two that say the same lead by none), and how far it is behind the one whose colours are nearest. Then
what speaks for its reference at whichever place says most: closeness, details, tokens; and how far that is ahead of
every other reference."""

RERANKED = {*CELLS, "behind_in_cells", "best_cells", "ahead_cells"}
"""What only a reranker knows."""

OPTIONAL = {
    *("changed", "closer_changed", "share", "lead_in_letters", "behind_in_colours"),
    *(*RERANKED, *READING, *COLOURS, *BEST, *AHEAD),
}
"""What calibrations of galleries without prototypes, of encoders without a reranker, and of earlier releases may lack:
its weight is zero there."""

Array = np.ndarray
Scorer = Callable[[Array], Array]
"""Probabilities, float64 (n,), of features (n, features)."""


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
        return cls(np.array([_of(name, values["weights"], 0.0) for name in names]), float(values["bias"]))

    def __call__(self, features: Array) -> Array:
        """Probabilities, float64 (n,), of features (n, len(names))."""
        return cast(Array, 1 / (1 + np.exp(-self.logits(features))))

    def logits(self, features: Array) -> Array:
        """Weighted sums, float64 (n,)."""
        return cast(Array, features @ self.weights + self.bias)


@dataclass(frozen=True)
class Perceptron:
    """A network with one hidden layer (Rumelhart et al. 1986): what says something only beside something else.

    Eight details that agree are much for a drawing that has ten and nothing for one that has three hundred.

    Attributes:
        hidden: float64 (features, units).
        offsets: float64 (units,), added to what reaches the units; below zero they stay silent.
        output: of the units.
    """

    hidden: Array
    offsets: Array
    output: Logistic

    @classmethod
    def of(cls, values: dict[str, Any], names: Sequence[str]) -> Perceptron:
        """From what `values` gives; raises KeyError where a name is missing, ValueError where sizes differ."""
        output, silent = values["output"], [0.0] * len(values["offsets"])
        hidden = np.array([_of(name, values["hidden"], silent) for name in names])
        offsets, weights = np.array(values["offsets"]), np.array(output["weights"])
        if hidden.ndim != 2 or not hidden.shape[1:] == offsets.shape == weights.shape:
            raise ValueError("its layers do not fit together")
        return cls(hidden, offsets, Logistic(weights, float(output["bias"])))

    def values(self, names: Sequence[str]) -> dict[str, Any]:
        """As JSON has it: the hidden weights by the feature's name."""
        output = {"weights": self.output.weights.tolist(), "bias": self.output.bias}
        hidden = dict(zip(names, self.hidden.tolist(), strict=True))
        return {"hidden": hidden, "offsets": self.offsets.tolist(), "output": output}

    def __call__(self, features: Array) -> Array:
        """Probabilities, float64 (n,), of features (n, len(names))."""
        return self.output(self._units(features))

    def logits(self, features: Array) -> Array:
        """Before the last step, float64 (n,)."""
        return self.output.logits(self._units(features))

    def _units(self, features: Array) -> Array:
        return np.maximum(features @ self.hidden + self.offsets, 0)


@dataclass(frozen=True)
class Calibration:
    """Both probabilities, and which pictures deserve the second.

    Attributes:
        first: of features in the order of `FIRST`.
        closer: of features in the order of `CLOSER`.
        floor: pictures whose best first probability is below it are not looked at more closely, unless their words
            give cause: most that show nothing in particular.
        reads: whether the second knows what words say; where it does not, none are read.
    """

    retrieval: Scorer
    verification: Scorer
    floor: float
    reads: bool = True

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read `calibration.json`.

        Raises:
            EncoderError: it is missing, or was fitted on other features, with a reranker that is not there, or with a
                localizer and there is none, or the other way round.
        """
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            first, closer = Logistic.of(values["first"], FIRST), Perceptron.of(values["closer"], CLOSER)
            fitted_on = values["closer"]["hidden"].keys()
            made = cls(first, closer, float(values["floor"]), reads=READING[0] in fitted_on)
            located = bool(values.get("located", False))
        except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise EncoderError(f"{path} holds no calibration for this detector: {error!r}") from error
        if not fitted_on.isdisjoint(RERANKED) and not (path.parent / ArtifactFile.RERANKER).exists():
            raise EncoderError(f"{path} was fitted with {ArtifactFile.RERANKER}, which is missing beside it")
        if located != (path.parent / ArtifactFile.LOCALIZER).exists():
            there, fitted = ("missing", "with") if located else ("there", "without")
            raise EncoderError(
                f"{path} was fitted {fitted} {ArtifactFile.LOCALIZER}, which is {there} beside it: calibrate again"
            )
        return made


def _of(name: str, weights: Mapping[str, Any], absent: Any) -> Any:
    return absent if name in OPTIONAL and name not in weights else weights[name]

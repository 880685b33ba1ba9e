"""Converts evidence to the probability that an account is a closed one returning.

Bayes' rule: the prior odds of a return, times the likelihood ratio of the evidence. Coincidences grow with the number
of registered accounts, so more evidence is needed. Among ten million, a common name or an avatar alone does not
suffice; both together do.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from typing import cast

from models.accounts.names import NameMatch
from models.accounts.signatures import Cosines
from models.arrays import Float32
from models.images.encoder.encoder import EncoderError
from models.runtime.artifact_files import ArtifactFile

PRIOR_ODDS = 1e-5
"""Assumed prior odds that a profile is the return of one given closed account."""

MAX_RETURN_RATE = 0.01
"""Assumed limit on the share of profiles that are returns; it lowers the prior from 1,000 accounts on."""

NAME_KEEPING_RATES = {NameMatch.SAME: 0.5, NameMatch.SHAPE: 0.1, NameMatch.SOUND: 0.1}
"""Assumed shares of returning accounts with the old name, one that looks like it, or one that sounds like it."""

MIN_SHARERS = 5
"""Closed accounts that share a name or avatar from which their number measures how common it is; fewer may be one
person's."""


def prior_log_odds(remembered: int) -> float:
    """Prior log odds that a profile is the return of one given closed account.

    Args:
        remembered: number of closed accounts.
    """
    return log(min(PRIOR_ODDS, MAX_RETURN_RATE / max(remembered, 1)))


def name_log_ratio(near: NameMatch, bits: float, bearers: int, remembered: int) -> float:
    """Log likelihood ratio of a name match: returning against unrelated accounts.

    Args:
        near: kind of match.
        bits: rarity of the name (`models.accounts.rarity`).
        bearers: number of closed accounts with that name.
        remembered: number of all closed accounts.
    """
    common = bearers / remembered if bearers >= MIN_SHARERS else 0.0
    return log(NAME_KEEPING_RATES[near]) - log(max(2.0**-bits, common))


def probability(log_odds: float) -> float:
    """Probability, in [0, 1], of natural log odds; saturates at odds of e^500."""
    return 1 / (1 + exp(-max(min(log_odds, 500.0), -500.0)))


@dataclass(frozen=True)
class AvatarLikelihood:
    """Log likelihood ratio of avatar similarity for one encoder: linear in both cosines.

    Attributes:
        embedding, layout: weights of the cosines.
        bias: offset; natural logarithm.
    """

    embedding: float
    layout: float
    bias: float

    @classmethod
    def load(cls, encoder: Path, fingerprint: str) -> AvatarLikelihood | None:
        """Load what `training.accounts` fitted; None for an encoder without a fit.

        Args:
            encoder: the encoder's artefact folder.
            fingerprint: its fingerprint.

        Raises:
            EncoderError: the fitted file is broken.
        """
        for path in (
            encoder / ArtifactFile.CLOSED_CALIBRATION,
            Path(__file__).parent / "calibrations" / f"{fingerprint}.json",
        ):
            if path.is_file():
                try:
                    values = json.loads(path.read_text(encoding="utf-8"))
                    return cls(*(float(values[name]) for name in ("look", "layout", "bias")))
                except (OSError, ValueError, KeyError, TypeError) as error:
                    message = f"{path} is not what `python -m training.accounts avatars` writes; fit it again"
                    raise EncoderError(message) from error
        return None

    def __call__(self, cosines: Cosines) -> Float32:
        """Log likelihood ratios: returning against unrelated accounts."""
        return cast(Float32, self.embedding * cosines.embedding + self.layout * cosines.layout + self.bias)

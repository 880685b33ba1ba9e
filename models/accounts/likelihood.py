"""From evidence to the probability that an account is a closed one come back.

Bayes' rule: how much more often a returning account shows this than an unrelated one does, times how often accounts
return. The more are remembered, the likelier a coincidence with one of them, so the more evidence is asked for: of ten
million, neither a name that thousands bear nor an avatar alone, but both together.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import exp, log
from pathlib import Path

import numpy as np

from models.accounts.names import NameMatch
from models.accounts.signatures import Cosines
from models.images.encoder.encoder import EncoderError
from models.runtime.artifact_files import ArtifactFile

PRIOR_ODDS = 1e-5
"""Prior odds that a profile is the return of one given closed account: assumed. Where some thousand are remembered that
makes one profile in a hundred a return, and more are not believed."""

MAX_RETURN_RATE = 0.01

NAME_KEEPING_RATES = {NameMatch.SAME: 0.5, NameMatch.SHAPE: 0.1, NameMatch.SOUND: 0.1}
"""Of returning accounts, how many come with the old name, or one that only looks or sounds like it: assumed."""

MIN_SHARERS = 5
"""Closed accounts with one name or avatar from which that is how common it is: fewer may be one person's."""


Array = np.ndarray


def prior_log_odds(remembered: int) -> float:
    """Logarithm of the odds that a profile is a return of one given closed account, before any evidence."""
    return log(min(PRIOR_ODDS, MAX_RETURN_RATE / max(remembered, 1)))


def name_log_ratio(near: NameMatch, bits: float, bearers: int, remembered: int) -> float:
    """Logarithm of how much more often a returning account has such a name than an unrelated one.

    Args:
        bits: rarity of the name (`models.accounts.rarity`).
        bearers: closed accounts that have it.
        remembered: closed accounts in all.
    """
    common = bearers / remembered if bearers >= MIN_SHARERS else 0.0
    return log(NAME_KEEPING_RATES[near]) - log(max(2.0**-bits, common))


def probability(log_odds: float) -> float:
    """0 to 1."""
    return 1 / (1 + exp(-max(min(log_odds, 500.0), -500.0)))


@dataclass(frozen=True)
class AvatarLikelihood:
    """What likenesses of avatars say, with one encoder.

    Attributes:
        look, layout: weights of both cosines.
        bias: of their sum; natural logarithms all.
    """

    look: float
    layout: float
    bias: float

    @classmethod
    def load(cls, encoder: Path, fingerprint: str) -> AvatarLikelihood | None:
        """Fitted by `training.accounts`; None for an encoder that it was not fitted for.

        Args:
            encoder: the artefact folder.

        Raises:
            EncoderError: the file that was fitted is broken.
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

    def __call__(self, alike: Cosines) -> Array:
        """Logarithms of how much more often a returning account has an avatar so alike than an unrelated one."""
        return self.look * alike.look + self.layout * alike.layout + self.bias

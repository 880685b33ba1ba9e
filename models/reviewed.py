"""What a person decided on an answer, as serving hands it to training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.profile import Field


@dataclass(frozen=True)
class Review:
    """One person's decision.

    Attributes:
        outcome: "pass" or "reject".
        labels: those that the person confirmed; None if the person did not say.
        by: pseudonym of the person, the same in every export of an installation.
        time: as in the tables.
    """

    outcome: str
    labels: tuple[str, ...] | None
    by: str
    time: str


@dataclass(frozen=True)
class Reviewed:
    """A decision that a person reviewed, and the contents that may still be used.

    Attributes:
        account: keyed hash, the same for all decisions on an account.
        answer: as it was given, with quotations, without the account.
        contents: texts in UTF-8, pictures as encoded bytes.
        reviews: oldest first, at least one.
        appealed: the account's owner complained.
        keep_until: last day on which a case made of it may be kept.
    """

    decision_id: str
    time: str
    account: str
    answer: Mapping[str, Any]
    contents: Mapping[Field, bytes]
    reviews: Sequence[Review]
    appealed: bool
    keep_until: date

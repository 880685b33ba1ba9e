"""How long one exchange may take."""

from __future__ import annotations

import os
from typing import Final

BODY_SECONDS: Final = 30
"""A body that takes longer is refused, so that slow senders do not hold the service."""

DEADLINE_SECONDS: Final = 30
"""From the end of a request's body to its answer, unless HUIJIAN_DEADLINE says otherwise: 64 profiles with pictures,
behind another batch of as many, need about 20; with strips that are seen in parts, or with animations, more."""


class DeadlineError(ValueError):
    """HUIJIAN_DEADLINE cannot be used."""


def deadline() -> float:
    """Seconds that a request may wait for its answer.

    Raises:
        DeadlineError: HUIJIAN_DEADLINE is no number of seconds between 0.1 and 600.
    """
    given = os.environ.get("HUIJIAN_DEADLINE") or DEADLINE_SECONDS
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0
    if not 0.1 <= seconds <= 600:
        raise DeadlineError(f"HUIJIAN_DEADLINE must be a number of seconds from 0.1 to 600, not {given!r}")
    return seconds

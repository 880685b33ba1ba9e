"""Time limits of one request."""

from __future__ import annotations

import os
from typing import Final

BODY_SECONDS: Final = 30
"""Time limit for a body, so that slow senders do not occupy the service."""

DEADLINE_SECONDS: Final = 30
"""Default time from the end of a body to its answer. Two batches of 64 profiles with pictures take about 20 s."""


class DeadlineError(ValueError):
    """HUIJIAN_DEADLINE cannot be used."""


def deadline() -> float:
    """Seconds that a request may wait for its answer: HUIJIAN_DEADLINE or the default.

    Raises:
        DeadlineError: HUIJIAN_DEADLINE is no number of seconds from 0.1 to 600.
    """
    given = os.environ.get("HUIJIAN_DEADLINE") or DEADLINE_SECONDS
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0
    if not 0.1 <= seconds <= 600:
        raise DeadlineError(f"HUIJIAN_DEADLINE must be a number of seconds from 0.1 to 600, not {given!r}")
    return seconds

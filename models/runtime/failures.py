"""What a log may say of an unexpected exception: where it was raised. Its message may hold what somebody sent."""

from __future__ import annotations

import traceback
from typing import Final

MAX_FRAMES: Final = 3
"""Callers that are named, the place of the failure among them."""


def safe_traceback(error: BaseException) -> str:
    """The exception's type, and the places in the code that it passed, innermost first."""
    frames = reversed(traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:])
    places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__name__} at {places}"

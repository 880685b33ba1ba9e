"""Log text for unexpected exceptions: type and traceback without the message, which may quote user content."""

from __future__ import annotations

import traceback
from typing import Final

MAX_FRAMES: Final = 3
"""Innermost frames of a traceback that are logged."""


def safe_traceback(error: BaseException) -> str:
    """The exception's type and its innermost frames (file, line, function), innermost first."""
    frames = reversed(traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:])
    lines = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__name__} at {lines}"

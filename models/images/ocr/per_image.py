"""What one detector found out about a picture, kept for another as long as the picture is."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")


class PerImage(Generic[T]):
    """A function of a picture that is computed once for each, however often it is asked.

    A picture is the array itself, not its content, which must not be changed: nothing is compared, and nothing outlives
    the array.

    Args:
        function: of pixels, RGB uint8 (height, width, 3).
    """

    def __init__(self, function: Callable[[np.ndarray], T]) -> None:
        self._function = function
        self._known: dict[int, tuple[T, float]] = {}

    def cached(self, pixels: np.ndarray) -> tuple[T, float] | None:
        """What it gave for a picture that it was asked about, and the seconds that took; nothing for others."""
        return self._known.get(id(pixels))

    def __call__(self, pixels: np.ndarray) -> tuple[T, float]:
        """What the function gives, and the seconds that took when it was computed."""
        key = id(pixels)
        if key not in self._known:
            start = time.perf_counter()
            value = self._function(pixels)
            seconds = time.perf_counter() - start
            weakref.finalize(pixels, self._known.pop, key, None)
            self._known[key] = value, seconds
        return self._known[key]

"""Memoizes a function of an image for the lifetime of its pixel array, so that detectors share results."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

from models.arrays import Pixels

T = TypeVar("T")


class PerImage(Generic[T]):
    """A function of an image, computed once per array.

    The key is the array's identity, not its content, which must not change. Results are dropped with the array.

    Args:
        function: takes pixels, RGB uint8 (height, width, 3).
    """

    def __init__(self, function: Callable[[Pixels], T]) -> None:
        self._function = function
        self._known: dict[int, tuple[T, float]] = {}

    def cached(self, pixels: Pixels) -> tuple[T, float] | None:
        """The cached result and the seconds it took; None if there is none."""
        return self._known.get(id(pixels))

    def __call__(self, pixels: Pixels) -> tuple[T, float]:
        """The result, and the seconds that its computation took."""
        key = id(pixels)
        if key not in self._known:
            start = time.perf_counter()
            value = self._function(pixels)
            seconds = time.perf_counter() - start
            weakref.finalize(pixels, self._known.pop, key, None)
            self._known[key] = value, seconds
        return self._known[key]

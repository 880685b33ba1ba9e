"""A second opinion that reads letters where the encoder reads meaning: character n-grams and one linear model.

Rare words decide what the encoder has hardly seen (slang of a trade, a brand, a formula of fraud), and n-grams learn
those from a handful of texts. Blended with the encoder they are better than either (`docs/text-model.md`).

Sources: TF-IDF (Salton and Buckley 1988) with sublinear term frequency, unit length and logistic regression per label.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float32]]

LONGEST = 4
"""Characters of the longest n-gram."""

START, END = "\x02", "\x03"
"""Mark where a text begins and ends: 第一 as a whole name is not 第一 within a sentence."""


class Ngrams:
    """Scores normalised texts for every label.

    Args:
        grams: the vocabulary, strings (n,).
        rarity: inverse document frequency of each, float32 (n,).
        weights: float (n, labels).
        offsets: float32 (labels,).
    """

    def __init__(self, grams: np.ndarray, rarity: Array, weights: np.ndarray, offsets: Array) -> None:
        self._rows = {gram: row for row, gram in enumerate(grams.tolist())}
        self._rarity, self._weights, self._offsets = rarity, weights, offsets

    @classmethod
    def load(cls, path: Path) -> Ngrams:
        """Read what `save` wrote.

        Raises:
            OSError, ValueError, KeyError: the file is missing or holds something else.
        """
        with np.load(path, allow_pickle=False) as arrays:
            return cls(arrays["grams"], arrays["rarity"], arrays["weights"], arrays["offsets"])

    def save(self, path: Path) -> None:
        """Write an `.npz` file; weights take half precision there."""
        np.savez_compressed(
            path,
            grams=np.array(list(self._rows)),
            rarity=self._rarity,
            weights=self._weights.astype(np.float16),
            offsets=self._offsets,
        )

    def __call__(self, text: str) -> Array:
        """Logits, float32 (labels,), in time linear in the text's length."""
        counts = Counter(row for gram in grams(text) if (row := self._rows.get(gram)) is not None)
        if not counts:
            return self._offsets
        rows = np.fromiter(counts, np.intp, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self._rarity[rows]
        values /= np.linalg.norm(values)
        return np.asarray(values @ self._weights[rows] + self._offsets, np.float32)


def grams(text: str) -> list[str]:
    """Every n-gram of 1 to `LONGEST` characters, repeated as often as it occurs."""
    marked = f"{START}{text}{END}"
    return [marked[at : at + size] for size in range(1, LONGEST + 1) for at in range(len(marked) - size + 1)]

"""A second opinion that reads letters where the encoder reads meaning: character n-grams and one linear model.

Rare words decide what the encoder has hardly seen (slang of a trade, a brand, a formula of fraud), and n-grams learn
those from a handful of texts. Blended with the encoder they are better than either (`docs/text-model.md`).

N-grams of sounds stay the same where characters are replaced by others that sound alike, or by their pinyin: what was
learnt from 微信 is found again in 威心 and weixin.

Sources: TF-IDF (Salton and Buckley 1988) with sublinear term frequency, unit length and logistic regression per label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from models.text.readings import SYLLABLE_END, near_sounds

Array = np.ndarray[Any, np.dtype[np.float32]]

LONGEST = 4
"""Characters or syllables of the longest n-gram."""

SOUND = "\x01"
"""Marks an n-gram of sounds."""

START, END = "\x02", "\x03"
"""Mark where a text begins and ends: 第一 as a whole name is not 第一 within a sentence."""

STEP = 0.25
"""Between saved weights: few different ones are packed into fewer bytes. On the validation texts macro F1 and recall,
plain and disguised, are those of exact weights, give or take 0.2 points."""


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
        """Write an `.npz` file, in it the weights as multiples of `STEP`."""
        np.savez_compressed(
            path,
            grams=np.array(list(self._rows)),
            rarity=self._rarity,
            weights=(np.round(self._weights / STEP) * STEP).astype(np.float16),
            offsets=self._offsets,
        )

    def __call__(self, text: str) -> Array:
        """Logits, float32 (labels,), in time linear in the text's length."""
        counts = Counter(map(self._rows.get, grams(text)))
        counts.pop(None, None)
        if not counts:
            return self._offsets
        rows = np.fromiter(counts, np.intp, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self._rarity[rows]
        values /= np.linalg.norm(values)
        return np.asarray(values @ self._weights[rows] + self._offsets, np.float32)


def grams(text: str) -> list[str]:
    """Every n-gram of 1 to `LONGEST` characters, and of near sounds, repeated as often as it occurs.

    An n-gram of sounds holds at least one syllable: others say no more than its characters.
    """
    heard = _grams([START, *near_sounds(text), END])
    return _grams([START, *text, END]) + [SOUND + gram for gram in heard if SYLLABLE_END in gram]


def _grams(pieces: Sequence[str]) -> list[str]:
    text = "".join(pieces)
    edges = [*accumulate(map(len, pieces), initial=0)]
    return [text[start:end] for size in range(1, LONGEST + 1) for start, end in zip(edges, edges[size:], strict=False)]

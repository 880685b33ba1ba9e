"""A linear model of character n-grams, blended with the encoder.

N-grams learn rare words (trade slang, brands, formulas of fraud) from a handful of texts, which the encoder hardly
does. The blend is better than either model (`docs/text-model.md`).

N-grams of sounds survive replacement of characters by others of equal sound or by pinyin. Features learnt from 微信
also occur in 威心 and weixin.

Sources: TF-IDF (Salton and Buckley 1988) with sublinear term frequency, unit length and logistic regression per label.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.arrays import Float32
from models.text.normalize.readings import SYLLABLE_END, near_sounds

Keys: TypeAlias = NDArray[np.uint64]

MAX_NGRAM_LENGTH = 4
"""Characters or syllables of the longest n-gram."""

SOUND_MARK = "\x01"
"""First character of an n-gram of sounds."""

TEXT_START, TEXT_END = "\x02", "\x03"
"""Boundary symbols: 第一 as a whole name differs from 第一 within a sentence."""

WEIGHT_STEP = 0.25
"""Step of saved weights, which compress better so; macro F1 and recall on validation texts change by at most 0.2
points."""

HASH_BASE = 0x9E3779B97F4A7C15
"""Odd base of the polynomial hash of an n-gram (Karp and Rabin 1987). Hash lookups take a quarter of a dictionary's
time."""

HASH_BASE_INVERSE = pow(HASH_BASE, -1, 1 << 64)
"""Inverse of the base modulo 2^64."""


class Ngrams:
    """Logistic regression on TF-IDF of n-grams, for every label.

    Args:
        grams: vocabulary, strings (n,).
        rarity: inverse document frequencies, float32 (n,).
        weights: weights, float (n, labels).
        offsets: intercepts, float32 (labels,).
    """

    def __init__(self, grams: np.ndarray, rarity: Float32, weights: np.ndarray, offsets: Float32) -> None:
        self._grams, self._rarity, self._weights, self._offsets = grams, rarity, weights, offsets
        keys = hash_ngrams(grams)
        self._rows = np.argsort(keys)
        self._keys = keys[self._rows]

    @classmethod
    def load(cls, path: Path) -> Ngrams:
        """Read what `save` wrote.

        Raises:
            OSError, ValueError, KeyError: the file is missing or holds something else.
        """
        with np.load(path, allow_pickle=False) as arrays:
            return cls(arrays["grams"], arrays["rarity"], arrays["weights"], arrays["offsets"])

    def save(self, path: Path) -> None:
        """Write an `.npz` file with weights rounded to multiples of `WEIGHT_STEP`."""
        np.savez_compressed(
            path,
            grams=self._grams,
            rarity=self._rarity,
            weights=(np.round(self._weights / WEIGHT_STEP) * WEIGHT_STEP).astype(np.float16),
            offsets=self._offsets,
        )

    def __call__(self, text: str) -> Float32:
        """Logits, float32 (labels,), in time linear in the text's length."""
        keys = text_hashes(text)
        indices = np.searchsorted(self._keys, keys).clip(max=len(self._keys) - 1)
        rows, counts = np.unique(self._rows[indices[self._keys[indices] == keys]], return_counts=True)
        if not len(rows):
            return self._offsets
        values = (1 + np.log(counts.astype(np.float32))) * self._rarity[rows]
        values /= np.linalg.norm(values)
        return np.asarray(values @ self._weights[rows] + self._offsets, np.float32)


def grams(text: str) -> list[str]:
    """All n-grams of 1 to `MAX_NGRAM_LENGTH` characters, then of near sounds, with repetitions.

    An n-gram of sounds holds at least one syllable; others would duplicate n-grams of characters.
    """
    sounds = _grams([TEXT_START, *near_sounds(text), TEXT_END])
    return _grams([TEXT_START, *text, TEXT_END]) + [SOUND_MARK + gram for gram in sounds if SYLLABLE_END in gram]


def _grams(pieces: Sequence[str]) -> list[str]:
    text = "".join(pieces)
    edges = [*accumulate(map(len, pieces), initial=0)]
    return [
        text[start:end]
        for size in range(1, MAX_NGRAM_LENGTH + 1)
        for start, end in zip(edges, edges[size:], strict=False)
    ]


def hash_ngrams(grams: np.ndarray) -> Keys:
    """Hashes of strings (n,), uint64 (n,)."""
    strings = np.asarray(grams, str)
    keys = np.zeros(len(strings), np.uint64)
    for characters in strings.view(np.uint32).reshape(len(strings), -1).T:
        # NumPy pads shorter strings with zeros.
        keys = np.where(characters > 0, keys * np.uint64(HASH_BASE) + characters, keys)
    return keys


def text_hashes(text: str) -> Keys:
    """Hashes of the n-grams that `grams` returns, in another order, uint64 (n,)."""
    sounds = [TEXT_START, *near_sounds(text), TEXT_END]
    is_syllable = np.array([SYLLABLE_END in piece for piece in sounds])
    return np.concatenate([_keys([TEXT_START, *text, TEXT_END]), _keys(sounds, is_syllable)])


def _keys(pieces: Sequence[str], syllables: np.ndarray | None = None) -> Keys:
    """Rolling hashes of all n-grams of some pieces.

    Args:
        syllables: which pieces are syllables, bool (pieces,). If given, n-grams of sounds: marked, and only those with
            a syllable.
    """
    codes = np.frombuffer("".join(pieces).encode("utf-32-le", "surrogatepass"), np.uint32)
    powers, inverses = _powers(-(-len(codes) // 1024) * 1024)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(codes * inverses[: len(codes)])])
    edges = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])])
    before = None if syllables is None else np.concatenate([[0], np.cumsum(syllables)])
    found = []
    for size in range(1, MAX_NGRAM_LENGTH + 1):
        starts, ends = edges[:-size], edges[size:]
        keys = (sums[ends] - sums[starts]) * powers[ends - 1]
        if before is not None:
            keys = (keys + np.uint64(ord(SOUND_MARK)) * powers[ends - starts])[before[size:] > before[:-size]]
        found.append(keys)
    return np.concatenate(found)


@lru_cache
def _powers(count: int) -> tuple[Keys, Keys]:
    """Powers 0 to `count` of the base and of its inverse, modulo 2^64, uint64 (count + 1,) each."""
    factors = np.ones((2, count + 1), np.uint64)
    factors[0, 1:], factors[1, 1:] = HASH_BASE, HASH_BASE_INVERSE
    powers, inverses = np.cumprod(factors, axis=1, dtype=np.uint64)
    return powers, inverses

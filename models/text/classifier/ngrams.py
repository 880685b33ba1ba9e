"""A second opinion that reads letters where the encoder reads meaning: character n-grams and one linear model.

Rare words decide what the encoder has hardly seen (slang of a trade, a brand, a formula of fraud), and n-grams learn
those from a handful of texts. Blended with the encoder they are better than either (`docs/text-model.md`).

N-grams of sounds stay the same where characters are replaced by others that sound alike, or by their pinyin: what was
learnt from 微信 is found again in 威心 and weixin.

Sources: TF-IDF (Salton and Buckley 1988) with sublinear term frequency, unit length and logistic regression per label.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from models.text.normalize.readings import SYLLABLE_END, near_sounds

Array = np.ndarray[Any, np.dtype[np.float32]]
Keys = np.ndarray[Any, np.dtype[np.uint64]]

MAX_NGRAM_LENGTH = 4
"""Characters or syllables of the longest n-gram."""

SOUND_MARK = "\x01"
"""Marks an n-gram of sounds."""

TEXT_START, TEXT_END = "\x02", "\x03"
"""Mark where a text begins and ends: 第一 as a whole name is not 第一 within a sentence."""

WEIGHT_STEP = 0.25
"""Between saved weights: few different ones are packed into fewer bytes. On the validation texts macro F1 and recall,
plain and disguised, are those of exact weights, give or take 0.2 points."""


HASH_BASE = 0x9E3779B97F4A7C15
"""Of the polynomial hash that stands for an n-gram (Karp and Rabin 1987), odd: it can be divided by. A hundred thousand
strings in a table of Python's lie all over the memory, and looking up a thousand takes four times as long."""

HASH_BASE_INVERSE = pow(HASH_BASE, -1, 1 << 64)


class Ngrams:
    """Scores normalised texts for every label.

    Args:
        grams: the vocabulary, strings (n,).
        rarity: inverse document frequency of each, float32 (n,).
        weights: float (n, labels).
        offsets: float32 (labels,).
    """

    def __init__(self, grams: np.ndarray, rarity: Array, weights: np.ndarray, offsets: Array) -> None:
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
        """Write an `.npz` file, in it the weights as multiples of `WEIGHT_STEP`."""
        np.savez_compressed(
            path,
            grams=self._grams,
            rarity=self._rarity,
            weights=(np.round(self._weights / WEIGHT_STEP) * WEIGHT_STEP).astype(np.float16),
            offsets=self._offsets,
        )

    def __call__(self, text: str) -> Array:
        """Logits, float32 (labels,), in time linear in the text's length."""
        keys = text_hashes(text)
        places = np.searchsorted(self._keys, keys).clip(max=len(self._keys) - 1)
        rows, counts = np.unique(self._rows[places[self._keys[places] == keys]], return_counts=True)
        if not len(rows):
            return self._offsets
        values = (1 + np.log(counts.astype(np.float32))) * self._rarity[rows]
        values /= np.linalg.norm(values)
        return np.asarray(values @ self._weights[rows] + self._offsets, np.float32)


def grams(text: str) -> list[str]:
    """Every n-gram of 1 to `MAX_NGRAM_LENGTH` characters, and of near sounds, repeated as often as it occurs.

    An n-gram of sounds holds at least one syllable: others say no more than its characters.
    """
    heard = _grams([TEXT_START, *near_sounds(text), TEXT_END])
    return _grams([TEXT_START, *text, TEXT_END]) + [SOUND_MARK + gram for gram in heard if SYLLABLE_END in gram]


def _grams(pieces: Sequence[str]) -> list[str]:
    text = "".join(pieces)
    edges = [*accumulate(map(len, pieces), initial=0)]
    return [
        text[start:end]
        for size in range(1, MAX_NGRAM_LENGTH + 1)
        for start, end in zip(edges, edges[size:], strict=False)
    ]


def hash_ngrams(grams: np.ndarray) -> Keys:
    """A number for each of the strings (n,), uint64 (n,)."""
    strings = np.asarray(grams, str)
    keys = np.zeros(len(strings), np.uint64)
    for characters in strings.view(np.uint32).reshape(len(strings), -1).T:
        keys = np.where(characters > 0, keys * np.uint64(HASH_BASE) + characters, keys)  # strings end in zeros
    return keys


def text_hashes(text: str) -> Keys:
    """The numbers of all that `grams` gives, in another order, uint64 (n,)."""
    heard = [TEXT_START, *near_sounds(text), TEXT_END]
    syllables = np.array([SYLLABLE_END in piece for piece in heard])
    return np.concatenate([_keys([TEXT_START, *text, TEXT_END]), _keys(heard, syllables)])


def _keys(pieces: Sequence[str], syllables: np.ndarray | None = None) -> Keys:
    """Of every n-gram; of sounds, where it is said which pieces are syllables, only of those with a syllable."""
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
    """Powers 0 to `count` of the base and of its inverse, modulo 2^64."""
    factors = np.ones((2, count + 1), np.uint64)
    factors[0, 1:], factors[1, 1:] = HASH_BASE, HASH_BASE_INVERSE
    powers, inverses = np.cumprod(factors, axis=1, dtype=np.uint64)
    return powers, inverses

"""Estimates how rare a name is, in bits: 王建国 and momo are common, 半糖去冰的夏天 is rare.

A rare name is stronger evidence that an account is a closed one returning. The probability of a name comes from a
character bigram model of the corpus' names, with Witten-Bell smoothing (Witten and Bell 1991).

Source: `datasets/names/pairs.tsv`, counted by `python -m training.accounts names`.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import pairwise
from math import log2

from models.accounts.names import NameMatch
from models.runtime.paths import DATASETS
from models.text.normalize.normalize import Normalized
from models.text.normalize.readings import ReadingKind, readings

PAIRS_FILE = DATASETS / "names" / "pairs.tsv"

NAME_EDGE = "\n"
"""Boundary symbol before and after a name."""

MAX_CHARACTER_BITS, MAX_ASCII_BITS = 3.5, 2.0
"""Limits on bits per character, below those of large language models: the corpus is small, and names are common
phrases."""

SHAPE_BITS_SHARE, SOUND_BITS_SHARE = 0.99, 0.79
"""Shares of a character's 9.85 bits kept by its components (9.77) and by its toneless syllable (7.78), measured on the
corpus."""


def bits(name: Normalized, near: NameMatch = NameMatch.SAME) -> float:
    """Rarity in bits: minus log2 of the probability that an unrelated account's name matches in this way."""
    text = readings(name, [ReadingKind.JOINED])[0].text.strip()
    full = sum(_bits(before, after) for before, after in pairwise([NAME_EDGE, *text, NAME_EDGE]))
    return full * {NameMatch.SAME: 1.0, NameMatch.SHAPE: SHAPE_BITS_SHARE, NameMatch.SOUND: SOUND_BITS_SHARE}[near]


def _bits(before: str, after: str) -> float:
    """Bits of a character, given the one before it."""
    pairs, firsts, kinds, seconds = _counts()
    alone = (seconds[after] + 1) / (seconds.total() + len(seconds))
    backing = kinds[before] or 1
    chance = (pairs[before, after] + backing * alone) / (firsts[before] + backing)
    return min(-log2(chance), MAX_ASCII_BITS if after.isascii() else MAX_CHARACTER_BITS)


@cache
def _counts() -> tuple[Counter[tuple[str, str]], Counter[str], Counter[str], Counter[str]]:
    """Counts of pairs, of first characters, of different pairs per first character, and of second characters."""
    pairs = Counter[tuple[str, str]]()
    for line in PAIRS_FILE.read_text(encoding="utf-8").splitlines():
        pair, found = line.split("\t")
        first, second = (NAME_EDGE if char == "_" else char for char in pair)
        pairs[first, second] = int(found)
    firsts, kinds, seconds = Counter[str](), Counter[str](), Counter[str]()
    for (before, after), count in pairs.items():
        firsts[before] += count
        kinds[before] += 1
        seconds[after] += count
    return pairs, firsts, kinds, seconds

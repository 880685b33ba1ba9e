"""How many people bear a name: 王建国 thousands, momo as many, 半糖去冰的夏天 hardly anybody.

Whether somebody with the name of a closed account is its owner depends on it. The chance that anybody picks a name is
that of its characters, each after the one before it, in the names of the corpus (Witten and Bell 1991 for pairs that
were not seen).

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
"""Stands before and after a name."""

MAX_CHARACTER_BITS, MAX_ASCII_BITS = 3.5, 2.0
"""No character says more than this, less than large language models need for one of Chinese and of English text: the
corpus is small, and names are phrases that others use too (岁月静好, 往后余生, kevin)."""

SHAPE_BITS_SHARE, SOUND_BITS_SHARE = 0.99, 0.79
"""How much of a name's bits is in its shape and in its sound: of single characters of the corpus, 9.85 bits, there are
9.77 in the components and 7.78 in the toneless syllable."""


def bits(name: Normalized, near: NameMatch = NameMatch.SAME) -> float:
    """Minus the binary logarithm of the chance that an unrelated account has a name that agrees so nearly."""
    text = readings(name, [ReadingKind.JOINED])[0].text.strip()
    full = sum(_bits(before, after) for before, after in pairwise([NAME_EDGE, *text, NAME_EDGE]))
    return full * {NameMatch.SAME: 1.0, NameMatch.SHAPE: SHAPE_BITS_SHARE, NameMatch.SOUND: SOUND_BITS_SHARE}[near]


def _bits(before: str, after: str) -> float:
    """What a character says after another."""
    pairs, firsts, kinds, seconds = _counts()
    alone = (seconds[after] + 1) / (seconds.total() + len(seconds))
    backing = kinds[before] or 1
    chance = (pairs[before, after] + backing * alone) / (firsts[before] + backing)
    return min(-log2(chance), MAX_ASCII_BITS if after.isascii() else MAX_CHARACTER_BITS)


@cache
def _counts() -> tuple[Counter[tuple[str, str]], Counter[str], Counter[str], Counter[str]]:
    """Pairs; how often each character is first in one, and in how many different ones; how often second."""
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

"""Disguises for tests alone, written apart from those that training uses.

A model that was trained with disguises must be tested with others. These and their tables
(`datasets/bios/test-disguises.yaml`) were written for the test alone.

Training (`training/text/data/disguises.py`) has no foreign letters, no styled ones but full-width, and no other digits
but for 一. Its few emoji and invisible characters are none of these; its symbols and look-alikes are others. Both have
the disguises that people write in one way only: same sound, pinyin, initial, parts, traditional form.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import cache, partial

import numpy as np
import opencc
import yaml
from pypinyin import Style, pinyin

from models.profile import MAX_LENGTH
from training.text.data.corpus import DATASET, Case

TABLES = DATASET / "test-disguises.yaml"

REPLACED_SHARE = 0.6
"""Fraction of the known characters of the evidence that is replaced: readers must still understand it."""

LETTERS = str.maketrans(
    dict(
        zip(
            "acehijkmnopqstuvwxyABCEHIKMNOPSTVXYZ",
            "\u0430\u0441\u0435\u04bb\u0456\u0458\u043a\u043c\u043f\u043e\u0440\u051b\u0455\u03c4\u03c5\u03bd\u03c9\u0445\u0443"
            "\u0391\u0392\u0421\u0415\u041d\u0406\u039a\u041c\u039d\u041e\u0420\u0405\u0422\u0474\u03a7\u0423\u0396",
            strict=True,
        )
    )
)
"""Latin letters as Cyrillic and Greek ones."""

DIGITS = (
    "零一二三四五六七八九",
    "〇壹贰叁肆伍陆柒捌玖",
    "⓪①②③④⑤⑥⑦⑧⑨",
    "₀₁₂₃₄₅₆₇₈₉",
    "🄀⒈⒉⒊⒋⒌⒍⒎⒏⒐",
    "洞幺两三四五六拐八勾",
)
"""Ways to write 0 to 9."""

ALPHABETS = ((0x1D400, 0x1D41A), (0x1D670, 0x1D68A), (0x24B6, 0x24D0), (0x1D5D4, 0x1D5EE), (0x1F130, 0x1F130))
"""Code points of other shapes of A and a: bold, monospaced, circled, sans-serif bold, squared."""

SYMBOLS = ("☆", "♪", "^", "|", "＝", ";", "…", "》", "°", "♥", "🔸", "🍀")

INVISIBLE = ("\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u0336", "\u0338", "\u20dd")
"""Invisible characters, and marks that strike through the character before them."""

Way = Callable[[str, np.random.Generator], str]
"""Rewrites a piece of evidence."""


def disguised(case: Case, rng: np.random.Generator) -> tuple[str, str] | None:
    """A violating text with all its evidence disguised in one random way, among those that change it.

    Returns:
        The name of the way and the text; None where no way changes the text or all make it too long for its field.
    """
    parts = sorted({part for several in case.evidence.values() for part in several}, key=len, reverse=True)
    evidence = re.compile("|".join(map(re.escape, parts)))
    for way in rng.permutation(list(WAYS)) if parts else ():
        text = evidence.sub(lambda found, way=way: WAYS[way](found[0], rng), case.text)  # type: ignore[misc]
        if text != case.text and len(text) <= MAX_LENGTH[case.field]:
            return str(way), text
    return None


def _from_table(name: str, piece: str, rng: np.random.Generator, *, choose: bool = False) -> str:
    """Replace `REPLACED_SHARE` of the known characters by the table's entry, or by one of its characters."""
    table = _tables()[name]
    known = [index for index, character in enumerate(piece) if character in table]
    characters = list(piece)
    for index in rng.permutation(known)[: math.ceil(REPLACED_SHARE * len(known))]:
        substitute = table[piece[index]]
        characters[index] = substitute[rng.integers(len(substitute))] if choose else substitute
    return "".join(characters)


def _between(symbols: tuple[str, ...], piece: str, rng: np.random.Generator) -> str:
    """One symbol between all characters; a single character gets it after itself."""
    symbol = symbols[rng.integers(len(symbols))]
    return symbol.join(piece) if len(piece) > 1 else piece + symbol


def _letters(piece: str, _: np.random.Generator) -> str:
    return piece.translate(LETTERS)


def _digits(piece: str, rng: np.random.Generator) -> str:
    return piece.translate(str.maketrans("0123456789", DIGITS[rng.integers(len(DIGITS))]))


def _alphabet(piece: str, rng: np.random.Generator) -> str:
    upper, lower = ALPHABETS[rng.integers(len(ALPHABETS))]
    shapes = {ord("A") + index: upper + index for index in range(26)}
    return piece.translate(shapes | {ord("a") + index: lower + index for index in range(26)})


def _traditional(piece: str, _: np.random.Generator) -> str:
    return str(_to_hong_kong().convert(piece))


def _spelt(style: Style, piece: str, rng: np.random.Generator) -> str:
    """Two neighbouring characters as their pinyin."""
    pairs = [match.start() for match in re.finditer("(?=[\u4e00-\u9fff]{2})", piece)]
    if not pairs:
        return piece
    start = pairs[rng.integers(len(pairs))]
    sounds = "".join(sound for (sound,) in pinyin(piece[start : start + 2], style=style))
    return piece[:start] + sounds + piece[start + 2 :]


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    table: Mapping[str, Mapping[str, str]] = yaml.safe_load(TABLES.read_text(encoding="utf-8"))
    return table


@cache
def _to_hong_kong() -> opencc.OpenCC:
    return opencc.OpenCC("s2hk")


WAYS: Mapping[str, Way] = {
    "同音字 same sound": partial(_from_table, "same_sound", choose=True),
    "形近字 same shape": partial(_from_table, "same_shape"),
    "拆字 split characters": partial(_from_table, "parts"),
    "表情 emoji": partial(_from_table, "emoji"),
    "外文字母 foreign letters": _letters,
    "异体数字 other digits": _digits,
    "花体字母 styled letters": _alphabet,
    "夹符号 symbols between": partial(_between, SYMBOLS),
    "隐形字符 invisible characters": partial(_between, INVISIBLE),
    "繁体 traditional": _traditional,
    "拼音 pinyin": partial(_spelt, Style.TONE),
    "拼音首字母 initials": partial(_spelt, Style.FIRST_LETTER),
}
"""Ways of disguise by name, as tables print them."""

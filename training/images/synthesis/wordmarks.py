"""Invented wordmarks for training: names of no company, set in type as newspapers, stations and companies do.

Groups of them share typeface, colours and ground and differ in their letters alone, as mastheads do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from training.images.drawings.media import wordmark
from training.images.drawings.type import CHINESE_TYPEFACES, LATIN_TYPEFACES, Face

NAME_CHARACTERS = "江海山河云星晨晓北南东西华新文光长安明远金玉松竹春秋天地人民青年城乡"
NAME_CHARACTERS += "湖岭关原石林泉峰港湾桥塔宁康泰和平正大中立言信达通博雅思源"
"""Characters that names begin with."""

# fmt: off
NAME_SUFFIXES = [
    "日报", "晚报", "早报", "时报", "周刊", "新闻", "卫视", "电视台", "之声", "在线", "视界", "快讯", "财经",
    "观察", "传媒", "网", "集团", "银行", "医院", "大学", "科技", "出版社", "论坛", "评论", "画报",
    "体育", "影视", "广播",
]
LATIN_SYLLABLES = (
    "ra", "no", "ve", "mi", "ta", "lo", "ki", "sun", "for", "ber", "tel", "gra", "pol", "wes", "dan", "cor",
    "qua",
)
# fmt: on
LATIN_SUFFIXES = ("", "", " NEWS", " TV", " TIMES", " POST", " DAILY", " MEDIA", " 24", " ONE")

WORDMARKS_PER_SETTING = 3
"""Wordmarks in a group that differ in their letters alone."""

WORDMARK_LATIN_TYPEFACES: tuple[Face, ...] = ("sans", "black", "serif", *LATIN_TYPEFACES)
"""Typefaces for Latin wordmarks; the brush typefaces lack most Latin letters."""

Generator = np.random.Generator


def invented_wordmarks(count: int, seed: int = 11, start: int = 0) -> Iterator[str]:
    """SVGs of `count` wordmarks from the number `start` on; each depends on its number and the seed alone."""
    for number in range(start, start + count):
        form = np.random.default_rng((seed, 0, number // WORDMARKS_PER_SETTING))
        yield wordmark(f"invented {number}", **_setting(form, np.random.default_rng((seed, 1, number))))


def _setting(form: Generator, letters: Generator) -> dict[str, Any]:
    """Lines, ground and shape, as `wordmark` takes them.

    Args:
        form: generator of all that a group shares.
        letters: generator of the letters.
    """
    has_ground = form.random() < 0.4
    ink = "#ffffff" if has_ground else "#111111" if form.random() < 0.4 else _colour(form, 170)
    is_chinese = [form.random() < 0.5]
    if form.random() < 0.4:
        is_chinese.append(form.random() < 0.5)
    sizes = [200, int(form.integers(50, 200))]
    lines = [_line(form, letters, chinese, size, ink) for chinese, size in zip(is_chinese, sizes, strict=False)]
    shape = ("square", "wide")[int(form.integers(2))] if has_ground else None
    return {"lines": lines, "ground": _colour(form, 200) if has_ground else None, "shape": shape}


def _line(form: Generator, letters: Generator, is_chinese: bool, size: int, ink: str) -> dict[str, Any]:
    face = str(form.choice(list(CHINESE_TYPEFACES) if is_chinese else WORDMARK_LATIN_TYPEFACES))
    is_upper, words = bool(form.random() < 0.6), int(form.choice([1, 1, 2, 3]))
    content = _chinese(letters) if is_chinese else _latin(letters, is_upper, words)
    return {"text": content, "size": size, "colour": ink, "face": face}


def _chinese(letters: Generator) -> str:
    return "".join(letters.choice(list(NAME_CHARACTERS), letters.integers(1, 3))) + str(letters.choice(NAME_SUFFIXES))


def _latin(letters: Generator, is_upper: bool, words: int) -> str:
    """One to three words, or an abbreviation, at times with a suffix."""
    if words == 1 and letters.random() < 0.4:
        short = "".join(letters.choice(list("ABCDEFGHIKLMNOPRSTUVXZ"), letters.integers(2, 5)))
        return short + str(letters.choice(LATIN_SUFFIXES))
    name = " ".join("".join(letters.choice(LATIN_SYLLABLES, letters.integers(2, 4))) for _ in range(words))
    return (name.upper() if is_upper else name.title()) + str(letters.choice(LATIN_SUFFIXES))


def _colour(rng: Generator, brightest: int) -> str:
    red, green, blue = rng.integers(0, brightest, 3)
    return f"#{red:02x}{green:02x}{blue:02x}"

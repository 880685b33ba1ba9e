"""Invented wordmarks: names that nobody bears, set in type the way newspapers, stations and firms set theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from training.images.drawings.media import wordmark
from training.images.drawings.type import FACES

HEADS = "江海山河云星晨晓北南东西华新文光长安明远金玉松竹春秋天地人民青年城乡"
HEADS += "湖岭关原石林泉峰港湾桥塔宁康泰和平正大中立言信达通博雅思源"
TAILS = [
    "日报",
    "晚报",
    "早报",
    "时报",
    "周刊",
    "新闻",
    "卫视",
    "电视台",
    "之声",
    "在线",
    "视界",
    "快讯",
    "财经",
    "观察",
    "传媒",
    "网",
    "集团",
    "银行",
    "医院",
    "大学",
    "科技",
    "出版社",
    "论坛",
    "评论",
    "画报",
    "体育",
    "影视",
    "广播",
]
SYLLABLES = (
    "ra",
    "no",
    "ve",
    "mi",
    "ta",
    "lo",
    "ki",
    "sun",
    "for",
    "ber",
    "tel",
    "gra",
    "pol",
    "wes",
    "dan",
    "cor",
    "qua",
)
ENDS = ("", "", " NEWS", " TV", " TIMES", " POST", " DAILY", " MEDIA", " 24", " ONE")

Generator = np.random.Generator


def invented(count: int, seed: int = 11) -> Iterator[str]:
    """SVGs of so many wordmarks; the same seed gives the same ones."""
    for number in range(count):
        draw = np.random.default_rng((seed, number))
        yield wordmark(f"invented {number}", **_setting(draw))


def _setting(draw: Generator) -> dict[str, Any]:
    """Lines, ground and shape, as `wordmark` takes them."""
    has_ground = draw.random() < 0.5
    ink = "#fff" if has_ground else _colour(draw, 170)
    texts = [_chinese(draw) if draw.random() < 0.6 else _latin(draw)]
    if draw.random() < 0.5:
        texts.append(_latin(draw) if draw.random() < 0.6 else _chinese(draw))
    sizes = [200, int(draw.integers(50, 200))]
    lines = [
        {"text": text, "size": size, "colour": ink, "face": _face(draw, text)}
        for text, size in zip(texts, sizes, strict=False)
    ]
    shape = ("square", "wide")[int(draw.integers(2))] if has_ground else None
    return {"lines": lines, "ground": _colour(draw, 200) if has_ground else None, "shape": shape}


def _chinese(draw: Generator) -> str:
    return "".join(draw.choice(list(HEADS), draw.integers(1, 3))) + str(draw.choice(TAILS))


def _latin(draw: Generator) -> str:
    if draw.random() < 0.4:
        return "".join(draw.choice(list("ABCDEFGHIKLMNOPRSTUVXZ"), draw.integers(2, 5))) + str(draw.choice(ENDS))
    word = "".join(draw.choice(SYLLABLES, draw.integers(2, 4)))
    return (word.upper() if draw.random() < 0.6 else word.title()) + str(draw.choice(ENDS))


def _face(draw: Generator, text: str) -> str:
    # The brush hands hold few Latin letters and none of the rarer characters.
    faces = list(FACES) if not text.isascii() else ["sans", "black", "serif"]
    return str(draw.choice(faces))


def _colour(draw: Generator, brightest: int) -> str:
    red, green, blue = draw.integers(0, brightest, 3)
    return f"#{red:02x}{green:02x}{blue:02x}"

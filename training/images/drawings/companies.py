"""Marks of Chinese banks with simple public geometry, and landmarks that official accounts often show."""

from __future__ import annotations

from training.images.drawings.china.emblem import gate
from training.images.drawings.shapes import GOLD, RED, arc, disc, great_wall, group, path, picture, polygon, rectangle
from training.images.drawings.type import text


def bank_of_china() -> str:
    """Bank of China: an old coin with a thread through its square hole."""
    coin = disc(256, 256, 216, "none", "#b81c22", 44) + rectangle(180, 180, 152, 152, "#b81c22", 34)
    hole = rectangle(214, 214, 84, 84, "#fff", 14)
    thread = rectangle(236, 40, 40, 144, "#b81c22") + rectangle(236, 328, 40, 144, "#b81c22")
    return picture(512, 512, coin, thread, hole, rule="中国银行行标（1986）：古钱与“中”字")


def industrial_commercial_bank() -> str:
    """ICBC: the character 工, divided by a line, in a ring."""
    work = "M132 132H244V186H200V244H160V268H200V326H244V380H132ZM380 132H268V186H312V244H352V268H312V326H268V380H380Z"
    return picture(
        512,
        512,
        disc(256, 256, 224, "none", "#c7000b", 34),
        path(work, "#c7000b"),
        rule="中国工商银行行标：隐含“工”字的方孔圆币",
    )


def construction_bank() -> str:
    """China Construction Bank: a coin opened to a C, with a bar across its corner."""
    ring = path(arc(250, 270, 168, 62, 388), "none", "#0066b3", 76)
    square = "M250 200L320 270L250 340L180 270ZM250 226L206 270L250 314L294 270Z"
    bars = polygon([(300, 40), (348, 22), (470, 144), (440, 176)], "#0066b3")
    return picture(
        512,
        512,
        ring,
        path(square, "#0066b3", extra='fill-rule="evenodd"'),
        bars,
        rule="中国建设银行行标：古铜钱与双 C",
    )


def agricultural_bank() -> str:
    """Agricultural Bank of China: an ear of wheat of straight strokes, in a ring."""
    strokes = "".join(
        path(f"M256 {150 + 62 * at}L{256 + side * 112} {96 + 62 * at}V{140 + 62 * at}L256 {194 + 62 * at}Z", "#007b6e")
        for at in range(4)
        for side in (-1, 1)
    )
    return picture(
        512,
        512,
        disc(256, 256, 222, "none", "#007b6e", 36),
        strokes,
        rectangle(238, 110, 36, 318, "#007b6e"),
        rule="中国农业银行行标：麦穗与古钱",
    )


def merchants_bank() -> str:
    """China Merchants Bank: an M in a ring."""
    letter = "M118 350L196 160L256 270L316 160L394 350H330L304 268L256 352L208 268L182 350Z"
    return picture(
        512, 512, disc(256, 256, 220, "none", "#c7152f", 40), path(letter, "#c7152f"), rule="招商银行行标：圆中 M"
    )


def tiananmen() -> str:
    """Tiananmen in gold on red."""
    return picture(
        640, 400, rectangle(0, 0, 640, 400, RED), group(gate(), move=(320, 310), scale=1.02), rule="天安门正面轮廓"
    )


def tiananmen_outline() -> str:
    """Tiananmen with 北京天安门 below."""
    return picture(
        560,
        330,
        group(gate(), move=(280, 210), scale=0.94),
        text("北京天安门", 280, 300, 72, RED, "serif"),
        rule="天安门正面轮廓",
    )


def wall_mark() -> str:
    """The Great Wall in gold."""
    return picture(640, 280, great_wall(320, 270, 620, 260, GOLD, "#7a5a00"), rule="长城烽火台轮廓")


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "bank-of-china": bank_of_china(),
        "icbc": industrial_commercial_bank(),
        "construction-bank": construction_bank(),
        "agricultural-bank": agricultural_bank(),
        "merchants-bank": merchants_bank(),
        "tiananmen": tiananmen(),
        "tiananmen-outline": tiananmen_outline(),
        "great-wall": wall_mark(),
    }

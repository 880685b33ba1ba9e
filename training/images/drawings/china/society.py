"""Emblems of the CPPCC, of the trade unions and of the Red Cross Society of China."""

from __future__ import annotations

from training.images.drawings.shapes import (
    FLAT,
    GOLD,
    METAL,
    Palette,
    Point,
    disc,
    ellipse,
    faceted_star,
    gear,
    group,
    laurel,
    metal,
    path,
    picture,
    polar,
    polygon,
    rectangle,
    wheat,
)
from training.images.drawings.type import ring_text

CPPCC_RULE = "政协会徽（1949）：红星、四面红旗、白色地球和红色中国地图、蔚蓝光芒天幕、瓦蓝齿轮、金黄麦穗、红色缎带"
UNION_RULE = "中国工会会徽：直径 20A，笔画 1.4A，外圆线 0.3A，间距 1.25A，“工”字上下半圆间距 1.5A"
RED_CROSS_RULE = "中国红十字会会徽：金黄色橄榄枝环绕白底红十字"
AZURE, TILE = "#4aa8e8", "#1f6fb5"


def _union_mark(palette: Palette) -> str:
    """中 and 工 as circles in each other, after the published measures in units of A, the centre at (0, 0)."""
    line = disc(0, 0, 9.85, palette.red, palette.gold, 0.3)
    ring = disc(0, 0, 7.75, "none", palette.gold, 1.4)
    stem = rectangle(-0.7, -8.45, 1.4, 16.9, palette.gold)
    bow = "M-5.75 -0.75A5.8 5.8 0 0 1 5.75 -0.75H4.34A4.4 4.4 0 0 0 -4.34 -0.75Z"
    foot = group(path(bow, palette.gold), turn=180)
    return line + ring + stem + path(bow, palette.gold) + foot


def trade_union_emblem() -> str:
    """The emblem of China's trade unions in gold on red."""
    palette = Palette("#ffe600", "#ffe600", "#e60012", "", "", "")
    return picture(20, 20, group(_union_mark(palette), move=(10, 10)), rule=UNION_RULE)


def trade_union_emblem_metal() -> str:
    """The emblem of China's trade unions as a badge of gold and enamel."""
    return picture(20, 20, metal(), group(_union_mark(METAL), move=(10, 10)), rule=UNION_RULE)


def red_cross_society_emblem() -> str:
    """The emblem of the Red Cross Society of China: red cross between olive twigs that cross at the foot."""
    gold = "#ffc60a"
    twig = laurel(256, 250, 196, 172, 352, 92, gold)
    cross = path("M214 138H298V214H374V298H298V374H214V298H138V214H214Z", "#f40000")
    return picture(512, 512, twig, group(twig, move=(512, 0), mirror=True), cross, rule=RED_CROSS_RULE)


CHINA: tuple[Point, ...] = (
    (8, 30),
    (24, 20),
    (36, 8),
    (46, 22),
    (64, 30),
    (88, 32),
    (108, 24),
    (122, 4),
    (140, 10),
    (158, 24),
    (150, 40),
    (134, 48),
    (122, 56),
    (130, 66),
    (140, 84),
    (138, 102),
    (124, 118),
    (106, 124),
    (92, 118),
    (80, 120),
    (72, 106),
    (66, 92),
    (48, 90),
    (28, 82),
    (14, 62),
)
"""A coarse outline of China in 170 by 130 units."""


def _cppcc_flag(angle: float) -> str:
    """One of the four red flags, its pole from behind the globe outwards."""
    cloth = path("M0 -120C18 -132 40 -112 62 -124L62 -196C40 -184 18 -204 0 -192Z", "#e0241b", GOLD, 3)
    return group(rectangle(-3, -200, 6, 150, GOLD), cloth, move=(256, 262), turn=angle)


def _cppcc_mark(palette: Palette) -> str:
    """Star, flags and globe on a radiant sky; a gear to the left, wheat to the right, a ribbon below; 512 by 520."""
    rays = "".join(
        polygon([(256, 250), polar(256, 250, 196, angle - 3), polar(256, 250, 196, angle + 3)], "#bfe2f8")
        for angle in range(0, 360, 12)
    )
    wheel = f'<g clip-path="url(#left)">{gear(256, 250, 240, 214, 186, 28, TILE, "#0f4a80")}</g>'
    clip = '<defs><clipPath id="left"><path d="M0 0H256V520H0Z"/></clipPath></defs>'
    ears = wheat(256, 250, 214, 166, 14, 54, palette.gold, palette.edge)
    flags = _cppcc_flag(-62) + _cppcc_flag(-34) + group(_cppcc_flag(-62) + _cppcc_flag(-34), move=(512, 0), mirror=True)
    net = ((100, 38), (42, 100))
    lines = "".join(ellipse(256, 286, *radii, extra='stroke="#9db6c8" stroke-width="2.5"') for radii in net)
    globe = disc(256, 286, 100, "#ffffff", "#9db6c8", 3) + lines
    china = group(polygon(CHINA, "#e0241b", palette.gold, 2), move=(180, 226), scale=0.9)
    ribbon = "M30 392C60 398 84 414 104 426C196 476 316 476 408 426C428 414 452 398 482 392L500 440"
    ribbon += "C470 448 446 462 424 474C322 528 190 528 88 474C66 462 42 448 12 440Z"
    words = ring_text("中国人民政治协商会议", 256, 160, 340, 35, palette.gold, "serif", step=6.6, foot=True)
    year = ring_text("1949", 256, 286, 112, 40, "#e0241b", "serif", step=17)
    sky = disc(256, 250, 196, AZURE)
    top = faceted_star(256, 72, 60, "#f03a2e", "#b3150b")
    return "".join(
        [
            clip,
            sky,
            rays,
            wheel,
            ears,
            flags,
            globe,
            china,
            year,
            top,
            path(ribbon, palette.red, palette.gold, 6),
            words,
        ]
    )


def cppcc_emblem() -> str:
    """The emblem of the Chinese People's Political Consultative Conference."""
    return picture(512, 524, _cppcc_mark(FLAT), rule=CPPCC_RULE)


def cppcc_emblem_metal() -> str:
    """The emblem of the Chinese People's Political Consultative Conference in gold and enamel."""
    return picture(512, 524, metal(), _cppcc_mark(METAL), rule=CPPCC_RULE)


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "cppcc-emblem": cppcc_emblem(),
        "cppcc-emblem-metal": cppcc_emblem_metal(),
        "trade-union-emblem": trade_union_emblem(),
        "trade-union-emblem-metal": trade_union_emblem_metal(),
        "red-cross-society-emblem": red_cross_society_emblem(),
    }

"""Colours and words of negatives: tinctures, reds and golds, invented names and everyday phrases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from training.images.drawings.type import LATIN_TYPEFACES, ChineseFace, Face
from training.images.negatives.canvas import Colour, Paint, diagonal, flat, mixed, radial, vertical
from training.images.synthesis.wordmarks import LATIN_SYLLABLES, NAME_CHARACTERS

Generator = np.random.Generator
Choice = TypeVar("Choice")

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (24, 22, 22)

METALS: tuple[Colour, ...] = ((240, 196, 60), (247, 214, 40), (214, 170, 74), (250, 250, 246), (222, 224, 228))
"""Gold and silver of heraldry."""

TINCTURES: tuple[Colour, ...] = (
    *((200, 30, 40), (170, 22, 34), (222, 46, 44), (24, 62, 140), (20, 40, 96), (44, 110, 190)),
    *((20, 110, 60), (16, 80, 50), (30, 28, 30), (110, 40, 110), (120, 70, 30)),
)
"""Red, blue, green, black, purple and brown of heraldry; light charges on dark fields stay readable."""

REDS: tuple[Colour, ...] = (
    *((222, 41, 16), (214, 20, 28), (196, 16, 30), (232, 52, 40), (178, 12, 22), (240, 70, 56), (205, 35, 40)),
)
GOLDS: tuple[Colour, ...] = ((255, 222, 0), (250, 204, 60), (255, 215, 90), (242, 190, 60), (255, 236, 150))
BRIGHTS: tuple[Colour, ...] = (
    *((250, 130, 30), (255, 160, 20), (240, 90, 130), (60, 130, 240), (40, 170, 220), (80, 190, 120), (130, 100, 230)),
)

# fmt: off
RING_WORDS = (
    "志愿服务", "城市志愿服务", "社区志愿者", "青年志愿服务队", "爱心服务站", "文明实践站", "先锋服务",
    "优秀教师", "学习标兵", "服务之星", "先进个人", "诚信商家", "文明家庭", "安全生产", "质量保证",
    "便民服务中心", "书香校园", "运动达人", "劳动光荣", "创新工作室", "三好学生", "优秀员工", "合作共赢",
    "奋斗者", "智慧社区", "平安小区", "红色旅游", "学习小组", "先锋课堂",
)
WISHES = (
    "欢度国庆", "新春快乐", "恭贺新禧", "喜迎佳节", "继往开来", "砥砺前行", "不忘初心", "同心筑梦",
    "奋进新时代", "盛世华诞", "开门红", "年终盛典", "感恩回馈", "表彰大会", "年会盛典", "扬帆起航", "决胜千里",
    "荣耀时刻", "开业大吉", "福满人间", "劳动最光荣", "学习园地", "红歌会", "喜报", "光荣榜", "元宵节快乐",
    "中秋团圆", "凝心聚力", "共创辉煌", "倡廉清风",
)
SMALL_WORDS = (
    "热烈祝贺", "主题教育活动", "庆祝活动", "迎新晚会", "诚邀您的光临", "共筑美好未来", "年度总结暨表彰大会",
    "文艺汇演", "学习 服务 奉献", "凝聚力量 共同前行", "礼赞新征程", "携手同行",
)
GRAND_CHARACTERS = "党红星福喜春贺庆和盛荣梦信义学优奖先进善德勤廉龙虎马羊"
CHINESE_PLACES = ("大学", "学院", "中学", "小学", "俱乐部", "协会", "集团", "书院", "足球队", "学校")
LATIN_PLACES = (
    "UNIVERSITY", "COLLEGE", "ACADEMY", "SCHOOL", "INSTITUTE", "FC", "SPORTS CLUB", "ATHLETIC", "ROVERS", "UNITED",
    "CITY", "BREWING CO", "COFFEE", "MOTOR WORKS", "YACHT CLUB", "HIGH SCHOOL", "RANGERS",
)
MOTTOS = (
    "LUX ET LABOR", "SEMPER FORTIS", "VERITAS", "PER ASPERA", "FIDES", "HONOR ET VIRTUS", "SAPIENTIA", "FORTITER",
    "SPES MEA", "AVANTI", "TENAX", "NON SINE LABORE", "CARPE DIEM", "ARTE ET MARTE", "DUM SPIRO", "FERRO ET IGNE",
)
# fmt: on

LATIN_FACES: tuple[Face, ...] = ("sans", "black", "serif", *LATIN_TYPEFACES)
"""Typefaces with Latin letters."""

PLAIN_CHINESE_FACES: tuple[ChineseFace, ...] = ("sans", "black", "serif")
BRUSH_FACES: tuple[ChineseFace, ...] = ("cursive", "brush")


def pick(rng: Generator, choices: Sequence[Choice]) -> Choice:
    """One of several, all equally likely."""
    return choices[int(rng.integers(len(choices)))]


def varied(rng: Generator, colour: Colour, amount: int = 14) -> Colour:
    """A colour near another."""
    red, green, blue = np.clip(np.array(colour) + rng.integers(-amount, amount + 1, 3), 0, 255).tolist()
    return red, green, blue


def any_colour(rng: Generator) -> Colour:
    """A random colour."""
    red, green, blue = rng.integers(0, 256, 3).tolist()
    return red, green, blue


def shaded(rng: Generator, colour: Colour, strength: float = 0.35) -> Paint:
    """A flat paint, or a gradient from a lighter to a darker shade."""
    light, dark = mixed(colour, WHITE, strength * 0.7), mixed(colour, (0, 0, 0), strength)
    kind = rng.random()
    if kind < 0.4:
        return flat(colour)
    if kind < 0.65:
        return vertical(light, dark)
    return diagonal(light, dark) if kind < 0.8 else radial(light, dark, 0.4, 0.35)


def latin_name(rng: Generator) -> str:
    """An invented name in capitals."""
    return "".join(rng.choice(LATIN_SYLLABLES, int(rng.integers(2, 4)))).upper()


def latin_words(rng: Generator) -> str:
    """An invented club's or school's name."""
    place = pick(rng, LATIN_PLACES)
    if place in {"UNIVERSITY", "COLLEGE", "ACADEMY", "INSTITUTE"} and rng.random() < 0.5:
        return f"{place} OF {latin_name(rng)}"
    return f"{latin_name(rng)} {place}"


def chinese_name(rng: Generator) -> str:
    """An invented school's, club's or company's name."""
    return "".join(rng.choice(list(NAME_CHARACTERS), int(rng.integers(2, 4)))) + pick(rng, CHINESE_PLACES)


def founding_year(rng: Generator) -> str:
    """A year, as crests show it."""
    return f"{pick(rng, ('', '', '', 'EST. ', 'SINCE '))}{int(rng.integers(1820, 2022))}"

"""Words in Chinese and Latin typefaces as masks: rings around emblems, captions across them, slogans beside them."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from models.arrays import Pixels, UInt8
from training.images.drawings.type import CHINESE_TYPEFACES, Face, text
from training.images.sources.graphics import render_svg

Generator = np.random.Generator

LETTER_SIDE = 72
"""Longest side of a stored letter, in pixels."""

CHINESE_LETTERS = (
    "不忘初心牢记使命学习新时代主题教育为人民服务党建团结奋进征程庆祝国庆元旦春节快乐欢度中秋志愿者先锋岗文明城市"
    "平安社区法治宣传消防安全生产抗疫加油我爱你中国梦红色记忆青年大会堂工会之家阳光健康医院学校公司集团科技有限"
    "福喜寿和谐美丽乡村振兴品质生活节能环保绿色出行读书分享会员中心首页更多直播视频音乐游戏商城美食旅游"
)
LATIN_LETTERS = "ABCDEFGHIJKLMNOPRSTUVWXYZabcdefghiklmnoprstuvw0123456789"
LATIN_FACES: tuple[Face, ...] = ("black", "slab", "condensed", "heavy")


@lru_cache
def _masks(face: Face, letters: str) -> tuple[UInt8, ...]:
    """Opacities of the letters that a typeface has, uint8 (height, width) each."""
    masks = []
    for letter in dict.fromkeys(letters):
        try:
            markup = text(letter, 100, 150, 150, "#000", face)
        except KeyError:  # a typeface without this letter
            continue
        drawn = render_svg(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200">{markup}</svg>', LETTER_SIDE)
        if drawn is not None:
            masks.append(drawn[..., 3])
    return tuple(masks)


def prepare() -> None:
    """Draw all letters now, so that processes that are forked later share them."""
    for chinese in CHINESE_TYPEFACES:
        _masks(chinese, CHINESE_LETTERS)
    for latin in LATIN_FACES:
        _masks(latin, LATIN_LETTERS)


def word(rng: Generator, colour: tuple[int, ...], length: int | None = None) -> Pixels:
    """A random word in a random typeface, RGBA uint8 (LETTER_SIDE + margin, width, 4).

    Args:
        rng: the same generator state gives the same word.
        colour: of the ink, RGB.
        length: number of letters; by default two to eight.
    """
    masks = _any_masks(rng)
    chosen = [masks[int(rng.integers(len(masks)))] for _ in range(length or int(rng.integers(2, 9)))]
    gap = int(rng.integers(2, 14))
    width = sum(mask.shape[1] + gap for mask in chosen)
    opacity = np.zeros((LETTER_SIDE + 4, width + 4), np.uint8)
    left = 2
    for mask in chosen:
        top = (LETTER_SIDE - mask.shape[0]) // 2 + 2
        opacity[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
        left += mask.shape[1] + gap
    return np.dstack([np.full((*opacity.shape, 3), colour, np.uint8), opacity])


def ring_of_letters(rng: Generator, colour: tuple[int, ...], side: int) -> Pixels:
    """Letters along a circle, upright to its centre, RGBA uint8 (side, side, 4), over an arc of 120 to 340 degrees."""
    masks = _any_masks(rng)
    opacity = np.zeros((side, side), np.uint8)
    size = side * rng.uniform(0.09, 0.15)
    radius = side / 2 - size * 0.62
    arc = rng.uniform(120, 340)
    count = max(4, int(np.deg2rad(arc) * radius / (size * rng.uniform(1.05, 1.6))))
    for angle in np.deg2rad(np.linspace(-arc / 2, arc / 2, count)):
        mask = masks[int(rng.integers(len(masks)))]
        scale = size / LETTER_SIDE
        center = (side / 2 + radius * np.sin(angle), side / 2 - radius * np.cos(angle))
        turn = cv2.getRotationMatrix2D((mask.shape[1] / 2, mask.shape[0] / 2), -float(np.rad2deg(angle)), scale)
        turn[:, 2] += np.array(center) - np.array([mask.shape[1] / 2, mask.shape[0] / 2])
        opacity = np.maximum(opacity, cv2.warpAffine(mask, turn, (side, side), flags=cv2.INTER_AREA))
    return np.dstack([np.full((side, side, 3), colour, np.uint8), opacity])


def _any_masks(rng: Generator) -> tuple[UInt8, ...]:
    if rng.random() < 0.75:
        faces = list(CHINESE_TYPEFACES)
        return _masks(faces[int(rng.integers(len(faces)))], CHINESE_LETTERS)
    return _masks(LATIN_FACES[int(rng.integers(len(LATIN_FACES)))], LATIN_LETTERS)

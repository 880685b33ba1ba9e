"""Scenes with protected emblems as people really show them, and scenes without any.

A figure (an emblem's drawing or an harmless graphic) gets a surface, then a presentation: bare, in a holder, on cloth
or worn. It is laid on a ground beside other figures and letters, and the picture loses quality. Harmless graphics pass
through the same presentations, so neither red grounds nor gold relief tell an emblem.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from models.arrays import Float64, Pixels
from models.boxes import area, intersection
from models.profile import Box
from training.images.core.classes import ClassDrawings
from training.images.core.elements.cloth import draped, flag_cloth, waving, without_holes
from training.images.core.elements.grounds import any_ground, plain, with_slogan
from training.images.core.elements.holders import HOLDER_SIDE, any_holder
from training.images.core.elements.letters import word
from training.images.core.elements.silhouettes import cut_out
from training.images.core.elements.surfaces import any_surface, with_shadow
from training.images.core.elements.wearers import ball, faded_over, person
from training.images.sources.backgrounds import Backgrounds, Size
from training.images.synthesis.augmentations import degraded, paste

Generator = np.random.Generator

HARMLESS = -1
"""Class of a figure that is no protected emblem."""

EMBLEM_SCENES = 0.62
"""Fraction of scenes with an emblem."""

MIN_VISIBLE = 0.35
"""Fraction of an emblem's box inside the picture below which the emblem is not laid there."""

WHOLE = (0.0, 0.0, 1.0, 1.0)


class Placed(NamedTuple):
    """A figure in a scene: its class, or HARMLESS, and its box in pixels (left, top, right, bottom), clipped."""

    number: int
    box: Box


@dataclass(frozen=True)
class CoreScene:
    """A picture, RGB uint8 (height, width, 3), and all figures in it."""

    picture: Pixels
    placed: tuple[Placed, ...]


@dataclass(frozen=True)
class SceneSources:
    """What scenes are made of.

    Attributes:
        classes: drawings of every class.
        frequencies: share of each class, float64 (classes,).
        harmless: makes a harmless drawing, RGBA.
        portraits: generated avatars, RGBA.
        backgrounds: photographs.
    """

    classes: Sequence[ClassDrawings]
    frequencies: Float64
    harmless: Callable[[Generator], Pixels]
    portraits: Sequence[Pixels]
    backgrounds: Backgrounds


class _Presented(NamedTuple):
    """A drawing to lay into a scene, RGBA, and where the figure is in it, as fractions."""

    drawing: Pixels
    inner: Box


def core_scene(rng: Generator, size: Size, sources: SceneSources, emblem_share: float = EMBLEM_SCENES) -> CoreScene:
    """One random scene.

    Args:
        rng: the same generator state gives the same scene.
        size: height and width in pixels.
        sources: what it is made of.
        emblem_share: probability that it holds an emblem.
    """
    has_emblem = rng.random() < emblem_share
    makers = (_composed, _edge_to_edge, _alone, _faded, _row)
    shares = (0.65, 0.13, 0.10, 0.06, 0.06)
    picture, placed = makers[int(rng.choice(len(makers), p=shares))](rng, size, sources, has_emblem)
    if rng.random() < 0.14:
        picture = _captioned(rng, picture, placed)
    if rng.random() < 0.13:
        picture = _tiny(rng, picture)
    return CoreScene(degraded(rng, np.ascontiguousarray(picture)), tuple(placed))


def _figure(rng: Generator, sources: SceneSources, is_emblem: bool) -> tuple[int, Pixels, bool]:
    """A figure's class, its drawing, RGBA, and whether its colours must stay."""
    if not is_emblem:
        return HARMLESS, sources.harmless(rng), False
    number = int(rng.choice(len(sources.classes), p=sources.frequencies))
    of_class = sources.classes[number]
    drawings = of_class.marks if of_class.marks and rng.random() < 0.4 else of_class.drawings
    return number, drawings[int(rng.integers(len(drawings)))], of_class.is_flag


def _presented(rng: Generator, drawing: Pixels, is_flag: bool) -> _Presented:
    """A figure in a random presentation: on cloth, or as it is."""
    of_cloth, of_figure = (_FLAG_CLOTHS, _FLAG_FIGURES) if is_flag else (_EMBLEM_CLOTHS, _EMBLEM_FIGURES)
    number = int(rng.choice(len(of_cloth) + len(of_figure), p=[*of_cloth.values(), *of_figure.values()]))
    if number >= len(of_cloth):
        return list(of_figure)[number - len(of_cloth)](rng, drawing)
    return _Presented(list(of_cloth)[number](rng, _cloth(rng, drawing, is_flag)), WHOLE)


def _cloth(rng: Generator, drawing: Pixels, is_flag: bool) -> Pixels:
    """A flag's own drawing, opaque, or the flag of an emblem."""
    return without_holes(drawing) if is_flag else flag_cloth(rng, drawing)


def _flat(_: Generator, drawing: Pixels) -> _Presented:
    return _Presented(drawing, WHOLE)


def _bare(rng: Generator, drawing: Pixels) -> _Presented:
    surfaced = any_surface(rng, drawing)
    return _Presented(with_shadow(rng, surfaced) if rng.random() < 0.3 else surfaced, WHOLE)


def _held_with_surface(rng: Generator, drawing: Pixels) -> _Presented:
    return _held(rng, any_surface(rng, drawing))


def _held(rng: Generator, drawing: Pixels) -> _Presented:
    """A figure in a holder, with contrast to it."""
    holder = any_holder(rng)
    side = holder.share * HOLDER_SIDE
    scale = side / max(drawing.shape[:2])
    width, height = drawing.shape[1] * scale, drawing.shape[0] * scale
    left, top = holder.center[0] * HOLDER_SIDE - width / 2, holder.center[1] * HOLDER_SIDE - height / 2
    corners = np.array([(left, top), (left + width, top), (left + width, top + height), (left, top + height)])
    middle = holder.drawing[int(holder.center[1] * 255), int(holder.center[0] * 255), :3].astype(np.int16)
    inked = drawing[drawing[..., 3] > 128][:, :3]
    if len(inked) and np.abs(inked.astype(np.int16).mean(axis=0) - middle).max() < 60 and rng.random() < 0.9:
        colour = (255, 255, 255) if middle.mean() < 160 else (222, 41, 16)
        drawing = np.dstack([np.full_like(drawing[..., :3], colour), drawing[..., 3]])
    picture, _ = paste(holder.drawing[..., :3], drawing, corners)
    inner = tuple(float(np.clip(value / HOLDER_SIDE, 0, 1)) for value in (left, top, left + width, top + height))
    return _Presented(np.dstack([picture, holder.drawing[..., 3]]), (inner[0], inner[1], inner[2], inner[3]))


_FLAG_CLOTHS = {waving: 0.17, draped: 0.08, ball: 0.3, person: 0.05, cut_out: 0.12}
_FLAG_FIGURES = {_held: 0.06, _flat: 0.22}
_EMBLEM_CLOTHS = {waving: 0.06, draped: 0.03, ball: 0.03, person: 0.01, cut_out: 0.02}
_EMBLEM_FIGURES = {_held_with_surface: 0.37, _bare: 0.48}
"""How a figure is shown, with probabilities: ways that take the cloth of a flag, and ways that take the figure."""


def _composed(rng: Generator, size: Size, sources: SceneSources, has_emblem: bool) -> tuple[Pixels, list[Placed]]:
    """One to three figures on a ground, with slogans."""
    if rng.random() < 0.1 and sources.portraits:
        picture = _portrait(rng, size, sources)
    else:
        picture = any_ground(rng, size, sources.backgrounds)
    if rng.random() < 0.35:
        picture = with_slogan(rng, picture)
    emblems = int(rng.choice([1, 2, 3], p=[0.85, 0.1, 0.05])) if has_emblem else 0
    harmless_count = (
        int(rng.choice([0, 1, 2], p=[0.55, 0.3, 0.15]))
        if has_emblem
        else int(rng.choice([0, 1, 2, 3], p=[0.2, 0.5, 0.2, 0.1]))
    )
    order = [False] * harmless_count + [True] * emblems
    placed: list[Placed] = []
    for is_emblem in order:
        number, drawing, is_flag = _figure(rng, sources, is_emblem)
        shown = _presented(rng, drawing, is_flag)
        picture, box = _laid(rng, picture, shown, [other.box for other in placed])
        if box is not None:
            placed.append(Placed(number, box))
    return picture, placed


def _edge_to_edge(rng: Generator, size: Size, sources: SceneSources, has_emblem: bool) -> tuple[Pixels, list[Placed]]:
    """A drawing alone that fills the picture, or nearly, as plain avatars do."""
    number, drawing, is_flag = _figure(rng, sources, has_emblem)
    if not is_flag and rng.random() < 0.35:
        drawing = any_surface(rng, drawing)
    height, width = size
    ground = plain(rng, size)
    if rng.random() < 0.45:
        box = (0.0, 0.0, float(width), float(height))
    else:
        scale = min(width / drawing.shape[1], height / drawing.shape[0]) * rng.uniform(0.6, 1.15)
        half = np.array([drawing.shape[1], drawing.shape[0]]) * scale / 2
        box = _box_around(np.array([width, height]) / 2, half)
    picture, _ = paste(ground, drawing, _corners_of(box))
    return picture, [Placed(number, _clipped(box, size))]


def _alone(rng: Generator, size: Size, sources: SceneSources, has_emblem: bool) -> tuple[Pixels, list[Placed]]:
    """One presented figure that fills most of a plain ground, as stickers and avatars do."""
    number, drawing, is_flag = _figure(rng, sources, has_emblem)
    shown = _presented(rng, drawing, is_flag)
    tall, wide = shown.drawing.shape[:2]
    height, width = size
    half = np.array([wide, tall]) * min(width / wide, height / tall) * rng.uniform(0.7, 1.05) / 2
    ground = np.full((*size, 3), 255, np.uint8) if rng.random() < 0.5 else plain(rng, size)
    corners = _turned(rng, half) if rng.random() < 0.3 else _corners_of(_box_around(np.zeros(2), half))
    corners = corners + np.array([width, height]) / 2
    picture, _ = paste(ground, shown.drawing, corners)
    return picture, [Placed(number, _clipped(_inner_box(shown, corners), size))]


def _faded(rng: Generator, size: Size, sources: SceneSources, has_emblem: bool) -> tuple[Pixels, list[Placed]]:
    """A flag that fades over a portrait or photograph."""
    number, drawing, is_flag = _figure(rng, sources, has_emblem)
    picture = _portrait(rng, size, sources) if rng.random() < 0.5 else sources.backgrounds.photo(rng, size)
    made, box = faded_over(rng, np.ascontiguousarray(picture), _cloth(rng, drawing, is_flag))
    return made, [Placed(number, box)]


def _row(rng: Generator, size: Size, sources: SceneSources, has_emblem: bool) -> tuple[Pixels, list[Placed]]:
    """Two to eight figures side by side, as on wall charts and headers, of which some are emblems."""
    picture = plain(rng, size) if rng.random() < 0.5 else any_ground(rng, size, sources.backgrounds)
    height, width = size
    columns, rows = int(rng.integers(2, 5)), int(rng.integers(1, 3))
    placed = []
    for row in range(rows):
        for column in range(columns):
            number, drawing, is_flag = _figure(rng, sources, has_emblem and rng.random() < 0.5)
            shown = _presented(rng, drawing, is_flag)
            cell = min(width / columns, height / rows) * rng.uniform(0.6, 0.95)
            scale = cell / max(shown.drawing.shape[:2])
            half = np.array([shown.drawing.shape[1], shown.drawing.shape[0]]) * scale / 2
            center = np.array([(column + 0.5) * width / columns, (row + 0.5) * height / rows])
            corners = _corners_of(_box_around(center, half))
            picture, _ = paste(picture, shown.drawing, corners)
            placed.append(Placed(number, _clipped(_inner_box(shown, corners), size)))
    return picture, placed


def _laid(rng: Generator, picture: Pixels, shown: _Presented, taken: Sequence[Box]) -> tuple[Pixels, Box | None]:
    """A presented figure laid somewhere; None if too little of it would be seen."""
    height, width = picture.shape[:2]
    inner_side = max(shown.inner[2] - shown.inner[0], shown.inner[3] - shown.inner[1])
    share = float(np.exp(rng.uniform(np.log(0.09), np.log(1.05))))
    side = min(share / inner_side, 1.25) * min(height, width)
    tall, wide = shown.drawing.shape[:2]
    half = np.array([wide, tall]) / max(wide, tall) * side / 2
    for _ in range(4):
        if rng.random() < 0.35:
            center = np.array([width, height]) / 2 + rng.normal(0, 0.06, 2) * (width, height)
        else:
            low, high = (
                np.minimum(half * 0.85, (width / 2, height / 2)),
                np.maximum((width, height) - half * 0.85, (width / 2, height / 2)),
            )
            center = rng.uniform(low, high)
        corners = _turned(rng, half) + center
        full = _inner_box(shown, corners)
        box = _clipped(full, (height, width))
        is_seen = area(box) >= MIN_VISIBLE * area(full)
        if is_seen and all(intersection(box, other) < 0.1 * area(other) for other in taken):
            return paste(picture, shown.drawing, corners)[0], box
    return picture, None


def _turned(rng: Generator, half: Float64) -> Float64:
    """Corners around the origin: at times mirrored, stretched, turned and tilted."""
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half
    if rng.random() < 0.2:
        corners = corners * rng.uniform(0.75, 1.0, 2)
    if rng.random() < 0.08:
        corners = corners * (-1, 1)
    if rng.random() < 0.4:
        angle = np.deg2rad(rng.normal(0, 12) if rng.random() < 0.8 else rng.uniform(-180, 180))
        corners = corners @ np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    if rng.random() < 0.25:
        corners = corners + rng.uniform(-0.14, 0.14, (4, 2)) * 2 * half.max()
    return np.asarray(corners)


def _inner_box(shown: _Presented, corners: Float64) -> Box:
    """The figure's box in the picture, for the drawing's corners there; not clipped."""
    unit = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)
    matrix = cv2.getPerspectiveTransform(unit, corners.astype(np.float32))
    left, top, right, bottom = shown.inner
    points = np.array([[(left, top), (right, top), (right, bottom), (left, bottom)]], np.float32)
    laid = cv2.perspectiveTransform(points, matrix)[0]
    (x0, y0), (x1, y1) = laid.min(axis=0), laid.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _captioned(rng: Generator, picture: Pixels, placed: Sequence[Placed]) -> Pixels:
    """Letters across a figure, at times as large as it."""
    height, width = picture.shape[:2]
    left, top, right, bottom = placed[int(rng.integers(len(placed)))].box if placed else (0.0, 0.0, width, height)
    colour = tuple(int(v) for v in rng.integers(0, 256, 3)) if rng.random() < 0.5 else (255, 255, 255)
    line = word(rng, colour)
    tall = (bottom - top) * rng.uniform(0.15, 0.55)
    scale = min(tall / line.shape[0], 1.4 * max(right - left, 0.4 * width) / line.shape[1])
    half = np.array([line.shape[1], line.shape[0]]) * scale / 2
    center = np.array([(left + right) / 2, rng.uniform(top, bottom)])
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half + center
    if rng.random() < 0.5:
        dark = np.dstack([np.zeros_like(line[..., :3]), line[..., 3]])
        picture, _ = paste(picture, dark, corners + 2)
    return paste(picture, line, corners)[0]


def _tiny(rng: Generator, picture: Pixels) -> Pixels:
    """As an icon of 16 to 64 pixels, enlarged again."""
    height, width = picture.shape[:2]
    scale = float(np.exp(rng.uniform(np.log(18), np.log(72)))) / max(height, width)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    way = int(rng.choice([cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC], p=[0.15, 0.45, 0.4]))
    return np.asarray(cv2.resize(small, (width, height), interpolation=way))


def _portrait(rng: Generator, size: Size, sources: SceneSources) -> Pixels:
    """A generated avatar on a plain ground."""
    drawing = sources.portraits[int(rng.integers(len(sources.portraits)))]
    height, width = size
    side = min(size)
    left = (width - side) * rng.random()
    return paste(plain(rng, size), drawing, _corners_of((left, height - side, left + side, float(height))))[0]


def _box_around(center: Float64, half: Float64) -> Box:
    (left, top), (right, bottom) = (center - half).tolist(), (center + half).tolist()
    return left, top, right, bottom


def _corners_of(box: Sequence[float]) -> Float64:
    left, top, right, bottom = box
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)


def _clipped(box: Sequence[float], size: Size) -> Box:
    height, width = size
    left, right = (float(np.clip(value, 0, width)) for value in (box[0], box[2]))
    top, bottom = (float(np.clip(value, 0, height)) for value in (box[1], box[3]))
    return left, top, right, bottom

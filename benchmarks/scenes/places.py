"""Places of a figure that no training draws: covers, mugs, press walls, pins, badges on avatars, torn posters.

Every maker takes a figure, RGBA uint8, and photographs, and returns a picture, RGB uint8 (height, width, 3).
"""

from __future__ import annotations

import cv2
import numpy as np

from models.arrays import Float64, Int64, Pixels
from training.images.sources.backgrounds import Backgrounds

Generator = np.random.Generator


def on_cover(rng: Generator, figure: Pixels, photos: Backgrounds) -> Pixels:
    """A small figure at one end of a wide cover in two tones, with bars as if of words."""
    height, width = 300, 900
    ends = rng.integers(0, 256, (2, 3))
    ramp = np.linspace(0, 1, width)[None, :, None]
    made = np.repeat(ends[0] * (1 - ramp) + ends[1] * ramp, height, axis=0).astype(np.uint8)
    if rng.random() < 0.4:
        made = cv2.addWeighted(made, 0.45, np.ascontiguousarray(photos.photo(rng, (height, width))), 0.55, 0)
    colour = tuple(int(value) for value in (255 - made.mean(axis=(0, 1))))
    for line in range(int(rng.integers(1, 4))):
        top, left = 90 + 50 * line, int(rng.integers(260, 420))
        cv2.rectangle(made, (left, top), (left + int(rng.integers(120, 400)), top + 22), colour, -1)
    return _laid(made, figure, (rng.uniform(0.1, 0.24), rng.uniform(0.3, 0.7)), rng.uniform(0.2, 0.5))


def on_mug(rng: Generator, figure: Pixels, photos: Backgrounds) -> Pixels:
    """Printed around a cylinder before a blurred room."""
    made = cv2.GaussianBlur(np.ascontiguousarray(photos.photo(rng, (400, 400))), (0, 0), 7)
    side = 240
    flat = _fitted(figure, (side, side), rng.uniform(0.5, 0.75), rng.uniform(190, 255, 3))
    across = np.linspace(-0.98, 0.98, side, dtype=np.float32)
    from_x = np.tile((np.arcsin(across) / np.pi + 0.5) * side, (side, 1)).astype(np.float32)
    from_y = np.tile(np.arange(side, dtype=np.float32)[:, None], (1, side)) - 14 * (1 - across**2)[None]
    body = cv2.remap(flat, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    shade = (0.55 + 0.5 * np.sqrt(1 - across**2) + 0.12 * (np.abs(across + 0.45) < 0.05))[None, :, None]
    cv2.ellipse(made, (322, 200), (50, 70), 0, 0, 360, tuple(int(v) for v in flat[0, 0]), 16, cv2.LINE_AA)
    made[80:320, 80:320] = np.clip(body * shade, 0, 255).astype(np.uint8)
    return made


def on_press_wall(rng: Generator, figure: Pixels, photos: Backgrounds) -> Pixels:
    """Repeated on a wall, with the outline of a person before it."""
    side = 400
    made = np.full((side, side, 3), rng.integers(150, 256, 3), np.uint8)
    step = int(rng.integers(95, 140))
    for row in range(-1, side // step + 1):
        for column in range(-1, side // step + 1):
            at = (column * step + (row % 2) * step / 2 + step / 2, row * step + step / 2)
            made = _laid(made, figure, (at[0] / side, at[1] / side), 0.72 * step / side)
    skin, coat = rng.uniform((150, 110, 80), (240, 200, 170)), rng.integers(0, 120, 3)
    x = int(rng.uniform(0.3, 0.7) * side)
    cv2.ellipse(made, (x, 420), (120, 170), 0, 0, 360, tuple(int(v) for v in coat), -1, cv2.LINE_AA)
    cv2.ellipse(made, (x, 190), (52, 68), 0, 0, 360, tuple(int(v) for v in skin), -1, cv2.LINE_AA)
    return made


def on_pin(rng: Generator, figure: Pixels, photos: Backgrounds) -> Pixels:
    """An enamel pin with a metal rim, seen at an angle on cloth."""
    made = cv2.GaussianBlur(np.ascontiguousarray(photos.photo(rng, (360, 360))), (0, 0), 12)
    made = np.clip(made * 0.6 + rng.normal(0, 9, made.shape), 0, 255).astype(np.uint8)
    side = 300
    disc = _fitted(figure, (side, side), 0.7, rng.integers(20, 240, 3))
    mask = np.zeros((side, side), np.uint8)
    cv2.circle(mask, (150, 150), 148, 255, -1, cv2.LINE_AA)
    for radius, tone in ((143, 205), (139, 120)):
        cv2.circle(disc, (150, 150), radius, (tone, int(tone * 0.85), int(tone * 0.5)), 7, cv2.LINE_AA)
    cv2.ellipse(disc, (105, 90), (70, 26), -35, 0, 360, (250, 250, 250), 2, cv2.LINE_AA)
    return _tilted(rng, made, np.dstack([disc, mask]), rng.uniform(0.35, 0.7))


def at_corner(rng: Generator, figure: Pixels, photos: Backgrounds) -> Pixels:
    """A badge at the lower right of a photograph, as profiles show membership."""
    made = np.ascontiguousarray(photos.photo(rng, (400, 400)))
    share, at = rng.uniform(0.18, 0.3), rng.uniform(0.78, 0.85)
    radius = int(share * 0.68 * 400)
    cv2.circle(made, (int(at * 400), int(at * 400)), radius, (255, 255, 255), -1, cv2.LINE_AA)
    return _laid(made, figure, (at, at), share)


def see_through(rng: Generator, figure: Pixels, photos: Backgrounds) -> Pixels:
    """A translucent figure over a photograph, as watermarks are."""
    faint = figure.copy()
    faint[..., 3] = (faint[..., 3] * rng.uniform(0.4, 0.7)).astype(np.uint8)
    made = np.ascontiguousarray(photos.photo(rng, (400, 400)))
    return _laid(made, faint, (rng.uniform(0.35, 0.65), rng.uniform(0.35, 0.65)), rng.uniform(0.4, 0.85))


def cropped(rng: Generator, figure: Pixels, photos: Backgrounds) -> Pixels:
    """Larger than the picture: three fifths to four fifths of it are seen."""
    made = np.full((400, 400, 3), rng.integers(0, 256, 3), np.uint8)
    at = np.array((0.5, 0.5)) + rng.choice([-1, 1], 2) * rng.uniform(0.05, 0.28, 2)
    return _laid(made, figure, (float(at[0]), float(at[1])), rng.uniform(0.9, 1.15))


def on_screen(rng: Generator, figure: Pixels, photos: Backgrounds) -> Pixels:
    """A screen photographed at an angle in a dim room, with rows of pixels."""
    screen = _fitted(figure, (240, 380), rng.uniform(0.5, 0.85), rng.integers(0, 256, 3))
    screen = np.clip(screen * (0.8 + 0.25 * (np.arange(240) % 3 > 0))[:, None, None], 0, 255).astype(np.uint8)
    room = (np.ascontiguousarray(photos.photo(rng, (400, 400))) * 0.35).astype(np.uint8)
    framed = cv2.copyMakeBorder(screen, 9, 9, 9, 9, cv2.BORDER_CONSTANT, value=(16, 16, 18))
    return _tilted(rng, room, np.dstack([framed, np.full(framed.shape[:2], 255, np.uint8)]), rng.uniform(0.6, 0.95))


def on_paper(rng: Generator, figure: Pixels, photos: Backgrounds) -> Pixels:
    """On creased white or coloured paper, turned."""
    y, x = np.mgrid[0:400, 0:400].astype(np.float64)
    creases = sum(
        np.tanh((x * np.cos(a) + y * np.sin(a) - b) / 3) for a, b in rng.uniform((0, -100), (3.1, 400), (4, 2))
    )
    tone = rng.uniform(205, 250, 3) if rng.random() < 0.7 else rng.uniform(60, 230, 3)
    made = np.broadcast_to(tone, (400, 400, 3)).astype(np.uint8)
    turned = _tilted(rng, made, figure, rng.uniform(0.4, 0.9))
    return np.clip(turned * (1 + 0.05 * np.asarray(creases))[..., None], 0, 255).astype(np.uint8)


def _fitted(figure: Pixels, size: tuple[int, int], share: float, colour: Float64 | Int64) -> Pixels:
    """A figure in the middle of a plain field of this height and width, RGB."""
    return _laid(np.full((*size, 3), colour, np.uint8), figure, (0.5, 0.5), share * min(size) / max(size))


def _laid(ground: Pixels, figure: Pixels, center: tuple[float, float], share: float) -> Pixels:
    """A figure on a ground; center as fractions, its longer side as a fraction of the ground's longer one."""
    scale = share * max(ground.shape[:2]) / max(figure.shape[:2])
    middle = np.array((center[0] * ground.shape[1], center[1] * ground.shape[0]))
    shift = middle - np.array(figure.shape[1::-1]) * scale / 2
    return _warped(ground, figure, np.array([(scale, 0, shift[0]), (0, scale, shift[1]), (0, 0, 1)]))


def _tilted(rng: Generator, ground: Pixels, figure: Pixels, share: float) -> Pixels:
    """A figure on a ground, turned and in perspective."""
    height, width = figure.shape[:2]
    angle = np.deg2rad(rng.normal(0, 12))
    corners = np.array([(-width, -height), (width, -height), (width, height), (-width, height)]) / 2
    turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    side = share * min(ground.shape[:2])
    laid = corners @ turn * side / max(width, height) + rng.normal(0, 0.05, (4, 2)) * side
    laid = laid + np.array(ground.shape[1::-1]) / 2
    unit = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    return _warped(ground, figure, cv2.getPerspectiveTransform(unit, laid.astype(np.float32)))


def _warped(ground: Pixels, figure: Pixels, matrix: Float64) -> Pixels:
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    if scale < 0.5:  # warping does not average, so it would drop thin lines
        smaller = cv2.resize(figure, None, fx=2 * scale, fy=2 * scale, interpolation=cv2.INTER_AREA)
        factors = np.array(figure.shape[1::-1]) / np.array(smaller.shape[1::-1])
        figure, matrix = smaller, matrix @ np.diag([*factors, 1.0])
    premultiplied = figure.astype(np.float32)
    premultiplied[..., :3] *= premultiplied[..., 3:] / 255
    laid = cv2.warpPerspective(premultiplied, matrix, ground.shape[1::-1], flags=cv2.INTER_LINEAR)
    return np.clip(laid[..., :3] + ground * (1 - laid[..., 3:] / 255), 0, 255).astype(np.uint8)

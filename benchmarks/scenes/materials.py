"""Materials of a figure that no training draws: thread, stone, neon, chalk, ink, dots, tesserae, paint and pixels.

Every maker takes a drawing, RGBA uint8 (height, width, 4), and returns one of the same kind.
"""

from __future__ import annotations

import cv2
import numpy as np

from models.arrays import Float32, Int64, Pixels

Generator = np.random.Generator

SIDE = 320
"""Longest side of a figure in pixels."""


def embroidered(rng: Generator, figure: Pixels) -> Pixels:
    """Thread in a direction that turns with the colour, on a patch with a stitched border."""
    patch = _on_patch(rng, figure)
    y, x = np.mgrid[0 : patch.shape[0], 0 : patch.shape[1]].astype(np.float32)
    tone = cv2.GaussianBlur(_grey(patch), (0, 0), 2.0) // 40
    direction = tone * 1.1 + rng.uniform(0, np.pi)
    thread = np.sin((x * np.cos(direction) + y * np.sin(direction)) * 2 * np.pi / rng.uniform(3.0, 5.0))
    lit = patch[..., :3] * (0.86 + 0.14 * thread[..., None]) + rng.normal(0, 6, patch.shape[:2])[..., None]
    return _with_colours(patch, lit)


def carved(rng: Generator, figure: Pixels) -> Pixels:
    """Cut into a block of stone or wood of one colour, lit from the side."""
    height, width = figure.shape[:2]
    margin = max(height, width) // 6
    depth = cv2.copyMakeBorder(_ink(figure), margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.GaussianBlur(depth, (0, 0), rng.uniform(1.0, 2.5))
    grain = cv2.GaussianBlur(rng.normal(0, 1, depth.shape).astype(np.float32), (0, 0), 6, sigmaY=1)
    stone = np.array(rng.uniform((120, 90, 70), (220, 210, 200)), np.float32)
    rise = cv2.Sobel(depth, cv2.CV_32F, 1, 1, ksize=3) + cv2.Sobel(depth, cv2.CV_32F, 1, 0, ksize=3)
    lit = stone * (1 + 0.35 * rng.choice([-1, 1]) * rise + 0.6 * grain - 0.25 * depth)[..., None]
    return np.dstack([np.clip(lit, 0, 255).astype(np.uint8), np.full(depth.shape, 255, np.uint8)])


def neon(rng: Generator, figure: Pixels) -> Pixels:
    """Its edges as glowing tubes before a dark wall."""
    edges = cv2.dilate(_edges(figure), np.ones((3, 3), np.uint8)).astype(np.float32) / 255
    colour = np.array(
        ((255, 60, 90), (70, 220, 255), (255, 210, 60), (120, 255, 120))[int(rng.integers(4))], np.float32
    )
    glow = cv2.GaussianBlur(edges, (0, 0), 6) * 1.6 + cv2.GaussianBlur(edges, (0, 0), 18)
    wall = rng.uniform(10, 45, 3).astype(np.float32)
    lit = wall + glow[..., None] * colour + edges[..., None] * 160
    return np.dstack([np.clip(lit, 0, 255).astype(np.uint8), np.full(edges.shape, 255, np.uint8)])


def chalked(rng: Generator, figure: Pixels) -> Pixels:
    """Drawn in chalk on a board, its areas hatched."""
    y, x = np.mgrid[0 : figure.shape[0], 0 : figure.shape[1]]
    hatching = ((x + y) % int(rng.integers(5, 9)) < 2) & (_ink(figure) > 0.5)
    stroke = np.maximum(cv2.dilate(_edges(figure), np.ones((2, 2), np.uint8)), hatching * np.uint8(150))
    dust = rng.random(stroke.shape) < 0.75
    board = np.array(((38, 70, 54), (35, 38, 42))[int(rng.integers(2))], np.float32)
    lit = (
        board
        + (stroke * dust)[..., None].astype(np.float32) / 255 * (235 - board)
        + rng.normal(0, 5, (*stroke.shape, 1))
    )
    return np.dstack([np.clip(lit, 0, 255).astype(np.uint8), np.full(stroke.shape, 255, np.uint8)])


def stamped(rng: Generator, figure: Pixels) -> Pixels:
    """Printed by a rubber stamp in one ink, with gaps."""
    worn = cv2.GaussianBlur(rng.normal(0, 1, figure.shape[:2]).astype(np.float32), (0, 0), 3)
    ink = (_ink(figure) > 0.5) & (worn > rng.uniform(-0.16, -0.08)) & (rng.random(worn.shape) > 0.05)
    colour = ((190, 30, 40), (30, 50, 140), (60, 60, 60))[int(rng.integers(3))]
    opacity = cv2.GaussianBlur(ink.astype(np.float32), (0, 0), 0.8) * rng.uniform(150, 235)
    return np.dstack([np.full_like(figure[..., :3], colour), opacity.astype(np.uint8)])


def halftoned(rng: Generator, figure: Pixels) -> Pixels:
    """Dots of a newspaper's print, each ink in a grid of its own angle, on pale paper."""
    y, x = np.mgrid[0 : figure.shape[0], 0 : figure.shape[1]].astype(np.float32)
    pitch, paper = rng.uniform(4, 7), _on(figure, (244, 240, 228)).astype(np.float32) / 255
    inks = []
    for channel, angle in enumerate((0.26, 1.31, 0.78)):
        across, down = x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)
        screen = 0.5 + 0.25 * (np.cos(across * 2 * np.pi / pitch) + np.cos(down * 2 * np.pi / pitch))
        inks.append(np.where(paper[..., channel] > screen * 0.96, 238, 60))
    return np.dstack([*inks, np.full(x.shape, 255)]).astype(np.uint8)


def mosaic(rng: Generator, figure: Pixels) -> Pixels:
    """Tesserae: every cell around a random point has the colour there, with dark joints."""
    height, width = figure.shape[:2]
    points = rng.uniform(0, 1, (int(rng.integers(900, 2_200)), 2)) * (height, width)
    labels = np.zeros((height, width), np.uint8)
    labels[points[:, 0].astype(int), points[:, 1].astype(int)] = 1
    nearest = cv2.distanceTransformWithLabels(1 - labels, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1]
    rows, columns = np.nonzero(labels)
    order = nearest[rows, columns]
    colours = np.zeros((int(nearest.max()) + 1, 4), np.uint8)
    colours[order] = cv2.blur(figure, (5, 5))[rows, columns]
    joints = cv2.morphologyEx(nearest.astype(np.float32), cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8)) > 0
    made = colours[nearest]
    made[joints, :3] = (made[joints, :3] * 0.45).astype(np.uint8)
    return made


def painted(rng: Generator, figure: Pixels) -> Pixels:
    """Watercolour: wavering edges, pigment that gathers at them, paper that shows through."""
    y, x = np.mgrid[0 : figure.shape[0], 0 : figure.shape[1]].astype(np.float32)
    shift = [cv2.GaussianBlur(rng.normal(0, 1, x.shape).astype(np.float32), (0, 0), 7) * 45 for _ in range(2)]
    wavering = cv2.remap(figure, x + shift[0], y + shift[1], cv2.INTER_LINEAR)
    wash = cv2.GaussianBlur(rng.normal(0, 1, x.shape).astype(np.float32), (0, 0), 14) * 9
    rim = cv2.morphologyEx(
        cv2.GaussianBlur(wavering[..., 3], (0, 0), 1.5), cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8)
    )
    lit = wavering[..., :3] * (1 + 0.2 * wash[..., None]) * 0.85 + 40 - 0.15 * rim[..., None].astype(np.float32)
    opacity = wavering[..., 3] * rng.uniform(0.75, 0.95)
    return np.dstack([np.clip(lit, 0, 255).astype(np.uint8), opacity.astype(np.uint8)])


def pixelated(rng: Generator, figure: Pixels) -> Pixels:
    """Pixel art of 20 to 40 pixels in a few colours."""
    side = int(rng.integers(20, 41))
    scale = side / max(figure.shape[:2])
    small = cv2.resize(figure, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small[..., :3] = (small[..., :3] // 43) * 43 + 21
    small[..., 3] = np.where(small[..., 3] > 110, 255, 0)
    return cv2.resize(small, figure.shape[1::-1], interpolation=cv2.INTER_NEAREST)


def plain(_: Generator, figure: Pixels) -> Pixels:
    """As it is drawn."""
    return figure


def _on(figure: Pixels, colour: tuple[int, int, int] | Int64) -> Pixels:
    opacity = figure[..., 3:].astype(np.float32) / 255
    return (figure[..., :3] * opacity + np.array(colour) * (1 - opacity)).astype(np.uint8)


def _on_patch(rng: Generator, figure: Pixels) -> Pixels:
    """A figure on a rounded patch of cloth, twelve percent larger, with a border."""
    margin = max(figure.shape[:2]) // 8
    made = cv2.copyMakeBorder(figure, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    height, width = made.shape[:2]
    patch = np.zeros((height, width), np.uint8)
    cv2.ellipse(patch, (width // 2, height // 2), (width // 2 - 1, height // 2 - 1), 0, 0, 360, 255, -1)
    if rng.random() < 0.5:
        patch[:] = 255
    colours = _on(made, rng.integers(20, 236, 3))
    inner = cv2.erode(cv2.copyMakeBorder(patch, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0), np.ones((15, 15)))[
        1:-1, 1:-1
    ]
    colours[(patch > 0) & (inner == 0)] = rng.integers(0, 256, 3)
    return np.dstack([colours, patch])


def _with_colours(figure: Pixels, colours: Float32) -> Pixels:
    return np.dstack([np.clip(colours, 0, 255).astype(np.uint8), figure[..., 3]])


def _grey(figure: Pixels) -> Float32:
    return cv2.cvtColor(np.ascontiguousarray(figure[..., :3]), cv2.COLOR_RGB2GRAY).astype(np.float32)


def _edges(figure: Pixels) -> Pixels:
    smooth = cv2.GaussianBlur(_on(figure, (128, 128, 128)), (0, 0), 1.2)
    return np.asarray(cv2.Canny(smooth, 40, 110))


def _ink(figure: Pixels) -> Float32:
    """One where the figure is inked, by the darker or lighter half of its brightness; float32 (height, width)."""
    grey, opacity = _grey(figure), figure[..., 3].astype(np.float32) / 255
    inside = grey[opacity > 0.5]
    if len(inside) == 0 or inside.std() < 20:
        return np.asarray(opacity)
    darker = grey < inside.mean()
    is_minority = darker[opacity > 0.5].mean() < 0.5
    return np.asarray(opacity * (darker == is_minority), np.float32)

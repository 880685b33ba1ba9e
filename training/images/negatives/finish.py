"""Finishes of a drawing: relief in metal, one colour, engraved lines and gloss."""

from __future__ import annotations

import cv2
import numpy as np

from models.arrays import Pixels
from training.images.negatives.canvas import Colour
from training.images.negatives.palette import Generator, pick

METAL_RAMPS: tuple[tuple[Colour, ...], ...] = (
    ((70, 40, 6), (150, 98, 22), (216, 164, 60), (248, 214, 120), (255, 248, 214)),
    ((92, 50, 0), (190, 130, 0), (244, 196, 30), (255, 226, 110), (255, 252, 220)),
    ((40, 42, 46), (104, 108, 114), (168, 172, 178), (214, 218, 222), (252, 253, 255)),
    ((52, 24, 10), (120, 66, 34), (178, 110, 64), (220, 160, 110), (252, 220, 184)),
)
"""Dark to light colours of gold, bright gold, silver and bronze."""


def relief(rng: Generator, drawing: Pixels) -> Pixels:
    """The drawing struck in metal: height from its brightness and edges, lit from above.

    Args:
        rng: chooses metal, light and height.
        drawing: RGBA uint8 (height, width, 4).
    """
    alpha = drawing[..., 3]
    grey = cv2.cvtColor(drawing, cv2.COLOR_RGBA2GRAY)
    rim = np.minimum(cv2.distanceTransform((alpha > 128).astype(np.uint8), cv2.DIST_L2, 3), 9.0)
    height = cv2.GaussianBlur(grey.astype(np.float32) * (rng.uniform(8, 20) / 255) + rim, (0, 0), rng.uniform(0.8, 1.8))
    across, down = cv2.Sobel(height, cv2.CV_32F, 1, 0), cv2.Sobel(height, cv2.CV_32F, 0, 1)
    angle = rng.uniform(-2.6, -0.6)
    slope = across * np.float32(np.cos(angle)) + down * np.float32(np.sin(angle))
    light = cv2.addWeighted(slope, -rng.uniform(7, 14), height, 2.0, rng.uniform(95, 130))
    level = cv2.convertScaleAbs(np.maximum(light, 0))
    ramp = np.array(pick(rng, METAL_RAMPS), np.uint8)[None]
    table = cv2.resize(ramp, (256, 1), interpolation=cv2.INTER_LINEAR)[0]
    return np.dstack([table[level], alpha])


def one_colour(drawing: Pixels, ink: Colour) -> Pixels:
    """The drawing's dark parts in one colour, its bright parts transparent, as printed in one colour."""
    grey = cv2.cvtColor(drawing, cv2.COLOR_RGBA2GRAY)
    opacity = cv2.LUT(grey, np.clip((190 - np.arange(256)) * 4, 0, 255).astype(np.uint8))
    result = np.empty_like(drawing)
    result[..., :3] = ink
    result[..., 3] = cv2.min(opacity, drawing[..., 3])
    return result


def engraved(drawing: Pixels, ink: Colour) -> Pixels:
    """Lines alone, in one colour, as seals and letterheads are printed."""
    flat = drawing[..., :3].copy()
    flat[drawing[..., 3] < 128] = 255
    edges = cv2.morphologyEx(cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY), cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8))
    result = np.empty_like(drawing)
    result[..., :3] = ink
    result[..., 3] = cv2.GaussianBlur(cv2.convertScaleAbs(edges, alpha=3.0), (3, 3), 0)
    return result


def glossed(drawing: Pixels, strength: float) -> Pixels:
    """A highlight over the upper half."""
    height, width = drawing.shape[:2]
    shape = np.zeros((height, width), np.uint8)
    cv2.ellipse(shape, (width // 2, int(height * 0.08)), (int(width * 0.7), int(height * 0.42)), 0, 0, 360, 255, -1)
    share = (np.linspace(1, 0.2, height, dtype=np.float32) * strength)[:, None] * (shape / np.float32(255))
    result = drawing.copy()
    lifted = drawing[..., :3] + (255 - drawing[..., :3].astype(np.float32)) * share[..., None]
    result[..., :3] = lifted.astype(np.uint8)
    return result

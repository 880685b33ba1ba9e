"""Changes of style for the benchmark's imitations: by hand, line art, pixel art, halftone and relief.

Shapes stay where they are, while colours and textures change, as when a person redraws an emblem.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps

from training.images.synthesis.scenes import Picture, Scene


def by_hand(scene: Scene, picture: Picture) -> Picture:
    """Drawn by hand: few flat colours, wavering edges and outlines."""
    flat = picture.quantize(int(scene.rng.integers(3, 8))).convert("RGB")
    field = scene.rng.normal(0, 1, (2, 9, 9)).astype(np.float32)
    shift = [np.asarray(Image.fromarray(part).resize(picture.size, Image.Resampling.BICUBIC)) for part in field]
    y, x = np.mgrid[0 : picture.height, 0 : picture.width]
    rows = np.clip(y + 9 * shift[0], 0, picture.height - 1).astype(int)
    columns = np.clip(x + 9 * shift[1], 0, picture.width - 1).astype(int)
    wavering = Image.fromarray(np.asarray(flat)[rows, columns]).filter(ImageFilter.ModeFilter(7))
    edges = wavering.convert("L").filter(ImageFilter.FIND_EDGES).point(lambda value: 255 * (value < 40))
    return ImageChops.multiply(wavering, edges.convert("RGB"))


def _line_art(scene: Scene, picture: Picture) -> Picture:
    edges = picture.filter(ImageFilter.SMOOTH_MORE).convert("L").filter(ImageFilter.FIND_EDGES)
    ink = edges.point(lambda value: 255 if value > 24 else 0).filter(ImageFilter.MaxFilter(3))
    dark, light = sorted((scene.colour(), scene.colour()), key=sum)
    return Image.composite(Image.new("RGB", picture.size, dark), Image.new("RGB", picture.size, light), ink)


def _pixel_art(scene: Scene, picture: Picture) -> Picture:
    side = int(scene.between(28, 52))
    coarse = picture.resize((side, side), Image.Resampling.BOX).quantize(int(scene.between(5, 12))).convert("RGB")
    return coarse.resize(picture.size, Image.Resampling.NEAREST)


def _halftone(scene: Scene, picture: Picture) -> Picture:
    """Dots that grow with darkness, as in cheap print."""
    cell = int(scene.between(7, 12))
    grey = ImageOps.autocontrast(picture.convert("L")).filter(ImageFilter.BoxBlur(cell / 2))
    y, x = np.mgrid[0 : picture.height, 0 : picture.width]
    distance = np.hypot(x % cell - cell / 2, y % cell - cell / 2)
    dots = distance < (1 - np.asarray(grey) / 255.0) * cell * 0.75
    dark, light = sorted((scene.colour(), scene.colour()), key=sum)
    return Image.fromarray(np.where(dots[..., None], dark, light).astype(np.uint8))


def _relief(scene: Scene, picture: Picture) -> Picture:
    """Struck in metal: edges alone, lit from one side."""
    raised = picture.convert("L").filter(ImageFilter.GaussianBlur(1.5)).filter(ImageFilter.EMBOSS)
    stretched = ImageOps.autocontrast(raised, cutoff=1)
    return ImageOps.colorize(stretched, "#3a2a08", "#fff6d0", scene.pick(["#c8a040", "#b0b4b8", "#b06a3c"]))


STYLE_CHANGES = (_line_art, _pixel_art, _halftone, _relief)
"""Changes of style other than drawing by hand, which is a kind of imitation of its own."""

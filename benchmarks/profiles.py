"""Profiles for benchmarks: texts of the labelled corpus, and pictures drawn from a seed.

The time to judge a picture depends on its size, format and detail, and hardly on its subject. So the pictures are as
large and as noisy as photographs that people upload.
"""

from __future__ import annotations

import io
import json

import numpy as np
from PIL import Image

from models.runtime.paths import DATASETS
from training.images.sources.pictures import load_picture

CORPUS = DATASETS / "bios" / "test.jsonl"
"""File that texts come from."""

DRAWINGS = DATASETS / "emblems" / "drawings"
"""Our own drawings of emblems, SVG."""

AVATAR = (400, 400)
COVER = (1500, 500)
"""Width and height in pixels, as the large platforms ask for."""


def texts(field: str) -> list[str]:
    """The corpus' test texts of one field."""
    with CORPUS.open(encoding="utf-8") as lines:
        cases = map(json.loads, lines)
        return [case["text"] for case in cases if case["field"] == field]


def picture(size: tuple[int, int], seed: int) -> bytes:
    """A JPEG of soft shapes and grain, different for every seed.

    Args:
        size: width and height in pixels.
        seed: of every random choice.
    """
    return _jpeg(_grainy(size, np.random.default_rng(seed)))


def imitation(size: tuple[int, int], seed: int) -> bytes:
    """The same with one of our own drawings of emblems on it, 0.5 to 0.9 times the shorter side.

    Args:
        size: width and height in pixels.
        seed: of every random choice.
    """
    rng = np.random.default_rng(seed)
    ground = _grainy(size, rng)
    names = sorted(path.name for path in DRAWINGS.glob("*.svg"))
    emblem = load_picture(names[rng.integers(len(names))], DRAWINGS, round(min(size) * rng.uniform(0.5, 0.9)))
    position = int(rng.integers(size[0] - emblem.width + 1)), int(rng.integers(size[1] - emblem.height + 1))
    ground.paste(emblem, position, emblem)
    return _jpeg(ground)


def _grainy(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    width, height = size
    shapes = Image.fromarray(rng.integers(0, 256, (height // 50, width // 50, 3), dtype=np.uint8))
    pixels = np.asarray(shapes.resize(size, Image.Resampling.BICUBIC), dtype=np.float32)
    grain = rng.normal(0, 8, pixels.shape).astype(np.float32)
    return Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))


def _jpeg(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=85)
    return stream.getvalue()

"""Profiles for benchmarks: texts of the labelled corpus, and pictures drawn from a seed.

What a picture shows does not change what judging it costs; its size, format and detail do. So the pictures are as large
and as noisy as photographs that people upload.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

CORPUS = Path(__file__).parents[1] / "datasets" / "bios" / "test.jsonl"

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
        seed: of all that is random in it.
    """
    draw = np.random.default_rng(seed)
    width, height = size
    shapes = Image.fromarray(draw.integers(0, 256, (height // 50, width // 50, 3), dtype=np.uint8))
    pixels = np.asarray(shapes.resize(size, Image.Resampling.BICUBIC), dtype=np.float32)
    grain = draw.normal(0, 8, pixels.shape).astype(np.float32)
    stream = io.BytesIO()
    Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8)).save(stream, "JPEG", quality=85)
    return stream.getvalue()

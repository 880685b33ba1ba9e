"""Generated avatars of people who do not exist, as many accounts have, for negatives and as grounds of emblems.

Source: DiceBear (PyPI `dicebear-core`, `dicebear-styles`), which draws from a seed in styles of many artists.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files

import numpy as np
from dicebear import Avatar, Style

from training.images.synthesis.scenes import Picture, rasterised

# fmt: off
PORTRAIT_STYLES = (
    "adventurer", "avataaars", "big-ears", "bottts", "cameo", "croodles", "dylan", "fun-emoji", "glass",
    "identicon", "landscape", "lorelei", "micah", "miniavs", "open-peeps", "personas", "pixel-art", "planets",
    "rings", "shapes", "squircles", "thumbs", "toon-head", "triangles",
)
# fmt: on
"""24 of the package's 60 styles: faces by many artists, robots and patterns."""

PORTRAIT_SIDE = 400
"""Width and height in pixels."""


def portrait(rng: np.random.Generator) -> Picture:
    """A random avatar in a random style, RGBA."""
    style = PORTRAIT_STYLES[int(rng.integers(len(PORTRAIT_STYLES)))]
    seed = str(int(rng.integers(1 << 31)))
    return rasterised(Avatar(_style(style), {"seed": seed, "size": PORTRAIT_SIDE}).to_string(), PORTRAIT_SIDE)


@lru_cache
def _style(name: str) -> Style:
    return Style(json.loads(files("dicebear_styles").joinpath(f"{name}.json").read_text("utf-8")))

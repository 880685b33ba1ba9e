"""Tells whether a generated picture resembles a flag, so that no negative shows one by chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

MAX_FLAG_DISTANCE = 30.0
"""Mean channel difference, of 255, up to which two thumbnails count as one flag. Romania and Chad differ by 5, Ireland
and Ivory Coast by 31."""

Thumbnail = NDArray[np.int16]
"""RGB int16 (12, 12, 3), or several (n, 12, 12, 3)."""

Picture = Image.Image


def thumbnail(picture: Picture) -> Thumbnail:
    """A picture of any shape on white in 12 x 12 pixels, int16 (12, 12, 3)."""
    flat = Image.new("RGBA", picture.size, "white")
    flat.alpha_composite(picture.convert("RGBA"))
    return np.asarray(flat.convert("RGB").resize((12, 12), Image.Resampling.BOX), dtype=np.int16)


def near_flag(small: Thumbnail, flags: Thumbnail | None) -> bool:
    """True if a thumbnail, turned or mirrored, resembles one of the flags.

    Args:
        small: int16 (12, 12, 3).
        flags: thumbnails, int16 (n, 12, 12, 3); with None or no flags the answer is False.
    """
    if flags is None or not len(flags):
        return False
    # The distance is at least that of the mean colours, which turning and mirroring do not change.
    shift = np.abs(flags.mean(axis=(1, 2)) - small.mean(axis=(0, 1))).mean(axis=1)
    flags = flags[shift < MAX_FLAG_DISTANCE]
    if not len(flags):
        return False
    turned = [np.rot90(side, turns) for side in (small, small[:, ::-1]) for turns in range(4)]
    return any(float(np.abs(flags - view).mean(axis=(1, 2, 3)).min()) < MAX_FLAG_DISTANCE for view in turned)

"""Whether a picture resembles some flag: what is drawn as nobody's must be nobody's."""

from __future__ import annotations

import numpy as np
from PIL import Image

NEAR_FLAG = 30.0
"""Mean difference of channels, of 255, up to which stripes equal a flag. Of enrolled drawings the nearest of Romania's
and Chad's flags are 5 apart, the nearest of Ireland's and the Ivory Coast's 31, of Italy's and Hungary's 64."""

Array = np.ndarray
Picture = Image.Image


def thumbnail(picture: Picture) -> Array:
    """12 x 12 pixels on white, whatever its shape, int16 (12, 12, 3)."""
    flat = Image.new("RGBA", picture.size, "white")
    flat.alpha_composite(picture.convert("RGBA"))
    return np.asarray(flat.convert("RGB").resize((12, 12), Image.Resampling.BOX), dtype=np.int16)


def near_flag(small: Array, flags: Array | None) -> bool:
    """Whether a thumbnail, turned or mirrored, resembles one of the flags, thumbnails int16 (n, 12, 12, 3)."""
    if flags is None or not len(flags):
        return False
    # Pictures differ by no less than their mean colours do, which turning and mirroring leave as they are.
    shift = np.abs(flags.mean(axis=(1, 2)) - small.mean(axis=(0, 1))).mean(axis=1)
    flags = flags[shift < NEAR_FLAG]
    if not len(flags):
        return False
    turned = [np.rot90(side, turns) for side in (small, small[:, ::-1]) for turns in range(4)]
    return any(float(np.abs(flags - view).mean(axis=(1, 2, 3)).min()) < NEAR_FLAG for view in turned)

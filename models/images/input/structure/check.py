"""One cheap walk over a picture's structure, before any decoder sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from models.images.input.structure import bmp, gif, jpeg, png, webp
from models.images.input.structure.cost import Cost

_COSTS: Mapping[str, Callable[[bytes], Cost]] = {
    "BMP": bmp.cost,
    "GIF": gif.cost,
    "JPEG": jpeg.cost,
    "PNG": png.cost,
    "WEBP": webp.cost,
}


def check_structure(data: bytes, kind: str) -> Cost:
    """Refuse a picture that would be expensive to decode; gives the predicted cost of an accepted one.

    The walk jumps from part to part and stops at the first limit: 20 MB take less than 100 ms.

    Args:
        data: the encoded picture.
        kind: its format, one of `models.images.input.filetypes.FORMATS`.

    Raises:
        ProfileError: `image_undecodable` for too many parts or a broken structure, `image_dimensions` for too many
            pixels, scans or frames.
    """
    cost = _COSTS[kind](data)
    cost.check()
    return cost

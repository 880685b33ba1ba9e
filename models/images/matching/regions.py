"""Selects the regions of a picture to verify, and prepares their crops.

The retrieval stage sees a small emblem in a wide cover as a few patch tokens. In a crop of its own the emblem is as
large as the gallery's drawings are, so its details can be compared with theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from models.arrays import Pixels
from models.boxes import area, crop, crop_to_picture, expanded, intersection, iou, with_margin
from models.images.encoder.encoder import Embedding
from models.images.matching.localizer import REGION_MARGIN, Localizer
from models.images.matching.strips import STRIP_MARGIN, find_strip
from models.profile import Box

MAX_REGIONS = 2
"""Regions verified per picture; a third would exceed the time of an upload. A line of text may be another."""

REGION_NMS_IOU = 0.5
"""Intersection over union from which two windows or crops are the same region (non-maximum suppression)."""

MAX_CONTAINMENT = 0.99
"""Fraction of a window inside a localized emblem's crop from which the window is skipped as a part of it."""

CROP_MARGIN = 0.06
"""Margin around the localized emblem, as a fraction of its sides; the localizer's bins are a twenty-fourth wide."""

MIN_WINDOW_SIDE = 0.45
"""Least side of a crop's windows, as a fraction of the crop's: the emblem fills most of it."""

REGION_INPUT_SCALE, LOCALIZED_INPUT_SCALE = 0.75, 0.5
"""Factors on the sides of the encoder's input for a region and for a localized emblem."""


class Region(NamedTuple):
    """A region of a picture to verify.

    Attributes:
        window: the retrieval stage's window, or the line of text.
        emblem: the localized emblem, or the line of text; None without a localizer.
        crop: the box to crop.
    """

    window: Box
    emblem: Box | None
    crop: Box


def select_regions(
    pixels: Pixels, windows: Iterable[Box], locate: Callable[[Box, list[Box]], Box] | None = None
) -> list[Region]:
    """At most MAX_REGIONS regions of a picture, (height, width, 3), that do not overlap much.

    Args:
        pixels: the picture.
        windows: of the retrieval stage, the likeliest first.
        locate: gives the emblem's box from a window with its context and the boxes located so far.
    """
    regions: list[Region] = []
    tried: list[Box] = []
    for window in windows:
        if len(regions) == MAX_REGIONS or not is_apart(window, tried) or _is_contained(window, regions):
            continue
        tried.append(window)
        context = with_context_or_strip(pixels, window)
        emblem = locate(context, [region.emblem for region in regions if region.emblem]) if locate else None
        region = Region(window, emblem, with_margin(emblem, CROP_MARGIN) if emblem else context)
        is_whole_window = emblem is None and context == with_context(window)
        if is_whole_window or is_apart(region.crop, (other.crop for other in regions)):
            regions.append(region)
    return regions


def text_line_region(line: Box, pixels: Pixels) -> Region:
    """The region of a line of text in a picture, (height, width, 3), with a strip's margin."""
    down = STRIP_MARGIN * (line[3] - line[1])
    return Region(line, line, expanded(line, down * pixels.shape[0] / pixels.shape[1], down))


def with_context(window: Box) -> Box:
    """A window with its margin, clipped to the picture."""
    return with_margin(window, REGION_MARGIN)


def with_context_or_strip(pixels: Pixels, window: Box) -> Box:
    """A window of a picture, (height, width, 3), with its margin, or the strip of type found there."""
    context = with_context(window)
    strip = find_strip(crop(pixels, context))
    return crop_to_picture(context, strip) if strip else context


def is_apart(box: Box, others: Iterable[Box]) -> bool:
    """True if a box overlaps none of some others by REGION_NMS_IOU."""
    return all(iou(box, other) < REGION_NMS_IOU for other in others)


def _is_contained(window: Box, regions: Iterable[Region]) -> bool:
    """True if a window lies in the crop around a localized emblem."""
    located = (region.crop for region in regions if region.emblem)
    return any(intersection(window, box) >= MAX_CONTAINMENT * area(window) for box in located)


def large_windows(embedding: Embedding) -> Embedding:
    """The windows of a crop that its emblem may fill, the whole crop among them."""
    sides = np.sqrt(np.prod(embedding.boxes[:, 2:] - embedding.boxes[:, :2], axis=1))
    large = sides >= MIN_WINDOW_SIDE
    large[0] = True
    return Embedding(embedding.vectors[large], embedding.boxes[large])


def compared_windows(windows: Embedding, localizer: Localizer | None) -> Embedding:
    """The windows of a crop that are scored: with a localizer only the whole crop, which the emblem fills.

    Args:
        windows: from `large_windows`.
        localizer: the encoder's; None without one.
    """
    return Embedding(windows.vectors[:1], windows.boxes[:1]) if localizer else windows


def crop_scale(localizer: Localizer | None) -> float:
    """Factor on the sides of the encoder's input for a crop."""
    return LOCALIZED_INPUT_SCALE if localizer else REGION_INPUT_SCALE

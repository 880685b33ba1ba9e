"""Verified regions lie apart, and their crops show the emblem with a margin."""

import numpy as np
import pytest

from models.boxes import WHOLE_PICTURE
from models.images.matching.regions import (
    CROP_MARGIN,
    MAX_REGIONS,
    select_regions,
    text_line_region,
    with_context,
)

NOISE = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)


def windows_of(regions):
    return [region.window for region in regions]


def test_of_overlapping_windows_the_first_becomes_a_region():
    one, nearly, other = (0.0, 0.0, 0.4, 0.4), (0.02, 0.0, 0.42, 0.4), (0.6, 0.6, 1.0, 1.0)
    assert windows_of(select_regions(NOISE, [one, nearly, other])) == [one, other]


def test_at_most_max_regions_are_selected():
    corners = [(x, y, x + 0.1, y + 0.1) for x in (0.0, 0.3, 0.6) for y in (0.0, 0.3, 0.6)]
    assert windows_of(select_regions(NOISE, corners)) == corners[:MAX_REGIONS]


def test_a_region_is_cropped_with_its_margin():
    (region,) = select_regions(NOISE, [(0.2, 0.2, 0.6, 0.6)])
    assert region.crop == pytest.approx((0.1, 0.1, 0.7, 0.7)) and region.emblem is None


def test_a_localized_emblem_is_cropped_with_its_margin():
    emblem = (0.3, 0.4, 0.5, 0.9)
    (region,) = select_regions(NOISE, [(0.2, 0.2, 0.6, 0.6)], lambda *_: emblem)
    assert region.emblem == emblem
    assert region.crop == pytest.approx(
        (0.3 - 0.2 * CROP_MARGIN, 0.4 - 0.5 * CROP_MARGIN, 0.5 + 0.2 * CROP_MARGIN, 0.9 + 0.5 * CROP_MARGIN)
    )


def test_separate_windows_on_one_emblem_are_one_region():
    windows = [(0.0, 0.0, 0.4, 0.4), (0.3, 0.3, 0.7, 0.7), (0.6, 0.6, 1.0, 1.0)]
    emblems = dict(zip(((0.0, 0.0, 0.5, 0.5), (0.2, 0.2, 0.8, 0.8)), [(0.1, 0.1, 0.5, 0.5)] * 2, strict=True))
    regions = select_regions(
        NOISE, windows, lambda context, _: emblems.get(tuple(np.round(context, 6)), (0.7, 0.7, 0.9, 0.9))
    )
    assert windows_of(regions) == [windows[0], windows[2]]


@pytest.mark.parametrize(
    ("window", "is_contained"),
    [
        ((0.1, 0.1, 0.4, 0.4), True),
        ((0.08, 0.08, 0.38, 0.38), True),  # beyond the emblem, but inside its crop
        ((0.45, 0.45, 0.78, 0.78), False),  # a tenth lies outside
        ((0.6, 0.6, 0.9, 0.9), False),
    ],
)
def test_a_window_inside_a_localized_emblem_is_skipped(window, is_contained):
    asked, first = [], (0.3, 0.3, 0.5, 0.5)

    emblems = [(0.1, 0.1, 0.7, 0.7), (0.6, 0.6, 0.9, 0.9)]

    def locate(context, located):
        assert located == emblems[: len(asked)]
        asked.append(context)
        return emblems[len(asked) - 1]

    expected = [first] if is_contained else [first, window]
    assert windows_of(select_regions(NOISE, [first, window], locate)) == expected
    assert asked == [with_context(one) for one in expected]


def test_without_a_localizer_a_window_inside_a_region_is_a_region_too():
    windows = [WHOLE_PICTURE, (0.25, 0.25, 0.75, 0.75)]
    assert windows_of(select_regions(NOISE, windows)) == windows


def test_separate_windows_whose_emblem_fills_the_picture_are_one_region():
    windows = [(0.25, 0.25, 0.75, 0.75), WHOLE_PICTURE]
    assert windows_of(select_regions(NOISE, windows, lambda *_: WHOLE_PICTURE)) == [windows[0]]


def test_overlapping_windows_are_localized_once():
    asked = []

    def locate(context, _):
        asked.append(context)
        return 0.4, 0.4, 0.6, 0.6

    select_regions(NOISE, [WHOLE_PICTURE, (0.0, 0.0, 1.0, 0.9), (0.3, 0.3, 0.7, 0.7), (0.3, 0.32, 0.7, 0.72)], locate)
    assert len(asked) == 2


def test_a_masthead_on_plain_ground_is_cropped_to_its_line_once():
    pixels = np.full((256, 256, 3), 250, np.uint8)
    pixels[64:80, 20:236:8], pixels[64:80, 22:238:8] = 20, 20
    upper, middle, lower = (0.0, 0.0, 1.0, 0.5), (0.15, 0.1, 0.85, 0.6), (0.3, 0.7, 0.6, 1.0)
    regions = select_regions(pixels, [upper, middle, lower])
    assert windows_of(regions) == [upper, lower]
    left, top, right, bottom = regions[0].crop
    assert left < 20 / 256 and right > 228 / 256
    assert 0.1 < top < 64 / 256 and 80 / 256 < bottom < 0.4


def test_a_text_line_is_cropped_with_a_margin_clipped_to_the_picture():
    wide, line = np.zeros((100, 400, 3), np.uint8), (0.25, 0.4, 0.75, 0.6)
    assert text_line_region(line, wide).crop == pytest.approx((0.2375, 0.35, 0.7625, 0.65))
    assert text_line_region(line, wide).emblem == line
    assert text_line_region((0.0, 0.0, 1.0, 1.0), wide).crop == (0.0, 0.0, 1.0, 1.0)

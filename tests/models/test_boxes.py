"""Intersection over union of boxes, one pair at a time or many, and coordinates of crops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.boxes import WHOLE_PICTURE, crop, crop_to_picture, iou, ious, picture_to_crop, with_margin

BOX_PAIRS = [
    ((0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 1.0, 0.5), 0.5),
    ((0.1, 0.1, 0.5, 0.5), (0.1, 0.1, 0.5, 0.5), 1.0),
    ((0.0, 0.0, 0.2, 0.2), (0.5, 0.5, 1.0, 1.0), 0.0),
    ((0.0, 0.0, 0.6, 0.6), (0.2, 0.2, 0.8, 0.8), 0.16 / 0.56),
]
ONES, OTHERS, EXPECTED_IOUS = zip(*BOX_PAIRS, strict=True)


@pytest.mark.parametrize(("one", "other", "share"), BOX_PAIRS)
def test_iou_is_symmetric(one, other, share):
    assert iou(one, other) == iou(other, one) == pytest.approx(share)


def test_boxes_without_area_have_iou_zero():
    assert iou((0.3, 0.3, 0.3, 0.3), (0.3, 0.3, 0.3, 0.3)) == 0


def test_many_boxes_overlap_each_with_its_counterpart():
    assert ious(np.array(ONES), np.array(OTHERS)) == pytest.approx(EXPECTED_IOUS)


@pytest.mark.parametrize("other", OTHERS)
def test_many_boxes_overlap_with_one_also_in_whole_pixels(other):
    pixel_boxes = np.array([(0, 0, 1, 1), (0, 0, 2, 1)])
    expected = [iou(tuple(cell), other) for cell in pixel_boxes.tolist()]
    assert ious(pixel_boxes, other) == pytest.approx(expected)


CORNERS_AND_SIDES = st.tuples(st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.05, 1), st.floats(0.05, 1))
RANDOM_BOXES = CORNERS_AND_SIDES.map(lambda side: (side[0], side[1], side[0] + side[2], side[1] + side[3]))


@given(RANDOM_BOXES, RANDOM_BOXES)
def test_crop_and_picture_coordinates_are_inverse(region, box):
    assert crop_to_picture(region, picture_to_crop(region, box)) == pytest.approx(box)
    assert crop_to_picture(region, WHOLE_PICTURE) == pytest.approx(region) and picture_to_crop(
        region, region
    ) == pytest.approx(WHOLE_PICTURE)


def test_a_crop_has_the_regions_pixels_and_at_least_one():
    pixels = np.arange(8 * 10 * 3, dtype=np.uint8).reshape(8, 10, 3)
    assert np.array_equal(crop(pixels, (0.5, 0.25, 0.8, 1.0)), pixels[2:8, 5:8])
    assert crop(pixels, (0.41, 0.51, 0.42, 0.52)).shape == (1, 1, 3)


def test_a_margin_is_clipped_to_the_picture():
    assert with_margin((0.2, 0.4, 0.6, 0.5), 0.25) == pytest.approx((0.1, 0.375, 0.7, 0.525))
    assert with_margin((0.1, 0.0, 0.9, 0.9), 0.5) == (0.0, 0.0, 1.0, 1.0)

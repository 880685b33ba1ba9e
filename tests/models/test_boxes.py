"""Boxes overlap by intersection over union, one pair at a time or many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.boxes import WHOLE_PICTURE, crop, crop_to_picture, iou, ious, picture_to_crop, with_margin

PAIRS = [
    ((0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 1.0, 0.5), 0.5),
    ((0.1, 0.1, 0.5, 0.5), (0.1, 0.1, 0.5, 0.5), 1.0),
    ((0.0, 0.0, 0.2, 0.2), (0.5, 0.5, 1.0, 1.0), 0.0),
    ((0.0, 0.0, 0.6, 0.6), (0.2, 0.2, 0.8, 0.8), 0.16 / 0.56),
]
ONES, OTHERS, SHARES = zip(*PAIRS, strict=True)


@pytest.mark.parametrize(("one", "other", "share"), PAIRS)
def test_two_boxes_overlap_alike_from_either_side(one, other, share):
    assert iou(one, other) == iou(other, one) == pytest.approx(share)


def test_boxes_without_an_area_do_not_overlap():
    assert iou((0.3, 0.3, 0.3, 0.3), (0.3, 0.3, 0.3, 0.3)) == 0


def test_many_boxes_overlap_each_with_its_counterpart():
    assert ious(np.array(ONES), np.array(OTHERS)) == pytest.approx(SHARES)


@pytest.mark.parametrize("other", OTHERS)
def test_many_boxes_overlap_with_one_also_in_whole_cells(other):
    cells = np.array([(0, 0, 1, 1), (0, 0, 2, 1)])
    expected = [iou(tuple(cell), other) for cell in cells.tolist()]
    assert ious(cells, other) == pytest.approx(expected)


SIDES = st.tuples(st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.05, 1), st.floats(0.05, 1))
BOXES = SIDES.map(lambda side: (side[0], side[1], side[0] + side[2], side[1] + side[3]))


@given(BOXES, BOXES)
def test_a_box_of_a_cutting_is_the_same_one_seen_from_the_picture_and_back(place, box):
    assert crop_to_picture(place, picture_to_crop(place, box)) == pytest.approx(box)
    assert crop_to_picture(place, WHOLE_PICTURE) == pytest.approx(place) and picture_to_crop(
        place, place
    ) == pytest.approx(WHOLE_PICTURE)


def test_what_is_cut_out_is_what_the_picture_shows_there_and_never_nothing():
    pixels = np.arange(8 * 10 * 3, dtype=np.uint8).reshape(8, 10, 3)
    assert np.array_equal(crop(pixels, (0.5, 0.25, 0.8, 1.0)), pixels[2:8, 5:8])
    assert crop(pixels, (0.41, 0.51, 0.42, 0.52)).shape == (1, 1, 3)


def test_what_is_around_a_box_ends_with_the_picture():
    assert with_margin((0.2, 0.4, 0.6, 0.5), 0.25) == pytest.approx((0.1, 0.375, 0.7, 0.525))
    assert with_margin((0.1, 0.0, 0.9, 0.9), 0.5) == (0.0, 0.0, 1.0, 1.0)

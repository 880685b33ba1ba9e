"""Boxes overlap by intersection over union, one pair at a time or many."""

import numpy as np
import pytest

from models.boxes import overlap, overlaps

PAIRS = [
    ((0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 1.0, 0.5), 0.5),
    ((0.1, 0.1, 0.5, 0.5), (0.1, 0.1, 0.5, 0.5), 1.0),
    ((0.0, 0.0, 0.2, 0.2), (0.5, 0.5, 1.0, 1.0), 0.0),
    ((0.0, 0.0, 0.6, 0.6), (0.2, 0.2, 0.8, 0.8), 0.16 / 0.56),
]
ONES, OTHERS, SHARES = zip(*PAIRS, strict=True)


@pytest.mark.parametrize(("one", "other", "share"), PAIRS)
def test_two_boxes_overlap_alike_from_either_side(one, other, share):
    assert overlap(one, other) == overlap(other, one) == pytest.approx(share)


def test_boxes_without_an_area_do_not_overlap():
    assert overlap((0.3, 0.3, 0.3, 0.3), (0.3, 0.3, 0.3, 0.3)) == 0


def test_many_boxes_overlap_each_with_its_counterpart():
    assert overlaps(np.array(ONES), np.array(OTHERS)) == pytest.approx(SHARES)


@pytest.mark.parametrize("other", OTHERS)
def test_many_boxes_overlap_with_one_also_in_whole_cells(other):
    cells = np.array([(0, 0, 1, 1), (0, 0, 2, 1)])
    expected = [overlap(tuple(cell), other) for cell in cells.tolist()]
    assert overlaps(cells, other) == pytest.approx(expected)

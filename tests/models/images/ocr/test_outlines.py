import cv2
import numpy as np
import pytest

from models.images.ocr.outlines import LINE_THRESHOLD, UNCLIP_RATIO, aspect, outlines

SHAPE = (160, 320)


def drawn(middle, size, angle, probability=0.9):
    """A probability map with one rectangle, 0 elsewhere."""
    probabilities = np.zeros(SHAPE, np.float32)
    corners = cv2.boxPoints((middle, size, angle)).astype(np.int32)
    cv2.fillPoly(probabilities, [corners], probability)
    return probabilities


def test_core_expands_by_area_over_perimeter_in_picture_pixels():
    (corners,) = outlines(drawn((160, 80), (120, 20), 0), 320, 640)
    grown = UNCLIP_RATIO * 120 * 20 / 140
    left, top, right, bottom = 160 - 60 - grown / 2, 80 - 10 - grown / 2, 160 + 60 + grown / 2, 80 + 10 + grown / 2
    expected = np.array([(left, top), (right, top), (right, bottom), (left, bottom)]) * 2
    assert np.abs(corners - expected).max() <= 4
    assert corners.dtype == np.float32


@pytest.mark.parametrize("angle", [-20, -5, 5, 20])
def test_a_slanted_line_keeps_its_slant(angle):
    (corners,) = outlines(drawn((160, 80), (160, 16), angle), *SHAPE)
    across = corners[1] - corners[0]
    assert np.degrees(np.arctan2(across[1], across[0])) == pytest.approx(angle, abs=2)
    assert aspect(corners) > 4


def test_unsure_or_tiny_cores_are_no_lines():
    assert outlines(drawn((160, 80), (120, 20), 0, LINE_THRESHOLD - 0.1), *SHAPE) == []
    assert outlines(drawn((160, 80), (120, 0), 0), *SHAPE) == []
    assert outlines(np.zeros(SHAPE, np.float32), *SHAPE) == []


def test_a_line_at_the_edge_stays_in_the_picture():
    (corners,) = outlines(drawn((20, 5), (120, 20), 0), *SHAPE)
    assert corners.min() >= 0
    assert (corners <= (SHAPE[1] - 1, SHAPE[0] - 1)).all()

"""Monograms depend on their number alone, and none is empty."""

import numpy as np
import pytest

from training.images.synthesis.monograms import monograms

pytestmark = pytest.mark.slow


def test_monogram_depends_on_its_number_alone():
    several, (third,) = list(monograms(0, 4)), monograms(2, 1)
    assert np.array_equal(several[2], third)
    assert len({drawing.tobytes() for drawing in several}) == 4


def test_monograms_are_not_empty():
    for drawing in monograms(0, 40):
        white = np.full_like(drawing[..., :3], 255)
        shown = [np.where(drawing[..., 3:] > 127, drawing[..., :3], ground) for ground in (white, 0 * white)]
        assert drawing.shape[2] == 4 and max(np.ptp(picture, axis=(0, 1)).max() for picture in shown) > 20

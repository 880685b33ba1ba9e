"""What was found out about a picture is kept as long as the picture, and for that alone."""

import gc

import numpy as np

from models.images.ocr.per_image import PerImage


def test_each_picture_is_looked_at_once_and_equal_ones_are_not_taken_for_each_other():
    seen = []
    mean = PerImage(lambda pixels: seen.append(id(pixels)) or float(pixels.mean()))
    one, same = np.full((4, 4, 3), 7, np.uint8), np.full((4, 4, 3), 7, np.uint8)
    assert mean(one) == mean(one) and mean(one)[0] == 7.0 and mean(one)[1] >= 0
    mean(same)
    assert seen == [id(one), id(same)]


def test_what_is_known_of_a_picture_is_told_without_asking():
    total, picture = PerImage(lambda pixels: int(pixels.sum())), np.ones((2, 2, 3), np.uint8)
    assert total.cached(picture) is None
    assert total(picture) == total.cached(picture)


def test_nothing_is_kept_of_a_picture_that_is_gone():
    total = PerImage(lambda pixels: int(pixels.sum()))
    for value in range(50):
        assert total(np.full((8, 8, 3), value, np.uint8))[0] == 8 * 8 * 3 * value  # likely where the last one lay
    gc.collect()
    assert not total._known

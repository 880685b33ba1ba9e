"""Results are cached per array, for the lifetime of the array."""

import gc

import numpy as np

from models.images.ocr.per_image import PerImage


def test_result_is_computed_once_per_array_not_per_content():
    seen = []
    mean = PerImage(lambda pixels: seen.append(id(pixels)) or float(pixels.mean()))
    one, same = np.full((4, 4, 3), 7, np.uint8), np.full((4, 4, 3), 7, np.uint8)
    assert mean(one) == mean(one) and mean(one)[0] == 7.0 and mean(one)[1] >= 0
    mean(same)
    assert seen == [id(one), id(same)]


def test_cached_result_is_returned_without_computing():
    total, picture = PerImage(lambda pixels: int(pixels.sum())), np.ones((2, 2, 3), np.uint8)
    assert total.cached(picture) is None
    assert total(picture) == total.cached(picture)


def test_result_is_dropped_with_its_array():
    total = PerImage(lambda pixels: int(pixels.sum()))
    for value in range(50):
        assert total(np.full((8, 8, 3), value, np.uint8))[0] == 8 * 8 * 3 * value  # likely where the last one lay
    gc.collect()
    assert not total._known

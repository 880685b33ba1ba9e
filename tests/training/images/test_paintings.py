"""Any picture can be painted, and is another one then."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.images.paintings import painted


def picture(height, width):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 96), st.integers(1, 160), st.integers(0, 1_000))
def test_pictures_of_any_shape_keep_it(height, width, seed):
    made = painted(np.random.default_rng(seed), picture(height, width))
    assert made.shape == (height, width, 3) and made.dtype == np.uint8


def test_the_same_generator_state_paints_the_same():
    first, same, other = (painted(np.random.default_rng(seed), picture(64, 96)) for seed in (3, 3, 4))
    assert np.array_equal(first, same) and not np.array_equal(first, other)


def test_strokes_keep_the_colours_that_they_cover():
    plain = np.full((96, 96, 3), (40, 120, 200), np.uint8)
    made = painted(np.random.default_rng(5), plain)
    assert np.median(made.reshape(-1, 3), axis=0) == pytest.approx([40, 120, 200], abs=20)
    assert not np.array_equal(made, plain)


def test_what_is_given_is_left_as_it_is():
    given_picture = picture(64, 64)
    before = given_picture.copy()
    painted(np.random.default_rng(1), given_picture)
    assert np.array_equal(given_picture, before)

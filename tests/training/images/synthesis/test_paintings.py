"""Pictures of any size can be repainted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.images.synthesis.paintings import painted


def picture(height, width):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 96), st.integers(1, 160), st.integers(0, 1_000))
def test_painting_keeps_size_and_type(height, width, seed):
    made = painted(np.random.default_rng(seed), picture(height, width))
    assert made.shape == (height, width, 3) and made.dtype == np.uint8


def test_painting_depends_on_the_seed():
    first, same, other = (painted(np.random.default_rng(seed), picture(64, 96)) for seed in (3, 3, 4))
    assert np.array_equal(first, same) and not np.array_equal(first, other)


def test_strokes_carry_the_colours_beneath_them():
    left, right = (200, 40, 40), (30, 60, 190)
    split = np.full((128, 128, 3), left, np.uint8)
    split[:, 64:] = right
    carried = []
    for seed in range(8):
        made = painted(np.random.default_rng(seed), split)
        assert np.median(made[:, :32].reshape(-1, 3), axis=0) == pytest.approx(left, abs=25)
        assert np.median(made[:, -32:].reshape(-1, 3), axis=0) == pytest.approx(right, abs=25)
        is_left = np.linalg.norm(made.astype(float) - left, axis=2) < np.linalg.norm(made.astype(float) - right, axis=2)
        carried.append(is_left.sum(axis=1).std())
    assert np.mean(carried) > 1  # pixels by which the seam, straight before, wanders from row to row


def test_painting_leaves_its_input_unchanged():
    given_picture = picture(64, 64)
    before = given_picture.copy()
    painted(np.random.default_rng(1), given_picture)
    assert np.array_equal(given_picture, before)

"""Random signs are deterministic and not empty."""

import numpy as np
import pytest

from training.images.synthesis.signs import SIGNS, sign, sign_avatar

pytestmark = pytest.mark.slow


def test_sign_depends_on_the_generator_state():
    first, same = (sign(np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(first, same) and first.shape[2] == 4


def test_signs_are_not_empty():
    shown = [sign_avatar(np.random.default_rng(seed), (64, 64)) for seed in range(6 * len(SIGNS))]
    assert all(picture.shape == (64, 64, 3) and np.ptp(picture) > 20 for picture in shown)

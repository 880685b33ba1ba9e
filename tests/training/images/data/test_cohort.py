"""Cohort and calibration hold look-alikes of the listed kinds."""

import numpy as np
import pytest

from training.images.data.cohort import LOOK_ALIKE_KINDS, look_alike
from training.images.negatives.kinds import NEGATIVES

pytestmark = pytest.mark.slow


def test_every_listed_kind_is_drawn_by_the_generator():
    assert set(LOOK_ALIKE_KINDS) == NEGATIVES.keys() - {"invented_flag"}
    assert len(set(LOOK_ALIKE_KINDS)) == len(LOOK_ALIKE_KINDS)


def test_look_alikes_depend_on_the_generator_state_and_vary():
    first, again = (look_alike(np.random.default_rng(6)) for _ in range(2))
    assert np.array_equal(first, again) and first.shape[2] == 4
    assert len({look_alike(np.random.default_rng(seed)).tobytes() for seed in range(30)}) == 30

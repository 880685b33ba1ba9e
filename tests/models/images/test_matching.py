"""How near harmless pictures come is what a similarity is measured against."""

import numpy as np

from models.images.matching import CANDIDATES, nearness, strongest


def test_nearness_is_the_mean_of_the_nearest_cohort_cosines():
    vectors, cohort = np.eye(3, dtype=np.float32), np.eye(3, dtype=np.float32)[:2]
    assert np.allclose(nearness(vectors, cohort), [0.5, 0.5, 0.0])


def test_the_strongest_come_first_and_no_more_than_are_looked_at():
    values = np.random.default_rng(0).permutation(50).astype(np.float32)
    assert values[strongest(values)].tolist() == list(range(49, 49 - CANDIDATES, -1))
    assert strongest(np.array([0.1, 0.3])).tolist() == [1, 0]

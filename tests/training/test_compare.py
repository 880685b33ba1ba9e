import numpy as np
import pytest

from training.compare import Difference, paired_difference


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [
        (np.ones(200), "the challenger is better"),
        (-np.ones(200), "the challenger is worse"),
        (np.tile([1.0, -1.0], 100), "no significant difference"),
        (np.zeros(200), "no significant difference"),
    ],
)
def test_the_verdict_follows_from_the_interval_of_paired_differences(differences, verdict):
    difference = paired_difference(differences)
    low, high = difference.interval
    assert low <= difference.value <= high
    assert verdict in str(difference)


def test_the_interval_is_the_same_each_time():
    differences = np.random.default_rng(1).normal(0.1, 1, 300)
    assert paired_difference(differences) == paired_difference(differences)


def test_a_difference_by_chance_is_not_called_better():
    assert "no significant" in Difference.of(0.01, np.linspace(-0.02, 0.04, 100)).verdict

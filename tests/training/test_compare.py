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
    difference = paired_difference((differences, np.arange(200)))
    low, high = difference.interval
    assert low <= difference.value <= high
    assert verdict in str(difference)


def test_the_interval_is_the_same_each_time():
    differences = np.random.default_rng(1).normal(0.1, 1, 300)
    groups = np.arange(300)
    assert paired_difference((differences, groups)) == paired_difference((differences, groups))


def test_grouped_cases_have_wider_intervals_than_independent_ones():
    differences = np.repeat(np.random.default_rng(1).normal(0.1, 1, 15), 20)
    together, alone = (
        paired_difference((differences, groups)) for groups in (np.repeat(np.arange(15), 20), np.arange(300))
    )
    widths = [low_high[1] - low_high[0] for low_high in (together.interval, alone.interval)]
    assert together.value == alone.value
    assert widths[0] > 3 * widths[1]


def test_parts_weigh_the_same_however_many_cases_they_have():
    difference = paired_difference((np.ones(10), np.arange(10)), (np.zeros(1_000), np.arange(1_000)))
    assert difference.value == 0.5 and difference.interval == (0.5, 0.5)


def test_a_difference_by_chance_is_not_called_better():
    assert "no significant" in Difference.of(0.01, np.linspace(-0.02, 0.04, 100), np.arange(100)).verdict


def test_too_few_groups_get_no_interval_and_no_verdict():
    difference = paired_difference((np.ones(40), np.repeat([0, 1], 20)))
    assert difference.interval is None
    assert str(difference) == "difference +1.0000 (fewer than 8 groups): 样本太少，无法判断 · too few cases to tell"

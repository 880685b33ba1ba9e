"""The measures of an image evaluation are what their definitions say."""

import numpy as np
import pytest

from training.images.common.measures import Scored, calibration_error, macro_share, measure, threshold_for
from training.shares import share


def rows(positives, harmless):
    imitated = [{"label": "pos", "reference_id": f"e.{number % 5}", "kind": "copy"} for number in range(positives)]
    return imitated + [{"label": "neg", "reference_id": None, "kind": "photo"}] * harmless


def test_a_threshold_is_passed_by_its_share_of_harmless_pictures():
    scores = np.concatenate([np.full(50, 0.985), np.full(50, 0.995), np.linspace(0, 1, 1000)])
    right = np.concatenate([np.ones(75, bool), np.zeros(1025, bool)])
    numbers = measure(rows(100, 1000), ["x"] * 1100, Scored(scores, right))["all"]
    assert numbers["recall@1%"] == 0.5  # the upper half beats 99% of the harmless, right or wrong
    assert numbers["ok@1%"] == 0.25
    assert numbers["ok@.1%"] == numbers["recall@.1%"] == 0.0


@pytest.mark.parametrize(("share", "passing"), [(0.05, 5), (0.01, 1), (0.003, 0), (0.001, 0)])
def test_no_more_of_a_hundred_harmless_pictures_pass_than_the_share_says(share, passing):
    scores = np.random.default_rng(0).permutation(100) / 100
    assert (scores > threshold_for(scores, share)).sum() == passing


def test_intervals_are_wide_for_correlated_pictures_of_few_emblems():
    together = np.array([place % 5 < 2 for place in range(100)] + [False] * 10)
    apart = np.random.default_rng(0).permutation(together[:100])
    widths = []
    for right in (together, np.append(apart, [False] * 10)):
        low, high = measure(rows(100, 10), ["x"] * 110, Scored(right * 1.0, right))["all"]["interval"]["r@1"]
        widths.append(high - low)
    assert widths[0] > 2 * widths[1]


def test_harmless_pictures_are_no_emblems_whatever_their_rows_name():
    right = np.array([place % 5 < 2 for place in range(25)] + [False] * 40)
    named = [row | {"reference_id": f"twin.{number}"} for number, row in enumerate(rows(0, 40))]
    intervals = [
        measure([*rows(25, 0), *harmless], ["x"] * 65, Scored(right * 1.0, right))["all"]["interval"]
        for harmless in (rows(0, 40), named)
    ]
    assert intervals[0] == intervals[1]


def test_the_share_of_harmless_pictures_reported_has_wilsons_interval():
    for flagged, bounds in ((0, (0, 0.2775)), (1, (0.0179, 0.4042))):
        reported = np.arange(15) >= 15 - flagged
        numbers = measure(rows(5, 10), ["x"] * 15, Scored(reported * 1.0, reported, reported))["all"]
        assert numbers["false@policy"] == flagged / 10
        assert numbers["interval"]["false@policy"] == pytest.approx(bounds, abs=1e-4)


def test_calibrated_scores_have_no_calibration_error():
    assert calibration_error(np.full(10, 0.7), np.arange(10) < 7) == pytest.approx(0)
    assert calibration_error(np.full(10, 0.9), np.arange(10) < 7) == pytest.approx(0.2)


def test_macro_share_counts_every_emblem_alike():
    happened, emblems = np.array([True, True, True, False, False]), ["a", "a", "a", "a", "b"]
    row = macro_share(happened, emblems)
    assert (row["emblems"], row["share"]) == (2, 0.375)
    assert row["interval"] == (0.0, 0.75)


def test_share_has_wilsons_interval():
    row = share(np.arange(10) < 9)
    assert (row["pictures"], row["share"]) == (10, 0.9)
    assert row["interval"] == pytest.approx((0.5958, 0.9821), abs=1e-4)

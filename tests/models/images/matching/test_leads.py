"""Features that compare candidates say how far each leads or trails the others."""

import numpy as np
import pytest

from models.images.matching.features import REGION_FEATURES, VERIFICATION_FEATURES
from models.images.matching.leads import nearest_regions, with_leads
from models.images.matching.reranker import RERANKER_WEIGHT


def features(count, **given):
    """Features of some candidates, zero but for those given."""
    zeros = {name: np.zeros(count) for name in REGION_FEATURES}
    return {**zeros, **{name: np.array(values) for name, values in given.items()}}


def test_leads_complete_the_features_of_a_region():
    assert {*with_leads(np.arange(3), features(3))} == {*VERIFICATION_FEATURES}


def test_each_candidate_trails_the_best_in_every_respect():
    values = np.random.default_rng(0).normal(size=(len(REGION_FEATURES), 5))
    found = with_leads(np.arange(5), dict(zip(REGION_FEATURES, values, strict=True)))
    both = found["normalized"] + found["closer_normalized"]
    for lead, values in {
        "behind_nearest": both,
        "behind_in_details": found["details"],
        "behind_in_cells": found["cells"],
        "behind_in_colours": -found["unlike_in_colours"],
    }.items():
        assert found[lead].max() == 0 and found[lead].argmax() == values.argmax()
        assert np.allclose(np.diff(found[lead]), np.diff(values))
    assert found["nearest"].tolist() == (both == both.max()).tolist()


def test_a_unique_text_leads_and_two_equal_texts_do_not():
    known = features(5, letters=[2.0, 0.0, 2.0, 1.5, 0.0])

    def lead(*references):
        return with_leads(np.array(references), known)["lead_in_letters"].tolist()

    assert lead(7, 7, 7, 8, 9) == [0.5, 0.5, 0.5, -0.5, -2.0]
    assert lead(6, 7, 8, 9, 9) == [0.0, -2.0, 0.0, -0.5, -0.5]


def test_best_score_per_reference_over_regions_leads_or_trails():
    known = features(4, cells=[-3.0, 2.0, 1.0, -1.0])
    found = with_leads(np.array([7, 7, 8, 9]), known)
    assert found["best_cells"].tolist() == [2.0, 2.0, 1.0, -1.0]
    assert found["ahead_cells"].tolist() == [1.0, 1.0, -1.0, -3.0]
    assert with_leads(np.array([7, 7, 7, 7]), known)["ahead_cells"].tolist() == [2.0] * 4


def test_a_reference_is_shown_in_its_nearest_region():
    known = features(4, closer_normalized=[0.5, 0.2, 0.3, 0.3], cells=[0.0, 0.0, 0.0, 0.1 / RERANKER_WEIGHT])
    assert nearest_regions(np.array([7, 8, 7, 8]), known).tolist() == [0, 3, 0, 3]


def test_text_and_colours_of_a_reference_count_in_all_its_regions():
    known = features(
        4,
        closer_normalized=[0.5, 0.2, 0.3, 0.3],
        letters=[0.0, 0.0, 2.0, 0.0],
        unlike_in_letters=[1.5, 0.0, 0.0, 0.7],
        unlike_in_colours=[0.3, 0.1, 0.0, 0.4],
    )
    found = with_leads(np.array([7, 8, 7, 8]), known)
    assert found["letters"].tolist() == [2.0, 0.0, 2.0, 0.0]
    assert found["lead_in_letters"].tolist() == [2.0, -2.0, 2.0, -2.0]
    assert found["unlike_in_letters"].tolist() == [1.5, 0.7, 1.5, 0.7]
    assert found["unlike_in_colours"].tolist() == [0.3, 0.4, 0.3, 0.4]
    assert found["behind_in_colours"] == pytest.approx([0.0, -0.1, 0.0, -0.1])

"""Places that are looked at closely lie apart, and what is seen there is told as a place of the picture."""

import numpy as np

from models.images.calibration import CLOSER, LEADS
from models.images.verify import LOOKS, distinct, with_leads


def test_of_boxes_at_one_place_the_first_is_looked_at():
    here, nearly, there = (0.0, 0.0, 0.4, 0.4), (0.02, 0.0, 0.42, 0.4), (0.6, 0.6, 1.0, 1.0)
    assert distinct([here, nearly, there]) == [here, there]


def test_no_more_places_are_looked_at_than_there_is_time_for():
    corners = [(x, y, x + 0.1, y + 0.1) for x in (0.0, 0.3, 0.6) for y in (0.0, 0.3, 0.6)]
    assert distinct(corners) == corners[:LOOKS]


def test_each_candidate_is_told_how_far_it_is_behind_the_best_in_every_respect():
    known = CLOSER[: -len(LEADS)]
    features = np.random.default_rng(0).normal(size=(5, len(known)))
    told = dict(zip(CLOSER, with_leads(features).T, strict=True))
    nearness = told["normalized"] + told["closer_normalized"]
    for lead, values in {
        "behind_nearest": nearness,
        "behind_in_details": told["details"],
        "behind_in_cells": told["cells"],
    }.items():
        assert told[lead].max() == 0 and told[lead].argmax() == values.argmax()
        assert np.allclose(np.diff(told[lead]), np.diff(values))
    assert told["nearest"].tolist() == (nearness == nearness.max()).tolist()

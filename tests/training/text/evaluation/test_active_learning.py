"""The simulation of reviewers on small pools."""

import numpy as np
import pytest

from models.profile import Field, Label
from training.text.data.corpus import Case
from training.text.evaluation.active_learning import CHOICES, Simulation, best_macro_f1, labels_needed
from training.text.measures import label_matrix

WORDS = {Label.DECEPTIVE_CLAIM: "包过退款保录取", Label.EXAGGERATION: "全网第一史上最强", None: "看云爬山养猫读书种花"}


def cases(count, seed, clean):
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        label = None if rng.random() < clean else rng.choice([Label.DECEPTIVE_CLAIM, Label.EXAGGERATION])
        text = "".join(rng.choice(list(WORDS[label] + "的一了在有人这中大来"), 12))
        made.append(Case(str(number), Field.BIO, text, (Label(label),) if label else (), {}))
    return made


@pytest.mark.parametrize("name", CHOICES)
def test_model_gets_better_with_the_labels_that_it_asked_for(name):
    simulation = Simulation(cases(300, 0, 0.7), cases(200, 1, 0.5))
    curve = simulation.run(CHOICES[name], seed=0, first=20, step=40, last=140)
    assert len(curve) == 4 and curve[-1] > curve[0]


def test_suggestions_need_fewer_labels_than_random_where_few_violate():
    simulation = Simulation(cases(1_500, 2, 0.96), cases(300, 3, 0.5))
    options = {"first": 30, "step": 30, "last": 180}
    random, suggested = (
        np.mean([simulation.run(CHOICES[name], seed, **options) for seed in range(3)], axis=0).tolist()
        for name in ("random", "suggested")
    )
    assert labels_needed(suggested, random[-1], first=30, step=30) < 180


def test_labels_needed_are_interpolated_between_rounds():
    assert labels_needed([0.1, 0.2, 0.4], 0.3) == 250
    assert labels_needed([0.5, 0.6], 0.3) == 100
    assert labels_needed([0.1, 0.2], 0.3) is None


def test_best_macro_f1_needs_no_threshold():
    truth = label_matrix([[Label.EXAGGERATION], [], [Label.DECEPTIVE_CLAIM], []])
    assert best_macro_f1(truth[:, :2], truth[:, :2] * 0.1) == 1

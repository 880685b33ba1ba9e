import numpy as np
import pytest

from models.profile import CLASSIFIER_LABELS, Evidence, Field, Finding, Label
from training.text.data.corpus import Case
from training.text.fit.calibrate import operating_point
from training.text.measures import evidence_f1, label_matrix, measure


def case(number, *labels, hard=False):
    evidence = dict.fromkeys(labels, ("包过",))
    return Case(str(number), Field.BIO, "考试包过，不过退款", labels, evidence, hard=hard)


CASES = [case(0, Label.DECEPTIVE_CLAIM), case(1, Label.DECEPTIVE_CLAIM, hard=True), case(2), case(3, hard=True)] * 10
TRUTH = label_matrix([one.labels for one in CASES])


def test_perfect_predictions_measure_one_for_every_label_that_occurs():
    measured = measure(CASES, TRUTH.astype(float), TRUTH)
    row = measured["labels"]["deceptive_claim"]
    assert (row["precision"], row["recall"], row["f1"], row["f1_95"]) == (1, 1, 1, [1, 1])
    assert measured["clean_flagged"] == 0
    assert measured["labels"]["exaggeration"]["f1"] == 0


def test_half_right_predictions_measure_a_half_with_an_interval():
    given = TRUTH.copy()
    given[::4] = False
    given[2::4, CLASSIFIER_LABELS.index(Label.DECEPTIVE_CLAIM)] = True
    measured = measure(CASES, given.astype(float), given)
    row = measured["labels"]["deceptive_claim"]
    assert (row["precision"], row["recall"], row["f1"]) == (0.5, 0.5, 0.5)
    assert row["f1_95"][0] < 0.5 < row["f1_95"][1]
    assert measured["clean_flagged"] == 0.5
    assert measured["clean"]["hard"]["flagged"] == 0
    assert measured["parts"]["hard"]["cases"] == 20


@pytest.mark.parametrize(("span", "expected"), [((2, 4), 1.0), ((2, 9), 4 / 9), ((6, 8), 0.0)])
def test_evidence_is_compared_by_characters(span, expected):
    finding = Finding(Label.DECEPTIVE_CLAIM, Field.BIO, 0.9, "test", Evidence(spans=(span,)))
    assert evidence_f1([CASES[0]], [[finding]]) == pytest.approx(expected, abs=1e-4)


def test_the_operating_point_keeps_clean_texts_unflagged():
    logits = np.array([3.0, 2.0, 1.0, 0.0, -1.0] * 100) + np.linspace(0, 0.01, 500)
    probabilities = 1 / (1 + np.exp(-logits))
    clean = np.array([False, False, True, True, True] * 100)
    threshold = operating_point(logits, probabilities, clean)
    assert 1.0 < threshold < 2.01
    assert (logits[clean] > threshold).mean() <= 0.01


@pytest.mark.parametrize("clean_first", [True, False])
def test_the_operating_point_does_not_depend_on_the_order_of_ties(clean_first):
    logits = np.array([3.0] * 40 + [1.0] * 20 + [-1.0] * 40)
    clean = np.array([False] * 40 + [clean_first] * 10 + [not clean_first] * 10 + [True] * 40)
    assert operating_point(logits, 1 / (1 + np.exp(-logits)), clean) == 2.0


@pytest.mark.parametrize("clean_first", [True, False])
def test_nothing_is_flagged_if_too_many_clean_texts_score_highest(clean_first):
    logits = np.array([3.0] * 20 + [-1.0] * 80)
    clean = np.array([clean_first] * 10 + [not clean_first] * 10 + [True] * 80)
    assert operating_point(logits, 1 / (1 + np.exp(-logits)), clean) > 3.0


def test_the_operating_point_of_distinct_scores_follows_from_their_ranks():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=400)
    clean = rng.random(400) < 0.6
    probabilities = 1 / (1 + np.exp(-logits))
    order = np.argsort(-logits)
    f1 = 2 * np.cumsum(probabilities[order]) / (np.arange(1, 401) + probabilities.sum())
    best = max(np.flatnonzero(np.cumsum(clean[order]) <= 0.007 * clean.sum()), key=lambda rank: f1[rank])
    assert operating_point(logits, probabilities, clean) == logits[order[[best, best + 1]]].mean()

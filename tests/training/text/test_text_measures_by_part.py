"""Metrics by part, of clean texts, of calibration and of disguises."""

from dataclasses import replace

import numpy as np
import pytest

from models.profile import CLASSIFIER_LABELS, Field, Label
from training.text.data.corpus import Case
from training.text.measures import calibration_error, label_matrix, measure, recall_by_way, summary

PROMISE = CLASSIFIER_LABELS.index(Label.DECEPTIVE_CLAIM)


def case(number, length, *labels, hard=False, disguised=False):
    text = "包过" + "。" * (length - 2)
    return Case(str(number), Field.BIO, text, labels, dict.fromkeys(labels, ("包过",)), hard, disguised=disguised)


def scores(given):
    return given.astype(float)


def test_texts_are_parted_by_length_at_ten_thirty_and_eighty_characters():
    cases = [case(length, length, Label.DECEPTIVE_CLAIM) for length in (10, 11, 30, 31, 80, 81, 500)]
    truth = label_matrix([one.labels for one in cases])
    parts = measure(cases, scores(truth), truth)["parts"]
    assert [parts[name]["cases"] for name in ("1-10 characters", "11-30", "31-80", "over 80")] == [1, 2, 2, 2]


def test_disguised_texts_are_a_part_of_their_own_where_cases_say_so():
    cases = [case(0, 9, Label.DECEPTIVE_CLAIM), case(1, 9, Label.DECEPTIVE_CLAIM, disguised=True)]
    truth = label_matrix([one.labels for one in cases])
    given = truth & np.array([[True], [False]])
    parts = measure(cases, scores(given), given)["parts"]
    assert (parts["not disguised"]["recall"], parts["disguised"]["recall"]) == (1, 0)
    assert "disguised" not in measure(cases[:1], scores(truth[:1]), truth[:1])["parts"]


def test_clean_texts_are_counted_ordinary_and_hard_apart_with_an_interval():
    cases = [case(number, 9, hard=number % 2 == 0) for number in range(100)]
    given = np.zeros((100, len(CLASSIFIER_LABELS)), bool)
    given[[0, 2, 1], PROMISE] = True
    clean = measure(cases, scores(given), given)["clean"]
    assert {name: (row["texts"], row["flagged"]) for name, row in clean.items()} == {
        "all": (100, 3), "ordinary": (50, 1), "hard": (50, 2),
    }  # fmt: skip
    low, high = clean["all"]["share_95"]
    assert low < clean["all"]["share"] == 0.03 < high < 0.1


def test_a_label_that_no_text_has_does_not_lower_the_macro_f1():
    truth = label_matrix([[Label.DECEPTIVE_CLAIM], []])
    assert summary(truth, truth)["macro_f1"] == 1
    assert summary(truth[1:], truth[1:])["macro_f1"] == 0


def test_cases_without_any_violation_are_measured_too():
    cases = [case(number, 9) for number in range(3)]
    given = np.zeros((3, len(CLASSIFIER_LABELS)), bool)
    measured = measure(cases, scores(given), given)
    assert (measured["macro_f1"], measured["macro_f1_95"], measured["ece"]) == (0, None, 0)


@pytest.mark.parametrize(("predicted", "error"), [(0.2, 0.0), (0.5, 0.3), (0.0, 0.2)])
def test_calibration_error_is_the_distance_of_probability_from_truth(predicted, error):
    truth = np.array(([True] + [False] * 4) * 100)
    assert calibration_error(truth, np.full(500, predicted)) == pytest.approx(error)


def test_calibration_error_sees_errors_that_cancel_out_over_all_texts():
    truth = np.repeat([False, True], 50)
    assert calibration_error(truth, np.repeat([0.3, 0.7], 50)) == pytest.approx(0.3)


def test_calibration_error_does_not_depend_on_the_order_of_ties():
    truth, predicted = np.arange(100) < 30, np.repeat([0.2, 0.4], 50)
    shuffled = np.random.default_rng(0).permutation(50)
    orders = (np.arange(100), np.arange(100)[::-1], np.concatenate([shuffled, shuffled + 50]))
    assert [calibration_error(truth[order], predicted[order]) for order in orders] == [pytest.approx(0.4)] * 3


def test_authors_of_many_texts_are_parts_of_their_own():
    cases = [replace(case(row, 9, Label.DECEPTIVE_CLAIM), source=source)
             for row, source in enumerate(["a"] * 60 + ["b"] * 60 + ["c"] * 5)]  # fmt: skip
    truth = label_matrix([one.labels for one in cases])
    given = truth & (np.arange(125) < 60)[:, None]
    parts = measure(cases, scores(given), given)["parts"]
    assert (parts["author a"]["macro_f1"], parts["author b"]["macro_f1"]) == (1, 0)
    assert "author c" not in parts


def test_grouped_texts_have_wider_intervals_than_independent_ones():
    truth = label_matrix([[Label.DECEPTIVE_CLAIM]] * 200)
    given = truth & (np.arange(200) // 20 % 2 == 0)[:, None]
    cases = [case(row, 9, Label.DECEPTIVE_CLAIM) for row in range(200)]
    together = [replace(one, group=str(row // 20)) for row, one in enumerate(cases)]
    (low, high), (lower, higher) = (measure(some, scores(given), given)["macro_f1_95"] for some in (cases, together))
    assert higher - lower > 2 * (high - low)


def test_recall_by_way_compares_the_same_texts():
    truth = label_matrix([[Label.DECEPTIVE_CLAIM]] * 8)
    hidden = truth & np.array([[True], [False], [False], [True]] * 2)
    rows = recall_by_way(truth, truth, hidden, ["pinyin", "pinyin", "emoji", "emoji"] * 2, np.arange(8))
    assert list(rows) == ["all", "emoji", "pinyin"]
    assert (rows["all"]["labels"], rows["all"]["plain"], rows["all"]["disguised"]) == (8, 1, 0.5)
    assert rows["pinyin"]["difference"] == -0.5 and rows["pinyin"]["difference_95"] is None
    low, high = rows["all"]["difference_95"]
    assert low <= -0.5 <= high

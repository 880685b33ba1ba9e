"""Errors follow from the policy's thresholds and are listed from the worst."""

from models.profile import CLASSIFIER_LABELS, Answer, Field, Finding, Label, Severity
from training.error_analysis import JudgedCase, text_predictions, worst_errors
from training.text.data.corpus import Case


def judged(name, score, *, labelled, threshold=0.5):
    labels = (Label.FALSE_AUTHORITY,) if labelled else ()
    found = (Finding(Label.FALSE_AUTHORITY, Field.NAME, score, "classifier@1"),) if score >= threshold else ()
    scores = dict.fromkeys(CLASSIFIER_LABELS, 0.0) | {Label.FALSE_AUTHORITY: score}
    answer = Answer("d", "a", Severity.PASS, found, {}, {Field.NAME: scores}, {})
    return JudgedCase(Case(name, Field.NAME, name, labels, {}), answer)


def listed(cases, *, expected, count=3):
    predictions = worst_errors(text_predictions(cases, Label.FALSE_AUTHORITY), expected=expected, count=count)
    return [prediction.subject.id for prediction in predictions]


def test_misses_are_listed_from_the_lowest_score_up_to_the_count():
    cases = [judged(f"m{score}", score / 10, labelled=True) for score in (4, 1, 9, 2, 3)]
    assert listed(cases, expected=True) == ["m1", "m2", "m3"]


def test_false_alarms_are_listed_from_the_highest_score():
    cases = [judged(f"a{score}", score / 10, labelled=False) for score in (6, 9, 1, 7)]
    assert listed(cases, expected=False) == ["a9", "a7", "a6"]


def test_without_an_error_the_prediction_nearest_to_one_is_listed():
    cases = [
        judged("sure", 0.9, labelled=True),
        judged("barely", 0.6, labelled=True),
        judged("ok", 0.2, labelled=False),
    ]
    assert listed(cases, expected=True) == ["barely"] and listed(cases, expected=False) == ["ok"]
    assert listed([], expected=True) == []


def test_the_policys_threshold_decides_what_is_an_error():
    strict = judged("strict", 0.6, labelled=True, threshold=0.7)
    (prediction,) = text_predictions([strict], Label.FALSE_AUTHORITY)
    assert prediction.wrong and prediction.finding is None

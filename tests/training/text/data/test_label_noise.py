"""A wrong label among many right ones is a label issue."""

from dataclasses import replace

import pytest

from models.profile import Field, Label
from training.cases import CasesError
from training.text.data.corpus import Case, Split, read_split
from training.text.data.label_noise import label_issues, out_of_sample_probabilities


def _cases():
    bios = [case for case in read_split(Split.TRAIN) if case.field is Field.BIO]
    contacts = [case for case in bios if case.labels == (Label.CONTACT_DIVERSION,)][:150]
    return contacts + [case for case in bios if not case.labels][:250]


def test_a_label_that_other_texts_contradict_is_an_issue():
    cases = _cases()
    wrong = Case("wrong", Field.BIO, "加微信 abc_study01，备注来意，加我微信", (), {}, group="wrong")
    found = label_issues([*cases, wrong], out_of_sample_probabilities([*cases, wrong]))
    issue = next(issue for issue in found if issue.id == "wrong")
    assert (issue.label, issue.labelled) == (Label.CONTACT_DIVERSION, False)
    assert issue.probability > 0.5
    assert len(found) < 0.2 * len(cases)


def test_texts_of_two_groups_judge_each_other():
    cases = [replace(case, group="one" if number % 2 else "two") for number, case in enumerate(_cases())]
    assert out_of_sample_probabilities(cases).shape[0] == len(cases)


def test_texts_of_one_group_are_refused_with_the_reason():
    with pytest.raises(CasesError, match="all texts are of one group"):
        out_of_sample_probabilities([replace(case, group="one") for case in _cases()[:3]])

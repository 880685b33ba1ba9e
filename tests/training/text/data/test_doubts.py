"""A wrong label among many right ones is doubted."""

from models.profile import Field, Label
from training.text.data.corpus import Case, Split, read_split
from training.text.data.label_noise import doubts, out_of_sample


def _cases():
    bios = [case for case in read_split(Split.TRAIN) if case.field is Field.BIO]
    contacts = [case for case in bios if case.labels == (Label.CONTACT_DIVERSION,)][:150]
    return contacts + [case for case in bios if not case.labels][:250]


def test_a_label_that_other_texts_contradict_is_doubted():
    cases = _cases()
    wrong = Case("wrong", Field.BIO, "加微信 abc_study01，备注来意，加我微信", (), {}, group="wrong")
    found = doubts([*cases, wrong], out_of_sample([*cases, wrong]))
    doubt = next(doubt for doubt in found if doubt.id == "wrong")
    assert (doubt.label, doubt.labelled) == (Label.CONTACT_DIVERSION, False)
    assert doubt.probability > 0.5
    assert len(found) < 0.2 * len(cases)

"""What a review says of each field, and what it does not say."""

from datetime import date

import pytest

from models.profile import Field
from models.reviewed import Review, Reviewed
from training.feedback.reviews import Unclear, drafts_of

NAME, BIO, AVATAR = "海边的小店", "三天包过，加V：abc12345", b"\x89PNG picture"


def finding(label, field="bio", severity="reject", authorized=False, **evidence):
    return {"label": label, "field": field, "severity": severity, "authorized": authorized, "evidence": evidence}


CONTACT = finding("contact_diversion", spans=[[5, 16]])
PROMISE = finding("deceptive_claim", spans=[[0, 4]])
LOGO = finding("media_logo", "avatar", reference_id="media.x", owner_id="media.x", box=[0.1, 0.2, 0.6, 0.7])


def reviewed(findings, outcome, labels=None, **contents):
    contents = contents or {"name": NAME, "bio": BIO}
    return Reviewed(
        decision_id="d" * 32,
        time="2026-12-01T08:00:00.000000Z",
        account="a1",
        answer={"verdict": "reject", "findings": list(findings), "versions": {"text": "1"}},
        contents={
            Field(name): value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
            for name, value in contents.items()
        },
        reviews=[
            Review("reject", None, "reviewer-00000000", "2026-12-01T09:00:00.000000Z"),
            Review(outcome, labels, "reviewer-1a2b3c4d", "2026-12-02T09:00:00.000000Z"),
        ],
        appealed=True,
        keep_until=date(2027, 6, 1),
    )


def labels_by_field(decided):
    return {draft.case["field"]: draft.case["labels"] for draft in drafts_of(decided)}


def test_confirmed_label_is_of_the_field_it_was_found_in_with_evidence():
    (draft,) = drafts_of(reviewed([CONTACT, PROMISE], "reject", ("contact_diversion",)))
    assert draft.case["labels"] == ["contact_diversion"]
    assert draft.case["evidence"] == {"contact_diversion": ["加V：abc12345"]}
    assert (draft.case["text"], draft.case["field"], draft.account) == (BIO, "bio", "a1")


def test_case_says_who_decided_what_and_until_when_it_is_kept():
    (draft,) = drafts_of(reviewed([CONTACT], "reject", ("contact_diversion",)))
    assert draft.case["source"] == "reviewer-1a2b3c4d"
    assert draft.case["provenance"] == {
        "decision_id": "d" * 32,
        "verdict": "reject",
        "outcome": "reject",
        "decided_by": "reviewer-1a2b3c4d",
        "decided": "2026-12-02",
        "appealed": True,
        "reviews": 2,
        "versions": {"text": "1"},
        "keep_until": "2027-06-01",
    }


def test_overturned_decision_makes_every_kept_field_harmless():
    assert labels_by_field(reviewed([CONTACT], "pass")) == {"name": [], "bio": []}


def test_denied_finding_makes_its_field_alone_harmless():
    denied = finding("exaggeration", "name", "review", spans=[[0, 2]])
    assert labels_by_field(reviewed([denied, CONTACT], "reject", ("contact_diversion",))) == {
        "name": [], "bio": ["contact_diversion"],
    }  # fmt: skip


def test_rejection_without_labels_confirms_the_only_label():
    assert labels_by_field(reviewed([CONTACT], "reject")) == {"bio": ["contact_diversion"]}


def test_rejection_without_labels_of_several_findings_is_unclear():
    with pytest.raises(Unclear, match="rejected without labels"):
        list(drafts_of(reviewed([CONTACT, PROMISE], "reject")))


def test_added_label_goes_to_the_only_text_and_is_unclear_among_two():
    decided = reviewed([CONTACT], "reject", ("prohibited_content",), bio=BIO, avatar=AVATAR)
    assert labels_by_field(decided) == {"bio": ["prohibited_content"]}
    with pytest.raises(Unclear, match="may be in several fields"):
        list(drafts_of(reviewed([CONTACT], "reject", ("prohibited_content",))))


def test_what_an_account_is_entitled_to_is_not_taken_for_harmless():
    permitted = finding("media_logo", "avatar", authorized=True, reference_id="media.x")
    decided = reviewed([permitted], "pass", None, name=NAME, avatar=AVATAR)
    assert labels_by_field(decided) == {"name": []}


def test_labels_that_the_classifier_does_not_learn_give_no_text_case():
    word = finding("restricted_word", "name", "review", spans=[[0, 2]])
    assert labels_by_field(reviewed([word], "reject", ("restricted_word",))) == {}


def test_emblem_is_a_picture_case_with_reference_owner_and_box():
    (draft,) = drafts_of(reviewed([LOGO], "reject", ("media_logo",), avatar=AVATAR))
    assert draft.picture == AVATAR
    assert {key: draft.case[key] for key in ("labels", "reference_id", "owner_id", "box", "field")} == {
        "labels": ["media_logo"], "reference_id": "media.x", "owner_id": "media.x",
        "box": [0.1, 0.2, 0.6, 0.7], "field": "avatar",
    }  # fmt: skip


def test_text_that_is_not_unicode_gives_no_case():
    assert labels_by_field(reviewed([CONTACT], "pass", None, bio="三天\ud800")) == {}

"""The client against the real service: one use of every method."""

import base64

import pytest

from huijian_client import Client, Profile, RefusedError
from models.runtime.paths import REPOSITORY

CONTACT = "稳赚不赔，➕V：abc12345"
AVATAR = (REPOSITORY / "docs" / "example-avatar.png").read_bytes()


@pytest.fixture
def huijian(server, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Client(server.url) as client:
        yield client


def test_client_judges_looks_up_appeals_and_reviews(huijian):
    answer = huijian.classify(Profile("42", bio=CONTACT, avatar=AVATAR, entitlements=frozenset({"nobody"})))
    assert (answer["account_id"], answer["verdict"], len(answer["warnings"])) == ("42", "reject", 1)
    assert {finding["label"] for finding in answer["findings"]} >= {"contact_diversion", "national_symbol"}
    filed = huijian.appeal(answer["decision_id"], "这是我的店")  # retried until the decision is in the database
    recorded = huijian.review(answer["decision_id"], "reject", labels=["contact_diversion"], note="属实")
    found = huijian.decision(answer["decision_id"])
    assert found["answer"]["findings"] == answer["findings"]
    assert [appeal["appeal_id"] for appeal in found["appeals"]] == [filed["appeal_id"]]
    assert [review["review_id"] for review in found["reviews"]] == [recorded["review_id"]]
    assert found["reviews"][0]["note"] == "属实"


def test_client_gets_a_batch_in_order(huijian):
    first, second = huijian.classify_batch([Profile("1", avatar=AVATAR[:100]), Profile("2", name="海边的小店")])
    assert first["error"]["code"] == "image_undecodable"
    assert (second["account_id"], second["verdict"]) == ("2", "pass")


def test_client_shows_the_policy_and_the_gallery(huijian):
    assert huijian.policy()["rules"]["qr_code"]["severity"] == "reject"
    page = huijian.references(label="media_logo", limit=1)
    (reference,) = page["references"]
    assert huijian.reference(reference["reference_id"])["reference"] == reference


def test_client_refusals_name_code_and_field(huijian):
    with pytest.raises(RefusedError) as refusal:
        huijian.classify(Profile("42", name="长" * 65))
    assert (refusal.value.status, refusal.value.code, refusal.value.field) == (422, "text_too_long", "name")
    assert refusal.value.request_id
    for ask in (huijian.decision, huijian.reference, huijian.remove_reference):
        with pytest.raises(RefusedError) as refusal:
            ask("no/such id")
        assert refusal.value.status == 404
    blank = base64.b64encode(b"no picture").decode()
    with pytest.raises(RefusedError) as refusal:
        huijian.add_reference(
            {
                "reference_id": "org.a",
                "label": "media_logo",
                "name_zh": "甲",
                "name_en": "A",
                "owner_id": "org.a",
                "source": "drawn",
                "licence": "CC0-1.0",
                "image": blank,
            }
        )
    assert (refusal.value.status, refusal.value.field) == (415, "image")

"""Judgements, records, appeals and reviews over HTTP, with real models and databases."""

import base64
import json
import logging

import jsonschema
import pytest
from judgements import settle
from services import client_of

from models.live import LiveInspector
from models.microbatching import MICROBATCH_SIZE, judge_all
from models.profile import MAX_LENGTH, Field, Profile, ProfileError
from models.runtime.paths import REPOSITORY
from models.settings import Settings
from serving import docs
from serving.messages.errors import ERROR_CODES
from serving.messages.schema import MAX_PROFILES
from serving.routes.decisions import MAX_REASON
from serving.store.audit.trail import events
from serving.store.database import Database
from serving.store.secrets import Secrets
from serving.store.spool import Spool
from serving.store.store import Store

CONTACT = "想了解的加V：abc12345"
AVATAR = (REPOSITORY / "docs" / "example-avatar.png").read_bytes()
JSON = {"Content-Type": "application/json"}
NOWHERE = "postgresql://u@127.0.0.1:1/d"


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    return LiveInspector(Settings(home=tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Home directory of the store."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def store(live, folder):
    opened = Store.from_environment(folder, lambda: live.current.policy.store)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(live, store):
    return client_of(live, store)


def check(value, schema):
    jsonschema.validate(value, {"$ref": f"#/components/schemas/{schema}", **docs.specification()})
    return value


def error_of(response):
    error = check(response.json(), "Error")["error"]
    assert response.status_code == ERROR_CODES[error["code"]].status
    return error["code"], error["field"]


def judged(client, **values):
    answer = client.post("/v1/classify", json={"account_id": "account-7f3a", **(values or {"bio": CONTACT})}).json()
    return check(answer, "Answer")


def kept(client, decision_id):
    response = client.get(f"/v1/decisions/{decision_id}")
    assert response.status_code == 200
    return check(response.json(), "Decision")


def test_recorded_decision_equals_its_answer_without_the_account(client):
    answer = judged(client, bio=CONTACT, avatar=base64.b64encode(AVATAR).decode())
    found = kept(client, answer["decision_id"])
    del answer["account_id"]
    assert found["answer"] == answer
    assert (found["verdict"], found["asked_by"], found["inputs"].keys()) == ("reject", "local", {"bio", "avatar"})
    pictures = {"decode", "encode", "search", "core", "verify", "codes", "ocr"}
    assert found["timings"].keys() == {"parse", "text", "judge", *pictures}
    assert "account-7f3a" not in json.dumps(found)


def test_batch_is_answered_in_order_with_errors_in_place(client):
    rows = [
        {"account_id": "1", "bio": CONTACT},
        {"account_id": "2"},
        "not a profile",
        {"account_id": "3", "name": "长" * (MAX_LENGTH[Field.NAME] + 1)},
        {"account_id": "4", "avatar": base64.b64encode(AVATAR[:100]).decode()},
        {"account_id": "5", "\ud800": 1},
        {"account_id": "6", "avatar": base64.b64encode(AVATAR).decode()},
        {"account_id": "7", "name": "海边的小店"},
    ]
    response = client.post("/v1/classify_batch", content=json.dumps({"profiles": rows}), headers=JSON)
    assert response.status_code == 200
    answers = check(response.json(), "BatchAnswer")["answers"]
    told = [one.get("verdict") or (one["error"]["code"], one["error"]["field"]) for one in answers]
    assert told == [
        "reject",
        ("missing_content", None),
        ("wrong_type", None),
        ("text_too_long", "name"),
        ("image_undecodable", "avatar"),
        ("unknown_field", "\ud800"),
        "reject",
        "pass",
    ]
    assert [one["account_id"] for one in answers if "verdict" in one] == ["1", "6", "7"]
    for one in answers:
        if "verdict" in one:
            assert kept(client, one["decision_id"])["verdict"] == one["verdict"]


def test_batch_gets_the_answers_of_single_requests(client):
    bios = [CONTACT, "喜欢爬山和做饭", "稳赚不赔的项目", "新华社记者", "", "晒太阳"]
    rows = [{"account_id": str(number), "bio": bio} for number, bio in enumerate(bios)]
    together = client.post("/v1/classify_batch", json={"profiles": rows}).json()["answers"]
    alone = [client.post("/v1/classify", json=row).json() for row in rows]
    for one, other in zip(together, alone, strict=True):
        assert one.pop("decision_id") != other.pop("decision_id")
        scores = one.pop("text_scores")["bio"], other.pop("text_scores")["bio"]
        assert scores[0] == pytest.approx(scores[1], abs=0.02)  # quantised models scale a batch by its largest value
        assert [found["label"] for found in one["findings"]] == [found["label"] for found in other["findings"]]
        assert (one["verdict"], one["versions"]) == (other["verdict"], other["versions"])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ("missing_field", "profiles")),
        ({"profiles": []}, ("value_empty", "profiles")),
        ({"profiles": {}}, ("wrong_type", "profiles")),
        ({"profiles": [{}] * (MAX_PROFILES + 1)}, ("value_too_long", "profiles")),
        ({"profiles": [{}], "more": 1}, ("unknown_field", "more")),
        ([], ("wrong_type", None)),
    ],
)
def test_invalid_batch_is_refused_as_a_whole(client, body, expected):
    assert error_of(client.post("/v1/classify_batch", json=body)) == expected


@pytest.mark.parametrize("path", ["classify_batch", f"decisions/{'0' * 32}/appeal", f"decisions/{'0' * 32}/review"])
def test_only_json_is_accepted_where_only_json_is_documented(client, path):
    assert error_of(client.post(f"/v1/{path}", data={"reason": "x"}, files={"a": b""})) == ("content_type", None)
    assert error_of(client.post(f"/v1/{path}", content=b"{", headers=JSON)) == ("malformed_json", None)


class FailsOn:
    """An Inspector whose detector fails on one profile."""

    def __init__(self, account_id):
        self.account_id, self.passes = account_id, []

    def __call__(self, profiles):
        self.passes.append(len(profiles))
        if any(profile.account_id == self.account_id for profile in profiles):
            raise RuntimeError("holds the secret text")
        return [profile.account_id for profile in profiles]


def test_failed_detector_costs_one_answer_and_logs_no_content(caplog):
    profiles = [Profile(str(number), name="secret name") for number in range(MICROBATCH_SIZE + 2)]
    inspector = FailsOn("2")
    outcomes = judge_all(inspector, profiles)
    assert [outcome if isinstance(outcome, str) else outcome.code for outcome in outcomes] == [
        "internal" if profile.account_id == "2" else profile.account_id for profile in profiles
    ]
    assert isinstance(outcomes[2], ProfileError)
    assert max(inspector.passes) == MICROBATCH_SIZE
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


def test_appeals_and_reviews_come_with_their_decision(client, store):
    decision_id = judged(client)["decision_id"]
    settle(store)
    filed = client.post(f"/v1/decisions/{decision_id}/appeal", json={"reason": "这是我的店名"})
    review = {"outcome": "reject", "labels": ["contact_diversion"], "note": "属实"}
    recorded = client.post(f"/v1/decisions/{decision_id}/review", json=review)
    bare = client.post(f"/v1/decisions/{decision_id}/review", json={"outcome": "pass"})
    assert {filed.status_code, recorded.status_code, bare.status_code} == {201}
    found = kept(client, decision_id)
    assert found["appeals"] == [{**check(filed.json(), "AppealFiled"), "actor": "local", "reason": "这是我的店名"}]
    assert found["reviews"] == [
        {**check(recorded.json(), "ReviewRecorded"), "actor": "local", **review},
        {**check(bare.json(), "ReviewRecorded"), "actor": "local", "outcome": "pass", "labels": None, "note": ""},
    ]


@pytest.mark.parametrize(
    ("ask", "body", "expected"),
    [
        ("appeal", {}, ("missing_field", "reason")),
        ("appeal", {"reason": ""}, ("value_empty", "reason")),
        ("appeal", {"reason": "x" * (MAX_REASON + 1)}, ("value_too_long", "reason")),
        ("appeal", {"reason": "\ud800"}, ("text_invalid", "reason")),
        ("appeal", {"reason": None}, ("wrong_type", "reason")),
        ("appeal", {"reason": "x", "account_id": "1"}, ("unknown_field", "account_id")),
        ("review", {}, ("missing_field", "outcome")),
        ("review", {"outcome": "review"}, ("value_invalid", "outcome")),
        ("review", {"outcome": "pass", "labels": ["nice"]}, ("value_invalid", "labels")),
        ("review", {"outcome": "pass", "labels": "qr_code"}, ("wrong_type", "labels")),
        ("review", {"outcome": "pass", "note": 1}, ("wrong_type", "note")),
        ("review", {"outcome": "pass", "note": "x" * (MAX_REASON + 1)}, ("value_too_long", "note")),
    ],
)
def test_bad_appeals_and_reviews_are_refused_with_their_field_named(client, ask, body, expected):
    path = f"/v1/decisions/{judged(client, name='a')['decision_id']}/{ask}"
    assert error_of(client.post(path, content=json.dumps(body), headers=JSON)) == expected


@pytest.mark.parametrize("decision_id", ["0" * 32, "nonsense", "0" * 31, "%00", "..%2f", "' OR 1=1", "中"])
def test_unknown_decision_is_a_404(client, decision_id):
    path = f"/v1/decisions/{decision_id}"
    answers = [
        client.get(path),
        client.post(f"{path}/appeal", json={"reason": "x"}),
        client.post(f"{path}/review", json={"outcome": "pass"}),
    ]
    assert {error_of(answer)[0] for answer in answers} <= {"decision_unknown", "not_found"}


def test_lookups_appeals_and_reviews_are_in_the_audit_trail(client, store, folder):
    decision_id = judged(client)["decision_id"]
    settle(store)
    client.get(f"/v1/decisions/{decision_id}")
    client.post(f"/v1/decisions/{decision_id}/appeal", json={"reason": "marker-reason"})
    database = Database.from_environment(folder)
    trail = [row for row, _ in events(database) if row["details"].get("decision_id") == decision_id]
    database.close()
    assert [(row["kind"], row["actor"]) for row in trail] == [("read", "local"), ("appeal", "local")]
    assert "marker-reason" not in json.dumps(trail)


def test_log_holds_no_text_of_appeals_or_notes(client, store, caplog):
    caplog.set_level(logging.DEBUG)
    decision_id = judged(client, name="marker-name")["decision_id"]
    settle(store)
    client.post(f"/v1/decisions/{decision_id}/appeal", json={"reason": "marker-reason"})
    client.post(f"/v1/decisions/{decision_id}/review", json={"outcome": "pass", "note": "marker-note"})
    client.post(f"/v1/decisions/{decision_id}/review", json={"outcome": "marker-outcome"})
    assert "/v1/decisions/{decision_id}/appeal 201" in caplog.text
    assert "marker" not in caplog.text


def test_active_policy_is_shown(client, live):
    shown = check(client.get("/v1/policy").json(), "Policy")
    assert shown["version"] == live.current.policy.version == judged(client)["versions"]["policy"]
    assert shown["rules"]["qr_code"]["severity"] == "reject"


def test_time_of_the_store_is_measured(client):
    judged(client)
    metrics = client.get("/metrics").text
    assert 'huijian_stage_seconds_count{stage="store"}' in metrics


@pytest.fixture
def without_database(live, tmp_path):
    """A client of a service whose database is unreachable; the test sets the policy's `then`."""
    stores = []

    def start(then):
        rules = live.current.policy.store
        rules = rules.model_copy(update={"database_down": rules.database_down.model_copy(update={"then": then})})
        secrets = Secrets.parse(Secrets.fresh())
        stores.append(Store(Database(NOWHERE), Spool(tmp_path / "spool"), secrets, lambda: rules))
        return client_of(live, stores[-1]), stores[-1]

    yield start
    for opened in stores:
        opened.close()


def test_service_without_database_refuses_if_the_policy_says_refuse(without_database):
    client, _ = without_database("refuse")
    for path, body in {"classify": {"account_id": "1", "name": "a"}, "classify_batch": {"profiles": [{}]}}.items():
        response = client.post(f"/v1/{path}", json=body)
        assert error_of(response) == ("store_unavailable", None)
        assert response.headers["retry-after"] == "1"
        assert "127.0.0.1" not in response.text


def test_service_without_database_spools_if_the_policy_says_spool(without_database):
    client, store = without_database("spool")
    answer = judged(client)
    assert store.health().waiting
    looked = client.get(f"/v1/decisions/{answer['decision_id']}")
    assert error_of(looked) == ("store_unavailable", None)
    assert looked.headers["retry-after"] == "1"


def test_unrecorded_judgement_is_not_answered(live, tmp_path, monkeypatch):
    monkeypatch.setenv("HUIJIAN_DATABASE_URL", f"sqlite:///{tmp_path / 'a.db'}")
    database = Database.from_environment(tmp_path)
    store = Store(
        database, Spool(tmp_path / "file" / "spool"), Secrets.parse(Secrets.fresh()), lambda: live.current.policy.store
    )
    (tmp_path / "file").write_text("a file where a folder must be")
    response = client_of(live, store).post("/v1/classify", json={"account_id": "1", "name": "a"})
    store.close()
    assert error_of(response) == ("store_unavailable", None)

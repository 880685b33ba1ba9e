"""A POST with an Idempotency-Key that is sent again is done once; parameters that no route has are refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event

import jsonschema
import pytest
import time_machine
from judgements import settle
from services import client_of
from sqlalchemy import func, select

from models.live import LiveInspector
from models.settings import Settings
from serving import docs
from serving.messages.errors import ERROR_CODES
from serving.store.database import Database
from serving.store.purge import purge
from serving.store.secrets import Secrets
from serving.store.store import Store
from serving.store.tables import appeals, decisions, requests

BIO = "稳赚不赔，➕V：abc12345"
PROFILE = {"account_id": "account-7f3a", "bio": BIO}


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    Secrets.load(home)  # closed accounts are hashed with its key
    return LiveInspector(Settings(home=home))


@pytest.fixture
def store(live, tmp_path):
    opened = Store.from_environment(tmp_path, lambda: live.current.policy.store)
    yield opened
    opened.close()


@pytest.fixture
def client(live, store):
    return client_of(live, store)


def send(client, key="k-1", path="/v1/classify", body=PROFILE):
    return client.post(path, json=body, headers={"Idempotency-Key": key})


def error_of(response):
    jsonschema.validate(response.json(), {"$ref": "#/components/schemas/Error", **docs.specification()})
    error = response.json()["error"]
    assert response.status_code == ERROR_CODES[error["code"]].status
    return error["code"], error["field"]


def count(home, table):
    with Database.from_environment(home).reading() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def test_same_request_has_the_same_answer_and_one_decision(client, store, tmp_path):
    first, second = send(client), send(client)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert "idempotency-replayed" not in first.headers
    assert (second.headers["idempotency-replayed"], second.headers["content-type"]) == ("true", "application/json")
    settle(store)
    assert count(tmp_path, decisions) == 1
    assert send(client, "k-2").json()["decision_id"] != first.json()["decision_id"]


def test_form_with_a_new_boundary_is_the_same_request(client):
    headers, files = {"Idempotency-Key": "k"}, {"bio": (None, BIO), "account_id": (None, "42")}
    first, second = (client.post("/v1/classify", files=files, headers=headers) for _ in range(2))
    assert first.request.headers["content-type"] != second.request.headers["content-type"]
    assert first.json() == second.json()


@pytest.mark.parametrize(
    ("path", "body"), [("/v1/classify", {**PROFILE, "bio": "早睡早起"}), ("/v1/classify_batch", PROFILE)]
)
def test_key_of_another_request_is_refused(client, path, body):
    assert send(client).status_code == 200
    assert error_of(send(client, path=path, body=body)) == ("idempotency_key_reused", "Idempotency-Key")


def test_appeal_that_is_sent_again_is_filed_once(client, store, tmp_path):
    decision_id = send(client).json()["decision_id"]
    settle(store)
    path = f"/v1/decisions/{decision_id}/appeal"
    first, second = (send(client, "k-2", path, {"reason": "这是我注册的店名"}) for _ in range(2))
    assert (first.status_code, second.status_code, first.json()) == (201, 201, second.json())
    assert count(tmp_path, appeals) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/classify_batch", {"profiles": [PROFILE]}),
        ("/v1/closed_accounts", {"account_id": "45", "name": "晚风吹过麦田的收音机"}),
    ],
)
def test_every_other_post_takes_a_key(client, path, body):
    first, second = send(client, path=path, body=body), send(client, path=path, body=body)
    assert (first.content, second.headers["idempotency-replayed"]) == (second.content, "true")


def test_answer_is_the_same_after_a_restart(live, client, store, tmp_path):
    first = send(client)
    store.close()
    again = Store.from_environment(tmp_path, lambda: live.current.policy.store)
    assert send(client_of(live, again)).json() == first.json()
    again.close()


def test_refused_request_may_be_corrected_under_its_key(client):
    assert error_of(send(client, body={"account_id": "42"})) == ("missing_content", None)
    assert send(client).status_code == 200


def test_request_in_work_is_refused_until_it_is_answered(client, store, monkeypatch):
    decision_id = send(client).json()["decision_id"]
    settle(store)
    filed, begun, may_end = store.appeal, Event(), Event()

    def appeal(*arguments):
        begun.set()
        assert may_end.wait(60)
        return filed(*arguments)

    def send_appeal():
        return send(client, "k-2", f"/v1/decisions/{decision_id}/appeal", {"reason": "这是我注册的店名"})

    monkeypatch.setattr(store, "appeal", appeal)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(send_appeal)
        assert begun.wait(60)
        refused = send_appeal()
        may_end.set()
    assert error_of(refused) == ("request_in_progress", "Idempotency-Key")
    assert send_appeal().json() == first.result().json()


def test_request_whose_worker_was_killed_is_done_again(client, store, monkeypatch):
    monkeypatch.setattr(store.requests, "answered", lambda *_: None)
    assert send(client).status_code == 200
    monkeypatch.undo()
    assert error_of(send(client)) == ("request_in_progress", "Idempotency-Key")
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61)):
        assert send(client).status_code == 200


def test_key_counts_for_a_day_and_is_then_purged(client, store, live, tmp_path):
    first = send(client)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=23, minutes=59)):
        assert send(client).json() == first.json()
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=24, minutes=1)):
        assert send(client).json() != first.json()
        settle(store)
        purge(Database.from_environment(tmp_path), live.current.policy.store, "cron")
    assert count(tmp_path, requests) == 2


def test_key_body_and_answer_are_nowhere_in_clear(client, store, tmp_path):
    send(client, "idempotency-marker")
    store.close()
    everything = b"".join(path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file())
    planted = ["idempotency-marker", PROFILE["account_id"], BIO, "abc12345"]
    assert [text for text in planted if text.encode() in everything] == []


@pytest.mark.parametrize("key", ["", "with space", "x" * 256])
def test_malformed_key_is_refused(client, key):
    assert error_of(send(client, key)) == ("value_invalid", "Idempotency-Key")


@pytest.mark.parametrize(
    ("method", "path", "field"),
    [
        ("POST", "/v1/classify?dry_run=1", "dry_run"),
        ("POST", "/v1/classify?", None),
        ("POST", "/v1/references?limit=1", "limit"),
        ("GET", "/v1/references?limit=1&labels=media_logo", "labels"),
        ("GET", "/v1/policy?pretty", "pretty"),
        ("DELETE", "/v1/references/org.x?force=true", "force"),
    ],
)
def test_unknown_parameter_is_refused_by_its_name(client, method, path, field):
    response = client.request(method, path, json=PROFILE if method == "POST" else None)
    if field is None:
        assert response.status_code == 200
    else:
        assert error_of(response) == ("unknown_parameter", field)


def test_parameter_given_twice_is_refused(client):
    assert error_of(client.get("/v1/references?limit=1&limit=2")) == ("repeated_field", "limit")


@pytest.mark.parametrize(("method", "path", "status"), [("PUT", "/v1/policy", 405), ("GET", "/v1/nothing", 404)])
def test_parameters_of_what_is_not_there_are_not_the_fault(client, method, path, status):
    assert client.request(method, f"{path}?pretty=1").status_code == status


def test_health_checks_may_carry_parameters(client):
    assert client.get("/livez?probe=1").status_code == 200

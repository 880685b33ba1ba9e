"""Lists of decisions and their contents over HTTP."""

import base64

import jsonschema
import pytest
from judgements import settle
from services import client_of

from models.live import LiveInspector
from models.runtime.paths import REPOSITORY
from models.settings import Settings
from serving import docs
from serving.store.audit.trail import events
from serving.store.database import Database
from serving.store.store import Store

AVATAR = (REPOSITORY / "docs" / "example-avatar.png").read_bytes()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def store(home):
    live = LiveInspector(Settings(home=home))
    opened = Store.from_environment(home, lambda: live.current.policy.store)
    opened.live = live
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(store):
    return client_of(store.live, store)


@pytest.fixture(scope="module")
def made(client, store):
    """Ids of a contact in a bio, a flag in an avatar, and a clean name."""
    profiles = [{"bio": "想了解的加V：abc12345"}, {"avatar": base64.b64encode(AVATAR).decode()}, {"name": "海边的小店"}]
    answers = [client.post("/v1/classify", json={"account_id": "account-7f3a", **one}).json() for one in profiles]
    settle(store)
    return [answer["decision_id"] for answer in answers]


def check(value, schema):
    jsonschema.validate(value, {"$ref": f"#/components/schemas/{schema}", **docs.specification()})
    return value


def listed(client, **query):
    page = check(client.get("/v1/decisions", params=query).json(), "DecisionPage")
    return [one["decision_id"] for one in page["decisions"]], page["next"]


def test_pages_follow_each_other_newest_first(client, made):
    first, after = listed(client, limit=2)
    rest, end = listed(client, limit=2, after=after)
    assert (first + rest, end) == (made[::-1], None)
    assert listed(client, order="oldest") == (made, None)


def test_filters_choose_decisions(client, made):
    assert listed(client, label="contact_diversion", field="bio", kind="id", min_score=0.5)[0] == made[:1]
    assert listed(client, field="avatar", state="open")[0] == made[1:2]
    assert listed(client, verdict="pass", since="2000-01-01", until="2999-12-31T23:00:00+08:00")[0] == made[2:]
    assert listed(client, outcome="reject") == ([], None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"state": "closed"}, "value_invalid"),
        ({"min_score": "1.5"}, "value_invalid"),
        ({"max_score": "nan"}, "value_invalid"),
        ({"since": "yesterday"}, "value_invalid"),
        ({"after": "1"}, "value_invalid"),
        ({"limit": "0"}, "value_invalid"),
        ({"limit": "1001"}, "value_invalid"),
        ({"labels": "qr_code"}, "unknown_parameter"),
    ],
)
def test_wrong_parameter_is_refused_and_named(client, query, code):
    response = client.get("/v1/decisions", params=query)
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["field"]) == (422, code, *query)


def test_contents_are_given_to_reviewers_and_recorded(client, home, made):
    shown = [check(client.get(f"/v1/decisions/{one}/contents").json(), "KeptContents") for one in made]
    assert [one["contents"] for one in shown] == [
        {"bio": "想了解的加V：abc12345"},
        {"avatar": base64.b64encode(AVATAR).decode()},
        {},  # the policy keeps no contents of what passes
    ]
    database = Database.from_environment(home)
    looks = [row["details"]["decision_id"] for row, _ in events(database) if row["kind"] == "contents_read"]
    database.close()
    assert looks == made


def test_contents_of_an_unknown_decision_are_a_404(client):
    assert client.get(f"/v1/decisions/{'0' * 32}/contents").status_code == 404

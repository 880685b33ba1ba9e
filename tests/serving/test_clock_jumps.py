"""Behaviour when the machine's clock jumps by years while the service runs."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from marks import enrol
from services import client_of

from models.live import LiveInspector
from models.policy import Policy
from models.settings import Settings
from serving.edge.rates import Rates
from serving.keys import keys
from serving.keys.scopes import Scope
from serving.store.audit.verify import verify
from serving.store.database import Database
from serving.store.errors import StoreError
from serving.store.purge import purge
from serving.store.store import Store

PAST, FUTURE = datetime(2020, 2, 29, tzinfo=UTC), datetime(2031, 12, 31, 23, 59, tzinfo=UTC)
BIO = "稳赚不赔，➕V：abc12345"


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    return LiveInspector(Settings(home=tmp_path_factory.mktemp("home")))


@pytest.fixture
def store(live, tmp_path):
    opened = Store.from_environment(tmp_path, lambda: live.current.policy.store)
    yield opened
    opened.close()


@pytest.fixture
def client(live, store):
    return client_of(live, store)


@pytest.fixture(params=[PAST, FUTURE], ids=["back", "forward"])
def jump(request):
    """Sets the clock inside the `with` block."""
    return time_machine.travel(request.param)


def judged(client):
    answer = client.post("/v1/classify", json={"account_id": "42", "bio": BIO})
    assert answer.status_code == 200
    return answer.json()["decision_id"]


def test_decisions_at_any_clock_time_are_kept_found_and_proved(client, live, store, tmp_path, jump):
    made = [judged(client)]
    with jump:
        made.append(judged(client))
        store.close()  # all records are in the database, in whatever order
    made.append(judged(client))
    store.close()
    assert [client.get(f"/v1/decisions/{one}").status_code for one in made] == [200] * 3
    verify(Database.from_environment(tmp_path), live.current.policy.store)


def test_decisions_of_a_fast_clock_are_purged_late_and_never_early(client, store, tmp_path):
    now = judged(client)
    store.close()
    with time_machine.travel(FUTURE):
        later = judged(client)
        store.close()
    database, rules = Database.from_environment(tmp_path), Policy.load(Settings().policy).store
    with pytest.raises(StoreError, match="the record reaches 2031"):
        purge(database, rules, "test")
    moment = datetime.now(UTC) + timedelta(days=rules.decisions.days + 1)
    with time_machine.travel(moment):
        purge(database, rules, "test", moment.date())
        verify(database, rules)
    assert [client.get(f"/v1/decisions/{one}").status_code for one in (now, later)] == [404, 200]


def test_key_expiry_follows_the_current_date():
    secret, key = keys.new("app", [Scope.CLASSIFY], date(2029, 1, 1), None)
    known = keys.Keys((key,))
    for moment, opens in ((PAST, True), (FUTURE, False), (PAST, True)):
        with time_machine.travel(moment):
            assert (known.find(secret) is not None) == opens


def test_rate_limit_survives_clock_jumps(jump):
    rates = Rates()
    assert [rates.wait("app", 1, 2) for _ in range(2)] == [0, 0]
    with jump:
        assert 0 < rates.wait("app", 1, 2) <= 1
    assert 0 < rates.wait("app", 1, 2) <= 1


@pytest.mark.slow
def test_emblems_enrolled_at_any_clock_time_come_into_force(client, live):
    def active_after(answer):
        assert answer.status_code in (200, 201)
        live.refresh()
        assert live.refusals == []
        assert live.current.versions["gallery"] == answer.json()["version"]

    active_after(enrol(client, "org.before", seed=61))
    with time_machine.travel(FUTURE):
        active_after(enrol(client, "org.jump", seed=62))
        active_after(client.delete("/v1/references/org.before"))
        active_after(enrol(client, "org.before", seed=61))
    for _ in range(2):  # more versions than are kept, and the newest by name is an older one
        active_after(enrol(client, "org.after", seed=63))
        active_after(client.delete("/v1/references/org.after"))
    assert client.get("/v1/references/org.jump").status_code == 200

"""A service whose PostgreSQL stops, comes back and stands still: what it answers, and that nothing answered is lost."""

import contextlib
import os
import signal
import threading
import time

import httpx
import postgres
import psutil
import pytest
from conftest import start, stop
from live import within
from sqlalchemy import select

from models.runtime.paths import REPOSITORY
from serving.store import audit
from serving.store.database import Database
from serving.store.secrets import Secrets
from serving.store.tables import decisions
from serving.store.variables import URL_VARIABLE

pytestmark = pytest.mark.slow

SLOWEST = 5
"""Seconds that an answer may take whatever the database does; beside other programs most take 0.1."""


class Uploads(threading.Thread):
    """A platform that has a profile judged twice a second.

    Attributes:
        outcomes: time, status, seconds that it took and decision of every request.
    """

    def __init__(self, url):
        super().__init__(daemon=True)
        self._url, self._ending, self.outcomes = url, threading.Event(), []

    def run(self):
        with httpx.Client(base_url=self._url, timeout=60, trust_env=False) as client:
            while not self._ending.wait(0.5):
                answer = client.post("/v1/classify", json={"account_id": "42", "bio": "加V：abc12345"})
                if answer.status_code == 503:
                    assert (answer.json()["error"]["code"], answer.headers["retry-after"]) == ("store_unavailable", "1")
                seconds, decision = answer.elapsed.total_seconds(), answer.json().get("decision_id")
                self.outcomes.append((time.monotonic(), answer.status_code, seconds, decision))

    def statuses_since(self, moment):
        return [status for when, status, *_ in self.outcomes if when > moment]

    def answered(self):
        return {decision for _, status, _, decision in self.outcomes if status == 200}

    def end(self):
        self._ending.set()
        self.join(60)


server = pytest.fixture(postgres.running, scope="module")


@pytest.fixture(scope="module")
def service(tmp_path_factory, server):
    """A service on a database of its own, which that database's tests may look into."""
    folder, url = tmp_path_factory.mktemp("database"), server.new_database()
    database = Database(url)
    database.migrate()
    write_policy(folder, "refuse")
    policy = {"HUIJIAN_POLICY": str(folder / "policy.yaml")}
    running = start(folder, **policy, **{URL_VARIABLE: url}, **Secrets.fresh())
    yield running, database
    assert stop(running) == 0


@pytest.fixture
def uploads(service):
    running, _ = service
    uploading = Uploads(running.url)
    uploading.start()
    yield uploading
    uploading.end()


def write_policy(folder, then):
    """What the policy says of a database that is down."""
    policy = (REPOSITORY / "policy.yaml").read_text(encoding="utf-8")
    (folder / "policy.yaml").write_text(policy.replace("then: refuse", f"then: {then}"), encoding="utf-8")


def all_since(uploads, moment, status, at_least=3):
    """Whether all that came since then had one status."""
    found = uploads.statuses_since(moment)
    return len(found) >= at_least and set(found) == {status}


@contextlib.contextmanager
def standing_still(server):
    """A server whose every process is stopped, as on a machine out of everything: it takes, and says nothing."""
    (main,) = [
        one for one in psutil.process_iter(["cmdline"]) if str(server.folder / "data") in (one.info["cmdline"] or [])
    ]
    processes = [main, *main.children()]
    for process in processes:
        os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process.pid, signal.SIGCONT)


def kept(database):
    with database.reading() as connection:
        return set(connection.scalars(select(decisions.c.decision_id)))


def check_nothing_is_lost(uploads, database):
    assert max(seconds for _, _, seconds, _ in uploads.outcomes) < SLOWEST
    assert len(uploads.answered()) > 10
    within(20, lambda: uploads.answered() <= kept(database))
    audit.verify(database)


def test_without_a_database_uploads_are_told_to_come_back_and_are_answered_again_when_it_does(service, server, uploads):
    _, database = service
    within(20, lambda: len(uploads.outcomes) > 4)
    server.stop()
    within(20, lambda: all_since(uploads, time.monotonic() - 2, 503))
    server.start()
    within(20, lambda: all_since(uploads, time.monotonic() - 2, 200))
    with standing_still(server):
        within(30, lambda: all_since(uploads, time.monotonic() - 2, 503))
    within(30, lambda: all_since(uploads, time.monotonic() - 2, 200))
    uploads.end()
    check_nothing_is_lost(uploads, database)
    assert {status for _, status, *_ in uploads.outcomes} == {200, 503}


def test_without_a_database_uploads_are_answered_as_before_if_the_policy_says_so(service, server, uploads):
    running, database = service
    write_policy(running.home.parent, "spool")
    policy = f"{running.url}/v1/policy"
    within(5, lambda: httpx.get(policy, trust_env=False).json()["store"]["database_down"]["then"] == "spool")
    with standing_still(server):
        time.sleep(10)
    server.stop()
    time.sleep(3)
    server.start()
    within(20, lambda: len(uploads.answered()) > 6)
    uploads.end()
    check_nothing_is_lost(uploads, database)
    assert {status for _, status, *_ in uploads.outcomes} == {200}

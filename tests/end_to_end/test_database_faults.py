"""Answers of a service whose PostgreSQL stops, returns and hangs; no answered decision is lost."""

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
from judgements import verified
from live import within
from sqlalchemy import select

from models.runtime.paths import REPOSITORY
from serving.store.database import Database
from serving.store.secrets import Secrets
from serving.store.tables import decisions
from serving.store.variables import URL_VARIABLE

pytestmark = pytest.mark.slow

SLOWEST = 5
"""Longest answer in seconds, whatever the database does; most take 0.1."""


class Uploads(threading.Thread):
    """A client that has a profile judged twice a second.

    Attributes:
        requests: time, status, duration in seconds and decision of each.
    """

    def __init__(self, url):
        super().__init__(daemon=True)
        self._url, self._ending, self.requests = url, threading.Event(), []

    def run(self):
        with httpx.Client(base_url=self._url, timeout=60, trust_env=False) as client:
            while not self._ending.wait(0.5):
                answer = client.post("/v1/classify", json={"account_id": "42", "bio": "加V：abc12345"})
                if answer.status_code == 503:
                    assert (answer.json()["error"]["code"], answer.headers["retry-after"]) == ("store_unavailable", "1")
                seconds, decision = answer.elapsed.total_seconds(), answer.json().get("decision_id")
                self.requests.append((time.monotonic(), answer.status_code, seconds, decision))

    def statuses_since(self, moment):
        return [status for when, status, *_ in self.requests if when > moment]

    def answered(self):
        return {decision for _, status, _, decision in self.requests if status == 200}

    def end(self):
        self._ending.set()
        self.join(60)


server = pytest.fixture(postgres.running, scope="module")


@pytest.fixture(scope="module")
def service(tmp_path_factory, server):
    """A service with its own database, which the test may query."""
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
    """The policy's rule for an unreachable database."""
    policy = (REPOSITORY / "policy.yaml").read_text(encoding="utf-8")
    (folder / "policy.yaml").write_text(policy.replace("then: refuse", f"then: {then}"), encoding="utf-8")


def all_since(uploads, moment, status, at_least=3):
    """True if all answers since then had one status."""
    found = uploads.statuses_since(moment)
    return len(found) >= at_least and set(found) == {status}


@contextlib.contextmanager
def standing_still(server):
    """A database server whose processes are all stopped: it accepts connections and never answers."""
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
    assert max(seconds for _, _, seconds, _ in uploads.requests) < SLOWEST
    assert len(uploads.answered()) > 10
    within(20, lambda: uploads.answered() <= kept(database))
    verified(database)


def test_uploads_are_refused_without_a_database_until_it_returns(service, server, uploads):
    _, database = service
    within(20, lambda: len(uploads.requests) > 4)
    server.stop()
    within(20, lambda: all_since(uploads, time.monotonic() - 2, 503))
    server.start()
    within(20, lambda: all_since(uploads, time.monotonic() - 2, 200))
    with standing_still(server):
        within(30, lambda: all_since(uploads, time.monotonic() - 2, 503))
    within(30, lambda: all_since(uploads, time.monotonic() - 2, 200))
    uploads.end()
    check_nothing_is_lost(uploads, database)
    assert {status for _, status, *_ in uploads.requests} == {200, 503}


def test_uploads_are_answered_without_a_database_if_the_policy_spools(service, server, uploads):
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
    assert {status for _, status, *_ in uploads.requests} == {200}

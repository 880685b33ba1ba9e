"""A worker that is killed while it judges loses no answered decision."""

import os
import signal
import threading
import time

import httpx
import pytest
from live import workers

READY_SECONDS = 60


class Load(threading.Thread):
    """A client that sends requests until its connection breaks, and keeps the answers."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.url, self.answered = url, []

    def run(self):
        with httpx.Client(base_url=self.url, timeout=60, trust_env=False) as client:
            try:
                while True:
                    answer = client.post("/v1/classify", json={"account_id": "1", "bio": "加V：abc12345"}).json()
                    self.answered.append(answer["decision_id"])
            except httpx.TransportError:
                return


def wait_until_ready(url):
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            return httpx.get(f"{url}/readyz", timeout=5, trust_env=False).raise_for_status()
        except httpx.HTTPError:
            assert time.monotonic() < deadline
            time.sleep(0.2)


@pytest.mark.slow
def test_answers_of_a_killed_worker_are_recorded(start_server):
    server = start_server()
    loads = [Load(server.url) for _ in range(3)]
    for load in loads:
        load.start()
    while sum(len(load.answered) for load in loads) < 50:
        time.sleep(0.02)
    (worker,) = workers(server)
    os.kill(worker.pid, signal.SIGKILL)
    for load in loads:
        load.join(60)
    wait_until_ready(server.url)
    answered = [decision_id for load in loads for decision_id in load.answered]
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        found = [client.get(f"/v1/decisions/{decision_id}").status_code for decision_id in answered]
    assert (len(found) >= 50, set(found)) == (True, {200})

"""Calls of the client while the service ends and starts again: none is lost, none counts twice."""

import asyncio
import threading
from collections import Counter

import pytest

from huijian_client import AsyncClient, Client, Profile

PROFILE = Profile("42", bio="稳赚不赔，➕V：abc12345")
BEFORE = 20
"""Judgements before the service ends."""


class Load:
    """Clients that judge and appeal, until the service is back."""

    def __init__(self, url):
        self.url, self.judged, self.appealed, self.is_back = url, [], [], threading.Event()

    def run(self):
        with Client(self.url, retry_seconds=120) as client:
            while not self.is_back.is_set():
                self.judged.append(client.classify(PROFILE)["decision_id"])
                self.appealed.append(client.appeal(self.judged[-1], "这是我的店")["appeal_id"])

    def run_asynchronously(self):
        asyncio.run(self._tasks())

    async def _tasks(self):
        async with AsyncClient(self.url, retry_seconds=120) as client:
            await asyncio.gather(self._task(client), self._task(client))

    async def _task(self, client):
        while not self.is_back.is_set():
            decision_id = (await client.classify(PROFILE))["decision_id"]
            self.judged.append(decision_id)
            self.appealed.append((await client.appeal(decision_id, "这是我的店"))["appeal_id"])


@pytest.mark.slow
def test_no_call_is_lost_or_doubled_while_the_service_restarts(start_server, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = start_server()
    load = Load(server.url)
    threads = [threading.Thread(target=run) for run in (load.run, load.run, load.run_asynchronously)]
    for thread in threads:
        thread.start()
    while len(load.appealed) < BEFORE:
        threads[0].join(0.02)
        assert threads[0].is_alive()
    server.process.terminate()
    assert server.process.wait(30) == 0
    server = start_server(port=int(server.url.rsplit(":")[-1]))
    load.is_back.set()
    for thread in threads:
        thread.join(60)
    with Client(server.url) as client:
        page = client.decisions(limit=1000)
        appeals = [appeal["appeal_id"] for id_ in load.judged for appeal in client.decision(id_)["appeals"]]
    assert page["next"] is None
    assert Counter(decision["decision_id"] for decision in page["decisions"]) == Counter(load.judged)
    assert Counter(appeals) == Counter(load.appealed)

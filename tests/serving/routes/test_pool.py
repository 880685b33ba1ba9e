import asyncio
import threading
import time

import pytest
from prometheus_client import CollectorRegistry
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse

from models.profile import ProfileError
from serving.metrics.metrics import Metrics
from serving.routes.pool import Pool

METRICS = Metrics(CollectorRegistry())


class Client:
    """A request whose body and disconnect the test controls."""

    def __init__(self, body=b"x"):
        self.messages = asyncio.Queue()
        if body is not None:
            self.send(body)
        self.request = Request({"type": "http", "headers": []}, self.messages.get)

    def send(self, body):
        self.messages.put_nowait({"type": "http.request", "body": body, "more_body": False})

    def leave(self):
        self.messages.put_nowait({"type": "http.disconnect"})


class Work:
    """Work that lasts until the test releases it."""

    def __init__(self):
        self.done, self.go = [], threading.Event()

    def __call__(self, content_type, body):
        assert self.go.wait(10)
        self.done.append(body)
        return PlainTextResponse(body)


async def begin(pool, work, *clients):
    tasks = [asyncio.ensure_future(pool.run(client.request, work)) for client in clients]
    await asyncio.sleep(0.05)
    return tasks


async def refused(pool, client):
    started = time.perf_counter()
    with pytest.raises(ProfileError) as error:
        await pool.run(client.request, lambda *_: None)
    assert error.value.code == "overloaded"
    assert time.perf_counter() - started < 0.1


def test_requests_beyond_the_limit_are_refused_at_once_and_unread():
    async def play():
        pool, work = Pool("test", threads=1, capacity=2, metrics=METRICS), Work()
        tasks = await begin(pool, work, Client(b"1"), Client(b"2"))
        late = Client(b"3")
        await refused(pool, late)
        assert late.messages.qsize() == 1
        work.go.set()
        assert [(await task).body for task in tasks] == [b"1", b"2"]
        assert (await pool.run(Client(b"4").request, work)).body == b"4"

    asyncio.run(play())


def test_slow_body_takes_no_place():
    async def play():
        pool, work = Pool("test", threads=1, capacity=1, metrics=METRICS), Work()
        work.go.set()
        slow = [Client(body=None) for _ in range(5)]
        tasks = await begin(pool, work, *slow)
        assert (await pool.run(Client(b"quick").request, work)).body == b"quick"
        slow[0].send(b"at last")
        assert (await tasks[0]).body == b"at last"
        for task in tasks[1:]:
            task.cancel()

    asyncio.run(play())


@pytest.mark.parametrize("end", ["leave", "deadline"])
def test_work_of_a_disconnected_client_is_not_started(end):
    async def play():
        pool, work = Pool("test", threads=1, capacity=2, metrics=METRICS), Work()
        leaver = Client(b"gone")
        first, second = await begin(pool, work, Client(b"first"), leaver)
        leaver.leave() if end == "leave" else second.cancel()
        with pytest.raises(ClientDisconnect if end == "leave" else asyncio.CancelledError):
            await second
        third = (await begin(pool, work, Client(b"third")))[0]  # the place is free again
        work.go.set()
        await first
        await third
        assert work.done == [b"first", b"third"]

    asyncio.run(play())


def test_started_work_keeps_its_place_after_a_disconnect():
    async def play():
        pool, work = Pool("test", threads=1, capacity=1, metrics=METRICS), Work()
        leaver = Client()
        (task,) = await begin(pool, work, leaver)
        leaver.leave()
        with pytest.raises(ClientDisconnect):
            await task
        await refused(pool, Client())
        work.go.set()
        while not work.done:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        assert (await pool.run(Client(b"next").request, work)).body == b"next"

    asyncio.run(play())


def test_exception_in_work_is_raised_and_frees_its_place():
    def fail(*_):
        raise ProfileError("wrong_type", "no")

    async def play():
        pool = Pool("test", threads=1, capacity=1, metrics=METRICS)
        for _ in range(3):
            with pytest.raises(ProfileError, match="no"):
                await pool.run(Client().request, fail)
            await asyncio.sleep(0.01)

    asyncio.run(play())


def test_requests_inside_and_their_waits_are_counted():
    registry = CollectorRegistry()

    def counted(name):
        return registry.get_sample_value(name, {"pool": "test"})

    async def play():
        pool, work = Pool("test", threads=1, capacity=2, metrics=Metrics(registry)), Work()
        tasks = await begin(pool, work, Client(b"1"), Client(b"2"))
        assert counted("huijian_inside") == 2
        await asyncio.sleep(0.1)
        work.go.set()
        await asyncio.gather(*tasks)

    asyncio.run(play())
    assert counted("huijian_inside") == 0
    assert counted("huijian_queue_seconds_count") == 2
    assert 0.1 <= counted("huijian_queue_seconds_sum") < 5

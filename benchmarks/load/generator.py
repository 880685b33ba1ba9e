"""Load generator: a closed loop, or an open loop with requests at given times.

A closed-loop client sends less to a slow service and never sees its queue ("coordinated omission", Tene 2013). So
latency counts from the moment at which a request was due.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import aiohttp
import numpy as np

from benchmarks.load.requests import Request

TIMEOUT_SECONDS = 60
"""Most seconds of a request; a later answer counts as none."""

IDLE_SECONDS = 3
"""Most seconds that an idle connection is used again: after 5 s the service closes it, and a request then is lost."""

Make = Callable[[], Request]
"""Makes the next request to send."""


@dataclass(frozen=True)
class Exchange:
    """A request with its answer.

    Attributes:
        due: when it should have been sent, `time.perf_counter()` seconds.
        sent: when it was sent.
        ended: when its answer was complete.
        status: HTTP status of the answer; 0 where there was none.
        content: body of the answer.
        retry_after: the answer has the header Retry-After.
    """

    request: Request
    due: float
    sent: float
    ended: float
    status: int
    content: bytes = b""
    retry_after: bool = False

    @property
    def milliseconds(self) -> float:
        """Latency from when it was due."""
        return (self.ended - self.due) * 1000


def closed_loop(url: str, make: Make, connections: int, seconds: float) -> list[Exchange]:
    """Send over so many connections, on each the next request once the last one is answered."""
    return asyncio.run(_closed_loop(url, make, connections, seconds))


def open_loop(url: str, make: Make, due: Sequence[float]) -> list[Exchange]:
    """Send at the given seconds from now."""
    return asyncio.run(send_when_due(url, make, due))


def evenly(per_second: float, seconds: float) -> list[float]:
    """Evenly spaced times, as wrk2, vegeta and k6 send."""
    return list(np.arange(0, seconds, 1 / per_second))


def at_random(per_second: float, seconds: float) -> list[float]:
    """Times of many independent users: a Poisson process."""
    gaps = np.random.default_rng(0).exponential(1 / per_second, size=round(per_second * seconds))
    return list(np.cumsum(gaps))


async def send_when_due(url: str, make: Make, due: Sequence[float]) -> list[Exchange]:
    """As `open_loop`, concurrently with other tasks."""
    async with session(url) as client:
        begin, tasks = time.perf_counter(), []
        for moment in due:
            request = make()
            await asyncio.sleep(max(0.0, begin + moment - time.perf_counter()))
            tasks.append(asyncio.create_task(send(client, request, begin + moment)))
        return list(await asyncio.gather(*tasks))


async def send(client: aiohttp.ClientSession, request: Request, due: float | None = None) -> Exchange:
    """Send a request and wait for its answer; client errors become status 0."""
    sent = time.perf_counter()
    due = sent if due is None else due
    headers = {"Content-Type": request.content_type} if request.body else {}
    try:
        async with client.request(request.method, request.path, data=request.body, headers=headers) as response:
            content = await response.read()
    except (aiohttp.ClientError, TimeoutError):
        return Exchange(request, due, sent, time.perf_counter(), 0)
    ended = time.perf_counter()
    return Exchange(request, due, sent, ended, response.status, content, "retry-after" in response.headers)


def session(url: str) -> aiohttp.ClientSession:
    """A client that opens as many connections as it needs."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS)
    return aiohttp.ClientSession(url, connector=connector, timeout=timeout)


async def _closed_loop(url: str, make: Make, connections: int, seconds: float) -> list[Exchange]:
    until = time.perf_counter() + seconds
    async with session(url) as client:
        done = await asyncio.gather(*(_one_by_one(client, make, until) for _ in range(connections)))
    return [exchange for exchanges in done for exchange in exchanges]


async def _one_by_one(client: aiohttp.ClientSession, make: Make, until: float) -> list[Exchange]:
    done = []
    while time.perf_counter() < until:
        done.append(await send(client, make()))
    return done


def succeeded(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """The requests that were answered with 200."""
    return [exchange for exchange in exchanges if exchange.status == 200]


def percentiles(exchanges: Sequence[Exchange], *parts: float) -> Iterator[float]:
    """Percentiles of latency in milliseconds; NaN where nothing was answered."""
    times = [exchange.milliseconds for exchange in succeeded(exchanges)]
    yield from (float(np.percentile(times, part)) if times else float("nan") for part in parts)

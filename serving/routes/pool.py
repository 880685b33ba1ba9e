"""Bounded thread pools for work that would block the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Semaphore
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from models.profile import ProfileError
from serving.metrics.metrics import Metrics


class Pool:
    """Works on requests in threads, and refuses requests beyond a limit.

    Only requests whose body has arrived count, so that a slow sender takes no place. A request whose client leaves, or
    whose deadline passes, is dropped unless a thread has started on it.

    Args:
        name: of the threads.
        threads: requests in work at once.
        capacity: requests in work or waiting, at most.
        metrics: counts requests and the time they wait.
    """

    def __init__(self, name: str, threads: int, capacity: int, metrics: Metrics) -> None:
        self._name, self._metrics = name, metrics
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._places = Semaphore(capacity)

    async def run(self, request: Request, work: Callable[[str, bytes], Response]) -> Response:
        """The answer that `work(content_type, body)` gives to a request.

        Raises:
            ProfileError: the pool is full; and whatever `work` raises.
            ClientDisconnect: the client left before a thread started.
        """
        self._enter()
        self._places.release()  # the pool is not full, so the body is read
        content_type, body = request.headers.get("content-type", ""), await request.body()
        self._enter()
        self._metrics.entered(self._name)
        job = self._threads.submit(self._work, time.perf_counter(), work, content_type, body)
        job.add_done_callback(lambda _: self._leave())
        return await _unless_left(asyncio.wrap_future(job), request)

    def _enter(self) -> None:
        if not self._places.acquire(blocking=False):
            raise ProfileError("overloaded", "too many requests are waiting; try again in a second")

    def _leave(self) -> None:
        self._places.release()
        self._metrics.left(self._name)

    def _work(self, entered: float, work: Callable[[str, bytes], Response], content_type: str, body: bytes) -> Response:
        self._metrics.waited(self._name, time.perf_counter() - entered)
        return work(content_type, body)


async def _unless_left(job: asyncio.Future[Response], request: Request) -> Response:
    left = asyncio.ensure_future(request.receive())  # once the body is read, only a disconnect can follow
    both: set[asyncio.Future[Any]] = {job, left}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        left.cancel()
        job.cancel()
    if job.cancelled():
        raise ClientDisconnect
    return job.result()

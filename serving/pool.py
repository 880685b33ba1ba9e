"""Threads for work that would hold up the event loop, and no more of it than can be done soon."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import Request
from starlette.responses import Response

from models.profile import ProfileError


class Pool:
    """Works on requests in threads, and refuses those it could only keep waiting.

    Args:
        name: of its threads.
        threads: how many requests are worked on at once.
        most: how many may be inside, worked on or waiting.
    """

    def __init__(self, name: str, threads: int, most: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._most, self._inside = most, 0

    async def run(self, request: Request, work: Callable[[str, bytes], Response]) -> Response:
        """The answer that `work(content_type, body)` gives to a request.

        Raises:
            ProfileError: there is no place; and whatever `work` raises.
        """
        if self._inside >= self._most:
            raise ProfileError("overloaded", "too many requests are waiting; try again in a second")
        self._inside += 1
        try:
            content_type, body = request.headers.get("content-type", ""), await request.body()
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, content_type, body)
        finally:
            self._inside -= 1

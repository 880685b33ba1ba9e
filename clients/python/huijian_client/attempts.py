"""Whether, and when, a request is sent again."""

from __future__ import annotations

import random
import time
from typing import Final

import httpx

from huijian_client.errors import RefusedError, UnreachableError, error_detail

FIRST_WAIT_SECONDS: Final = 0.25
"""Seconds before the second attempt; doubled for each further attempt."""

MAX_WAIT_SECONDS: Final = 5
"""Longest wait in seconds that the client chooses. The service may ask for more with `Retry-After`."""

RETRY_STATUSES: Final = frozenset({429, 502, 503})
"""Too many requests; a proxy without a service behind it; a busy or ending service."""

CONNECTION_ERRORS: Final = (httpx.ConnectTimeout, httpx.NetworkError, httpx.RemoteProtocolError)
"""After these the service may or may not have handled the request."""


class Attempts:
    """The attempts of one request.

    Args:
        seconds: time from now in which the request is sent again.
    """

    def __init__(self, seconds: float) -> None:
        self._until, self._count = time.monotonic() + seconds, 0

    def wait_after_error(self, error: httpx.TransportError) -> float:
        """Seconds to wait before the request is sent again.

        A request that timed out is not sent again, as that would add to the load.

        Raises:
            UnreachableError: it is not to be sent again.
        """
        wait = self._wait(0)
        if not isinstance(error, CONNECTION_ERRORS) or wait is None:
            plural = "s" * (self._count > 1)
            reason = f"{type(error).__name__}: {error}".rstrip(": ")
            raise UnreachableError(f"no answer after {self._count} attempt{plural}: {reason}") from error
        return wait

    def wait_after_refusal(self, response: httpx.Response) -> float:
        """Seconds to wait before the request is sent again.

        Raises:
            RefusedError: it is not to be sent again.
        """
        wait = self._wait(_retry_after(response))
        if not _may_retry(response) or wait is None:
            raise RefusedError(response)
        return wait

    def _wait(self, least: float) -> float | None:
        """Seconds until the next attempt; None if that would be too late."""
        chosen = min(FIRST_WAIT_SECONDS * 2**self._count, MAX_WAIT_SECONDS)
        self._count += 1
        wait = max(chosen, least) * random.uniform(1, 1.5)  # noqa: S311 - jitter, so that clients do not return at once
        return wait if time.monotonic() + wait < self._until else None


def _may_retry(response: httpx.Response) -> bool:
    code = error_detail(response).get("code")
    if code == "deadline":  # it took too long once, and would again
        return False
    is_in_work = code == "request_in_progress"  # an earlier attempt, whose connection broke
    return is_in_work or response.status_code in RETRY_STATUSES


def _retry_after(response: httpx.Response) -> float:
    asked = response.headers.get("retry-after", "")
    return float(asked) if asked.isdecimal() else 0

"""What a call raises."""

from __future__ import annotations

from typing import Any

import httpx


class HuijianError(RuntimeError):
    """A call that brought no answer."""


class RefusedError(HuijianError):
    """The service refused a request.

    Attributes:
        status: HTTP status.
        code: one of the codes that the service's `/docs` explains; empty if a proxy refused, and not the service.
        message: what was wrong and what to do.
        field: the field at fault, if it is one.
        request_id: names the request in the service's log.
    """

    def __init__(self, response: httpx.Response) -> None:
        detail = error_detail(response)
        self.status, self.code, self.field = response.status_code, detail.get("code", ""), detail.get("field")
        self.message = detail.get("message") or f"HTTP status {self.status}"
        self.request_id = response.headers.get("x-request-id")
        super().__init__(f"{self.code}: {self.message}" if self.code else self.message)


class UnreachableError(HuijianError):
    """No answer came: the connection failed, or the time was over. The cause is the error of httpx."""


def error_detail(response: httpx.Response) -> dict[str, Any]:
    """The error in the service's shape; empty where a proxy answered."""
    try:
        detail: dict[str, Any] = dict(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        return {}
    return detail

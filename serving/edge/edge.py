"""ASGI middleware around all routes: admission, limits, request ids, counters and the contract's errors.

Logs hold nothing that a client sent but its request id. A line has the route's template instead of the path; a failure
has its traceback without the message.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from models.profile import ProfileError
from models.runtime.failures import safe_traceback
from serving.edge.admission import OPEN_PATHS, Admission, is_console
from serving.edge.deadlines import BODY_SECONDS
from serving.edge.exchange import HeldMemory, Reply, StreamedBody
from serving.messages.errors import ErrorResponse
from serving.messages.query import check_query
from serving.metrics.metrics import Metrics

CLOSED_CLIENT: Final = 499
"""Status that is counted for a client that disconnected (nginx's convention)."""

logger = logging.getLogger("huijian.access")


class Edge:
    """Middleware around our routes.

    Args:
        app: the routes.
        admission: authentication and rate limits.
        metrics: counts requests.
        deadline: seconds from the end of a request's body to its answer.
        refusal_page: the console's answer with an error; without it, everybody gets JSON.
    """

    def __init__(
        self,
        app: ASGIApp,
        admission: Admission,
        metrics: Metrics,
        deadline: float,
        refusal_page: Callable[[Request, ProfileError], Response] | None = None,
    ) -> None:
        self._app, self._admission, self._metrics, self._deadline = app, admission, metrics, deadline
        self._refusal_page = refusal_page
        self._held = HeldMemory()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; lifespan events pass unchanged."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = Headers(scope=scope)
        body = StreamedBody(receive, headers, self._held)
        reply = Reply(send, body, headers)
        try:
            await self._serve(scope, headers, body, reply)
        finally:
            body.release()
            self._record(scope, reply, time.perf_counter() - started)

    async def _serve(self, scope: Scope, headers: Headers, body: StreamedBody, reply: Reply) -> None:
        try:
            self._admission.admit(scope, headers)
            check_query(scope)
            body.check_head()
            await self._answer(scope, body, reply)
        except ProfileError as error:
            await self._refuse(error, scope, body, reply)
        except ClientDisconnect:
            # Nobody reads this answer, but without it BentoML and a stopping worker would wait.
            await Response(status_code=CLOSED_CLIENT)(scope, body.receive, reply.send)
        except Exception as error:
            logger.error("%s request=%s", safe_traceback(error), reply.request_id)
            failure = ProfileError("internal", f"unexpected error; the log has it under request {reply.request_id}")
            await self._refuse(failure, scope, body, reply)

    async def _answer(self, scope: Scope, body: StreamedBody, reply: Reply) -> None:
        """Let the routes answer within the time limits.

        Raises:
            ProfileError: the body or the answer takes too long; and whatever the routes raise.
        """
        now = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(self._deadline if body.complete else BODY_SECONDS) as clock:
                body.on_complete = lambda: clock.reschedule(now() + self._deadline)
                await self._app(scope, body.receive, reply.send)
        except TimeoutError:
            if not clock.expired():
                raise
            if body.complete:
                raise ProfileError("deadline", f"there was no answer within {self._deadline:g} s; try again") from None
            raise ProfileError("body_timeout", f"the body took longer than {BODY_SECONDS} s") from None

    async def _refuse(self, error: ProfileError, scope: Scope, body: StreamedBody, reply: Reply) -> None:
        """Answer with an error; if another answer has begun, the server closes the connection instead."""
        self._metrics.refused(error.code)
        if reply.status is not None:
            return
        if self._refusal_page is not None and is_console(scope):
            response = self._refusal_page(Request(scope), error)
        else:
            response = ErrorResponse(error)
        await response(scope, body.receive, reply.send)

    def _record(self, scope: Scope, reply: Reply, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        status = reply.status or CLOSED_CLIENT  # no status if the worker stops
        self._metrics.served(route, status, seconds)
        if route not in OPEN_PATHS:
            logger.info("%s %d %.1f ms request=%s", route, status, seconds * 1000, reply.request_id)

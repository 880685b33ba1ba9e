"""The edge: what every request passes before and after our routes.

One ASGI middleware decides who may ask and how much they may send, gives every exchange an id, counts it, and turns
whatever goes wrong into the contract's error. Of what a client sent only a request id of its own is logged: a line
holds the route's template, never the path, and a failure is logged by its place in the code, never by its message.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import logging
import os
import re
import time
import traceback
import uuid
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.profile import ProfileError
from serving.errors import ErrorResponse
from serving.metrics import Metrics

MAX_BODY: Final = 44_000_000
"""Bytes: two of the largest images as files, with all texts; in base64, one of them and another of half its size."""

MAX_DISCARDED: Final = 4 * MAX_BODY
"""Bytes of a refused body that are still read: many clients read no answer before they have sent everything."""

BODY_SECONDS: Final = 30
"""A body that takes longer is refused, so that slow senders do not hold the service."""

OPEN_PATHS: Final = frozenset({"/livez", "/readyz"})
"""Asked by orchestrators, which have no key."""

CLOSED_CLIENT: Final = 499
"""Status under which an exchange is counted whose client went away (nginx's convention)."""

SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_DIGEST = re.compile(r"[0-9a-f]{64}")

logger = logging.getLogger("huijian.access")


class KeysError(ValueError):
    """The configured keys cannot be used."""


@dataclass(frozen=True)
class Keys:
    """The keys that open the service, known only by their SHA-256.

    Attributes:
        digests: lower-case hex; none means that only this machine may ask.
    """

    digests: frozenset[str] = frozenset()

    @classmethod
    def from_environment(cls) -> Keys:
        """The comma-separated digests in HUIJIAN_API_KEYS.

        Raises:
            KeysError: something in it is not a SHA-256 in hex.
        """
        given = [part.strip().lower() for part in os.environ.get("HUIJIAN_API_KEYS", "").split(",")]
        digests = frozenset(part for part in given if part)
        if not all(_DIGEST.fullmatch(digest) for digest in digests):
            raise KeysError("HUIJIAN_API_KEYS must hold SHA-256 digests (64 hex digits), separated by commas")
        return cls(digests)

    def admit(self, scope: Scope, headers: Headers) -> None:
        """Refuse whoever has no key; without configured keys, whoever is not on this machine,
        and pages of other sites that a browser shows here.

        Raises:
            ProfileError: unauthorized or forbidden.
        """
        if scope["path"] in OPEN_PATHS:
            return
        if self.digests:
            self._check(headers.get("authorization", ""))
        elif not _is_local(scope):
            raise ProfileError("forbidden", "without configured keys only this machine may ask; set HUIJIAN_API_KEYS")
        elif _is_foreign(headers):
            raise ProfileError("forbidden", "without configured keys no page of another site may ask")

    def _check(self, authorization: str) -> None:
        scheme, _, key = authorization.partition(" ")
        digest = hashlib.sha256(key.strip().encode("latin-1")).hexdigest()
        # Every digest is compared, so that the time tells nothing about which one came close.
        known = sum(hmac.compare_digest(digest, configured) for configured in self.digests)
        if scheme.lower() != "bearer" or not known:
            raise ProfileError("unauthorized", "send a known key as `Authorization: Bearer KEY`")


class Edge:
    """Middleware around our routes.

    Args:
        app: the routes.
        keys: who may ask.
        metrics: where exchanges are counted.
    """

    def __init__(self, app: ASGIApp, keys: Keys, metrics: Metrics) -> None:
        self._app, self._keys, self._metrics = app, keys, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one exchange; lifespan and websockets pass untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = Headers(scope=scope)
        body = _Body(receive, headers)
        reply = _Reply(send, body, _request_id(headers))
        try:
            await self._serve(scope, headers, body, reply)
        finally:
            self._record(scope, reply, time.perf_counter() - started)

    async def _serve(self, scope: Scope, headers: Headers, body: _Body, reply: _Reply) -> None:
        try:
            self._keys.admit(scope, headers)
            body.check_announced_size()
            await self._app(scope, body.receive, reply.send)
        except ProfileError as error:
            await ErrorResponse(error)(scope, body.receive, reply.send)
        except ClientDisconnect:
            reply.status = CLOSED_CLIENT
        except Exception as error:
            _log_failure(error, reply.request_id)
            if reply.status is None:
                failure = ProfileError("internal", f"unexpected error; the log has it under request {reply.request_id}")
                await ErrorResponse(failure)(scope, body.receive, reply.send)

    def _record(self, scope: Scope, reply: _Reply, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        status = reply.status or CLOSED_CLIENT
        self._metrics.served(route, status, seconds)
        if route not in OPEN_PATHS:
            logger.info("%s %d %.1f ms request=%s", route, status, seconds * 1000, reply.request_id)


class _Body:
    """A request's body, counted while it streams in."""

    def __init__(self, receive: Receive, headers: Headers) -> None:
        self._receive, self._headers = receive, headers
        self._read = 0
        self._deadline = time.monotonic() + BODY_SECONDS
        self._complete = False

    def check_announced_size(self) -> None:
        announced = self._headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > MAX_BODY:
            raise _too_large()

    async def receive(self) -> Message:
        """The next message.

        Raises:
            ProfileError: the body is too large or too slow.
        """
        if self._complete:
            return await self._receive()
        message = await self._next()
        if self._read > MAX_BODY:
            raise _too_large()
        return message

    async def discard(self) -> None:
        """Read what is still to come and forget it, unless the client waits for our leave to send."""
        waiting = "expect" in self._headers and not self._read
        while not (self._complete or waiting or self._read > MAX_DISCARDED):
            try:
                await self._next()
            except ProfileError:
                return

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout(self._deadline - time.monotonic()):
                message = await self._receive()
        except TimeoutError:
            raise ProfileError("body_timeout", f"the body took longer than {BODY_SECONDS} s") from None
        self._read += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        return message


class _Reply:
    """The way back: an id and security headers on every answer, and its status for the record."""

    def __init__(self, send: Send, body: _Body, request_id: str) -> None:
        self._send, self._body = send, body
        self.request_id = request_id
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._body.discard()
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers.update({"X-Request-ID": self.request_id, **SECURITY_HEADERS})
        await self._send(message)


def _is_local(scope: Scope) -> bool:
    client = scope.get("client")
    try:
        return client is not None and ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False


def _is_foreign(headers: Headers) -> bool:
    """Whether a browser on this machine asks for a page of another site, which could change the gallery unnoticed."""
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _too_large() -> ProfileError:
    return ProfileError("body_too_large", f"the body is larger than {MAX_BODY // 1_000_000} MB")


def _log_failure(error: Exception, request_id: str) -> None:
    """Where it happened, without the message: that may hold what the client sent."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    place = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    logger.error("%s at %s request=%s", type(error).__name__, place, request_id)

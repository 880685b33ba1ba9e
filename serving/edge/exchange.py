"""Streams of one request and its answer: size limits, memory limit, request id and security headers."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Receive, Send

from models.profile import ProfileError

MAX_BODY: Final = 44_000_000
"""Bytes of a body: the two largest images as files with all texts, or one and a half such images in base64."""

MAX_HELD: Final = 10 * MAX_BODY
"""Bytes of all bodies together in one worker's memory; further requests are told to retry."""

MAX_DISCARDED: Final = 4 * MAX_BODY
"""Bytes of a refused body that are still read: many clients read no answer before they have sent all."""

DISCARD_SECONDS: Final = 10
"""Time limit for reading a refused body; then the connection is closed."""

SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class HeldMemory:
    """Memory that the bodies in one worker occupy.

    Attributes:
        held: bytes at this moment.
    """

    def __init__(self) -> None:
        self.held = 0

    def take(self, size: int) -> None:
        """Add received bytes.

        Raises:
            ProfileError: the sum would exceed `MAX_HELD`.
        """
        if self.held + size > MAX_HELD:
            raise ProfileError("overloaded", "too many large bodies are being received; try again in a second")
        self.held += size


class StreamedBody:
    """A request's body, counted while it streams in.

    Args:
        receive: the ASGI callable.
        headers: of the request.
        held: memory of all bodies in this worker.

    Attributes:
        complete: all of the body has arrived.
        on_complete: called once a route has read the whole body.
    """

    def __init__(self, receive: Receive, headers: Headers, held: HeldMemory) -> None:
        self._receive, self._headers, self._held = receive, headers, held
        self._read = self._kept = 0
        self.complete = "transfer-encoding" not in headers and headers.get("content-length", "0") == "0"
        self.on_complete: Callable[[], None] = lambda: None

    def check_head(self) -> None:
        """Check the announced size and encoding before the body is read.

        Raises:
            ProfileError: it is announced as too large, or as compressed, which could unpack to any size.
        """
        announced = self._headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > MAX_BODY:
            raise _too_large()
        if not self.complete and self._headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise ProfileError("content_encoding", "send the body as it is, without Content-Encoding")

    async def receive(self) -> Message:
        """The next message.

        Raises:
            ProfileError: the body is too large, or the worker's memory for bodies is full.
        """
        if self.complete:
            return await self._receive()
        message = await self._next()
        if self._read > MAX_BODY:
            raise _too_large()
        if self.complete:
            self.on_complete()
        size = len(message.get("body", b""))
        self._held.take(size)
        self._kept += size
        return message

    async def discard(self) -> None:
        """Read and drop the rest, unless the client waits for `100 Continue` before it sends."""
        waiting = "expect" in self._headers and not self._read
        try:
            async with asyncio.timeout(DISCARD_SECONDS):
                while not (self.complete or waiting or self._read > MAX_DISCARDED):
                    await self._next()
        except TimeoutError:
            return

    def release(self) -> None:
        """Release its memory."""
        self._held.held -= self._kept
        self._kept = 0

    async def _next(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        self.complete = not message.get("more_body", False)
        return message


class Reply:
    """An answer's stream, with request id and security headers.

    Args:
        send: the ASGI callable.
        body: of the request; its rest is read once the answer is sent.
        headers: of the request, which may give a request id.

    Attributes:
        request_id: the client's own, or a new one.
        status: HTTP status; None until the answer begins.
    """

    def __init__(self, send: Send, body: StreamedBody, headers: Headers) -> None:
        self._send, self._body = send, body
        given = headers.get("x-request-id", "")
        self.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self.request_id
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)  # the console's pages have a policy of their own
        elif not (message.get("more_body", False) or self._body.complete):
            # The whole refusal is sent before the rest of the body is read.
            await self._send({**message, "more_body": True})
            self._body.release()
            await self._body.discard()
            message = {"type": "http.response.body"}
        await self._send(message)


def _too_large() -> ProfileError:
    return ProfileError("body_too_large", f"the body is larger than {MAX_BODY // 1_000_000} MB")

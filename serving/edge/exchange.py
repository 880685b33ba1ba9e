"""One request's body and one answer's way back, watched while they stream."""

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
"""Bytes: two of the largest images as files, with all texts; in base64, one of them and another of half its size."""

MAX_HELD: Final = 10 * MAX_BODY
"""Bytes of all bodies together that one worker holds in memory; more are told to come back."""

MAX_DISCARDED: Final = 4 * MAX_BODY
"""Bytes of a refused body that are still read: many clients read no answer before they have sent everything."""

DISCARD_SECONDS: Final = 10
"""And for how long; then the connection is closed."""

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
    """Memory that the bodies in one worker take.

    Attributes:
        held: bytes now.
    """

    def __init__(self) -> None:
        self.held = 0

    def take(self, size: int) -> None:
        """Count bytes that came in.

        Raises:
            ProfileError: they are too many.
        """
        if self.held + size > MAX_HELD:
            raise ProfileError("overloaded", "too many large bodies are being received; try again in a second")
        self.held += size


class Body:
    """A request's body, counted while it streams in.

    Args:
        receive: where it comes from.
        headers: of the request.
        held: the memory that it takes part of.

    Attributes:
        complete: whether all of it is here.
        on_complete: called once a route has read it.
    """

    def __init__(self, receive: Receive, headers: Headers, held: HeldMemory) -> None:
        self._receive, self._headers, self._held = receive, headers, held
        self._read = self._kept = 0
        self.complete = "transfer-encoding" not in headers and headers.get("content-length", "0") == "0"
        self.on_complete: Callable[[], None] = lambda: None

    def check_head(self) -> None:
        """Refuse what need not be read to be refused.

        Raises:
            ProfileError: it is announced as too large, or as compressed: a small one could unpack to any size.
        """
        announced = self._headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > MAX_BODY:
            raise _too_large()
        if not self.complete and self._headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise ProfileError("content_encoding", "send the body as it is, without Content-Encoding")

    async def receive(self) -> Message:
        """The next message.

        Raises:
            ProfileError: the body is too large, or there is no memory for it.
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
        """Read what is still to come and forget it, unless the client waits for our leave to send."""
        waiting = "expect" in self._headers and not self._read
        try:
            async with asyncio.timeout(DISCARD_SECONDS):
                while not (self.complete or waiting or self._read > MAX_DISCARDED):
                    await self._next()
        except TimeoutError:
            return

    def release(self) -> None:
        """Give back its memory."""
        self._held.held -= self._kept
        self._kept = 0

    async def _next(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        self.complete = not message.get("more_body", False)
        return message


class Reply:
    """The way back: an id and security headers on every answer, and its status for the record.

    Args:
        send: where it goes.
        body: of the request, whose rest is read once the answer is out.
        headers: of the request, which may name its id.

    Attributes:
        request_id: the client's own, or a new one.
        status: None until the answer begins.
    """

    def __init__(self, send: Send, body: Body, headers: Headers) -> None:
        self._send, self._body = send, body
        given = headers.get("x-request-id", "")
        self.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers.update({"X-Request-ID": self.request_id, **SECURITY_HEADERS})
        elif not (message.get("more_body", False) or self._body.complete):
            # All of a refusal is on its way before the rest of the body is read.
            await self._send({**message, "more_body": True})
            self._body.release()
            await self._body.discard()
            message = {"type": "http.response.body"}
        await self._send(message)


def _too_large() -> ProfileError:
    return ProfileError("body_too_large", f"the body is larger than {MAX_BODY // 1_000_000} MB")

"""An HTTP/1.1 protocol for uvicorn that ends slow connections and answers malformed requests with our error.

BentoML starts uvicorn without an option for this, so `install` replaces uvicorn's protocol. It calls our application
directly. BentoML's layers around it, which trace and time every request, took 0.6 ms of CPU time for each.
"""

from __future__ import annotations

import asyncio
import os
import socket
from functools import partial
from typing import Any, Final, cast
from weakref import WeakSet

import h11
import uvicorn
import uvicorn.config
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from models.profile import ProfileError
from serving.edge.exchange import SECURITY_HEADERS
from serving.messages.errors import ErrorResponse

HEAD_SECONDS: Final = 10
"""Time limit for a request's head; then the connection is closed."""

UNREAD_SECONDS: Final = 30
"""Time limit for a client that reads nothing of its answer."""

GRACE_SECONDS: Final = 7
"""After SIGTERM, open connections are cut: the worker must end within 10 s."""

BODY_GRACE_SECONDS: Final = 1
"""After SIGTERM, incomplete bodies are cut; the wait is for clients that send the body after the head."""

MAX_HEAD: Final = 65_536
"""Bytes of a request's head. h11 itself limits only heads that are still incomplete."""

MAX_CONNECTIONS: Final = 4_000
"""Per worker; each takes a file descriptor and some 20 kB."""

_STOPPING: Final[WeakSet[ServerState]] = WeakSet()

_shut_down = uvicorn.Server.shutdown


def install(app: ASGIApp) -> None:
    """Serve this process's connections by `Connection`, including those that arrive while it stops.

    Args:
        app: answers requests; uvicorn's own application gets lifespan events alone. Behind a proxy that
            FORWARDED_ALLOW_IPS lists (by default this machine), it sees the client's address.
    """
    trusted = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
    known = cast(ASGIApp, ProxyHeadersMiddleware(cast(Any, app), trusted))  # uvicorn has its own types
    uvicorn.config.HTTP_PROTOCOLS["auto"] = partial(Connection, known)  # type: ignore[assignment] # any factory works
    uvicorn.Server.shutdown = _shutdown  # type: ignore[method-assign, assignment]


async def _shutdown(server: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
    """Also end connections that are accepted later; uvicorn ends the present ones and would wait for the others."""
    _STOPPING.add(server.server_state)
    await _shut_down(server, sockets)


class StrictParser(h11.Connection):
    """h11's parser, which also refuses heads over `MAX_HEAD` and those with two framings (RFC 9112, 6.3)."""

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """The next event; raises RemoteProtocolError for what is refused."""
        event = super().next_event()
        if isinstance(event, h11.Request):
            names = {name for name, _ in event.headers}
            if {b"content-length", b"transfer-encoding"} <= names:
                raise h11.RemoteProtocolError("both Content-Length and Transfer-Encoding")
            # Each header line has four bytes beside its name and value.
            size = len(event.target) + sum(len(name) + len(value) + 4 for name, value in event.headers)
            if size > MAX_HEAD:
                raise h11.RemoteProtocolError("the head is too large")
        return event


class Connection(H11Protocol):
    """uvicorn's HTTP/1.1 protocol with time limits.

    Args:
        app: answers requests; the other arguments are uvicorn's.
    """

    def __init__(self, app: ASGIApp, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.app = app
        self.conn = StrictParser(h11.SERVER, MAX_HEAD)
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Start the time limit for the first request."""
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(
            socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000
        )
        if self._is_late:
            self._end_soon()
        if len(self.connections) > MAX_CONNECTIONS:
            self._end(ProfileError("overloaded", "there are too many connections; try again in a second"))
        else:
            self._watch_head()

    def data_received(self, data: bytes) -> None:
        """Process received bytes."""
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the time limit."""
        self._stop_waiting()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Answer complete requests, then close; incomplete ones get `BODY_GRACE_SECONDS`."""
        super().shutdown()
        self._end_soon()

    def on_response_complete(self) -> None:
        """Close the connection if the worker stops, or if a refused body was not read to its end."""
        unread = self.conn.their_state is h11.SEND_BODY
        super().on_response_complete()
        if unread or self._is_late:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuse a request that is not HTTP."""
        self._end(ProfileError("malformed_request", "this is not valid HTTP/1.1"))

    def _should_upgrade(self) -> bool:
        """Never upgrade: there are no websockets, so such a request is answered over HTTP."""
        return False

    @property
    def _is_late(self) -> bool:
        return self.server_state in _STOPPING

    def _end_soon(self) -> None:
        self.loop.call_later(BODY_GRACE_SECONDS, self._cut_unfinished)
        self.loop.call_later(GRACE_SECONDS, self.transport.abort)

    def _cut_unfinished(self) -> None:
        if self.conn.their_state is h11.SEND_BODY:
            self.transport.abort()

    def _watch_head(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _end(self, error: ProfileError) -> None:
        """Answer with an error, unless another answer has begun, and close."""
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            response = ErrorResponse(error)
            headers = [*response.raw_headers, (b"connection", b"close")]
            headers += [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
            self._write(h11.Response(status_code=response.status_code, headers=headers))
            self._write(h11.Data(data=bytes(response.body)))
            self._write(h11.EndOfMessage())
        self.transport.close()

    def _write(self, event: h11.Event) -> None:
        self.transport.write(self.conn.send(event) or b"")

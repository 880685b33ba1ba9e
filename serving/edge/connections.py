"""Connections that keep the contract where uvicorn does not: slow ones end, and what is not HTTP gets our error.

BentoML starts uvicorn without a way to say this, so `install` puts our protocol in the place of its own. It leads
straight to our application: BentoML's layers around it, which trace every request and keep a timer for it long after
it is answered, took 0.6 ms of processor time for each.
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
"""A request's head that takes longer, or never begins, costs its connection."""

UNREAD_SECONDS: Final = 30
"""A client that reads nothing of its answer for so long loses it."""

GRACE_SECONDS: Final = 7
"""A connection that is still open so long after SIGTERM is cut: within 10 s the worker has to be gone."""

BODY_GRACE_SECONDS: Final = 1
"""A body that has not come whole so long after SIGTERM is cut; it is waited for because many clients send it after its
head."""

MAX_CONNECTIONS: Final = 4_000
"""In one worker; each takes a file and some 20 kB."""


_STOPPING: Final[WeakSet[ServerState]] = WeakSet()

_shut_down = uvicorn.Server.shutdown


def install(app: ASGIApp) -> None:
    """Let this process serve its connections by the protocol below, and end those too that come as it stops.

    Args:
        app: what answers their requests; uvicorn's own application gets the lifespan of the process alone. Of a proxy
            whose address FORWARDED_ALLOW_IPS lists, this machine's if unset, it is told the client's address.
    """
    trusted = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
    known = cast(ASGIApp, ProxyHeadersMiddleware(cast(Any, app), trusted))  # uvicorn has types of its own
    uvicorn.config.HTTP_PROTOCOLS["auto"] = partial(Connection, known)  # type: ignore[assignment] # any maker will do
    uvicorn.Server.shutdown = _shutdown  # type: ignore[method-assign, assignment]


async def _shutdown(server: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
    """End what is accepted later, too: uvicorn ends what it has, and would serve, and wait for, the others for ever."""
    _STOPPING.add(server.server_state)
    await _shut_down(server, sockets)


class Connection(H11Protocol):
    """uvicorn's HTTP/1.1, with an end to patience.

    Args:
        app: what answers; the other arguments are uvicorn's.
    """

    def __init__(self, app: ASGIApp, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.app = app
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Begin to wait for a request."""
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
        """Take in what came."""
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Let the worker stop: what has come whole is answered, and what is on its way is hardly waited for."""
        super().shutdown()
        self._end_soon()

    def on_response_complete(self) -> None:
        """Close a connection that came as the worker stops, and one on which a refused body may have no end."""
        unread = self.conn.their_state is h11.SEND_BODY
        super().on_response_complete()
        if unread or self._is_late:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP."""
        self._end(ProfileError("malformed_request", "this is not valid HTTP/1.1"))

    def _should_upgrade(self) -> bool:
        """Never: there are no websockets, and who asks for one gets the answer without."""
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
        elif self._patience is None:
            self._patience = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _end(self, error: ProfileError) -> None:
        """Answer with an error, if there can still be one, and close."""
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

"""Misbehaving connections to a real server in this process, with the edge and without models."""

import asyncio
import contextlib
import http.client
import json
import socket
import threading
import time

import pytest
import uvicorn
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from serving.edge import connections, exchange
from serving.edge.admission import Admission
from serving.edge.edge import Edge
from serving.edge.rates import Rates
from serving.keys.keyring import Keyring
from serving.metrics.metrics import Metrics

REQUEST_HEAD = b"POST /length HTTP/1.1\r\nHost: localhost\r\n"


async def length(request):
    return PlainTextResponse(str(len(await request.body())))


async def plenty(_):
    return PlainTextResponse("x" * 20_000_000)


async def done(_):
    return PlainTextResponse("done")


async def slow(request):
    request.app.state.loop = asyncio.get_running_loop()
    await asyncio.sleep(0.8)
    return PlainTextResponse("done")


@pytest.fixture
def serving(monkeypatch, tmp_path):
    """A server with short time limits."""
    for name, seconds in {"HEAD_SECONDS": 0.5, "UNREAD_SECONDS": 1}.items():
        monkeypatch.setattr(connections, name, seconds)
    monkeypatch.setattr(exchange, "DISCARD_SECONDS", 0.5)
    admission = Admission(Keyring(tmp_path / "keys.jsonl"), Rates())
    app = Starlette(
        routes=[
            Route("/length", length, methods=["POST"]),
            Route("/plenty", plenty),
            Route("/done", done),
            Route("/slow", slow),
        ],
        middleware=[Middleware(Edge, admission=admission, metrics=Metrics(CollectorRegistry()), deadline=5)],
    )
    connections.install(app)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        server.address = listener.getsockname()
        yield server
        server.should_exit = True
        thread.join()


@pytest.fixture
def address(serving):
    return serving.address


def test_stopping_server_answers_complete_requests_and_cuts_others(address, serving, monkeypatch):
    monkeypatch.setattr(connections, "GRACE_SECONDS", 2)
    monkeypatch.setattr(connections, "BODY_GRACE_SECONDS", 0.3)
    held = [connect(address, drip) for drip in (b"", b"P", REQUEST_HEAD + b"Content-Length: 9\r\n\r\n1")]
    reader = connect(address, b"GET /plenty HTTP/1.1\r\nHost: localhost\r\n\r\n")
    slow = connect(address, b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
    time.sleep(0.2)
    serving.should_exit, started = True, time.monotonic()
    assert answer(held[2]) is None and time.monotonic() - started < 1.5
    assert answer(slow) == (200, b"done")
    while serving.server_state.connections or serving.server_state.tasks:
        assert time.monotonic() - started < 4
        time.sleep(0.05)
    for connection in [*held, reader, slow]:
        connection.close()


def test_body_that_completes_while_the_server_stops_is_answered(address, serving):
    with connect(address, REQUEST_HEAD + b"Content-Length: 9\r\n\r\n1") as begun:
        time.sleep(0.2)
        serving.should_exit = True
        while serving.servers[0].is_serving():
            time.sleep(0.01)
        begun.sendall(b"23456789")
        assert answer(begun) == (200, b"9")
        assert begun.recv(1) == b""


def test_client_address_comes_from_a_local_proxy(address):
    asked = b"GET /done HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: %s\r\n\r\n"
    assert answer(connect(address, asked % b"127.0.0.1")) == (200, b"done")
    status, body = answer(connect(address, asked % b"203.0.113.9"))
    assert (status, json.loads(body)["error"]["code"]) == (403, "forbidden")


def test_request_with_two_framings_is_refused_and_closed(address):
    both = REQUEST_HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + REQUEST_HEAD
    with connect(address, both) as smuggling:
        status, body = answer(smuggling)
        assert (status, json.loads(body)["error"]["code"]) == (400, "malformed_request")
        assert smuggling.recv(1) == b""


@pytest.mark.parametrize(("size", "expected"), [(60_000, 200), (70_000, 400)])
def test_head_over_the_limit_is_refused_when_complete_too(address, size, expected):
    head = b"GET /done HTTP/1.1\r\nHost: localhost\r\nX-Padding: " + b"a" * size + b"\r\n\r\n"
    assert answer(connect(address, head))[0] == expected


def test_websocket_request_is_answered_over_http(address):
    upgrade = b"GET /done HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert answer(connect(address, upgrade)) == (200, b"done")


def test_connection_accepted_while_stopping_gets_one_answer_and_closes(address, serving, monkeypatch):
    monkeypatch.setattr(connections, "HEAD_SECONDS", 10)
    slow = connect(address, b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
    time.sleep(0.2)
    serving.should_exit, started = True, time.monotonic()
    while serving.servers[0].is_serving():
        time.sleep(0.01)
    with accepted_by(serving) as late:
        late.sendall(REQUEST_HEAD + b"Content-Length: 2\r\n\r\nok")
        assert answer(late) == (200, b"2")
        assert late.recv(1) == b""
    assert answer(slow) == (200, b"done")
    while serving.server_state.connections:
        assert time.monotonic() - started < 4
        time.sleep(0.05)
    slow.close()


@contextlib.contextmanager
def accepted_by(serving):
    """A connection that the operating system accepted before the server does."""
    config, loop = serving.config, serving.config.app.state.loop
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connection = connect(listener.getsockname())
        ours, _ = listener.accept()

    def protocol():
        return config.http_protocol_class(config, serving.server_state, {})

    asyncio.run_coroutine_threadsafe(loop.connect_accepted_socket(protocol, ours), loop).result(5)
    yield connection
    connection.close()


def connect(address, data=b""):
    connection = socket.create_connection(address, timeout=5)
    connection.sendall(data)
    return connection


def answer(connection):
    """Status and body of the answer; None if the connection ends without one."""
    response = http.client.HTTPResponse(connection)
    try:
        response.begin()
    except http.client.RemoteDisconnected:
        return None
    return response.status, response.read()


def works(address):
    return answer(connect(address, REQUEST_HEAD + b"Content-Length: 2\r\n\r\nok")) == (200, b"2")


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost : b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 70_000,
        REQUEST_HEAD + b"Content-Length: -1\r\n\r\n",
        REQUEST_HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        REQUEST_HEAD + b"Transfer-Encoding: chunked\r\n\r\nnot a number\r\n",
    ],
)
def test_malformed_http_is_refused_in_the_contracts_shape(address, data):
    with connect(address, data) as connection:
        status, body = answer(connection)
        assert (status, json.loads(body)["error"]["code"]) == (400, "malformed_request")
        assert connection.recv(1) == b""


def test_two_hundred_slow_or_silent_connections_leave_the_service_usable(address):
    drips = [b"", b"P", REQUEST_HEAD, REQUEST_HEAD + b"Content-Length: 100\r\n\r\n{"] * 50
    slow = [connect(address, drip) for drip in drips]
    started = time.monotonic()
    assert works(address)
    assert time.monotonic() - started < 1
    while time.monotonic() - started < 1:  # single bytes do not extend the time limit of a head
        for connection in slow[1::4] + slow[2::4]:
            with contextlib.suppress(OSError):
                connection.sendall(b"x")
        time.sleep(0.1)
    for connection, drip in zip(slow, drips, strict=True):
        if drip is not drips[3]:
            assert ended(connection)
        connection.close()
    assert works(address)


def ended(connection):
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_connection_is_kept_between_quick_requests(address):
    client = http.client.HTTPConnection(*address, timeout=5)
    for _ in range(3):
        client.request("POST", "/length", b"12345")
        assert client.getresponse().read() == b"5"
        own = client.sock
        time.sleep(0.3)
    assert client.sock is own


def test_refusal_precedes_the_body_and_an_endless_body_is_cut(address):
    head = b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    with connect(address, head) as connection:
        started = time.monotonic()
        status, body = answer(connection)
        assert time.monotonic() - started < 0.3
        assert (status, body) == (404, b"Not Found")
        with pytest.raises(OSError):
            while time.monotonic() - started < 5:
                connection.sendall(b"1\r\nx\r\n")
                time.sleep(0.05)
    assert time.monotonic() - started < 3


def test_connection_is_kept_after_a_refused_body_that_ends(address):
    client = http.client.HTTPConnection(*address, timeout=5)
    client.request("POST", "/nowhere", b"x" * 1_000_000)
    own = client.sock
    assert client.getresponse().read() == b"Not Found"
    client.request("POST", "/length", b"12345")
    assert client.getresponse().read() == b"5"
    assert client.sock is own


def test_client_that_reads_no_answer_is_disconnected(address, serving):
    with connect(address, b"GET /plenty HTTP/1.1\r\nHost: localhost\r\n\r\n") as connection:
        while not serving.server_state.connections:
            time.sleep(0.01)
        deadline = time.monotonic() + 30
        while serving.server_state.connections:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        received = 0
        with contextlib.suppress(ConnectionResetError):
            while chunk := connection.recv(1_000_000):
                received += len(chunk)
        assert received < 20_000_000


def test_connections_beyond_the_limit_are_told_to_retry(address, monkeypatch):
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 3)
    held = [connect(address) for _ in range(3)]
    time.sleep(0.1)
    with connect(address) as late:
        status, body = answer(late)
        assert (status, json.loads(body)["error"]["code"]) == (503, "overloaded")
    for connection in held:
        connection.close()
    time.sleep(0.2)
    assert works(address)


def test_clients_may_disconnect_at_any_point(address, caplog):
    whole = REQUEST_HEAD + b"Content-Length: 5\r\n\r\n12345"
    for length in range(0, len(whole) + 1, 5):
        connect(address, whole[:length]).close()
    assert works(address)
    assert "Traceback" not in caplog.text

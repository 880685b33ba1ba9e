"""How patient the client is, against a real HTTP server that answers as it is told to."""

import socketserver
import threading

import httpx
import pytest

from models.profile import Profile
from serving.client import ATTEMPTS, Client, RefusedError

PROFILE = Profile("42", name="海边的小店")
DECISION = "0" * 32

OK = b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 16\r\n\r\n{"verdict": "a"}'
BUSY = b"HTTP/1.1 503 Busy\r\nConnection: close\r\nRetry-After: 0\r\nContent-Length: 64\r\nX-Request-ID: r1\r\n\r\n" + (
    b'{"error":{"code":"overloaded","message":"busy","field":null}}   '
)
OFTEN = BUSY.replace(b"503 Busy", b"429 Too Many")
DOWN = BUSY.replace(b"Retry-After: 0\r\n", b"")
PROXY = b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 4\r\n\r\nHTML"
BREAK = b""


class Scripted(socketserver.ThreadingTCPServer):
    """Answers one request after the other with what it was given, then hangs up."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        self.script, self.asked, self.ended = [], 0, threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answering(socketserver.StreamRequestHandler):
    def handle(self):
        length = 0
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        self.rfile.read(length)
        self.server.asked += 1
        self.wfile.write(self.server.script[min(self.server.asked, len(self.server.script)) - 1])


class Silent(Answering):
    def handle(self):
        self.server.asked += 1
        self.server.ended.wait(10)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr("serving.client.BACKOFF_SECONDS", 0.01)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Scripted() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def client(server):
    with Client(server.url) as client:
        yield client


@pytest.mark.parametrize("refusal", [BUSY, OFTEN])
def test_what_is_refused_for_the_moment_is_sent_again(server, client, refusal):
    server.script = [refusal, refusal, OK]
    assert client.classify(PROFILE)["verdict"] == "a"
    assert server.asked == 3


def test_what_the_service_could_not_answer_in_time_is_not_asked_again(server, client):
    server.script = [BUSY.replace(b'"overloaded"', b'"deadline"  '), OK]
    with pytest.raises(RefusedError) as refusal:
        client.classify(PROFILE)
    assert (server.asked, refusal.value.code) == (1, "deadline")


def test_an_appeal_that_was_refused_for_the_moment_is_sent_again(server, client):
    server.script = [BUSY, OK]
    assert client.appeal(DECISION, "x")
    assert server.asked == 2


def test_patience_ends_and_the_refusal_is_told(server, client):
    server.script = [BUSY]
    with pytest.raises(RefusedError, match="busy") as refusal:
        client.classify(PROFILE)
    assert server.asked == ATTEMPTS
    told = refusal.value
    assert (told.status, told.code, told.field, told.request_id) == (503, "overloaded", None, "r1")


@pytest.mark.parametrize(("answer", "code"), [(DOWN, "overloaded"), (PROXY, "")])
def test_what_nobody_asks_to_send_again_is_not(server, client, answer, code):
    server.script = [answer, OK]
    with pytest.raises(RefusedError) as refusal:
        client.classify(PROFILE)
    assert (server.asked, refusal.value.code) == (1, code)


def test_a_broken_connection_is_tried_again_where_a_second_request_does_no_harm(server, client):
    server.script = [BREAK, OK]
    assert client.classify(PROFILE)
    assert server.asked == 2


@pytest.mark.parametrize(
    "ask", [lambda client: client.appeal(DECISION, "x"), lambda client: client.review(DECISION, "pass")]
)
def test_a_broken_connection_is_not_tried_again_where_it_might_count_twice(server, client, ask):
    server.script = [BREAK, OK]
    with pytest.raises(httpx.RemoteProtocolError):
        ask(client)
    assert server.asked == 1


def test_a_service_that_is_not_there_is_said_to_be_unreachable(server, client):
    server.shutdown()
    server.server_close()
    with pytest.raises(httpx.ConnectError):
        client.appeal(DECISION, "x")


def test_what_takes_too_long_is_not_asked_again(server):
    server.RequestHandlerClass = Silent
    with Client(server.url, timeout=0.2) as client, pytest.raises(httpx.ReadTimeout):
        client.classify(PROFILE)
    server.ended.set()
    assert server.asked == 1

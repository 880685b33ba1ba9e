"""Retries of the client, against a real HTTP server with scripted answers."""

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
TOO_MANY_REQUESTS = BUSY.replace(b"503 Busy", b"429 Too Many")
DOWN = BUSY.replace(b"Retry-After: 0\r\n", b"")
IN_WORK = DOWN.replace(b"503 Busy", b"409 Busy").replace(b"64", b"73").replace(b"overloaded", b"request_in_progress")
PROXY = b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 4\r\n\r\nHTML"
BREAK = b""


class Scripted(socketserver.ThreadingTCPServer):
    """Sends its scripted answers, one a request, and hangs up after each."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        self.script, self.asked, self.keys, self.ended = [], 0, [], threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answering(socketserver.StreamRequestHandler):
    def handle(self):
        length = 0
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            if line.lower().startswith(b"idempotency-key:"):
                self.server.keys.append(line.split(b":")[1].strip())
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


@pytest.mark.parametrize("refusal", [BUSY, TOO_MANY_REQUESTS])
def test_request_refused_with_retry_after_is_sent_again(server, client, refusal):
    server.script = [refusal, refusal, OK]
    assert client.classify(PROFILE)["verdict"] == "a"
    assert server.asked == 3


def test_request_that_missed_the_service_deadline_is_not_sent_again(server, client):
    server.script = [BUSY.replace(b'"overloaded"', b'"deadline"  '), OK]
    with pytest.raises(RefusedError) as refusal:
        client.classify(PROFILE)
    assert (server.asked, refusal.value.code) == (1, "deadline")


def test_appeal_refused_with_retry_after_is_sent_again(server, client):
    server.script = [BUSY, OK]
    assert client.appeal(DECISION, "x")
    assert server.asked == 2


def test_last_attempt_raises_the_refusal(server, client):
    server.script = [BUSY]
    with pytest.raises(RefusedError, match="busy") as refusal:
        client.classify(PROFILE)
    assert server.asked == ATTEMPTS
    error = refusal.value
    assert (error.status, error.code, error.field, error.request_id) == (503, "overloaded", None, "r1")


@pytest.mark.parametrize(("answer", "code"), [(DOWN, "overloaded"), (PROXY, "")])
def test_refusal_without_retry_after_is_not_sent_again(server, client, answer, code):
    server.script = [answer, OK]
    with pytest.raises(RefusedError) as refusal:
        client.classify(PROFILE)
    assert (server.asked, refusal.value.code) == (1, code)


def test_idempotent_request_is_sent_again_after_a_broken_connection(server, client):
    server.script = [BREAK, OK]
    assert client.classify(PROFILE)
    assert server.asked == 2


@pytest.mark.parametrize(
    "ask", [lambda client: client.appeal(DECISION, "x"), lambda client: client.review(DECISION, "pass")]
)
def test_appeal_and_review_are_sent_again_under_one_idempotency_key(server, client, ask):
    server.script = [BREAK, IN_WORK, OK]
    assert ask(client)
    assert server.asked == 3 == len(server.keys)
    assert len(set(server.keys)) == 1


def test_absent_service_is_a_connect_error(server, client):
    server.shutdown()
    server.server_close()
    with pytest.raises(httpx.ConnectError):
        client.appeal(DECISION, "x")


def test_request_that_times_out_is_not_sent_again(server):
    server.RequestHandlerClass = Silent
    with Client(server.url, timeout=0.2) as client, pytest.raises(httpx.ReadTimeout):
        client.classify(PROFILE)
    server.ended.set()
    assert server.asked == 1

"""Retries of the client, against a real HTTP server with scripted answers."""

import asyncio
import socketserver
import threading

import pytest

from huijian_client import AsyncClient, Client, HuijianError, Profile, RefusedError, UnreachableError

PROFILE = Profile("42", name="海边的小店")
DECISION = "0" * 32

OK = b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 16\r\n\r\n{"verdict": "a"}'
BUSY = b"HTTP/1.1 503 Busy\r\nConnection: close\r\nRetry-After: 0\r\nContent-Length: 64\r\nX-Request-ID: r1\r\n\r\n" + (
    b'{"error":{"code":"overloaded","message":"busy","field":null}}   '
)
TOO_MANY_REQUESTS = BUSY.replace(b"503 Busy", b"429 Too Many")
BROKEN = BUSY.replace(b"503 Busy", b"500 Broken")
IN_WORK = BUSY.replace(b"503 Busy", b"409 Busy").replace(b"64", b"73").replace(b"overloaded", b"request_in_progress")
PROXY = b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 4\r\n\r\nHTML"
LATE_PROXY = PROXY.replace(b"502", b"504")
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
    monkeypatch.setattr("huijian_client.attempts.FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Scripted() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def client(server):
    with Client(server.url) as client:
        yield client


@pytest.mark.parametrize("refusal", [BUSY, TOO_MANY_REQUESTS, PROXY])
def test_request_refused_for_the_moment_is_sent_again(server, client, refusal):
    server.script = [refusal, refusal, OK]
    assert client.classify(PROFILE)["verdict"] == "a"
    assert server.asked == 3


def test_request_that_missed_the_service_deadline_is_not_sent_again(server, client):
    server.script = [BUSY.replace(b'"overloaded"', b'"deadline"  '), OK]
    with pytest.raises(RefusedError) as refusal:
        client.classify(PROFILE)
    assert (server.asked, refusal.value.code) == (1, "deadline")


def test_refusal_is_raised_once_the_time_for_retries_is_over(server):
    server.script = [BUSY]
    with Client(server.url, retry_seconds=0.2) as client, pytest.raises(RefusedError) as refusal:
        client.classify(PROFILE)
    error = refusal.value
    assert server.asked > 1
    assert (error.status, error.code, error.field, error.request_id) == (503, "overloaded", None, "r1")
    assert (error.message, str(error)) == ("busy", "overloaded: busy")


def test_client_without_time_for_retries_sends_once(server):
    server.script = [BUSY, OK]
    with Client(server.url, retry_seconds=0) as client, pytest.raises(RefusedError):
        client.classify(PROFILE)
    assert server.asked == 1


@pytest.mark.parametrize(
    ("answer", "code", "text"), [(BROKEN, "overloaded", "overloaded: busy"), (LATE_PROXY, "", "HTTP status 504")]
)
def test_other_refusals_are_not_sent_again(server, client, answer, code, text):
    server.script = [answer, OK]
    with pytest.raises(RefusedError) as refusal:
        client.classify(PROFILE)
    assert (server.asked, refusal.value.code, str(refusal.value)) == (1, code, text)


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.classify(PROFILE),
        lambda client: client.appeal(DECISION, "x"),
        lambda client: client.review(DECISION, "pass"),
    ],
)
def test_broken_post_is_sent_again_under_one_idempotency_key(server, client, ask):
    server.script = [BREAK, IN_WORK, OK]
    assert ask(client)
    assert server.asked == 3 == len(server.keys)
    assert len(set(server.keys)) == 1


def test_two_calls_have_two_idempotency_keys(server, client):
    server.script = [OK]
    client.classify(PROFILE)
    client.classify(PROFILE)
    assert len(set(server.keys)) == 2


def test_judgements_go_without_key_where_exactly_once_is_off(server):
    server.script = [OK]
    with Client(server.url, exactly_once=False) as client:
        client.classify(PROFILE)
        assert server.keys == []
        client.appeal(DECISION, "x")
    assert len(server.keys) == 1


def test_asynchronous_client_sends_again_and_refuses_alike(server):
    async def ask():
        async with AsyncClient(server.url) as client:
            answer = await client.classify(PROFILE)
            with pytest.raises(RefusedError):
                await client.classify(PROFILE)
        return answer

    server.script = [BREAK, BUSY, OK, BROKEN]
    assert asyncio.run(ask())["verdict"] == "a"
    assert server.asked == 4


def test_picture_goes_in_base64_and_absent_fields_not_at_all():
    profile = Profile("42", avatar=b"picture", entitlements={"b", "a"})
    assert profile.to_json() == {"account_id": "42", "avatar": "cGljdHVyZQ==", "entitlements": ["a", "b"]}


def test_absent_service_is_unreachable(server):
    server.shutdown()
    server.server_close()
    with (
        Client(server.url, retry_seconds=0.1) as client,
        pytest.raises(UnreachableError, match="attempts: ConnectError"),
    ):
        client.appeal(DECISION, "x")


def test_request_that_times_out_is_not_sent_again(server):
    server.RequestHandlerClass = Silent
    with Client(server.url, timeout=0.2) as client, pytest.raises(HuijianError, match="1 attempt: ReadTimeout"):
        client.classify(PROFILE)
    server.ended.set()
    assert server.asked == 1

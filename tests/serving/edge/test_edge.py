import asyncio
import json
import logging

import pytest
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from models.profile import ProfileError
from serving.edge import edge, exchange
from serving.edge.admission import Admission
from serving.edge.deadlines import DEADLINE_SECONDS
from serving.edge.edge import Edge
from serving.edge.exchange import MAX_BODY
from serving.edge.rates import Rates
from serving.keys.keyring import Keyring
from serving.metrics.metrics import Metrics


def framing(chunks, headers):
    """Headers that HTTP/1.1 requires: a host, and the length of a body."""
    given = {name.lower() for name, _ in headers}
    host = [] if "host" in given else [("host", "localhost:3000")]
    return [*host, *([("transfer-encoding", "chunked")] if any(chunks) and "content-length" not in given else [])]


class Exchange:
    """One request, sent to the edge message by message."""

    def __init__(self, app, path="/length", headers=(), chunks=(b"",), client="127.0.0.1", ending=True, stays=True):
        self.app, self.unread = app, list(chunks)
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [
                (name.lower().encode(), value.encode()) for name, value in [*headers, *framing(chunks, headers)]
            ],
            "client": (client, 50_000),
            "server": ("127.0.0.1", 3000),
            "scheme": "http",
            "http_version": "1.1",
        }
        self.ending, self.stays, self.sent, self.unread_at = ending, stays, [], []
        asyncio.run(app(self.scope, self.receive, self.send))

    async def receive(self):
        if not self.unread:
            if self.stays:
                await asyncio.sleep(60)
            return {"type": "http.disconnect"}
        body = self.unread.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(self.unread) or not self.ending}

    async def send(self, message):
        self.sent.append(message)
        self.unread_at.append(len(self.unread))

    @property
    def status(self):
        (start,) = [message for message in self.sent if message["type"] == "http.response.start"]
        return start["status"]

    @property
    def headers(self):
        return {name.decode(): value.decode() for name, value in self.sent[0]["headers"]}

    @property
    def error(self):
        body = b"".join(message.get("body", b"") for message in self.sent)
        return json.loads(body)["error"]


async def length(request):
    return PlainTextResponse(str(len(await request.body())))


async def refuse(request):
    raise ProfileError("text_too_long", "too long", "name")


async def crash(request):
    raise RuntimeError("holds the secret text")


async def crash_halfway(request):
    async def content():
        yield b"half"
        raise RuntimeError("holds the secret text")

    return StreamingResponse(content())


async def sleep(request):
    await request.body()
    await asyncio.sleep(60)


def app_with(tmp_path, registry=None, deadline=DEADLINE_SECONDS):
    endpoints = {"/length": length, "/refuse": refuse, "/crash": crash, "/halfway": crash_halfway, "/livez": length}
    routes = [Route(path, endpoint, methods=["POST"]) for path, endpoint in {**endpoints, "/sleep": sleep}.items()]
    options = {
        "admission": Admission(Keyring(tmp_path / "keys.jsonl"), Rates()),
        "metrics": Metrics(registry or CollectorRegistry()),
        "deadline": deadline,
    }
    return Starlette(routes=routes, middleware=[Middleware(Edge, **options)])


@pytest.fixture
def app(tmp_path):
    return app_with(tmp_path)


def test_valid_request_id_is_echoed(app):
    assert Exchange(app, headers=[("X-Request-ID", "order-1.a_B")]).headers["x-request-id"] == "order-1.a_B"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\nb", "中"])
def test_missing_or_invalid_request_id_is_replaced(app, given):
    headers = [("X-Request-ID", given.encode().decode("latin-1"))] if given else []
    made = Exchange(app, headers=headers).headers["x-request-id"]
    assert len(made) == 32
    assert made != given


@pytest.mark.parametrize("path", ["/length", "/refuse", "/crash", "/nowhere"])
def test_every_answer_has_the_security_headers(app, path):
    headers = Exchange(app, path).headers
    assert {name.lower() for name in exchange.SECURITY_HEADERS} <= headers.keys()


def test_largest_body_is_accepted(app):
    assert Exchange(app, chunks=[b"x" * (MAX_BODY // 2)] * 2).status == 200


def test_body_announced_as_too_large_is_refused(app):
    exchange = Exchange(app, headers=[("Content-Length", str(MAX_BODY + 1))], chunks=[b"x"])
    assert (exchange.status, exchange.error["code"]) == (413, "body_too_large")


def test_chunked_body_is_counted_while_it_comes_in(app):
    exchange = Exchange(app, chunks=[b"x" * (MAX_BODY // 2)] * 3)
    assert (exchange.status, exchange.error["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("path", ["/length", "/refuse", "/nowhere", "/crash"])
def test_refused_body_is_read_to_its_end(app, path):
    exchange = Exchange(app, path, chunks=[b"x" * (MAX_BODY // 2)] * 4)
    assert exchange.status >= 400
    assert not exchange.unread


@pytest.mark.parametrize("path", ["/refuse", "/nowhere", "/crash"])
def test_refusal_is_sent_before_the_rest_of_the_body_is_read(app, path):
    exchange = Exchange(app, path, chunks=[b"x"] * 4)
    whole = exchange.sent[1]["body"]
    assert int(exchange.headers["content-length"]) == len(whole)
    assert exchange.unread_at[:2] == [4, 4]


def test_endless_body_does_not_delay_a_refusal(app, monkeypatch):
    monkeypatch.setattr(exchange, "DISCARD_SECONDS", 0.05)
    refused = Exchange(app, "/refuse", chunks=[b"x"], ending=False)
    assert (refused.status, refused.sent[-1].get("more_body", False)) == (422, False)


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip", "GZIP"])
def test_compressed_body_is_refused_unread(app, encoding):
    refused = Exchange(app, headers=[("Content-Encoding", encoding)], chunks=[b"x"])
    assert (refused.status, refused.error["code"]) == (415, "content_encoding")
    assert Exchange(app, headers=[("Content-Encoding", "identity")], chunks=[b"x"]).status == 200


def test_bodies_beyond_the_memory_limit_are_told_to_retry(app, monkeypatch):
    monkeypatch.setattr(exchange, "MAX_HELD", 10)
    for _ in range(3):  # a refused body occupies no memory
        refused = Exchange(app, chunks=[b"x" * 8] * 2)
        assert (refused.status, refused.error["code"]) == (503, "overloaded")
        assert refused.headers["retry-after"] == "1"
    assert Exchange(app, chunks=[b"x" * 5] * 2).status == 200


@pytest.mark.parametrize("chunks", [(b"",), (b"x", b"y")])
def test_request_beyond_its_deadline_is_told_to_retry(tmp_path, chunks):
    late = Exchange(app_with(tmp_path, deadline=0.05), "/sleep", chunks=chunks)
    assert (late.status, late.error["code"], late.headers["retry-after"]) == (503, "deadline", "1")


def test_deadline_starts_when_the_body_is_complete(tmp_path, monkeypatch):
    monkeypatch.setattr(edge, "BODY_SECONDS", 0.05)
    app = app_with(tmp_path, deadline=0.5)
    route = next(route for route in app.routes if route.path == "/length")

    async def slow(request):
        await request.body()
        await asyncio.sleep(0.1)
        return PlainTextResponse("done")

    route.app = Route("/length", slow, methods=["POST"]).app
    assert Exchange(app, chunks=[b"x"]).status == 200


def test_refused_body_gets_no_100_continue(app):
    headers = [("Content-Length", str(MAX_BODY + 1)), ("Expect", "100-continue")]
    exchange = Exchange(app, headers=headers, chunks=[b"x", b"x"])
    assert exchange.status == 413
    assert len(exchange.unread) == 2


def test_endless_body_is_not_read_for_ever(app):
    exchange = Exchange(app, chunks=[b"x" * MAX_BODY] * 20)
    assert exchange.status == 413
    assert len(exchange.unread) >= 15


def test_body_that_does_not_arrive_in_time_is_refused(app, monkeypatch):
    monkeypatch.setattr(edge, "BODY_SECONDS", 0.05)
    monkeypatch.setattr(exchange, "DISCARD_SECONDS", 0.05)
    refused = Exchange(app, chunks=[b"x"], ending=False)
    assert (refused.status, refused.error["code"]) == (408, "body_timeout")


def test_refusal_has_the_contracts_shape(app):
    exchange = Exchange(app, "/refuse")
    assert exchange.status == 422
    assert exchange.error == {"code": "text_too_long", "message": "too long", "field": "name"}


def test_unexpected_exception_is_a_500_without_details(app, caplog):
    exchange = Exchange(app, "/crash", headers=[("X-Request-ID", "find-me")])
    assert (exchange.status, exchange.error["code"]) == (500, "internal")
    assert "secret" not in str(exchange.error) + caplog.text
    assert "RuntimeError" in caplog.text
    assert " crash" in caplog.text
    assert "find-me" in caplog.text


def test_crash_during_an_answer_starts_no_second_one(app, caplog):
    assert Exchange(app, "/halfway").status == 200
    assert "secret" not in caplog.text


def test_without_keys_only_this_machine_may_ask(app):
    assert Exchange(app, client="127.0.0.1").status == 200
    assert Exchange(app, client="::1").status == 200
    for stranger in ("10.0.0.5", "testclient", "192.168.1.1"):
        exchange = Exchange(app, client=stranger)
        assert (exchange.status, exchange.error["code"]) == (403, "forbidden")


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "", "http://localhost:9", "http://["])
def test_without_keys_web_pages_of_other_sites_are_refused(app, origin):
    assert Exchange(app, headers=[("Host", "localhost:3000"), ("Origin", "http://localhost:3000")]).status == 200
    exchange = Exchange(app, headers=[("Host", "localhost:3000"), ("Origin", origin)])
    assert (exchange.status, exchange.error["code"]) == (403, "forbidden")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:3000", "127.0.0.1:3000", "127.8.0.1", "[::1]:3000"])
def test_without_keys_the_host_must_be_a_local_name(app, host):
    assert Exchange(app, headers=[("Host", host)]).status == 200
    assert Exchange(app, headers=[("Host", host), ("Origin", f"http://{host}")]).status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example:3000", "localhost.evil.example", "127.0.0.1.evil.example", "a@localhost", "10.0.0.5", "["],
)
@pytest.mark.parametrize("origin", [True, False])
def test_without_keys_dns_rebinding_is_refused(app, host, origin):
    """DNS rebinding: the browser takes all requests for same-site ones, and a GET has no origin."""
    exchange = Exchange(app, headers=[("Host", host), *([("Origin", f"http://{host}")] if origin else [])])
    assert (exchange.status, exchange.error["code"]) == (403, "forbidden")
    assert "127.0.0.1" in exchange.error["message"]


def counted(registry, name):
    samples = [sample for metric in registry.collect() for sample in metric.samples]
    return {tuple(sample.labels.values()): sample.value for sample in samples if sample.name == name}


def test_requests_are_counted_by_route_and_never_by_path(tmp_path):
    registry = CollectorRegistry()
    app = app_with(tmp_path, registry)
    for path in ("/length", "/refuse", "/nowhere/1", "/nowhere/2"):
        Exchange(app, path)
    requests = {("/length", "200"): 1, ("/refuse", "422"): 1, ("unmatched", "404"): 2}
    assert counted(registry, "huijian_requests_total") == requests
    assert counted(registry, "huijian_refusals_total") == {("text_too_long",): 1}


def test_client_that_goes_away_is_no_error(app, caplog):
    caplog.set_level(logging.INFO, "huijian.access")
    exchange = Exchange(app, headers=[("Content-Length", "5")], chunks=[], stays=False)
    assert exchange.status == 499  # read by no client, but it ends BentoML's wait for an answer
    assert "499" in caplog.text
    assert "ERROR" not in caplog.text


def test_log_line_holds_the_route_and_not_the_path(app, caplog):
    caplog.set_level(logging.INFO, "huijian.access")
    Exchange(app, "/secret-path")
    assert "unmatched 404" in caplog.text
    assert "secret-path" not in caplog.text

import asyncio
import hashlib
import json
import logging

import pytest
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from models.profile import ProfileError
from serving import edge
from serving.edge import MAX_BODY, Edge, Keys, KeysError
from serving.metrics import Metrics

KEY = "a key of some length"
DIGEST = hashlib.sha256(KEY.encode()).hexdigest()


class Exchange:
    """One request played against the edge, message by message."""

    def __init__(self, app, path="/length", headers=(), chunks=(b"",), client="127.0.0.1", ending=True):
        self.app, self.unread = app, list(chunks)
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
            "client": (client, 50_000),
            "server": ("127.0.0.1", 3000),
            "scheme": "http",
            "http_version": "1.1",
        }
        self.ending, self.sent = ending, []
        asyncio.run(app(self.scope, self.receive, self.send))

    async def receive(self):
        if not self.unread:
            if not self.ending:
                await asyncio.sleep(60)
            return {"type": "http.disconnect"}
        body = self.unread.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(self.unread) or not self.ending}

    async def send(self, message):
        self.sent.append(message)

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


def app_with(keys=None, registry=None):
    endpoints = {"/length": length, "/refuse": refuse, "/crash": crash, "/halfway": crash_halfway, "/livez": length}
    return Starlette(
        routes=[Route(path, endpoint, methods=["POST"]) for path, endpoint in endpoints.items()],
        middleware=[Middleware(Edge, keys=keys or Keys(), metrics=Metrics(registry or CollectorRegistry()))],
    )


@pytest.fixture
def app():
    return app_with()


def test_a_sane_request_id_is_echoed(app):
    assert Exchange(app, headers=[("X-Request-ID", "order-1.a_B")]).headers["x-request-id"] == "order-1.a_B"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\nb", "中"])
def test_a_missing_or_unfit_request_id_is_replaced(app, given):
    headers = [("X-Request-ID", given.encode().decode("latin-1"))] if given else []
    made = Exchange(app, headers=headers).headers["x-request-id"]
    assert len(made) == 32
    assert made != given


@pytest.mark.parametrize("path", ["/length", "/refuse", "/crash", "/nowhere"])
def test_every_answer_has_the_security_headers(app, path):
    headers = Exchange(app, path).headers
    assert {name.lower() for name in edge.SECURITY_HEADERS} <= headers.keys()


def test_the_largest_body_is_accepted(app):
    assert Exchange(app, chunks=[b"x" * (MAX_BODY // 2)] * 2).status == 200


def test_a_body_announced_as_too_large_is_refused(app):
    exchange = Exchange(app, headers=[("Content-Length", str(MAX_BODY + 1))], chunks=[b"x"])
    assert (exchange.status, exchange.error["code"]) == (413, "body_too_large")


def test_a_chunked_body_is_counted_while_it_comes_in(app):
    exchange = Exchange(app, chunks=[b"x" * (MAX_BODY // 2)] * 3)
    assert (exchange.status, exchange.error["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("path", ["/length", "/refuse", "/nowhere", "/crash"])
def test_a_refused_body_is_read_to_its_end_so_that_clients_read_the_answer(app, path):
    exchange = Exchange(app, path, chunks=[b"x" * (MAX_BODY // 2)] * 4)
    assert exchange.status >= 400
    assert not exchange.unread


def test_a_refused_body_is_not_asked_for_when_the_client_waits_for_leave(app):
    headers = [("Content-Length", str(MAX_BODY + 1)), ("Expect", "100-continue")]
    exchange = Exchange(app, headers=headers, chunks=[b"x", b"x"])
    assert exchange.status == 413
    assert len(exchange.unread) == 2


def test_an_endless_body_is_not_read_for_ever(app):
    exchange = Exchange(app, chunks=[b"x" * MAX_BODY] * 20)
    assert exchange.status == 413
    assert len(exchange.unread) >= 15


def test_a_body_that_does_not_arrive_in_time_is_refused(app, monkeypatch):
    monkeypatch.setattr(edge, "BODY_SECONDS", 0.05)
    exchange = Exchange(app, chunks=[b"x"], ending=False)
    assert (exchange.status, exchange.error["code"]) == (408, "body_timeout")


def test_a_refusal_has_the_contracts_shape(app):
    exchange = Exchange(app, "/refuse")
    assert exchange.status == 422
    assert exchange.error == {"code": "text_too_long", "message": "too long", "field": "name"}


def test_an_unexpected_exception_is_a_500_that_tells_nothing(app, caplog):
    exchange = Exchange(app, "/crash", headers=[("X-Request-ID", "find-me")])
    assert (exchange.status, exchange.error["code"]) == (500, "internal")
    assert "secret" not in str(exchange.error) + caplog.text
    assert "RuntimeError" in caplog.text
    assert "in crash" in caplog.text or " crash" in caplog.text
    assert "find-me" in caplog.text


def test_a_crash_halfway_through_an_answer_starts_no_second_one(app, caplog):
    assert Exchange(app, "/halfway").status == 200
    assert "secret" not in caplog.text


def test_without_keys_only_this_machine_may_ask(app):
    assert Exchange(app, client="127.0.0.1").status == 200
    assert Exchange(app, client="::1").status == 200
    for stranger in ("10.0.0.5", "testclient", "192.168.1.1"):
        exchange = Exchange(app, client=stranger)
        assert (exchange.status, exchange.error["code"]) == (403, "forbidden")


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://localhost:9"])
def test_without_keys_a_page_of_another_site_may_not_ask(app, origin):
    assert Exchange(app, headers=[("Host", "localhost:3000"), ("Origin", "http://localhost:3000")]).status == 200
    exchange = Exchange(app, headers=[("Host", "localhost:3000"), ("Origin", origin)])
    assert (exchange.status, exchange.error["code"]) == (403, "forbidden")


def test_with_keys_everybody_needs_one():
    app = app_with(Keys(frozenset({DIGEST, "0" * 64})))
    assert Exchange(app, headers=[("Authorization", f"Bearer {KEY}")], client="10.0.0.5").status == 200
    for wrong in ("", "Bearer", "Bearer other", f"Basic {KEY}", f"Bearer {DIGEST}", KEY, "Bearer \xff"):
        exchange = Exchange(app, headers=[("Authorization", wrong)])
        assert (exchange.status, exchange.error["code"]) == (401, "unauthorized")
        assert exchange.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("keys", [Keys(), Keys(frozenset({DIGEST}))])
def test_health_needs_no_key_and_may_be_asked_from_anywhere(keys):
    assert Exchange(app_with(keys), "/livez", client="10.0.0.5").status == 200


def test_keys_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("HUIJIAN_API_KEYS", f" {DIGEST.upper()} ,{'0' * 64},")
    assert Keys.from_environment().digests == {DIGEST, "0" * 64}
    monkeypatch.delenv("HUIJIAN_API_KEYS")
    assert not Keys.from_environment().digests


def test_a_key_in_clear_is_refused_as_configuration(monkeypatch):
    monkeypatch.setenv("HUIJIAN_API_KEYS", f"{DIGEST},my-secret")
    with pytest.raises(KeysError) as caught:
        Keys.from_environment()
    assert "my-secret" not in str(caught.value)


def test_exchanges_are_counted_by_route_and_never_by_path():
    registry = CollectorRegistry()
    app = app_with(registry=registry)
    for path in ("/length", "/refuse", "/nowhere/1", "/nowhere/2"):
        Exchange(app, path)
    counted = {
        (sample.labels["route"], sample.labels["status"]): sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == "huijian_requests_total"
    }
    assert counted == {("/length", "200"): 1, ("/refuse", "422"): 1, ("unmatched", "404"): 2}


def test_a_client_that_goes_away_is_no_error(app, caplog):
    caplog.set_level(logging.INFO, "huijian.access")
    exchange = Exchange(app, chunks=[])
    assert not exchange.sent
    assert "499" in caplog.text
    assert "ERROR" not in caplog.text


def test_a_log_line_holds_the_route_and_not_the_path(app, caplog):
    caplog.set_level(logging.INFO, "huijian.access")
    Exchange(app, "/secret-path")
    assert "unmatched 404" in caplog.text
    assert "secret-path" not in caplog.text

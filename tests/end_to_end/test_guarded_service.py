"""Attacks and faults at the edge of a real server with keys and two workers."""

import base64
import gzip
import http.client
import json
import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest
from conftest import private_lines, start, stop
from live import within

from models.runtime.paths import REPOSITORY
from serving.edge.admission import MAX_FAILURES
from serving.keys import keys, keys_file
from serving.keys.scopes import Scope

pytestmark = pytest.mark.slow

AVATAR = (REPOSITORY / "docs" / "example-avatar.png").read_bytes()
MARKER = "planted7f3a"
"""Part of every confidential value in the requests below; no log line may hold it."""


class Guarded:
    """A server and the secrets of its keys: one per scope and one with a low rate limit."""

    def __init__(self, folder):
        self.file, self.secrets = folder / "keys.jsonl", {}
        for scope in Scope:
            self.add(scope.value, scope)
        self.add("seldom", Scope.CLASSIFY, per_second=2)
        self.server = start(folder, "--workers", "2", HUIJIAN_KEYS=str(self.file))
        self.address = (urlsplit(self.server.url).hostname, urlsplit(self.server.url).port)

    def add(self, name, scope, per_second=None):
        self.secrets[name], key = keys.new(name, [scope], None, per_second)
        keys_file.change(self.file, lambda known: known.add(key))

    def remove(self, name):
        keys_file.change(self.file, lambda known: known.remove(name))

    def bearer(self, name):
        return {"Authorization": f"Bearer {self.secrets[name]}"}

    def client(self, name="classify"):
        return httpx.Client(base_url=self.server.url, timeout=60, trust_env=False, headers=self.bearer(name))

    def statuses(self, name, times=8):
        """Statuses of requests, each on its own connection, so that both workers answer some."""
        url, headers = f"{self.server.url}/v1/policy", self.bearer(name)
        return {httpx.get(url, headers=headers, trust_env=False).status_code for _ in range(times)}

    def connect(self, data=b""):
        connection = socket.create_connection(self.address, timeout=30)
        connection.sendall(data)
        return connection

    def head(self, *lines, path="/v1/classify"):
        bearer = self.bearer("classify")["Authorization"]
        rest = "".join(f"{line}\r\n" for line in lines)
        return f"POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: {bearer}\r\n{rest}\r\n".encode()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    running = Guarded(tmp_path_factory.mktemp("guarded"))
    yield running
    assert stop(running.server) == 0


@pytest.fixture
def client(guarded):
    with guarded.client() as client:
        yield client


def error_of(response):
    return response.status_code, response.json()["error"]["code"]


def classify(client, **values):
    return client.post("/v1/classify", json={"account_id": "42", **values})


def test_key_grants_its_scopes_and_nothing_else(guarded):
    asked = {
        "classify": ("POST", "/v1/classify", {"account_id": "42", "name": "a"}),
        "manage": ("GET", "/v1/references", None),
        "review": ("GET", f"/v1/decisions/{'0' * 32}", None),
    }
    for name in Scope:
        with guarded.client(name.value) as client:
            for scope, (method, path, body) in asked.items():
                refused = client.request(method, path, json=body).status_code in {401, 403}
                assert refused == (scope != name)


def test_key_changes_reach_every_worker_within_five_seconds(guarded):
    guarded.add("guest", Scope.CLASSIFY)
    within(5, lambda: guarded.statuses("guest") == {200})
    guarded.remove("guest")
    within(5, lambda: guarded.statuses("guest", 4) <= {401, 429})


def test_broken_file_of_keys_changes_nothing(guarded):
    good = guarded.file.read_bytes()
    guarded.file.write_bytes(good + b'{"name": "cut')
    try:
        within(5, lambda: guarded.server.text().count("line 6 of the keys") > 0)
        assert guarded.statuses("classify", 4) == {200}
    finally:
        guarded.file.write_bytes(good)


def test_rate_limit_of_a_key_is_shared_by_both_workers(guarded):
    answers = [
        httpx.get(f"{guarded.server.url}/v1/policy", headers=guarded.bearer("seldom"), trust_env=False)
        for _ in range(12)
    ]
    refused = [answer for answer in answers if answer.status_code == 429]
    passed = sum(answer.status_code == 200 for answer in answers)
    assert 2 <= passed <= 2 + 2 * sum(answer.elapsed.total_seconds() + 0.2 for answer in answers)
    assert len(refused) == 12 - passed > 0
    assert all((error_of(answer), answer.headers["retry-after"]) == ((429, "rate_limited"), "1") for answer in refused)


def test_rate_limit_of_a_key_counts_the_profiles_of_a_batch(guarded):
    guarded.add("batches", Scope.CLASSIFY, per_second=1)
    within(5, lambda: guarded.statuses("batches", 4) <= {200, 429})
    time.sleep(2)  # what these requests took is refilled
    body = {"profiles": [{"account_id": str(number), "name": "小明"} for number in range(64)]}
    with guarded.client("batches") as client:
        answers = [client.post("/v1/classify_batch", json=body) for _ in range(4)]
        single = classify(client, name="小明")
    assert [answer.status_code for answer in answers] == [200, 429, 429, 429]
    assert len(answers[0].json()["answers"]) == 64
    for refused in (*answers[1:], single):
        assert error_of(refused) == (429, "rate_limited")
        assert "1 profiles a second" in refused.json()["error"]["message"]
        assert 40 < int(refused.headers["retry-after"]) <= 64


def test_refusal_takes_under_0_1_s_though_the_body_never_comes(guarded):
    head = guarded.head("Content-Length: 44000000", path="/v1/references")
    seconds = []
    for _ in range(5):
        with guarded.connect(head) as connection:
            started = time.monotonic()
            assert connection.recv(100).startswith(b"HTTP/1.1 403")
            seconds.append(time.monotonic() - started)
    assert sorted(seconds)[2] < 0.1


def test_two_hundred_slow_connections_do_not_stop_the_service(guarded, client):
    slow = [guarded.head()[:30], guarded.head("Content-Length: 100", "Content-Type: application/json") + b'{"a']
    held = [guarded.connect(data) for data in slow * 100]
    answers = [classify(client, name="海边的小店") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    for connection in held:
        connection.close()


def test_ten_thousand_unknown_paths_add_no_metric_labels(guarded, client):
    def lines():
        return len(client.get("/metrics").text.splitlines())

    client.get("/nowhere")
    before = lines()
    with guarded.connect() as connection, connection.makefile("rb") as answers:
        for start_ in range(0, 10_000, 100):
            asked = (f"GET /{MARKER}/{number} HTTP/1.1" for number in range(start_, start_ + 100))
            bearer = guarded.bearer("classify")["Authorization"]
            connection.sendall(
                "".join(f"{line}\r\nHost: a\r\nAuthorization: {bearer}\r\n\r\n" for line in asked).encode()
            )
            for _ in range(100):
                length = [
                    line for line in iter(answers.readline, b"\r\n") if line.lower().startswith(b"content-length")
                ]
                answers.read(int(length[0].split(b":")[1]))
    assert lines() <= before + 40  # a worker that was not used before
    assert MARKER not in client.get("/metrics").text


def test_guessed_keys_are_counted_and_limited_while_others_are_served(guarded, client):
    with httpx.Client(base_url=guarded.server.url, trust_env=False) as guesser:
        codes = [
            error_of(guesser.get("/v1/policy", headers={"Authorization": f"Bearer hj_{MARKER}{number}"}))
            for number in range(MAX_FAILURES + 10)
        ]
    assert codes[-1] == (429, "rate_limited")
    assert set(codes) <= {(401, "unauthorized"), (429, "rate_limited")}
    assert classify(client, name="a").status_code == 200
    assert 'huijian_refusals_total{code="unauthorized"}' in client.get("/metrics").text


BOUNDARY = {"Content-Type": "multipart/form-data; boundary=x"}
PART = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\na\r\n'


@pytest.mark.parametrize(
    "body",
    [
        PART * 100_000 + b"--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n' + b"A: b\r\n" * 100_000 + b"\r\na\r\n--x--\r\n",
        b"--x\r\nA: " + b"b" * 10_000_000,
        b'--x\r\nContent-Disposition: form-data; name="' + b"n" * 1_000_000 + b'"\r\n\r\na\r\n--x--\r\n',
        b"\r\n" * 5_000_000,
        b"--x\r\n" * 1_000_000,
    ],
    ids=["parts", "headers", "long header", "long name", "preamble", "boundaries"],
)
def test_multipart_bomb_is_refused_quickly(client, body):
    started = time.monotonic()
    assert error_of(client.post("/v1/classify", content=body, headers=BOUNDARY)) == (413, "body_too_large")
    with_picture = body + b'--x\r\nContent-Disposition: form-data; name="avatar"; filename="a'
    assert error_of(client.post("/v1/classify", content=with_picture, headers=BOUNDARY)) == (400, "malformed_multipart")
    assert time.monotonic() - started < 10


def test_boundary_without_end_is_refused(client):
    headers = {"Content-Type": f"multipart/form-data; boundary={'x' * 10_000}"}
    assert error_of(client.post("/v1/classify", content=b"x", headers=headers)) == (400, "malformed_multipart")


def test_gzip_bomb_is_refused_without_being_unpacked(client):
    bomb = gzip.compress(b" " * 10_000_000)
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert error_of(client.post("/v1/classify", content=bomb, headers=headers)) == (415, "content_encoding")


@pytest.mark.parametrize(
    "where", ["../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e", "a/../../b", "%00", "/etc/passwd"]
)
def test_id_that_is_a_path_reads_no_file(guarded, where):
    connection = http.client.HTTPConnection(*guarded.address, timeout=30)
    for method in ("GET", "DELETE"):
        connection.request(method, f"/v1/references/{where}", headers=guarded.bearer("manage"))
        response = connection.getresponse()
        body = response.read()
        assert (response.status, json.loads(body)["error"]["code"]) == (404, "reference_unknown")
        assert b"root:" not in body


def test_disconnected_clients_free_their_places(guarded, client):
    body = json.dumps({"account_id": "42", "avatar": base64.b64encode(AVATAR).decode()}).encode()
    whole = guarded.head(f"Content-Length: {len(body)}", "Content-Type: application/json") + body
    for length in [*range(1, len(whole), len(whole) // 40), *[len(whole)] * 40]:
        guarded.connect(whole[:length]).close()

    def answered():
        return classify(client, name="海边的小店").status_code == 200

    within(5, answered)


def once_stored(client, path, body):
    """The answer to an appeal or review, retried until the decision is in the database."""
    for _ in range(20):
        answer = client.post(path, json=body)
        if answer.status_code != 503:
            break
        time.sleep(0.1)
    return answer


def varied(guarded, client):
    """Requests of every kind, accepted and refused, each with the marker in every possible place."""
    image = base64.b64encode(AVATAR + MARKER.encode()).decode()
    profile = {"account_id": MARKER, "name": MARKER, "bio": f"加微信{MARKER}稳赚不赔", "avatar": image}
    yield client.post("/v1/classify", json=profile)
    yield client.post("/v1/classify", data={"account_id": MARKER, "name": MARKER}, files={"avatar": (MARKER, AVATAR)})
    yield client.post("/v1/classify_batch", json={"profiles": [profile, {"account_id": MARKER}, {MARKER: 1}]})
    for wrong in (
        {"name": MARKER * 9},
        {"avatar": MARKER},
        {"avatar": f"http://{MARKER}/"},
        {MARKER: 1},
        {"bio": [MARKER]},
    ):
        yield client.post("/v1/classify", json={"account_id": MARKER, **wrong})
    for content_type in ("application/json", f"multipart/form-data; boundary={MARKER}", MARKER):
        yield client.post("/v1/classify", content=f'{{"{MARKER}'.encode(), headers={"Content-Type": content_type})
    yield client.post("/v1/classify", content=gzip.compress(MARKER.encode()), headers={"Content-Encoding": MARKER})
    yield client.get(f"/{MARKER}?{MARKER}={MARKER}", headers={"X-Request-ID": f"{MARKER} !", "Cookie": MARKER})
    yield client.request(MARKER, "/v1/classify")
    yield client.get("/v1/policy", headers={"Authorization": f"Bearer {MARKER}"})
    with guarded.client("manage") as manager:
        texts = dict.fromkeys(("reference_id", "name_zh", "name_en", "owner_id", "source", "licence"), MARKER)
        reference = {**texts, "label": "media_logo", "image": image, "force": True}
        yield manager.post("/v1/references", json=reference)
        yield manager.post("/v1/references", json={**reference, "label": MARKER})
        yield manager.get("/v1/references", params={"label": MARKER})
        yield manager.delete(f"/v1/references/{MARKER}")
        yield manager.delete(f"/v1/references/{MARKER}-unknown")
    decision = client.post("/v1/classify", json=profile).json().get("decision_id", "0" * 32)
    yield once_stored(client, f"/v1/decisions/{decision}/appeal", {"reason": MARKER})
    with guarded.client("review") as reviewer:
        yield reviewer.get(f"/v1/decisions/{MARKER}")
        yield reviewer.get(f"/v1/decisions/{decision}")
        yield once_stored(reviewer, f"/v1/decisions/{decision}/review", {"outcome": "pass", "note": MARKER})
        yield reviewer.post(f"/v1/decisions/{decision}/review", json={"outcome": MARKER})


def test_log_holds_no_secret_account_text_or_image(guarded, client):
    answers = list(varied(guarded, client))
    statuses = {answer.status_code for answer in answers}
    assert statuses >= {200, 201, 400, 404, 405, 415, 422}
    assert statuses & {401, 429}, "a wrong key is refused, or told to wait after the guesses of the test before"
    assert not [answer.text for answer in answers if answer.status_code >= 500]
    # The database's own messages must not be logged: they quote rows.
    for file in guarded.server.home.rglob("huijian.db*"):
        file.write_bytes(b"no database at all" * 1_000)
    assert {answer.status_code for answer in varied(guarded, client)} >= {422, 503}
    for raw in (f"{MARKER}\r\n\r\n", f"GET /{MARKER} {MARKER}\r\n\r\n", f"POST /v1/classify HTTP/1.1\r\n{MARKER}"):
        with guarded.connect(raw.encode()):
            pass
    client.get("/metrics", headers={"X-Request-ID": "last-line"})
    within(5, lambda: "last-line" in guarded.server.text())
    log = guarded.server.text()
    assert MARKER not in log
    assert not private_lines(log)
    assert not [name for name, secret in guarded.secrets.items() if secret in log]
    assert "Traceback" not in log

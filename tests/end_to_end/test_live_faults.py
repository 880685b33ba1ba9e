"""Faults around two workers: simultaneous changes, broken files, a full disk, SIGTERM."""

import contextlib
import json
import os
import re
import resource
import shutil
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest
from conftest import start, stop
from live import within, workers
from marks import enrol

from models.runtime import versions
from models.settings import Settings
from serving.metrics.gauges import checksum

pytestmark = pytest.mark.slow

CLOSED = {"account_id": "closed", "name": "海边的小店"}
CHECKSUM = re.compile(r'^huijian_versions_checksum{pid="\d+"} (\S+)$', re.MULTILINE)
PROFILE = {"account_id": "42", "bio": "稳赚不赔，➕V：abc12345"}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    running = start(tmp_path_factory.mktemp("faults"), "--workers", "2")
    yield running
    if running.process.poll() is None:
        stop(running)


def client_of(service):
    return httpx.Client(base_url=service.url, timeout=60, trust_env=False)


@pytest.fixture
def client(service):
    with client_of(service) as client:
        yield client


def by_every_worker(service, ask, times=10):
    """Answers over separate connections, so that every worker gives some."""
    answers = []
    for _ in range(times):
        with client_of(service) as client:
            answers.append(ask(client))
    return answers


def judged(client):
    return client.post("/v1/classify", json=PROFILE)


def versions_of(client):
    return client.get("/readyz").json()["versions"]


def settled(service):
    """True if every worker has the newest gallery by its own gauge; a busy worker would answer no request."""
    newest = Settings(home=service.home).gallery_directory().name
    with client_of(service) as client:
        active, checksums = versions_of(client), CHECKSUM.findall(client.get("/metrics").text)
    expected = [checksum(active)] * len(workers(service))
    return active["gallery"] == newest and [float(value) for value in checksums] == expected


def at_once(service, *asks):
    """Answers to simultaneous requests, each on its own connection."""
    barrier = threading.Barrier(len(asks))

    def run(ask):
        with client_of(service) as client:
            client.get("/livez")
            barrier.wait()
            return ask(client)

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(run, asks))


def test_simultaneous_enrolments_of_one_emblem_enrol_it_once(service, client):
    answers = at_once(service, *[lambda client: enrol(client, "org.twice", seed=31)] * 2)
    assert sorted(answer.status_code for answer in answers) == [200, 201]
    assert len({answer.json()["version"] for answer in answers}) == 1
    within(5, lambda: settled(service))
    assert len(client.get("/v1/references/org.twice").json()["pictures"]) == 1


def test_second_of_two_simultaneous_owners_of_one_emblem_is_refused(service, client):
    names = ("org.first", "org.second")
    answers = at_once(service, *[lambda client, name=name: enrol(client, name, seed=32) for name in names])
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (refused,) = [answer.json()["error"] for answer in answers if answer.status_code == 409]
    (winner,) = [answer.json()["reference"]["reference_id"] for answer in answers if answer.status_code == 201]
    assert refused["code"] == "reference_clash"
    assert winner in refused["message"]


def test_simultaneous_enrolments_of_several_emblems_lose_none(service, client):
    names = [f"org.many{number}" for number in range(4)]
    asks = [lambda client, name=name, seed=seed: enrol(client, name, seed=seed) for seed, name in enumerate(names, 40)]
    assert [answer.status_code for answer in at_once(service, *asks)] == [201] * 4

    def known(client):
        return [client.get(f"/v1/references/{name}").status_code for name in names]

    # A worker that reloads leaves new connections to the other one, and this connection may belong to it.
    within(5, lambda: all(found == [200] * 4 for found in (known(client), *by_every_worker(service, known))))


def flip(file):
    """Change one bit in the middle."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def publish(root, source, name, damage):
    """Make a damaged copy of a version active."""

    def write(draft):
        shutil.copytree(source, draft, dirs_exist_ok=True)
        damage(draft)

    versions.publish(root, name, write)


def with_encoder(service, draft):
    """Make a gallery active whose encoder has one changed bit."""
    encoder = Settings().encoder_directory()
    copy = service.home / "encoders" / "0123456789ab"
    shutil.copytree(encoder, copy)
    flip(copy / "model.onnx")
    config = json.loads((draft / "config.json").read_text())
    (draft / "config.json").write_text(json.dumps({**config, "encoder": copy.name}))


@pytest.mark.parametrize("damage", ["gallery", "encoder", "text"])
def test_corrupted_artefact_is_refused_and_shown_while_the_old_one_serves(service, client, damage):
    within(5, lambda: settled(service))
    before, part = versions_of(client), "text" if damage == "text" else "gallery"
    root, settings = service.home / part, Settings(home=service.home)
    source = settings.text_directory() if part == "text" else settings.gallery_directory()
    pointer = (root / versions.POINTER).read_bytes() if (root / versions.POINTER).exists() else None
    harms = {
        "gallery": lambda draft: flip(draft / "index.faiss"),
        "encoder": lambda draft: with_encoder(service, draft),
        "text": lambda draft: os.truncate(draft / "model.onnx", 100_000),
    }
    publish(root, source, f"damaged-{damage}", harms[damage])

    def refused(client):
        return [one["part"] for one in client.get("/readyz").json()["refused"]]

    within(8, lambda: by_every_worker(service, refused) == [[part]] * 10)
    assert f'huijian_update_refused{{part="{part}"}} 1.0' in client.get("/metrics").text
    assert {answer.json()["verdict"] for answer in by_every_worker(service, judged)} == {"reject"}
    assert by_every_worker(service, versions_of) == [before] * 10
    if pointer:
        (root / versions.POINTER).write_bytes(pointer)
    else:
        (root / versions.POINTER).unlink()
    within(8, lambda: by_every_worker(service, refused) == [[]] * 10)


@contextlib.contextmanager
def full_disk(service):
    """Keep the workers' files from growing."""
    before = {}
    try:
        for worker in workers(service):
            before[worker.pid] = resource.prlimit(worker.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (0, before[worker.pid][1]))
        yield
    finally:
        for pid, limits in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def test_full_disk_refuses_answers_it_cannot_record_until_there_is_room(service, client):
    within(5, lambda: settled(service))
    answered = [judged(client).json()["decision_id"]]
    with full_disk(service):
        refused = by_every_worker(service, judged)
        changed = by_every_worker(service, lambda client: enrol(client, "org.full", seed=50), times=2)
        changed += by_every_worker(service, lambda client: client.post("/v1/closed_accounts", json=CLOSED), times=2)
        assert {answer.status_code for answer in [*refused, *changed]} == {503}
        assert {answer.json()["error"]["code"] for answer in [*refused, *changed]} == {"store_unavailable"}
        assert all(answer.headers["retry-after"] for answer in [*refused, *changed])
        assert [client.get(path).status_code for path in ("/livez", "/readyz", "/v1/policy")] == [200] * 3
    within(10, lambda: {answer.status_code for answer in by_every_worker(service, judged)} == {200})
    assert enrol(client, "org.full", seed=50).status_code == 201
    assert client.post("/v1/closed_accounts", json=CLOSED).status_code == 201
    answered.append(judged(client).json()["decision_id"])
    within(10, lambda: {client.get(f"/v1/decisions/{one}").status_code for one in answered} == {200})
    assert not list((service.home / "gallery").glob(".*-*"))  # a partly written file


class Load(threading.Thread):
    """A client that sends requests until its connection breaks.

    Attributes:
        answered: ids of answered requests.
    """

    def __init__(self, service, number):
        super().__init__(daemon=True)
        self._service, self._number, self.answered = service, number, []

    def run(self):
        with client_of(self._service) as client, contextlib.suppress(httpx.TransportError):
            while True:
                request = f"load-{self._number}-{len(self.answered)}"
                answer = client.post("/v1/classify", json=PROFILE, headers={"X-Request-ID": request})
                assert answer.status_code == 200
                self.answered.append(request)


def test_sigterm_under_load_answers_received_requests_within_ten_seconds(service):
    within(10, lambda: {answer.status_code for answer in by_every_worker(service, judged)} == {200})
    processes = [psutil.Process(service.process.pid), *workers(service)]
    loads = [Load(service, number) for number in range(6)]
    for load in loads:
        load.start()
    within(20, lambda: sum(len(load.answered) for load in loads) > 30)
    signalled = time.monotonic()
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(timeout=30) == 0
    assert time.monotonic() - signalled < 10
    assert psutil.wait_procs(processes, timeout=1)[1] == []
    for load in loads:
        load.join(10)
    answered = {(request, "200") for load in loads for request in load.answered}
    # No accepted request was dropped, and every judgement reached its client.
    assert {found[::-1] for found in re.findall(r"(\d+) [0-9.]+ ms request=(load[0-9-]+)", service.text())} == answered

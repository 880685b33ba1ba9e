"""Reloading of new versions in a worker, and its logs and gauges."""

import dataclasses
import logging
import shutil

import pytest
from judgements import rules
from prometheus_client import CollectorRegistry

from models.accounts.closed import REGISTER_FOLDER, Account, hashed_accounts
from models.accounts.names import Hasher, store_key
from models.accounts.register import RegisterFiles
from models.accounts.signatures import LAYOUT_DIMENSION
from models.live import LiveInspector
from models.profile import Field
from models.settings import Settings
from serving.keys.keyring import Keyring
from serving.metrics import drift
from serving.metrics.drift import MIN_PICTURES, Baseline, baseline_file
from serving.metrics.gauges import RELOADED_PARTS
from serving.metrics.metrics import Metrics
from serving.reloader import Reloader
from serving.store.store import Store


class Worker:
    """The parts of one worker, polled when the test says so."""

    def __init__(self, home):
        policy = home / "policy.yaml"
        shutil.copy(Settings().policy, policy)
        self.settings = dataclasses.replace(Settings(), home=home, policy=policy)
        self.live, self.keyring = LiveInspector(self.settings), Keyring(home / "keys.jsonl")
        self.store, self.registry = Store.from_environment(home, rules), CollectorRegistry()
        self.metrics = Metrics(self.registry)
        self.reloader = Reloader(self.live, self.keyring, self.store, self.metrics)

    def value(self, name, **labels):
        return self.registry.get_sample_value(name, labels)


@pytest.fixture
def worker(tmp_path):
    made = Worker(tmp_path)
    yield made
    made.store.close()


def refused(worker):
    return {part for part in RELOADED_PARTS if worker.value("huijian_update_refused", part=part)}


def test_refusal_is_logged_once_and_counted_until_it_ends(worker, caplog):
    assert refused(worker) == set()
    good = worker.settings.policy.read_text()
    worker.settings.policy.write_text("rules: {}")
    (worker.settings.home / "keys.jsonl").write_text("{")
    baseline_file(worker.settings.home).write_text("{")
    with caplog.at_level(logging.ERROR):
        worker.reloader.poll()
        worker.reloader.poll()
    assert refused(worker) == {"policy", "keys", "baseline"}
    assert len(caplog.records) == 3
    worker.settings.policy.write_text(good)
    (worker.settings.home / "keys.jsonl").unlink()
    baseline_file(worker.settings.home).unlink()
    worker.reloader.poll()
    assert refused(worker) == set()


def test_new_versions_are_listed_and_change_the_checksum(worker):
    before = worker.value("huijian_versions_checksum")
    worker.settings.policy.write_text(worker.settings.policy.read_text() + "\n")
    worker.reloader.poll()
    version = worker.live.current.versions["policy"]
    assert worker.value("huijian_version_in_force", part="policy", version=version) == 1
    assert worker.value("huijian_versions_checksum") != before


def test_store_and_memory_are_measured(worker):
    assert worker.value("huijian_store_accepts") == worker.value("huijian_store_database_up") == 1
    assert worker.value("huijian_spool_bytes") == 0
    assert worker.value("huijian_resident_bytes") > 1e8
    assert worker.value("huijian_picture_cache_bytes") == 0


def test_drift_is_measured_against_a_baseline_of_the_active_encoder_only(worker):
    file = baseline_file(worker.settings.home)

    def drift_with(encoder):
        shares = [0.0] * len(drift.BIN_EDGES) + [1.0]
        Baseline(encoder, {"avatar": shares}, {"avatar": MIN_PICTURES}).save(file)
        worker.reloader.poll()
        return worker.value("huijian_similarity_drift", field="avatar")

    def fits():
        return worker.value("huijian_baseline_fits")

    active = worker.live.current.versions["encoder"]
    assert fits() == 0
    assert (drift_with(active), fits()) == (0, 1)  # too few pictures came
    for _ in range(2 * MIN_PICTURES):
        worker.metrics.recent.observe(active, Field.AVATAR, 0.2)
    assert drift_with(active) > 1
    assert worker.value("huijian_similarity_drift", field="cover") == 0
    assert (drift_with("another"), fits()) == (0, 0)
    assert (drift_with(active) > 1, fits()) == (True, 1)
    file.unlink()
    worker.reloader.poll()
    assert (worker.value("huijian_similarity_drift", field="avatar"), fits()) == (0, 0)


def test_closed_accounts_are_counted_as_they_change(worker):
    def known():
        return [worker.value("huijian_closed_accounts", field=field) for field in ("name", "avatar")]

    assert known() == [0, 0]
    hasher, files = Hasher(store_key(worker.settings.home)), RegisterFiles(worker.settings.home / REGISTER_FOLDER)
    encoder = worker.live.current.encoder
    accounts = hashed_accounts([Account("1", "海边的小店")], hasher, encoder.dimension + LAYOUT_DIMENSION)
    files.add(accounts, encoder.fingerprint, hasher.check)
    worker.reloader.poll()
    assert known() == [1, 0]
    files.remove(accounts.hashes)
    worker.reloader.poll()
    assert known() == [0, 0]

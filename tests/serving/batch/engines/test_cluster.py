"""`huijian score --engine ray` on two local nodes, with the real models, against the native engine."""

import json
import random
import threading
import time

import object_store
import pytest

from benchmarks.cluster.kills import Difference, difference
from benchmarks.cluster.nodes import LocalCluster
from models.settings import Settings
from serving.batch.errors import RunError
from serving.batch.score import score
from serving.batch.work import PartSize

pytestmark = pytest.mark.slow

ROWS = 96
SAME = Difference(0, 0, 0)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    rows = [{"account_id": str(n), "name": f"海边{n}", "bio": f"稳赚不赔，➕V：abc{n}"} for n in range(ROWS - 2)]
    lines = [json.dumps(row) for row in [*rows, {"account_id": "0", "bio": "again"}]]
    file = tmp_path_factory.mktemp("input") / "in.jsonl"
    file.write_text("\n".join([*lines, "{oops"]) + "\n")
    return file


def run(source, out, **options):
    return score(str(source), out, Settings.from_environment(), **{"part_size": PartSize(rows=4), **options})


@pytest.fixture(scope="module")
def native(source, tmp_path_factory):
    out = tmp_path_factory.mktemp("native") / "out"
    run(source, out, part_size=PartSize(rows=ROWS))
    return out


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Makes parts of an object store unwritable on nodes that have TEST_STORE_FULL in their environment."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("store")
        yield folder / "store" / "bucket" / "decisions", object_store.installed(patch, folder)


@pytest.fixture(scope="module")
def cluster(store):
    cluster = LocalCluster(2)
    yield cluster
    cluster.close()


def test_lost_worker_and_node_cost_their_parts_alone(source, native, cluster, tmp_path):
    killed = []

    def harm():
        for kill, parts in ((lambda: cluster.kill_worker(random.Random(0)), 3), (lambda: cluster.remove_node(0), 6)):
            while len(list((tmp_path / "out").glob("part-*"))) < parts:
                time.sleep(0.02)
            killed.append(kill())

    harming = threading.Thread(target=harm, daemon=True)
    harming.start()
    summary = run(source, tmp_path / "out", engine="ray", address=cluster.address)
    harming.join()
    assert killed == [True, None]
    assert (summary.effort.rows, summary.counts.rows) == (ROWS, ROWS)
    assert difference(native, tmp_path / "out") == SAME
    assert run(source, tmp_path / "out").effort.rows == 0


def test_full_disk_of_one_worker_moves_its_parts_to_others(source, native, cluster, store):
    folder, url = store
    cluster.add_node({"TEST_STORE_FULL": "1"})
    run(source, url, engine="ray", address=cluster.address)
    assert difference(native, folder) == SAME


@pytest.mark.parametrize("address", ["127.0.0.1:9", "nowhere"])
def test_missing_cluster_is_reported_with_what_to_do(source, tmp_path, address):
    with pytest.raises(RunError, match="ray start --head"):
        run(source, tmp_path / "out", engine="ray", address=address)

"""Runs in an object store, which is a folder behind fsspec here."""

import pickle
import threading

import object_store
import pyarrow as pa
import pytest

from serving.batch import manifest
from serving.batch.decisions import SCHEMA
from serving.batch.errors import InputError, RunError
from serving.batch.inputs import fingerprint
from serving.batch.plan import Part, Plan
from serving.batch.run import Run
from serving.batch.storage import lease
from serving.batch.storage.objects import StoreFolder
from serving.batch.work import PartSize

ROWS = 3
TABLE = pa.Table.from_pylist([{"account_id": str(row)} for row in range(ROWS)], SCHEMA)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("serving.batch.storage.retries.FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(lease, "BEAT_SECONDS", 0.1)


@pytest.fixture
def url(monkeypatch, tmp_path):
    return object_store.installed(monkeypatch, tmp_path)


def run_of(url, folder, bio="a"):
    """A run of one part."""
    source = folder / "in.csv"
    source.write_text(f"account_id,bio\n{bio}\n")
    return Run(url, Plan((source,), fingerprint([source]), PartSize(), (Part(0, str(source), 0, ROWS, (), 0),), ()), {})


def test_run_in_a_store_ends_complete_and_tells_so(url, tmp_path):
    run = run_of(url, tmp_path)
    with run.begun(restart=False):
        assert [part.number for part in run.missing()] == [0]
        run.write(0, TABLE, {"rows": ROWS})
        assert run.missing() == []
        assert [note["rows"] for note in run.notes()] == [ROWS]
        run.finish()
    assert run.folder.names() == {"_run.parquet", "part-0000000.parquet"}
    assert manifest.read(run.folder)["rows"] == ROWS


@pytest.mark.parametrize("faults", [2, 10])
def test_calls_that_fail_by_chance_are_made_again(monkeypatch, tmp_path, faults):
    folder = StoreFolder(object_store.installed(monkeypatch, tmp_path, faults=faults))
    for number in range(40):
        folder.create(f"{number}", b"first")
        folder.create(f"{number}", b"second")
        folder.replace(f"r{number}", b"old")
        folder.replace(f"r{number}", b"new")
        assert (folder.read(f"{number}"), folder.read(f"r{number}")) == (b"first", b"new")
        with folder.opened(f"{number}") as stream:
            assert stream.seek(-3, 2) == 2 and stream.read() == b"rst"
    assert len(folder.names()) == 80
    folder.remove("0")
    folder.remove("0")
    assert len(folder.names()) == 79


def test_store_that_stays_down_is_reported(monkeypatch, tmp_path):
    folder = StoreFolder(object_store.installed(monkeypatch, tmp_path, faults=1))
    monkeypatch.setattr(object_store.ObjectStore, "_before", lambda self: (_ for _ in ()).throw(OSError("down")))
    with pytest.raises(OSError, match="down"):
        folder.read("a")


def test_first_of_many_writers_wins(url):
    folders = [StoreFolder(url) for _ in range(8)]
    threads = [threading.Thread(target=each.create, args=("part", b"%d" % n)) for n, each in enumerate(folders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.read("part") for each in folders}) == 1


def test_store_that_replaces_objects_is_refused(monkeypatch, url, tmp_path):
    monkeypatch.setattr(object_store.ObjectStore, "refuses_overwrites", False)
    with pytest.raises(RunError, match="replaces objects.*use a disk"), run_of(url, tmp_path).begun(restart=False):
        pass


def test_second_driver_is_refused_while_the_first_shows_signs_of_life(url, tmp_path):
    refused = pytest.raises(RunError, match="another run is writing.*wait")
    with run_of(url, tmp_path).begun(restart=False), refused, run_of(url, tmp_path).begun(restart=False):
        pass


def test_lock_of_a_killed_driver_is_taken_over(url, tmp_path):
    StoreFolder(url).replace("_lock", b"host 1 0123 7")
    run = run_of(url, tmp_path)
    with run.begun(restart=False):
        assert not run.folder.read("_lock").startswith(b"host 1")
    assert "_lock" not in run.folder.names()


def test_changed_input_is_refused_until_restarted(url, tmp_path):
    with run_of(url, tmp_path).begun(restart=False) as run:
        run.write(0, TABLE, {})
    with pytest.raises(RunError, match="another input.*--restart"), run_of(url, tmp_path, "bb").begun(restart=False):
        pass
    with run_of(url, tmp_path, "bb").begun(restart=True) as run:
        assert len(run.missing()) == 1


def test_part_of_another_run_is_found_at_the_end(url, tmp_path):
    late = run_of(url, tmp_path)
    with run_of(url, tmp_path, "bb").begun(restart=False) as run:
        late.write(0, TABLE, {})
        with pytest.raises(RunError, match="another run wrote.*--restart"):
            run.finish()


def test_damaged_part_is_named(url, tmp_path):
    with run_of(url, tmp_path).begun(restart=False) as run:
        run.folder.create("part-0000000.parquet", b"PAR1 cut")
        with pytest.raises(RunError, match="part-0000000.parquet in gs.*damaged.*delete it"):
            run.notes()


def test_folder_travels_to_workers(url):
    StoreFolder(url).create("a", b"1")
    assert pickle.loads(pickle.dumps(StoreFolder(url))).read("a") == b"1"


@pytest.mark.parametrize("out", ["https://host/out", "ftp://host/out", "s3://bucket/out.parquet", "s3://bucket/out"])
def test_out_that_cannot_hold_a_run_is_refused(out, tmp_path):
    with pytest.raises(InputError, match="object store|not installed"):
        run_of(out, tmp_path)

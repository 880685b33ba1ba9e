"""No answered decision is lost when a worker, a disk or the database fails."""

import errno
import json
import os
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from judgements import judged, rules, settle, verified
from sqlalchemy import select

from serving.store import tables
from serving.store.audit.trail import head
from serving.store.database import Database
from serving.store.errors import StoreUnavailable
from serving.store.records import record
from serving.store.secrets import Secrets
from serving.store.spool import Spool, read
from serving.store.store import Store
from serving.store.variables import URL_VARIABLE

WORKER = Path(__file__).parents[2] / "helpers" / "answering.py"


def killed_after(home, seconds):
    """Decision ids that a worker answered before it was killed."""
    with (home / "answers").open("w+b") as answers:
        worker = subprocess.Popen([sys.executable, WORKER, home], stdout=answers)
        try:
            while not answers.seek(0, os.SEEK_END):
                assert worker.poll() is None
                time.sleep(0.01)
            time.sleep(seconds)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        answers.seek(0)
        return [line.decode().strip() for line in answers.readlines() if line.endswith(b"\n")]


def stored(database):
    with database.reading() as connection:
        return set(connection.scalars(select(tables.decisions.c.decision_id)))


def test_every_answer_is_in_the_store_after_kill_9_at_any_moment(home, open_store, database):
    living, answered = open_store(home), []
    for seconds in (0.05, 0.3, 0.7):
        answered += killed_after(home, seconds)
        profile, answer = judged()
        living.record([(profile, answer)], {}, "other")
        answered.append(answer.decision_id)
    settle(living)
    assert len(answered) > 10
    assert set(answered) - stored(database) == set()
    assert verified(database).sequence >= 3


def lines(count):
    """Lines of a segment, as a killed process leaves it."""
    secrets = Secrets.from_environment()
    asked = {"asked_by": "uploads", "timings": {}}
    records = [{**record(*judged(), rules().contents, secrets), **asked} for _ in range(count)]
    return [tables.canonical(one).encode() + b"\n" for one in records]


def test_segment_stored_but_not_removed_before_a_kill_is_stored_once(home, open_store, database):
    store, content = open_store(home), b"".join(lines(3))
    spool = home / "store" / "spool"
    spool.mkdir(parents=True, exist_ok=True)
    for name in ("1", "2"):
        (spool / name).write_bytes(content)
        (spool / name).rename(spool / f"{name}.jsonl")
        settle(store)
    assert (len(stored(database)), verified(database).sequence) == (3, 1)


def test_segments_of_living_processes_are_left_alone(tmp_path):
    one, other = Spool(tmp_path), Spool(tmp_path)
    one.append([{"decision_id": "a"}])
    assert other.closed() == []
    (segment,) = one.closed()
    one.append([{"decision_id": "b"}])
    assert read(segment) == ([{"decision_id": "a"}], False)
    assert other.closed() == [segment]  # nobody appends to it any more


@contextmanager
def disk_that_is_full_after(size):
    """Limit the size of this process's files in bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("room", [0, 10])
def test_full_disk_refuses_a_record_and_spoils_no_other(tmp_path, room):
    spool = Spool(tmp_path)
    spool.append([{"decision_id": "before"}])
    (segment,) = tmp_path.iterdir()
    with disk_that_is_full_after(segment.stat().st_size + room), pytest.raises(StoreUnavailable, match="spool"):
        spool.append([{"decision_id": "refused"}])
    spool.append([{"decision_id": "after"}])
    found = [read(path) for path in spool.closed()]
    assert found == [([{"decision_id": "before"}], False), ([{"decision_id": "after"}], False)]


@pytest.mark.parametrize("damaged", [b'{"damaged\0\n', b"[1]\n", b'{"time": 1}\n'])
def test_cut_off_line_is_ignored_and_a_damaged_segment_is_kept(home, open_store, database, damaged):
    store, (one, two, three) = open_store(home), lines(3)
    spool = home / "store" / "spool"
    spool.mkdir(parents=True, exist_ok=True)
    (spool / "1.draft").write_bytes(b"".join([one, damaged, two, three[:-20]]))
    (spool / "1.draft").rename(spool / "1.jsonl")
    settle(store)
    assert (len(stored(database)), store.health().damaged) == (2, 1)
    assert (spool / "1.damaged").read_bytes().endswith(three[:-20])


def test_refused_decision_is_set_aside_and_its_neighbours_are_stored(home, open_store, database):
    store, good = open_store(home), lines(6)
    refused = tables.canonical({**json.loads(lines(1)[0]), "verdict": None}).encode() + b"\n"
    spool = home / "store" / "spool"
    spool.mkdir(parents=True, exist_ok=True)
    (spool / "1.draft").write_bytes(b"".join([*good[:4], refused, *good[4:]]))
    (spool / "1.draft").rename(spool / "1.jsonl")
    settle(store)
    assert stored(database) == {json.loads(line)["decision_id"] for line in good}
    assert (store.health().damaged, store.health().problem) == (1, None)
    assert refused in (spool / "1.damaged").read_bytes()
    verified(database)


def test_segment_that_two_workers_set_aside_is_set_aside_once(tmp_path):
    spool = Spool(tmp_path)
    (tmp_path / "1.jsonl").write_bytes(b"damaged\n")
    for _ in range(2):
        spool.set_aside(tmp_path / "1.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["1.damaged"]


def test_decision_is_found_among_invalid_lines(tmp_path):
    (tmp_path / "1.jsonl").write_bytes(b'7\n{}\n{"decision_id":"a"}\n')
    assert Spool(tmp_path).find("a") == {"decision_id": "a"}


def test_draft_of_a_killed_process_goes_and_that_of_a_living_one_stays(tmp_path):
    for name, age in (("killed", 120), ("living", 0)):
        (tmp_path / f"{name}.draft").touch()
        os.utime(tmp_path / f"{name}.draft", (time.time() - age,) * 2)
    Spool(tmp_path).closed()
    assert [path.name for path in tmp_path.iterdir()] == ["living.draft"]


def test_failed_sync_refuses_all_records_of_its_write(tmp_path, monkeypatch):
    spool = Spool(tmp_path)

    def fail_after_two_were_written(descriptor):
        """Fail as the kernel does: it reports a failed write once and then forgets the data."""
        monkeypatch.undo()
        wait_for(lambda: next(tmp_path.iterdir()).read_bytes().count(b"\n") == 2)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fdatasync", fail_after_two_were_written)
    with ThreadPoolExecutor() as threads:
        both = [threads.submit(spool.append, [{"decision_id": name}]) for name in "ab"]
    assert [type(one.exception()) for one in both] == [StoreUnavailable] * 2
    spool.append([{"decision_id": "after"}])
    assert read(spool.closed()[-1]) == ([{"decision_id": "after"}], False)


@pytest.fixture
def crashed(server, environment, monkeypatch, open_store):
    """Opens a store whose database then crashes; the test may start it again."""
    monkeypatch.setenv(URL_VARIABLE, server.new_database())
    database = Database.from_environment(environment)
    database.migrate()

    def open_and_crash(then):
        store = open_store(environment, then=then)
        store.record([judged()], {}, "uploads")
        settle(store)
        server.stop()
        wait_for(lambda: store.health().problem)
        return store, database

    yield open_and_crash
    if server.is_stopped:
        server.start()


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_without_a_database_requests_are_refused_until_it_is_back(crashed, server):
    store, database = crashed("refuse")
    with pytest.raises(StoreUnavailable):
        store.record([judged()], {}, "uploads")
    assert not store.health().accepts
    server.start()
    wait_for(lambda: store.health().accepts)
    store.record([judged()], {}, "uploads")
    settle(store)
    assert len(stored(database)) == 2


def test_without_a_database_decisions_are_spooled_and_stored_later(crashed, server, environment):
    store, database = crashed("spool")
    spooled = [judged() for _ in range(5)]
    for one in spooled:
        store.record([one], {}, "uploads")
    assert (store.health().accepts, store.health().waiting > 0) == (True, True)
    with pytest.raises(StoreUnavailable):
        store.decision(spooled[0][1].decision_id, "console")
    segments = list((environment / "store" / "spool").glob("*.jsonl"))
    server.start()
    settle(store)
    assert {answer.decision_id for _, answer in spooled} < stored(database)
    assert verified(database).sequence == 1 + len(segments)


@pytest.mark.parametrize(("then", "accepts"), [("refuse", False), ("spool", True)])
def test_service_starts_without_its_database_and_does_as_the_policy_says(environment, then, accepts):
    (environment / "store").write_text("a file where a folder must be")
    database, spool = Database.from_environment(environment), Spool(environment / "spool")
    store = Store(database, spool, Secrets.from_environment(), lambda: rules(then=then))
    assert (store.health().accepts, "cannot be opened" in store.health().problem) == (accepts, True)
    (environment / "store").unlink()
    wait_for(lambda: store.health().problem is None)
    store.close()


def test_many_writers_append_one_chain(home, database):
    workers = [subprocess.Popen([sys.executable, WORKER, home], stdout=subprocess.DEVNULL) for _ in range(2)]
    try:
        wait_for(lambda: audit_rows(database) >= 6)
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
    assert verified(database).sequence >= 6


def audit_rows(database):
    with database.reading() as connection:
        return head(connection).sequence

import os

import pytest
from judgements import judged, settle
from sqlalchemy import text

from serving.store.database import Database
from serving.store.tables import REVISION
from serving.store.variables import CONTENT_VARIABLE


@pytest.fixture
def recorded(home, open_store):
    store = open_store(home)
    store.record([judged()], {}, "uploads")
    settle(store)


def test_verify_and_export_print_a_row_that_serves_as_anchor(recorded, huijian, tmp_path):
    code, out, _ = huijian("audit", "export", tmp_path / "audit.jsonl")
    head = out.split()[-1]
    assert (code, len((tmp_path / "audit.jsonl").read_text().splitlines())) == (0, 2)
    assert huijian("audit", "verify", "--anchor", head)[:2] == (
        0,
        f"the trail of 2 rows is whole; its last row is {head}\n",
    )


def test_broken_trail_ends_with_1_and_names_the_row(recorded, home, huijian):
    with Database.from_environment(home).writing() as connection:
        connection.execute(text("UPDATE decisions SET verdict = 'pass'"))
    code, out, err = huijian("audit", "verify")
    assert (code, out, err.startswith("huijian: audit row 1: ")) == (1, "", True)


def test_purge_says_what_it_deleted(recorded, huijian):
    code, out, _ = huijian("purge")
    assert (code, out) == (0, "0 decisions deleted, and 0 texts and pictures of younger ones\n")


def test_new_keys_are_ready_for_the_environment(recorded, huijian, monkeypatch):
    code, out, _ = huijian("store", "keys")
    new = dict(line.split("=", 1) for line in out.splitlines())[CONTENT_VARIABLE]

    monkeypatch.setenv(CONTENT_VARIABLE, f"{new},{os.environ[CONTENT_VARIABLE]}")
    assert (code, *huijian("store", "rotate")[:2]) == (0, 0, "4 texts and pictures encrypted again\n")


def test_database_is_migrated_by_command(home, huijian):
    assert huijian("store", "migrate")[:2] == (0, f"the database is at migration {REVISION}\n")


def test_wrong_anchor_is_explained(recorded, huijian):
    code, _, err = huijian("audit", "verify", "--anchor", "x")
    assert (code, "SEQUENCE:HASH" in err) == (1, True)

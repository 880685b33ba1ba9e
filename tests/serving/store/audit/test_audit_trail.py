import hashlib
import json

import pytest
from judgements import judged, settle, verified
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models.profile import Severity
from serving.store import tables
from serving.store.audit import trail as audit
from serving.store.audit.trail import AuditBroken, Head
from serving.store.errors import StoreUnavailable
from serving.store.export import export


@pytest.fixture
def trail(home, open_store, database):
    """A trail of five rows: three groups of two decisions, an appeal and a review."""
    store = open_store(home)
    for _ in range(3):
        both = [judged(), judged()]
        store.record(both, {}, "uploads")
        settle(store)
    decision_id = both[0][1].decision_id
    store.appeal(decision_id, "申诉", "platform")
    store.review(decision_id, Severity.PASS, "属实", "console")
    return database


def execute(database, *statements):
    """Change the database as an attacker with full access would."""
    with database.writing() as connection:
        for statement in statements:
            connection.execute(text(statement))


def unlock(database):
    names = ("audit_no_update", "audit_no_delete", "audit_no_replace")
    sqlite = [f"DROP TRIGGER {name}" for name in names]
    execute(database, *(sqlite if database.is_sqlite else ["DROP TRIGGER audit_only_grows ON audit"]))


def test_untouched_trail_is_whole(trail):
    assert verified(trail).sequence == 5


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'nobody' WHERE sequence = 2",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE sequence = 2",
        "TRUNCATE audit CASCADE",
    ],
)
def test_database_refuses_to_change_the_trail(trail, statement):
    if ("TRUNCATE" in statement and trail.is_sqlite) or ("OR REPLACE" in statement and not trail.is_sqlite):
        pytest.skip("not a statement of this database")
    with pytest.raises((StoreUnavailable, IntegrityError)):
        execute(trail, statement)
    assert verified(trail).sequence == 5


ONE_OF_TWO = "(SELECT min(decision_id) FROM decisions WHERE sequence = 1)"


@pytest.mark.parametrize(
    ("tampering", "broken", "reason"),
    [
        ("UPDATE audit SET actor = 'nobody' WHERE sequence = 2", 2, "altered"),
        ("UPDATE audit SET time = '2026-01-01T00:00:00.000000Z' WHERE sequence = 5", 5, "altered"),
        ("UPDATE audit SET sequence = 7 WHERE sequence = 6", 6, "missing"),
        ("UPDATE audit SET previous = hash WHERE sequence = 3", 3, "follow"),
        ("UPDATE decisions SET verdict = 'pass' WHERE sequence = 2", 2, "decisions .* altered"),
        (f"DELETE FROM decisions WHERE decision_id = {ONE_OF_TWO}", 1, "decisions .* removed"),
        ("DELETE FROM decisions WHERE sequence = 3", 3, "decisions .* removed"),
        ("UPDATE decisions SET sequence = 1 WHERE sequence = 2", 1, "decisions"),
        ("UPDATE appeals SET actor = 'nobody'", 4, "appeal"),
        ("DELETE FROM appeals", 4, "appeal"),
        ("UPDATE reviews SET outcome = 'reject'", 5, "review"),
    ],
)
def test_first_row_that_was_tampered_with_is_named(trail, tampering, broken, reason):
    with trail.writing() as connection:
        audit.append(connection, "read", "console", {})
    unlock(trail)
    execute(trail, tampering)
    with pytest.raises(AuditBroken, match=reason) as found:
        verified(trail)
    assert found.value.sequence == broken


def test_rows_cut_off_at_the_end_show_against_an_anchor(trail):
    anchor = verified(trail)
    unlock(trail)
    execute(trail, "DELETE FROM reviews", "DELETE FROM audit WHERE sequence = 5")
    assert verified(trail).sequence == 4
    with pytest.raises(AuditBroken, match="audit row 5: it is missing"):
        verified(trail, anchor)


def test_trail_that_was_written_anew_shows_against_an_anchor(trail):
    with pytest.raises(AuditBroken, match="written anew"):
        verified(trail, Head(3, "f" * 64))


def test_check_in_several_pages_follows_the_chain(trail, monkeypatch):
    monkeypatch.setattr(audit, "PAGE_ROWS", 2)
    assert verified(trail).sequence == 5


def test_exported_file_is_verifiable_without_texts_and_accounts(trail, tmp_path):
    head = export(trail, tmp_path / "audit.jsonl", "user:inspector")
    rows = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    previous = "0" * 64
    for row in rows:
        records = row.pop("records")
        assert row["previous"] == previous
        assert row["digest"] == sha256(records)
        previous = row.pop("hash")
        assert previous == sha256(row)
    assert (head, verified(trail, head)) == (Head(len(rows), previous), head)
    assert [row["kind"] for row in rows] == ["decisions"] * 3 + ["appeal", "review", "export"]
    assert (tmp_path / "audit.jsonl").stat().st_mode & 0o077 == 0


def test_export_replaces_a_file_and_does_not_follow_a_link(trail, tmp_path):
    (tmp_path / "precious").write_text("precious")
    for name in ("audit.jsonl", ".audit.jsonl.draft"):
        (tmp_path / name).symlink_to(tmp_path / "precious")
    export(trail, tmp_path / "audit.jsonl", "user:inspector")
    assert (tmp_path / "precious").read_text() == "precious"


def test_export_that_fails_leaves_nothing(trail, tmp_path):
    (tmp_path / "folder").mkdir()
    before = set(tmp_path.iterdir())
    with pytest.raises(IsADirectoryError):
        export(trail, tmp_path / "folder", "user:inspector")
    assert set(tmp_path.iterdir()) - before == set()


def sha256(value):
    return hashlib.sha256(tables.canonical(value).encode()).hexdigest()

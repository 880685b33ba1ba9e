from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from judgements import judged, purge_after, rules, settle, verified
from sqlalchemy import delete

from models.profile import Field, Severity
from serving.store.audit import verify as verification
from serving.store.audit.trail import AuditBroken, events
from serving.store.database import Database
from serving.store.errors import DecisionUnknown
from serving.store.purge import BATCH_ROWS, Purged, purge
from serving.store.tables import decisions

RULES = rules(contents_days=30, decisions_days=185)


@pytest.fixture
def store(home, open_store):
    return open_store(home)


@pytest.fixture
def decision_id(store):
    profile, answer = judged()
    store.record([(profile, answer)], {}, "uploads")
    settle(store)
    return answer.decision_id


def after(days):
    return datetime.now(UTC) + timedelta(days=days)


def test_nothing_is_purged_before_its_time(store, decision_id, database):
    assert purge_after(database, 29.9) == Purged(0, 0)
    assert store.contents(decision_id, "console")[Field.NAME]


def test_contents_go_first_and_the_decision_stays(store, decision_id, database):
    assert purge_after(database, 30.1) == Purged(4, 0)
    assert store.contents(decision_id, "console") == {}
    evidence = store.decision(decision_id, "console")["answer"]["findings"][0]["evidence"]
    assert list(evidence) == ["spans"]


def test_contents_under_an_open_appeal_wait_for_their_review(store, decision_id, database):
    store.appeal(decision_id, "申诉", "platform")
    assert purge_after(database, 31) == Purged(0, 0)
    with time_machine.travel(after(31)):
        store.review(decision_id, Severity.PASS, "", "console")
        store.appeal(decision_id, "again", "platform")
    assert purge_after(database, 31) == Purged(0, 0)
    with time_machine.travel(after(31)):
        store.review(decision_id, Severity.PASS, "", "console")
    assert purge_after(database, 31) == Purged(4, 0)


def test_appeal_between_search_and_deletion_keeps_the_contents(store, decision_id, database, monkeypatch):
    @contextmanager
    def writing_late(database):
        monkeypatch.setattr(Database, "writing", writing)
        store.appeal(decision_id, "申诉", "platform")
        with writing(database) as connection:
            yield connection

    @contextmanager
    def searching(database):
        with maintaining(database) as connection:
            monkeypatch.setattr(Database, "writing", writing_late)
            yield connection

    writing, maintaining = Database.writing, Database.maintaining
    monkeypatch.setattr(Database, "maintaining", searching)
    assert purge_after(database, 31) == Purged(0, 0)
    assert store.contents(decision_id, "console")[Field.NAME]


def test_purge_in_many_transactions_leaves_only_open_appeals(store, database):
    judgements = [judged() for _ in range(2 * BATCH_ROWS + 30)]
    for start in range(0, len(judgements), 70):
        store.record(judgements[start : start + 70], {}, "uploads")
        settle(store)
    waiting = judgements[BATCH_ROWS + 7][1].decision_id
    store.appeal(waiting, "申诉", "platform")
    assert purge_after(database, 31) == Purged(4 * (len(judgements) - 1), 0)
    with time_machine.travel(after(31)):
        assert store.contents(waiting, "console")[Field.NAME]
    assert purge_after(database, 186) == Purged(0, len(judgements))


def test_decision_is_deleted_with_all_its_rows_but_the_trail(store, decision_id, database):
    store.appeal(decision_id, "申诉", "platform")
    assert purge_after(database, 186) == Purged(0, 1)
    with pytest.raises(DecisionUnknown):
        store.decision(decision_id, "console")
    assert [row["kind"] for row, _ in events(database)] == ["decisions", "appeal", "purge", "purged"]


def test_younger_decisions_are_still_verified_after_a_purge(store, decision_id, database):
    purge(database, RULES, "cron")
    with database.writing() as connection:
        connection.execute(delete(decisions))
    with pytest.raises(AuditBroken, match="audit row 1"):
        verified(database)


def test_contents_under_an_open_appeal_go_with_their_decision(store, decision_id, database):
    store.appeal(decision_id, "申诉", "platform")
    purge_after(database, 186)
    with pytest.raises(DecisionUnknown):
        store.contents(decision_id, "console")


def test_purge_during_a_check_is_no_tampering(store, decision_id, database, monkeypatch):
    moment = after(186)

    def events_after_a_purge(database):
        purge(database, RULES, "cron", moment.date())
        return events(database)

    monkeypatch.setattr(verification, "events", events_after_a_purge)
    with time_machine.travel(moment):
        assert verified(database).sequence == 3


def test_deleted_bytes_are_in_no_file_of_the_database(environment, open_store):
    store, database = open_store(environment), Database.from_environment(environment)
    judgements = [judged() for _ in range(50)]
    store.record(judgements, {}, "uploads")
    settle(store)
    planted = [answer.decision_id.encode() for _, answer in judgements]

    def held():
        files = [path.read_bytes() for path in (environment / "store").rglob("*") if path.is_file()]
        return sum(any(marker in content for content in files) for marker in planted)

    assert held() == 50
    purge_after(database, 186)
    assert held() == 0
    database.close()

"""A purge by a clock that the record contradicts deletes nothing; purge rows are checked against clock and policy."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from forging import Forger
from judgements import judged, rules, settle, verified
from sqlalchemy import func, select

from serving.store.audit.trail import AuditBroken, Trail, append
from serving.store.audit.verify import verify
from serving.store.errors import StoreError
from serving.store.purge import purge
from serving.store.tables import audit, decisions


@pytest.fixture
def store(home, open_store):
    opened = open_store(home)
    opened.record([judged()], {}, "uploads")
    settle(opened)
    return opened


def later(days):
    return datetime.now(UTC) + timedelta(days=days)


def counts(database):
    with database.reading() as connection:
        return [connection.scalar(select(func.count()).select_from(table)) for table in (audit, decisions)]


@pytest.mark.parametrize("days", [-400, -2, 9, 200, 27_000])
def test_clock_far_from_the_record_deletes_nothing(store, database, days):
    with time_machine.travel(later(days)), pytest.raises(StoreError, match="huijian purge --today"):
        purge(database, rules(), "cron")
    assert counts(database) == [1, 1]


def test_rows_that_a_wrong_clock_wrote_do_not_confirm_it(store, database):
    with time_machine.travel(later(27_000)):
        store.record([judged()], {}, "uploads")
        settle(store)
        with pytest.raises(StoreError, match="has nothing from"):
            purge(database, rules(), "cron")
    assert counts(database) == [2, 2]


def test_confirmed_date_must_be_that_of_the_clock(store, database):
    with pytest.raises(StoreError, match="set it right first"):
        purge(database, rules(), "cron", later(200).date())


def test_daily_purges_need_no_confirmation(store, database):
    for days in (1, 2, 3, 9):
        with time_machine.travel(later(days)):
            purge(database, rules(), "cron")
    with time_machine.travel(later(9)):
        assert verify(database, rules()).sequence == 9


def test_purge_dated_after_the_row_that_follows_it_is_named(store, database):
    moment = later(20)
    with time_machine.travel(moment):
        purge(database, rules(), "cron", moment.date())
    with database.writing() as connection:
        append(connection, "read", "console", {})
    with time_machine.travel(moment), pytest.raises(AuditBroken, match="later than the row after it"):
        verify(database, rules())


def test_purge_that_the_policy_in_force_did_not_ask_for_is_named(store, database):
    policy = {"after": "1", "contents_days": 30, "decisions_days": 185}
    Trail(database).observe("policy", "service", policy)
    purge(database, rules(contents_days=1, decisions_days=2), "cron")
    with pytest.raises(AuditBroken, match="audit row 3: the purge deletes what the policy keeps"):
        verified(database)
    Trail(database).observe("policy", "service", {**policy, "after": "2", "contents_days": 1, "decisions_days": 2})
    with pytest.raises(AuditBroken, match="audit row 3"):
        verified(database)


def test_decision_that_was_purged_may_not_be_there_again(store, database):
    forger = Forger(database)
    before, moment = forger.rows(), later(186)
    with time_machine.travel(moment):
        purge(database, rules(), "cron", moment.date())
        forger.replace({**before, "audit": forger.rows()["audit"]})
        with pytest.raises(AuditBroken, match="a later purge says"):
            verify(database, rules())
    forger.close()

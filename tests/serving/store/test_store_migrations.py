import subprocess
import sys
import time

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from judgements import judged, settle
from sqlalchemy import select, text

from models.profile import Severity
from serving.store.database import Database
from serving.store.errors import StoreError, StoreUnavailable
from serving.store.tables import REVISION, case_findings, cases, metadata
from serving.store.variables import URL_VARIABLE

PREPARE = """
import sys, time
from pathlib import Path
from models.profile import Severity
from serving.store.database import Database
database = Database.from_environment(Path(sys.argv[1]))
print(flush=True)
start = float(sys.stdin.readline())
while time.time() < start:
    pass
database.prepare()
"""


def test_migrations_make_the_tables_that_the_code_knows(database):
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert database.revision() == REVISION


def test_workers_that_start_together_make_one_database(environment):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    for home in range(6):
        command = [sys.executable, "-c", PREPARE, environment / str(home)]
        workers = [subprocess.Popen(command, **pipes) for _ in range(2)]
        assert [worker.stdout.readline() for worker in workers] == ["\n", "\n"]
        start = time.time() + 0.05
        for worker in workers:
            print(start, file=worker.stdin, flush=True)
        assert [worker.wait(30) for worker in workers] == [0, 0]


def test_database_of_a_later_release_is_refused(home, database):
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="later release"):
        database.migrate()


def test_postgresql_without_tables_is_left_to_an_operator(environment, monkeypatch, server):
    monkeypatch.setenv(URL_VARIABLE, server.new_database())
    database = Database.from_environment(environment)
    with pytest.raises(StoreError, match="huijian store migrate"):
        database.prepare()
    database.migrate()
    database.prepare()


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://u:geheim@h/d", "sqlite://", "sqlite:///:memory:", "sqlite:///a.db"]
)
def test_url_of_no_database_is_refused_without_being_shown(url):
    with pytest.raises(StoreError, match=URL_VARIABLE) as refusal:
        Database(url)
    assert "geheim" not in str(refusal.value)


def test_unreachable_server_is_unavailable_and_its_password_is_not_shown():
    with pytest.raises(StoreUnavailable) as refusal, Database("postgresql://u:geheim@127.0.0.1:1/d").reading():
        pass
    assert "geheim" not in str(refusal.value)


def test_file_that_is_no_database_is_unavailable(environment):
    (environment / "store").mkdir()
    (environment / "store" / "huijian.db").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreUnavailable):
        Database.from_environment(environment).prepare()


def test_work_list_is_filled_with_earlier_decisions(home, open_store, database):
    store = open_store(home)
    made = [judged(verdict) for verdict in (*Severity, Severity.REJECT)]
    store.record(made, {}, "uploads")
    settle(store)
    upheld, appealed = (answer.decision_id for _, answer in made[2:])
    for one in (upheld, appealed):
        store.review(one, Severity.REJECT, "", "wang")
    store.appeal(appealed, "这是我的店", "platform")
    written = work_list(database)
    with database.writing() as connection:
        for statement in ("DROP TABLE cases", "DROP TABLE case_findings", "DROP TABLE comments"):
            connection.execute(text(statement))
        connection.execute(text("DROP INDEX ix_reviews_time"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))
    database.migrate()
    assert work_list(database) == written
    assert [row["is_open"] for row in written["cases"]].count(True) == 2


def work_list(database):
    with database.reading() as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in (cases, case_findings)
        }

"""The database role of `deploy/postgresql.sql` suffices for the service and allows nothing else."""

import os
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest
from judgements import judged, purge_after, settle

from models.profile import Severity
from models.runtime.paths import REPOSITORY
from serving.store.cases.listing import Filters
from serving.store.database import Database
from serving.store.variables import URL_VARIABLE


def psql():
    installed = shutil.which("psql") or next(Path("/usr/lib/postgresql").glob("*/bin/psql"), None)
    return installed or pytest.skip("psql is not installed")


@pytest.fixture(params=["before", "after"])
def urls(request, server):
    """URLs of the owner and of the service, whose role is created before or after the tables."""
    owner = server.new_database()
    if request.param == "after":
        Database(owner).migrate()
    command = [psql(), "--set", "ON_ERROR_STOP=1", "--file", REPOSITORY / "deploy" / "postgresql.sql", owner]
    subprocess.run(command, env={**os.environ, "HUIJIAN_SERVICE_PASSWORD": "geheim"}, check=True)
    Database(owner).migrate()
    yield owner, owner.replace("huijian@", "huijian_service:geheim@")
    with psycopg.connect(owner) as connection:
        connection.execute("DROP OWNED BY huijian_service; DROP ROLE huijian_service")


CHANGES = [
    "UPDATE audit SET actor = 'somebody'",
    "DELETE FROM decisions",
    "TRUNCATE audit CASCADE",
    "ALTER TABLE audit DISABLE TRIGGER ALL",
    "DROP TRIGGER audit_only_grows ON audit",
    "CREATE TABLE other (row int)",
]


def test_service_role_only_records_and_the_owner_purges(urls, environment, monkeypatch, open_store):
    owner, service = urls
    monkeypatch.setenv(URL_VARIABLE, service)
    store = open_store(environment)
    profile, answer = judged()
    store.record([(profile, answer)], {}, "uploads")
    settle(store)
    store.appeal(answer.decision_id, "申诉", "platform")
    store.comment(answer.decision_id, "备注", "console")
    assert store.cases.next(Filters(state="open"), "console") == answer.decision_id
    store.review(answer.decision_id, Severity.PASS, "", "console")
    assert store.decision(answer.decision_id, "console")["verdict"] == "review"
    with psycopg.connect(service, autocommit=True) as connection:
        for change in CHANGES:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(change)
    assert purge_after(Database(owner), 186).decisions == 1

"""Stores on real databases: SQLite files, and PostgreSQL where it is installed."""

import postgres
import pytest
from judgements import rules

from serving.store.database import Database
from serving.store.secrets import Secrets
from serving.store.store import Store
from serving.store.variables import URL_VARIABLE

server = pytest.fixture(postgres.running, scope="session")


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """Keys, and a SQLite file in a home directory of this test."""
    monkeypatch.setenv("HUIJIAN_HOME", str(tmp_path))
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    for name, value in Secrets.fresh().items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request, environment, monkeypatch):
    """A home whose store is empty and ready, on each kind of database."""
    if request.param == "postgresql":
        monkeypatch.setenv(URL_VARIABLE, request.getfixturevalue("server").new_database())
        Database.from_environment(environment).migrate()
    return environment


@pytest.fixture
def open_store():
    """Opens stores and closes them after the test."""
    stores = []

    def open_one(home, **settings):
        stores.append(Store.from_environment(home, lambda: rules(**settings)))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def database(home):
    opened = Database.from_environment(home)
    opened.prepare()
    yield opened
    opened.close()

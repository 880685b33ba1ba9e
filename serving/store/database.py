"""One database, SQLite or PostgreSQL, with one writer at a time.

A writer holds a database-wide lock during its transaction, because the audit trail is one chain that many processes
append to.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, IntegrityError, InterfaceError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from models.runtime.locks import locked
from serving.store import tables
from serving.store.errors import StoreError, StoreUnavailable
from serving.store.variables import URL_VARIABLE

LOCK_SECONDS: Final = 5
"""Seconds that a writer waits for another; longer than any transaction here takes on a slow disk."""

STATEMENT_SECONDS: Final = 10
"""Seconds until a PostgreSQL statement, or a silent connection, counts as failed."""

POSTGRESQL_OPTIONS: Final = {
    "connect_timeout": 3,
    "tcp_user_timeout": STATEMENT_SECONDS * 1000,
    "options": f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={LOCK_SECONDS}s",
}

WRITE_LOCK: Final = 0x6875696A69616E
"""Number of the PostgreSQL advisory lock: "huijian" in ASCII."""

PRAGMAS: Final = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
"""Settings of every SQLite connection: readers never wait, commits are synced, deleted rows are overwritten."""


class Database:
    """A database by its URL.

    Args:
        url: `sqlite:////PATH` (absolute, as programs run in several directories) or
            `postgresql://USER:PASSWORD@HOST/NAME`; never shown, as it may hold a password.

    Raises:
        StoreError: it names no such database.
    """

    def __init__(self, url: str) -> None:
        self._url = _checked(url)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        self._engine = create_engine(
            self._url,
            connect_args={"timeout": LOCK_SECONDS} if self.is_sqlite else POSTGRESQL_OPTIONS,
            json_serializer=tables.canonical,
            hide_parameters=True,
            pool_pre_ping=not self.is_sqlite,
            pool_timeout=LOCK_SECONDS,
        )
        if self.is_sqlite:
            event.listen(self._engine, "connect", _set_up_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)

    @classmethod
    def from_environment(cls, home: Path) -> Database:
        """The one in HUIJIAN_DATABASE_URL, or a SQLite file in the home directory."""
        return cls(os.environ.get(URL_VARIABLE) or f"sqlite:///{home.resolve() / 'store' / 'huijian.db'}")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the write lock.

        Raises:
            StoreUnavailable: the database cannot be reached or written.
        """
        with _translated(), self._engine.execution_options(begin="IMMEDIATE").begin() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITE_LOCK})
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, and waits for no writer.

        Raises:
            StoreUnavailable: the database cannot be reached.
        """
        with _translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def maintaining(self) -> Iterator[Connection]:
        """A connection for statements that may not stand in a transaction, however long they take.

        Raises:
            StoreUnavailable: the database cannot be reached.
        """
        with _translated(), self._engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT", begin=None)
            if not self.is_sqlite:
                connection.execute(text("SET statement_timeout = 0"))
            yield connection
            connection.invalidate()  # with its settings

    def prepare(self) -> None:
        """Check that the tables are those of this release; a SQLite file is created and migrated.

        Raises:
            StoreError: they are not, and an operator must migrate.
            StoreUnavailable: the database cannot be reached.
        """
        if self.is_sqlite:
            with _made_by_one(Path(self._url.database or "")):
                if self.revision() != tables.REVISION:
                    self.migrate()
        elif self.revision() != tables.REVISION:
            raise StoreError("the database has not the tables of this release; run `huijian store migrate`")

    def revision(self) -> str | None:
        """The database's last migration; None in an empty database."""
        with self.reading() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return revision

    def migrate(self) -> None:
        """Migrate the tables to this release, in one transaction.

        Raises:
            StoreError: the database is of a later release.
        """
        from alembic import command  # noqa: PLC0415 - 0.15 s that only a migration needs
        from alembic.config import Config  # noqa: PLC0415
        from alembic.util import CommandError  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self.writing() as connection:
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError:
                raise StoreError("the database is of a later release than this program") from None

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(f"{URL_VARIABLE} is not a database URL") from None
    if parsed.get_backend_name() == "sqlite" and Path(parsed.database or "").is_absolute():
        return parsed.set(drivername="sqlite")
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreError(f"{URL_VARIABLE} must be sqlite:////ABSOLUTE/PATH or postgresql://USER:PASSWORD@HOST/NAME")


@contextmanager
def _made_by_one(path: Path) -> Iterator[None]:
    """Let one process at a time create the file, readable by its owner only; SQLite gives its log the same mode.

    SQLite waits for no lock while a new file changes to WAL mode, so workers that start together would fail. The lock
    is a separate file: closing the database file would release SQLite's own locks.

    Raises:
        StoreUnavailable: it cannot be created, or another process holds the lock for longer than a writer waits.
    """
    with ExitStack() as held:
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            held.enter_context(locked(path.with_name(f".{path.name}.lock"), LOCK_SECONDS))
            if not path.exists():
                path.touch(0o600)
        except OSError as error:
            raise StoreUnavailable(f"the database file {path} cannot be opened: {error.strerror or error}") from None
        yield


def _set_up_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver begins no transactions; `_begin_sqlite` does
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    kind = connection.get_execution_options().get("begin", "DEFERRED")
    if kind:
        connection.exec_driver_sql(f"BEGIN {kind}")


@contextmanager
def _translated() -> Iterator[None]:
    """Turn a driver's failure into ours, without its message, which may quote values."""
    try:
        yield
    except (DataError, IntegrityError):
        raise  # the fault of the values, not of the database
    except (DatabaseError, InterfaceError, NoConnectionFree) as error:
        cause = getattr(error, "orig", error)
        name = getattr(cause, "sqlite_errorname", None) or type(cause).__name__
        raise StoreUnavailable(f"the database cannot be reached or written ({name})") from None

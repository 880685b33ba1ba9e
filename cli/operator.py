"""Who runs a command, and what it changes, for the audit trail."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.settings import Settings
    from serving.store.audit.trail import Trail
    from serving.store.database import Database


def operator() -> str:
    """The user of this machine, by name; by number where it has none, as in a container."""
    try:
        return f"user:{getpass.getuser()}"
    except (KeyError, OSError):  # KeyError before Python 3.13, OSError since
        return f"user:{os.getuid()}"


@contextmanager
def recorded(settings: Settings, **details: Any) -> Iterator[Database]:
    """Record what a command changes of the gallery, the models, the policy or the keys in force; yields the database.

    Args:
        details: more about the change, without personal data.

    Raises:
        StoreError: the trail cannot be written; if that shows at the start, nothing is changed.
    """
    from serving import active
    from serving.store.audit.trail import Trail

    with _database(settings) as database, active.recorded(Trail(database), settings, operator(), **details):
        yield database


@contextmanager
def trail(settings: Settings) -> Iterator[Trail]:
    """The audit trail, for a command that adds its own events.

    Raises:
        StoreError: the trail cannot be opened.
    """
    from serving import active
    from serving.store.audit.trail import Trail

    with _database(settings) as database:
        events = Trail(database)
        active.observe(events, settings)
        yield events


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    from serving.store.database import Database
    from serving.store.secrets import Secrets
    from serving.store.variables import URL_VARIABLE

    if not os.environ.get(URL_VARIABLE):
        Secrets.load(settings.home)  # a database file without its keys would be refused later
    database = Database.from_environment(settings.home)
    database.prepare()
    try:
        yield database
    finally:
        database.close()

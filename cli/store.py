"""`huijian purge`, `huijian audit` and `huijian store`: what is remembered, proved and forgotten."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.operator import operator

if TYPE_CHECKING:
    from serving.store.database import Database

audit = typer.Typer(help="审计 · Check and export the audit trail.", no_args_is_help=True)
store = typer.Typer(help="存储 · Set up the database and its keys.", no_args_is_help=True)

Anchor = Annotated[
    str | None, typer.Option(metavar="SEQUENCE:HASH", help="A row that an earlier check or export printed.")
]


def purge(
    today: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Date in UTC, to confirm a clock that contradicts the record."),
    ] = None,
) -> None:
    """Delete decisions, texts and pictures that the policy keeps no longer, for good.

    Run it every day. The audit trail stays, and says that it was done. A clock that contradicts the trail is refused.

    Example: `huijian purge`
    """
    from models.policy import Policy
    from models.settings import Settings
    from serving.active import policy_version
    from serving.store.audit.purges import POLICY
    from serving.store.audit.trail import Trail
    from serving.store.purge import purge as purge_store

    settings, database = Settings.from_environment(), _database()
    policy = Policy.load(settings.policy)
    Trail(database).observe(POLICY, operator(), policy_version(policy))  # by which `audit verify` checks this purge
    gone = purge_store(database, policy.store, operator(), today.date() if today else None)
    typer.echo(f"{gone.decisions} decisions deleted, and {gone.contents} texts and pictures of younger ones")


@audit.command()
def verify(anchor: Anchor = None) -> None:
    """Check that every row of every table is as the trail recorded it; names the first one that is not.

    Where the store's keys are known, texts and pictures are opened and checked too. Rows cut off at the end show only
    against an anchor: keep the last row that this prints in another place.

    Example: `huijian audit verify`
    """
    from models.policy import Policy
    from models.settings import Settings
    from serving.store.audit.trail import Head
    from serving.store.audit.verify import verify as verify_trail
    from serving.store.errors import StoreError
    from serving.store.secrets import Secrets

    settings = Settings.from_environment()
    rules, known = Policy.load(settings.policy).store, Head.parse(anchor) if anchor else None
    try:
        secrets = Secrets.load(settings.home)
    except StoreError as error:
        secrets = None
        typer.echo(f"note: texts and pictures are not opened: {error}", err=True)
    head = verify_trail(_database(), rules, known, secrets)
    typer.echo(f"the trail of {head.sequence} rows is whole; its last row is {head}")


@audit.command()
def export(output: Annotated[Path, typer.Argument(metavar="OUT", dir_okay=False, writable=True)]) -> None:
    """Write the trail and what it recorded as JSON Lines, without texts, pictures and account ids.

    Example: `huijian audit export audit.jsonl`
    """
    from serving.store.export import export as export_trail

    head = export_trail(_database(), output, operator())
    typer.echo(f"{head.sequence} rows in {output}; the last row is {head}")


@store.command()
def migrate() -> None:
    """Bring the database in HUIJIAN_DATABASE_URL to this release; a SQLite file also is when the service starts.

    Example: `huijian store migrate`
    """
    database = _database(prepared=False)
    if database.is_sqlite:
        database.prepare()
    else:
        database.migrate()
    typer.echo(f"the database is at migration {database.revision()}")


@store.command()
def keys() -> None:
    """Print new keys for the environment of the service; another hash key makes every account a new one.

    A service without a database and keys of its own keeps them in `store/keys.env` of its home directory. To rotate,
    put the new content key before the old one, separated by a comma, start the service, and run `huijian store rotate`.

    Example: `huijian store keys > huijian.env`
    """
    from serving.store.secrets import Secrets

    for name, value in Secrets.fresh().items():
        typer.echo(f"{name}={value}")


@store.command()
def rotate() -> None:
    """Encrypt everything with the first content key; the others can be dropped afterwards.

    Example: `huijian store rotate`
    """
    from models.settings import Settings
    from serving.store.rotate import rotate as rotate_keys
    from serving.store.secrets import Secrets

    secrets = Secrets.load(Settings.from_environment().home)
    typer.echo(f"{rotate_keys(_database(), secrets, operator())} texts and pictures encrypted again")


def _database(prepared: bool = True) -> Database:
    from models.settings import Settings
    from serving.store.database import Database

    database = Database.from_environment(Settings.from_environment().home)
    if prepared:
        database.prepare()
    return database

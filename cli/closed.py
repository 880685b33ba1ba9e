"""`huijian closed`: accounts closed by law, which must not come back (Art. 10)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.operator import operator

if TYPE_CHECKING:
    from models.settings import Settings
    from serving.closed.registrar import Registrar

app = typer.Typer(help="关闭账号 · Remember accounts that were closed by law.", no_args_is_help=True)

Source = Annotated[
    str | None, typer.Argument(metavar="[IN]", help="Parquet, CSV or JSON Lines; a file, a folder or a glob.")
]
AccountId = Annotated[str | None, typer.Option(help="One account, in place of IN.")]


@app.command()
def add(
    source: Source = None,
    account_id: AccountId = None,
    name: Annotated[str | None, typer.Option(help="Its last name.")] = None,
    avatar: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Its last avatar.")] = None,
) -> None:
    """Remember accounts by name and avatar: as keyed hashes and vectors, not in clear.

    IN has the columns `account_id`, `name` and `avatar`, a path or the bytes. An account that is remembered already is
    replaced. A running service takes it up within seconds.

    Example: `huijian closed add closed-2026.parquet`
    """
    from models.images.encoder.encoder import Encoder
    from models.profile import Profile
    from models.settings import Settings
    from serving.closed import files

    _check_one(source, account_id)
    settings = Settings.from_environment()
    encoder, registrar = Encoder(settings.encoder_directory(), settings.threads), _registrar(settings)
    picture = avatar.read_bytes() if avatar else None
    accounts = files.profiles(source) if source else iter([Profile(str(account_id), name, avatar=picture)])
    counts = files.add_all(accounts, registrar, encoder, operator())
    typer.echo(f"{counts.pop('added')} accounts remembered; {registrar.version} is in force")
    if counts:
        typer.echo("not remembered: " + ", ".join(f"{count} {code}" for code, count in counts.items()), err=True)
        raise typer.Exit(1)


@app.command()
def remove(source: Source = None, account_id: AccountId = None) -> None:
    """Forget accounts for good: nothing of them is left in the files when this ends.

    IN has the column `account_id`, which may hold the key that a finding or a registration named.

    Example: `huijian closed remove --account-id 42`
    """
    from models.settings import Settings
    from serving.closed import files

    _check_one(source, account_id)
    asked = files.ids(source) if source else [str(account_id)]
    registrar = _registrar(Settings.from_environment())
    removed = registrar.remove(asked, operator())
    typer.echo(f"{removed} of {len(asked)} accounts forgotten; {registrar.version} is in force")
    if removed < len(asked):
        raise typer.Exit(1)


def _check_one(source: str | None, account_id: str | None) -> None:
    if (source is None) == (account_id is None):
        raise typer.BadParameter("give IN or --account-id")


def _registrar(settings: Settings) -> Registrar:
    from serving.closed.registrar import Registrar
    from serving.store.audit.trail import Trail
    from serving.store.database import Database
    from serving.store.secrets import Secrets

    Secrets.load(settings.home)  # creates the keys if nothing is configured and no service ran yet
    database = Database.from_environment(settings.home)
    database.prepare()
    return Registrar(settings.home, Trail(database))

"""`huijian keys`: who may ask the service, and for what."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.operator import recorded
from serving.keys.scopes import Scope

app = typer.Typer(help="密钥 · Who may ask the service, and for what.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Who holds the key; the record names them by it.")]


@app.command()
def add(
    name: Name,
    scope: Annotated[list[Scope], typer.Option(help="What it may do; give it several times for more.")],
    expires: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day on which it opens nothing any more (UTC).")
    ] = None,
    per_second: Annotated[float | None, typer.Option(help="Profiles and other requests, over all workers.")] = None,
) -> None:
    """Make a key and print it, this once: only its hash is kept. A running service knows it within 5 seconds.

    Example: `huijian keys add app --scope classify --per-second 50`
    """
    from models.settings import Settings
    from serving.keys import keys, keys_file

    secret, key = keys.new(name, scope, expires.date() if expires else None, per_second)
    is_first = not _path().exists()
    with recorded(Settings.from_environment(), action="add", key=name, scopes=[str(one) for one in scope]):
        keys_file.change(_path(), lambda known: known.add(key))
    typer.echo(secret)
    if is_first:
        typer.echo(
            "From now on every request needs a key; restart the service for it to listen on all addresses.", err=True
        )


@app.command(name="list")
def list_keys() -> None:
    """List the keys by name, with what they may do.

    Example: `huijian keys list`
    """
    from serving.keys import keys_file
    from serving.keys.keys import Keys

    for key in Keys.parse(keys_file.read(_path()) or "").known:
        limit = f"{key.per_second:g}/s" if key.per_second else "no limit"
        until = f"{'expired' if key.expired else 'until'} {key.expires}" if key.expires else "for good"
        typer.echo(f"{key.name}\t{','.join(key.scopes)}\t{limit}\t{until}")


@app.command()
def remove(name: Name) -> None:
    """Remove a key: a running service refuses it within 5 seconds.

    Example: `huijian keys remove app`
    """
    from models.settings import Settings
    from serving.keys import keys_file

    with recorded(Settings.from_environment(), action="remove", key=name):
        rest = keys_file.change(_path(), lambda known: known.remove(name)).known
    if not rest:
        typer.echo(f"no key is left, so nobody may ask; delete {_path()} to let this machine ask without one", err=True)


def _path() -> Path:
    from models.settings import Settings
    from serving.keys import keys_file

    return keys_file.path(Settings.from_environment().home)

"""`huijian rescore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.runs.json_files import write_json


def rescore(  # noqa: PLR0913, PLR0917 - the command's own options
    decisions: Annotated[Path, typer.Argument(metavar="DECISIONS", exists=True, help="What `huijian score` wrote.")],
    policy: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The new policy.")],
    output: Annotated[
        Path | None, typer.Option(help="Write the new decisions here: a folder, or one file *.parquet.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the table as JSON, too.")] = None,
    earlier_policy: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Policy of decisions that were made before runs kept it."),
    ] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Throw away what an earlier start left.")] = False,
) -> None:
    """Apply a new policy to stored decisions and print what changes. No model is loaded; nothing is judged again.

    Where the new policy lowers a threshold, decisions may lack what lies below the old one. Such rows are not guessed:
    they get a null verdict and the reason in `error`, and the exit code is 1. `huijian score IN OUT --since OUTPUT`
    judges these alone.

    Example: `huijian rescore decisions/ --policy new.yaml --output rescored/`
    """
    from models.settings import Settings
    from serving.batch.errors import InputError
    from serving.runs.rescore import rescore as apply

    earlier = [*(earlier_policy or []), Settings.from_environment().policy]
    try:
        done = apply(decisions, policy, output, earlier, restart=restart)
    except InputError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(done)
    if json_file:
        write_json(json_file, done.to_dict())
    if done.changes.undecided:
        places = ", ".join(sorted(f"{label} in {field}" for label, field in done.lowered)) or "none"
        typer.echo(
            "huijian: these decisions do not hold what the new policy needs, so some rows are undecided: "
            f"they must be judged again. Lowered thresholds: {places}",
            err=True,
        )
        raise typer.Exit(1)

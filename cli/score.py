"""`huijian score` and `huijian baseline`: whole files of profiles, and what their pictures are usually like."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RETRYABLE_ERRORS = ("internal", "image_unreadable")
"""Error codes of rows that are not at fault and may be judged by a later run."""


def score(  # noqa: PLR0913, PLR0917 - the command's own options
    source: Annotated[str, typer.Argument(metavar="IN", help="Parquet, CSV or JSON Lines: file, folder or glob.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder of Parquet parts, or one file *.parquet.")],
    gallery: Annotated[Path | None, typer.Option(help="Gallery to use instead of the one in force.")] = None,
    part_rows: Annotated[int, typer.Option(min=1, help="Rows that are committed together.")] = 256,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes.", show_default="one per core")] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Throw away what an earlier run left in OUT.")] = False,
    since: Annotated[
        Path | None, typer.Option(exists=True, metavar="RUN", help="Judge only what changed since this earlier OUT.")
    ] = None,
) -> None:
    """Judge whole files of profiles; killed and started again, it continues.

    Columns: account_id; name, bio, signature; avatar, cover (a path relative to the file, an fsspec URL of a disk or
    object store, encoded bytes, or base64); entitlements (a list; in CSV a JSON list, or separated by semicolons).

    OUT has one row for every row of IN. A row that cannot be judged has a null verdict and the reason in `error`.
    The exit code is 0 when every row is in OUT, and no row failed without its own fault (`internal`,
    `image_unreadable`).

    With --since, a row keeps the decision of an earlier run, and the versions that made it, unless its content or what
    judges it changed: encoder, gallery, text model, policy, closed accounts, code. Rows with an error are judged again.

    Example: `huijian score accounts.parquet decisions/`
    """
    from models.settings import Settings
    from serving.batch import score as batch
    from serving.batch.errors import InputError

    settings = Settings.from_environment(gallery)
    try:
        summary = batch.score(source, out, settings, part_rows=part_rows, workers=workers, restart=restart, since=since)
    except InputError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(summary)
    if any(summary.counts.errors[code] for code in RETRYABLE_ERRORS):
        raise typer.Exit(1)


def baseline(
    decisions: Annotated[Path, typer.Argument(metavar="DECISIONS", exists=True, help="What `huijian score` wrote.")],
) -> None:
    """Make the baseline that a running service compares its pictures with: `huijian_similarity_drift` in /metrics.

    Take decisions on accounts as they come, at least 1,000 avatars or covers, all judged with the encoder in force.
    A running service takes the baseline up within seconds. Another encoder needs another baseline.

    Example: `huijian baseline decisions/`
    """
    from models.settings import Settings
    from serving.batch.decisions import read
    from serving.metrics.drift import Baseline, baseline_file

    made = Baseline.of(read(decisions, ["matches", "versions"]))
    file = baseline_file(Settings.from_environment().home)
    made.save(file)
    counts = " and ".join(f"{count} {field}s" for field, count in made.pictures.items())
    typer.echo(f"{file}: {counts}, judged by {made.encoder}")

"""`huijian score` and `huijian baseline`: whole files of profiles, and what their pictures are usually like."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

RETRYABLE_ERRORS = ("internal", "image_unreadable")
"""Error codes of rows that are not at fault and may be judged by a later run."""


Out = Annotated[
    str, typer.Argument(metavar="OUT", help="A folder of Parquet parts, on a disk or s3://..., or one *.parquet.")
]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes or actors.", show_default="one per core")]
PartSeconds = Annotated[float, typer.Option(min=0, help="Estimated work that is committed together.")]
PartRows = Annotated[int | None, typer.Option(min=1, help="At most so many rows of it.", show_default="any")]
Earlier = Annotated[
    Path | None, typer.Option(exists=True, metavar="RUN", help="Judge only what changed since this earlier OUT.")
]
Embeddings = Annotated[
    Path | None, typer.Option(metavar="DIR", file_okay=False, help="Keep what pictures look like, over many runs.")
]
Trusted = Annotated[
    Literal["stamp", "name", "never"],
    typer.Option(
        help="Kept pictures are known, and not read: if unchanged on disk or store, by their name alone, never."
    ),
]
Engine = Annotated[Literal["native", "ray"], typer.Option(help="This machine, or a Ray cluster (`make cluster`).")]
Address = Annotated[
    str | None,
    typer.Option(metavar="HOST:PORT", help="A running Ray cluster.", show_default="one is started on this machine"),
]


def score(  # noqa: PLR0913, PLR0917 - the command's own options
    source: Annotated[str, typer.Argument(metavar="IN", help="Parquet, CSV or JSON Lines: file, folder or glob.")],
    out: Out,
    gallery: Annotated[Path | None, typer.Option(help="Gallery to use instead of the one in force.")] = None,
    part_seconds: PartSeconds = 15.0,
    part_rows: PartRows = None,
    workers: Workers = None,
    restart: Annotated[bool, typer.Option("--restart", help="Throw away what an earlier run left in OUT.")] = False,
    since: Earlier = None,
    keep_embeddings: Embeddings = None,
    trust_pictures: Trusted = "stamp",
    engine: Engine = "native",
    address: Address = None,
) -> None:
    """Judge whole files of profiles; killed and started again, it continues.

    Columns: account_id; name, bio, signature; avatar, cover (a path relative to the file, an fsspec URL of a disk or
    object store, encoded bytes, or base64); entitlements (a list; in CSV a JSON list, or separated by semicolons).

    OUT has one row for every row of IN; one that cannot be judged has a null verdict and the reason in `error`. The
    exit code is 0 when every row is in OUT, and none failed without its own fault (`internal`, `image_unreadable`).

    With --since, a row keeps the decision of an earlier run, and the versions that made it, unless its content or what
    judges it changed: encoder, gallery, text model, policy, closed accounts, code. Rows with an error are judged again.

    With --keep-embeddings, DIR keeps at most 3 KB of every different picture. One that was seen before is not judged
    again while the judges are the same, and not read where its path or URL is known (--trust-pictures).

    With --engine ray, every core of a Ray cluster judges; nodes need this release, and IN and OUT under the same names.

    Example: `huijian score accounts.parquet decisions/`
    """
    from models.settings import Settings
    from serving.batch import score as batch
    from serving.batch.embeddings.locations import Trust
    from serving.batch.errors import InputError
    from serving.batch.work import PartSize

    if address and engine != "ray":
        raise typer.BadParameter("--address is of a Ray cluster; it needs --engine ray")
    settings = Settings.from_environment(gallery)
    try:
        summary = batch.score(
            source,
            out,
            settings,
            part_size=PartSize(part_seconds, part_rows),
            workers=workers,
            restart=restart,
            since=since,
            keep_embeddings=keep_embeddings,
            trust=Trust(trust_pictures),
            engine=engine,
            address=address,
        )
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

"""`huijian rescore`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.runs.json_files import write_json


def rescore(  # noqa: PLR0913, PLR0917 - the command's own options
    decisions: Annotated[
        Path, typer.Argument(metavar="DECISIONS|EMBEDDINGS", exists=True, help="What `huijian score` wrote or kept.")
    ],
    policy: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The new policy.")] = None,
    references: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, metavar="FILE.jsonl", help="Emblems to look for.")
    ] = None,
    min_score: Annotated[float, typer.Option(min=0.01, max=1, help="Least probability of a candidate account.")] = 0.1,
    verify: Annotated[bool, typer.Option("--verify", help="Judge candidates again from their pictures.")] = False,
    output: Annotated[
        Path | None, typer.Option(help="Write the decisions (a folder, or *.parquet) or candidates (*.parquet) here.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the table as JSON, too.")] = None,
    earlier_policy: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Policy of decisions that were made before runs kept it."),
    ] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Throw away what an earlier start left.")] = False,
) -> None:
    """Apply a new policy to stored decisions, or look for new emblems in kept embeddings.

    With --policy, it prints what changes. No model is loaded; nothing is judged again.

    Where the new policy lowers a threshold, decisions may lack what lies below the old one. Such rows are not guessed:
    they get a null verdict and the reason in `error`, and the exit code is 1. `huijian score IN OUT --since OUTPUT`
    judges these alone.

    With --references, it prints how many existing accounts may show each emblem, and writes them. Bad lines of the file
    are named, the others are looked for, and the exit code is 1.

    Example: `huijian rescore decisions/ --policy new.yaml --output rescored/`

    New emblems: `huijian rescore embeddings/ --references new.jsonl --output candidates.parquet`
    """
    if (policy is None) == (references is None):
        raise typer.BadParameter("give either --policy or --references")
    if references:
        _look_for(decisions, references, min_score, output, verify=verify)
    elif policy:
        _apply(decisions, policy, output, json_file, earlier_policy or [], restart=restart)


def _look_for(embeddings: Path, references: Path, min_score: float, output: Path | None, *, verify: bool) -> None:
    """Look for new emblems.

    Raises:
        typer.Exit: with code 1, a line of the references was left out, or a candidate could not be verified.
    """
    from models.settings import Settings
    from serving.batch.embeddings import rescore as search
    from serving.batch.errors import InputError

    sources, faults = search.read_sources(references)
    for fault in faults:
        typer.echo(f"跳过 skipped {fault}", err=True)
    try:
        found = search.rescore(embeddings, sources, Settings.from_environment(), min_score, verify=verify)
    except InputError as error:
        raise typer.BadParameter(str(error)) from error
    for fault in found.faults:
        typer.echo(f"跳过 skipped {fault}", err=True)
    typer.echo(found)
    if output:
        search.write(output, found)
    unverified = sum(row["error"] is not None for row in found.candidates)
    if unverified:
        typer.echo(f"{unverified} 个候选未能复核 candidates could not be verified: see their `error`", err=True)
    if faults or found.faults or unverified:
        raise typer.Exit(1)


def _apply(  # noqa: PLR0913 - the command's own options
    decisions: Path,
    policy: Path,
    output: Path | None,
    json_file: Path | None,
    earlier_policy: Sequence[Path],
    *,
    restart: bool,
) -> None:
    """Apply a new policy.

    Raises:
        typer.Exit: with code 1, some rows are undecided.
    """
    from models.settings import Settings
    from serving.batch.errors import InputError
    from serving.runs.rescore import rescore as apply

    earlier = [*earlier_policy, Settings.from_environment().policy]
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

"""`huijian compare`, `promote`, `rollback` and `models list`: a better model into the running service, and back."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.operator import recorded

app = typer.Typer(help="模型版本 · What models, galleries and policies are there.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Artefact folder of a model.")]


def compare(  # noqa: PLR0913, PLR0917 - the command's own options
    champion: Folder,
    challenger: Folder,
    manifest: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="For encoders: the pictures to judge.")
    ] = None,
    references: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="For encoders: what both galleries are built from.")
    ] = None,
    cases: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="For text models: cases to judge, not the test part."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(help="Also write a page with curves and what only one of them judges rightly."),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Also write the numbers there, as JSON.")] = None,
) -> None:
    """Judge held-out cases with two models, and say whether the difference is more than chance.

    Text models judge the test part of the corpus, or --cases that neither has seen. Encoders judge a manifest's
    pictures, each with its own gallery. The exit code does not depend on who is better.

    Example: `huijian compare models/artifacts/text/2026.12.3 build/text/artifact --report comparison.html`
    """
    from models.runtime.artifact_files import ArtifactFile

    encoders = [folder for folder in (champion, challenger) if (folder / ArtifactFile.COHORT).is_file()]
    if encoders or manifest or references:
        if manifest is None or references is None:
            named = f"{encoders[0]} is an encoder: " if encoders else ""
            raise typer.BadParameter(f"{named}encoders are compared with both --manifest and --references")
        if len(encoders) < len((champion, challenger)):
            raise typer.BadParameter("--manifest and --references are for two encoders' folders")
        if cases:
            raise typer.BadParameter("--cases is for text models")
        _compare_images(champion, challenger, manifest, references, report, output)
    else:
        _compare_texts(champion, challenger, cases, report, output)


def _compare_images(  # noqa: PLR0913, PLR0917 - the command's own options
    champion: Path, challenger: Path, manifest: Path, references: Path, report: Path | None, output: Path | None
) -> None:
    from training.images.comparison.compare import compare_images

    comparison = compare_images(champion, challenger, manifest, references, page=report, command=_command())
    typer.echo(comparison)
    if output:
        output.write_text(json.dumps(comparison.to_dict(), indent=1) + "\n", encoding="utf-8")


def _compare_texts(
    champion: Path, challenger: Path, cases: Path | None, report: Path | None, output: Path | None
) -> None:
    from training.cases import CasesError
    from training.text.evaluation.compare import compare_text

    try:
        typer.echo(compare_text(champion, challenger, cases, page=report, output=output, command=_command()))
    except CasesError as error:
        raise typer.BadParameter(str(error)) from error


def _command() -> str:
    """The command line, for the report."""
    return shlex.join(["huijian", *sys.argv[1:]])


def promote(
    run: Annotated[Path, typer.Argument(metavar="RUN", exists=True, file_okay=False, help="What training left.")],
    references: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="For an encoder: references to build its gallery from."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Also a model that measured worse.")] = False,
) -> None:
    """Put a trained model into force, in a running service too; it takes it up within seconds.

    A text model is refused if a label's F1 falls by more than .03 from the model in force, or the share of clean texts
    flagged rises by more than .01, both as training measured them on the same test part. An encoder is refused if what
    `huijian evaluate images --encoder` measured is worse by more than half the width of a 95% interval.

    Example: `huijian promote build/text/artifact`
    """
    from models.settings import Settings
    from training.promote import promote as promote_run

    settings = Settings.from_environment()
    with recorded(settings, action="promote", run=run.resolve().name, force=force):
        promoted = promote_run(run, settings, references, force=force)
    typer.echo(f"{promoted} is in force")


Part = Annotated[Literal["text", "encoder", "gallery", "policy"], typer.Argument(help="What to go back with.")]


def rollback(
    part: Part,
    to: Annotated[
        str | None, typer.Option(metavar="VERSION", help="Another earlier version, as `huijian models list` names it.")
    ] = None,
) -> None:
    """Put the version before into force again, in a running service too; it takes it up within seconds.

    Called again it goes one version further back. An encoder comes back with the last gallery that it made.

    Example: `huijian rollback text`
    """
    from models.settings import Settings
    from serving.history import ROLLBACK
    from serving.rollback import roll_back

    settings = Settings.from_environment()
    with recorded(settings, action=ROLLBACK, part=part) as database:
        version = roll_back(part, settings, database, to)
    made_by = f", of encoder {settings.encoder_directory().name}" if part in {"encoder", "gallery"} else ""
    typer.echo(f"{'gallery' if part == 'encoder' else part} {version}{made_by} is in force")


@app.callback()
def _models() -> None:
    """Keeps `list` a subcommand, so that more can follow."""


@app.command("list")
def list_() -> None:
    """List what is there: part, version, whether in force or in shadow, since when (UTC), by whom, and where.

    Columns are separated by tabs. Who and when are from the audit trail; without one, from the files.

    Example: `huijian models list`
    """
    from models.settings import Settings
    from serving.inventory import inventory

    for one in inventory(Settings.from_environment()):
        typer.echo("\t".join((one.part, one.name, one.state, one.since or "-", one.by or "-", str(one.place))))

"""`huijian compare`, `promote`, `rollback` and `models list`: a better model into the running service, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.operator import recorded

app = typer.Typer(help="模型版本 · What models, galleries and policies are there.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Artefact folder of a model.")]


def compare(
    champion: Folder,
    challenger: Folder,
    manifest: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="For encoders: the pictures to judge.")
    ] = None,
    references: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="For encoders: what both galleries are built from.")
    ] = None,
) -> None:
    """Judge held-out cases with two models, and say whether the difference is more than chance.

    Text models judge the test part of the corpus. Encoders judge a manifest's pictures, each with its own gallery.

    Example: `huijian compare models/artifacts/text/2026.11.5 build/text/artifact`
    """
    if (manifest is None) != (references is None):
        raise typer.BadParameter("encoders are compared with both --manifest and --references")
    if manifest and references:
        from training.images.evaluation.compare import compare_images

        typer.echo(compare_images(champion, challenger, manifest, references))
    else:
        from training.text.evaluation.compare import compare_text

        typer.echo(compare_text(champion, challenger))


def promote(
    run: Annotated[Path, typer.Argument(metavar="RUN", exists=True, file_okay=False, help="What training left.")],
    references: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="For an encoder: references to build its gallery from."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Also a text model that measured worse.")] = False,
) -> None:
    """Put a trained model into force, in a running service too; it takes it up within seconds.

    A text model is refused if a label's F1 falls by more than .03 from the model in force, or the share of clean texts
    flagged rises by more than .01, both as training measured them on the same test part.

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

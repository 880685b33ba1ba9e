"""`huijian compare` and `huijian promote`: a better model into the running service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.operator import recorded

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
) -> None:
    """Put a trained model into force, in a running service too; it takes it up within seconds.

    Example: `huijian promote build/text/artifact`
    """
    from models.settings import Settings
    from training.promote import promote as promote_run

    settings = Settings.from_environment()
    with recorded(settings, action="promote", run=run.resolve().name):
        promoted = promote_run(run, settings, references)
    typer.echo(f"{promoted} is in force")

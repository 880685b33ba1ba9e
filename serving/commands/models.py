"""`huijian compare` and `huijian promote`: a better model into the running service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Artefact folder of a model.")]


def compare(champion: Folder, challenger: Folder) -> None:
    """Judge the held-out texts with two text models, and say whether the difference is more than chance.

    Example: `huijian compare models/artifacts/text/2026.11.1 build/text/artifact`
    """
    from training.compare import compare_text

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
    from training import promote as promotion

    typer.echo(f"{promotion.promote(run, Settings.from_environment(), references)} is in force")

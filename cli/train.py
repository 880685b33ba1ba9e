"""`huijian train`: make the models again, or better ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="训练 · Make the models again, also with more labelled cases.", no_args_is_help=True)

Output = Annotated[Path, typer.Option(help="Folder of the run; one that was broken off there goes on.")]
Cases = Annotated[
    list[Path] | None,
    typer.Option(exists=True, dir_okay=False, help="Further labelled cases, JSON Lines; may be repeated."),
]
Seed = Annotated[int, typer.Option(help="Of everything random; the same seed gives the same model.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Use only so much of the data, for a trial.")]
Threads = Annotated[int, typer.Option(min=1, help="Cores to use.")]

THREADS = 2
"""Cores that training uses if not told otherwise."""


@app.command()
def text(  # noqa: PLR0913, PLR0917 - the run's own options
    output: Output = Path("build/text"),
    cases: Cases = None,
    weight: Annotated[
        int, typer.Option(min=1, max=100, help="Times that each further case is seen in an epoch, disguised anew.")
    ] = 1,
    skip_duplicates: Annotated[
        bool,
        typer.Option("--skip-duplicates", help="Leave out and name further cases that nearly equal held-out texts."),
    ] = False,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the data.")] = 3,
    seed: Seed = 2026,
    limit: Limit = None,
    threads: Threads = THREADS,
    base: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Released text model to go on from, or checkpoint directory to start from (BERT, RoBERTa-wwm ...).",
        ),
    ] = None,
) -> None:
    """Fine-tune the text classifier and export it.

    Three epochs take some 70 minutes on two cores. With `--base models/artifacts/text/VERSION --epochs 1` training
    goes on from a released model, in a third of the time. `--limit` shortens the corpus, never the further cases.

    Example: `huijian train text --cases new-cases.jsonl --weight 3`
    """
    from training.cases import CasesError
    from training.text.networks.checkpoints import TextCheckpointError
    from training.text.networks.released import base_or_released
    from training.text.train import train_text

    try:
        artifact = train_text(
            output,
            cases=cases or (),
            weight=weight,
            skip_duplicates=skip_duplicates,
            epochs=epochs,
            seed=seed,
            limit=limit,
            threads=threads,
            base=base_or_released(base) if base else None,
        )
    except (TextCheckpointError, CasesError) as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(f"{artifact}; put it in force with: huijian promote {artifact}")


@app.command()
def images(  # noqa: PLR0913, PLR0917 - the run's own options
    output: Output = Path("build/images"),
    cases: Cases = None,
    steps: Annotated[
        int, typer.Option(min=1, help="Of 32 pictures each, those of a broken-off run among them.")
    ] = 5_000,
    seed: Seed = 0,
    limit: Limit = None,
    threads: Threads = THREADS,
    base: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Encoder's artefact folder to start from: the result lies halfway to it, and its reranker learns on.",
        ),
    ] = None,
) -> None:
    """Train the image encoder and export it.

    Example: `huijian train images --cases new-cases.jsonl --base models/artifacts/encoders/FINGERPRINT`
    """
    from training.cases import CasesError
    from training.images.fit.train import train_images
    from training.images.networks.released import BaseError

    try:
        artifact = train_images(
            output, cases=cases or (), steps=steps, seed=seed, limit=limit, threads=threads, base=base
        )
    except (CasesError, BaseError) as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(f"{artifact}; put it in force with: huijian promote {artifact} --references REFERENCES.jsonl")

"""`huijian train`: make the models again, or better ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

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


def _options_from(context: typer.Context, file: Path | None) -> Path | None:
    """Take a file's options as defaults, which the command line overrides."""
    from training.runs.options import OptionsError, read_options

    if file is not None:
        try:
            context.default_map = read_options(file, _option_names(context))
        except OptionsError as error:
            raise typer.BadParameter(str(error)) from error
    return file


def _option_names(context: typer.Context) -> list[str]:
    """Options that describe a run; not where it is, nor where they come from."""
    names = [str(parameter.name) for parameter in context.command.params]
    return [name for name in names if name not in {"output", "config", "help"}]


Config = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        is_eager=True,
        callback=_options_from,
        help="Options as a file, such as an earlier run's run.yaml; the command line overrides them.",
    ),
]
Track = Annotated[
    Literal["tensorboard", "mlflow"] | None,
    typer.Option(help="Also write every number where the run can be followed."),
]

THREADS = 2
"""Cores that training uses if not told otherwise."""


Rehearse = Annotated[
    int | None,
    typer.Option(min=1, help="Texts of the corpus that the network sees beside the further cases; all by default."),
]


@app.command()
def text(  # noqa: PLR0913, PLR0917 - the run's own options
    context: typer.Context,
    output: Output = Path("build/text"),
    config: Config = None,
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
    rehearse: Rehearse = None,
    threads: Threads = THREADS,
    base: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Released text model to go on from, or checkpoint directory to start from (BERT, RoBERTa-wwm ...).",
        ),
    ] = None,
    track: Track = None,
) -> None:
    """Fine-tune the text classifier and export it.

    Three epochs take some 70 minutes on two cores. With `--base models/artifacts/text/VERSION --epochs 1` training
    goes on from a released model, in a third of the time; with `--rehearse 9000` in a tenth. `--limit` shortens the
    corpus, never the further cases.

    Example: `huijian train text --cases new-cases.jsonl --weight 3`
    """
    from training.cases import CasesError
    from training.runs.record import recorded
    from training.text.networks.checkpoints import TextCheckpointError
    from training.text.networks.released import base_or_released
    from training.text.train import train_text

    try:
        with recorded(output, _given(context), track) as record:
            artifact = train_text(
                output,
                cases=cases or (),
                weight=weight,
                skip_duplicates=skip_duplicates,
                epochs=epochs,
                seed=seed,
                limit=limit,
                rehearse=rehearse,
                threads=threads,
                base=base_or_released(base) if base else None,
                record=record,
            )
    except (TextCheckpointError, CasesError) as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(f"{artifact}; put it in force with: huijian promote {artifact}")


@app.command()
def images(  # noqa: PLR0913, PLR0917 - the run's own options
    context: typer.Context,
    output: Output = Path("build/images"),
    config: Config = None,
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
    track: Track = None,
) -> None:
    """Train the image encoder and export it.

    Example: `huijian train images --cases new-cases.jsonl --base models/artifacts/encoders/FINGERPRINT`
    """
    from training.cases import CasesError
    from training.images.fit.train import train_images
    from training.images.networks.released import BaseError
    from training.runs.record import recorded

    try:
        with recorded(output, _given(context), track) as record:
            artifact = train_images(
                output,
                cases=cases or (),
                steps=steps,
                seed=seed,
                limit=limit,
                threads=threads,
                base=base,
                record=record,
            )
    except (CasesError, BaseError) as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(f"{artifact}; put it in force with: huijian promote {artifact} --references REFERENCES.jsonl")


def _given(context: typer.Context) -> dict[str, Any]:
    """The run's options as a file holds them."""
    options = {name: context.params[name] for name in _option_names(context)}
    options["cases"] = [str(path) for path in options["cases"] or ()]
    return options | {"base": str(options["base"]) if options["base"] else None}

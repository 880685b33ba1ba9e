"""`huijian evaluate`: how good the models in force are, on labelled data that they were not made from."""

from __future__ import annotations

import shlex
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="评测 · Measure the models in force on labelled data, beside baselines.", no_args_is_help=True)

Output = Annotated[Path | None, typer.Option(help="Also write the numbers there, as JSON.")]


@app.command()
def text(
    cases: Annotated[Path, typer.Argument(metavar="CASES.jsonl", exists=True, dir_okay=False)] = Path(
        "datasets/bios/test.jsonl"
    ),
    output: Output = None,
) -> None:
    """Measure the text judgement, beside character n-grams.

    Example: `huijian evaluate text datasets/bios/test.jsonl`
    """
    from training.text.evaluate import evaluate_text

    evaluate_text(cases, output=output, command=_command())


@app.command()
def images(
    manifest: Annotated[
        Path | None, typer.Argument(metavar="MANIFEST.jsonl", exists=True, dir_okay=False, show_default=False)
    ] = None,
    references: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Build a gallery of these, and measure a hash of them too."),
    ] = None,
    gallery: Annotated[Path | None, typer.Option(help="Gallery to use instead of the one in force.")] = None,
    output: Output = None,
) -> None:
    """Measure the emblem detector, beside a perceptual hash if the references are given.

    A line is `{"path", "label": "pos" | "neg", "reference_id", "kind", "field"}`, the path relative to the file.
    Without a manifest our own held-out test is made first, in build/benchmark, from the catalogue's emblems.

    Example: `huijian evaluate images manifest.jsonl --references references.jsonl`
    """
    from models.images import gallery as galleries
    from models.images.emblems import EmblemDetector
    from models.images.encoder import Encoder
    from models.settings import Settings
    from training.images.evaluate import evaluate_images

    if manifest is None:
        manifest, references = _held_out()
    settings = Settings.from_environment(gallery)
    encoder, directory = Encoder(settings.encoder_directory()), settings.gallery_directory()
    with tempfile.TemporaryDirectory() as scratch:
        if references and not gallery:
            directory = Path(scratch)
            galleries.build(references, directory, encoder)
        detector = EmblemDetector(encoder, galleries.Gallery.load(directory, encoder))
    try:
        evaluate_images(manifest, detector, references=references, output=output, command=_command())
    except (ValueError, KeyError) as error:
        raise typer.BadParameter(f"{manifest} cannot be used: {error}") from error


def _held_out() -> tuple[Path, Path]:
    """The manifest and the references of our own held-out test."""
    from training.images.benchmark import write_benchmark
    from training.images.catalogue import render
    from training.release import CATALOGUE

    folder = Path("build/benchmark")
    return write_benchmark(render(CATALOGUE, Path("build/emblems")), folder), folder / "references.jsonl"


def _command() -> str:
    """The command that was given, to be printed below its table."""
    return shlex.join(["huijian", *sys.argv[1:]])

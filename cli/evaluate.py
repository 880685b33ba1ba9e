"""`huijian evaluate`: how good the models in force are, on labelled data that they were not made from."""

from __future__ import annotations

import shlex
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from models.images.encoder.encoder import Encoder
    from models.images.gallery.gallery import Gallery
    from models.images.matching.emblems import EmblemDetector
    from models.settings import Settings

app = typer.Typer(help="评测 · Measure the models in force on labelled data, beside baselines.", no_args_is_help=True)

Report = Annotated[Path | None, typer.Option(help="Also write a page with curves and the worst errors there, as HTML.")]
Output = Annotated[Path | None, typer.Option(help="Also write the numbers there, as JSON.")]


@app.command()
def text(
    cases: Annotated[Path, typer.Argument(metavar="CASES.jsonl", exists=True, dir_okay=False)] = Path(
        "datasets/bios/test.jsonl"
    ),
    peers: Annotated[
        bool,
        typer.Option(
            "--peers",
            help="Measure keyword lists, n-grams and a frozen encoder beside ours; minutes the first time.",
        ),
    ] = False,
    ablation: Annotated[bool, typer.Option("--ablation", help="Measure what each part of the judgement adds.")] = False,
    report: Report = None,
    output: Output = None,
) -> None:
    """Measure the text judgement: per label, over parts of the cases, and on the same texts disguised.

    Example: `huijian evaluate text datasets/bios/test.jsonl --report build/report.html`
    """
    from training.cases import CasesError
    from training.text.evaluation.evaluate import evaluate_text

    try:
        evaluate_text(cases, peers=peers, ablation=ablation, page=report, output=output, command=_command())
    except CasesError as error:
        raise typer.BadParameter(str(error)) from error


@app.command()
def images(  # noqa: PLR0913, PLR0917 - the command's own options
    manifest: Annotated[
        Path | None, typer.Argument(metavar="MANIFEST.jsonl", exists=True, dir_okay=False, show_default=False)
    ] = None,
    references: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Build a gallery of these, which other methods learn too."),
    ] = None,
    gallery: Annotated[Path | None, typer.Option(help="Gallery to use, not that in force, without references.")] = None,
    encoder: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Encoder's artefact folder to measure instead of the one in force. What our own test says of a run is "
            "written into its metrics and card.",
        ),
    ] = None,
    peers: Annotated[
        bool | None,
        typer.Option(
            "--peers/--no-peers",
            help="Measure hashes, keypoints and pretrained networks beside ours; by default on our own test.",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Of our own test: so many emblems, and harmless pictures of each kind.")
    ] = None,
    report: Report = None,
    output: Output = None,
) -> None:
    """Measure the emblem detector and the policy in force, or another encoder with them.

    A line is `{"path", "label": "pos" | "neg", "reference_id", "kind", "field"}`, the path relative to the file.
    Without a manifest our own held-out test is made first, in build/benchmark, from the catalogue's emblems.

    Example: `huijian evaluate images manifest.jsonl --references references.jsonl --report build/report.html`
    """
    from models.policy import Policy
    from models.settings import Settings
    from training.images.evaluation.evaluate import PeerMethods, evaluate_images
    from training.images.evaluation.peers import PEERS

    own = manifest is None
    if gallery and (own or references):
        raise typer.BadParameter("--gallery goes with a manifest alone: references bring a gallery of their own")
    if manifest is None:
        manifest, references = _held_out(limit)
    settings = Settings.from_environment(gallery)
    others = PeerMethods(PEERS, references) if references and (own if peers is None else peers) else None
    try:
        detector, policy = _detector(settings, encoder, references), Policy.load(settings.policy)
        found = evaluate_images(
            manifest, detector, policy, others=others, output=output, page=report, command=_command()
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if own and encoder:
        _record(encoder, settings, found)


def _detector(settings: Settings, encoder: Path | None, references: Path | None) -> EmblemDetector:
    from models.images.encoder.encoder import Encoder
    from models.images.matching.emblems import EmblemDetector

    measured = Encoder(encoder or settings.encoder_directory())
    return EmblemDetector(measured, _gallery(settings, measured, references))


def _record(encoder: Path, settings: Settings, found: Mapping[str, Any]) -> None:
    """Write the measurements beside a run's encoder, unless it is a released one or was not trained here."""
    from training.images.common.metrics import record_metrics, recorded_metrics
    from training.images.fit.card import write_card

    is_released = encoder.resolve().is_relative_to(settings.artifacts.resolve())
    if "pictures" in recorded_metrics(encoder) and not is_released:
        record_metrics(encoder, "evaluation", found)
        write_card(encoder)


def _gallery(settings: Settings, encoder: Encoder, references: Path | None) -> Gallery:
    """A gallery built from the references, or without them the one of the settings."""
    from models.images.gallery import gallery as galleries

    if references is None:
        return galleries.Gallery.load(settings.gallery_directory(), encoder)
    with tempfile.TemporaryDirectory() as scratch:
        galleries.build(references, Path(scratch), encoder)
        return galleries.Gallery.load(Path(scratch), encoder)


def _held_out(limit: int | None) -> tuple[Path, Path]:
    """The manifest and the references of our own held-out test."""
    from training.images.data.benchmark import write_benchmark
    from training.images.sources.catalogue import CATALOGUE, render_catalogue

    folder = Path("build/benchmark" if limit is None else f"build/benchmark-{limit}")
    manifest = write_benchmark(render_catalogue(CATALOGUE, Path("build/emblems")), folder, limit=limit)
    return manifest, folder / "references.jsonl"


def _command() -> str:
    """The command line, to be printed below its table."""
    return shlex.join(["huijian", *sys.argv[1:]])

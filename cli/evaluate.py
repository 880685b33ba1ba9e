"""`huijian evaluate`: how good the models in force are, on labelled data that they were not made from."""

from __future__ import annotations

import shlex
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from models.images.encoder.encoder import Encoder
    from models.images.gallery.gallery import Gallery
    from models.images.matching.emblems import EmblemDetector
    from models.inspector import Inspector
    from models.settings import Settings

app = typer.Typer(help="评测 · Measure the models in force on labelled data, beside baselines.", no_args_is_help=True)

Report = Annotated[Path | None, typer.Option(help="Also write a page with curves and the worst errors there, as HTML.")]
Output = Annotated[Path | None, typer.Option(help="Also write the numbers there, as JSON.")]


@app.command()
def text(  # noqa: PLR0913, PLR0917 - the command's own options
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
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", exists=True, file_okay=False, help="Text model to measure instead of the one in force."
        ),
    ] = None,
    ablation: Annotated[bool, typer.Option("--ablation", help="Measure what each part of the judgement adds.")] = False,
    real: Annotated[
        Path | None,
        typer.Option(metavar="DIR", exists=True, file_okay=False, help="Measure real texts, *.jsonl of a folder."),
    ] = None,
    report: Report = None,
    output: Output = None,
) -> None:
    """Measure the text judgement: per label, over parts of the cases, and on the same texts disguised.

    `--real` counts what the service reports in the texts of a folder, by file, source and field. A line is `{"field",
    "text", "source", "labels"}`; without labels it counts as unlabelled. The exit code is 1 if lines cannot be used;
    the others are measured.

    Example: `huijian evaluate text datasets/bios/test.jsonl --report build/report.html`
    """
    from training.cases import CasesError
    from training.text.evaluation.evaluate import evaluate_text

    try:
        if real is not None:
            if peers or ablation or report is not None:
                raise typer.BadParameter("--peers, --ablation and --report go with cases, not with --real")
            return _evaluate_real(real, model, output)
        evaluate_text(cases, model, peers=peers, ablation=ablation, page=report, output=output, command=_command())
    except CasesError as error:
        raise typer.BadParameter(str(error)) from error


Manifest = Annotated[
    Path | None, typer.Argument(metavar="MANIFEST.jsonl", exists=True, dir_okay=False, show_default=False)
]
References = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Build a gallery of these, which other methods learn too."),
]
GalleryFolder = Annotated[Path | None, typer.Option(help="Gallery to use, not that in force, without references.")]
EncoderFolder = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        file_okay=False,
        help="Encoder's artefact folder to measure instead of the one in force. What our own test says of a run is "
        "written into its metrics and card.",
    ),
]
Peers = Annotated[
    bool | None,
    typer.Option(
        "--peers/--no-peers",
        help="Measure hashes, keypoints and pretrained networks beside ours; by default on our own test.",
    ),
]
Limit = Annotated[
    int | None,
    typer.Option(
        min=1, help="Of our own test: so many emblems, and harmless pictures of each kind; of --core: so many emblems."
    ),
]
Wild = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="Measure what the service reports in the real pictures of a folder with a manifest.jsonl.",
    ),
]
Core = Annotated[
    bool, typer.Option("--core", help="Measure what the service reports in plain presentations of the core emblems.")
]


@app.command()
def images(  # noqa: PLR0913, PLR0917 - the command's own options
    manifest: Manifest = None,
    references: References = None,
    gallery: GalleryFolder = None,
    encoder: EncoderFolder = None,
    peers: Peers = None,
    limit: Limit = None,
    wild: Wild = None,
    core: Core = False,
    report: Report = None,
    output: Output = None,
) -> None:
    """Measure the emblem detector and the policy in force, or another encoder with them.

    A line is `{"path", "label": "pos" | "neg", "reference_id", "kind", "field"}`, the path relative to the file.
    Without a manifest our own held-out test is made first, in build/benchmark, from the catalogue's emblems.

    `--wild` and `--core` count pictures in which the service reports the right label. A line of the folder's
    manifest.jsonl is `{"path", "positive", "label", "reference_ids", "also_contains", "kind"}`. The exit code is 1 if
    lines or pictures cannot be used; the others are measured.

    Example: `huijian evaluate images manifest.jsonl --references references.jsonl --report build/report.html`
    """
    from models.settings import Settings

    measures = [name for name, given in (("MANIFEST.jsonl", manifest), ("--wild", wild), ("--core", core)) if given]
    if len(measures) > 1:
        raise typer.BadParameter(f"{' and '.join(measures)} are measured one at a time")
    if gallery and (references or not measures):
        raise typer.BadParameter("--gallery needs a manifest, --wild or --core; references bring their own gallery")
    if peers and (wild or core):
        raise typer.BadParameter("--peers needs a manifest or our own test")
    settings = Settings.from_environment(gallery)
    if wild:
        _evaluate_wild(wild, _inspector(settings, encoder, references), output, report)
    elif core:
        _evaluate_core(_inspector(settings, encoder, references), limit, output, report)
    else:
        _evaluate_manifest(settings, manifest, references, encoder, peers, limit, output, report)


def _evaluate_manifest(  # noqa: PLR0913, PLR0917 - the command's own options
    settings: Settings,
    manifest: Path | None,
    references: Path | None,
    encoder: Path | None,
    peers: bool | None,
    limit: int | None,
    output: Path | None,
    report: Path | None,
) -> None:
    from models.policy import Policy
    from training.images.evaluation.evaluate import PeerMethods, evaluate_images
    from training.images.evaluation.peers import PEERS

    own, hard_negatives = manifest is None, None
    if manifest is None:
        manifest, references, hard_negatives = _held_out(limit)
    others = PeerMethods(PEERS, references) if references and (own if peers is None else peers) else None
    try:
        detector, policy = _detector(settings, encoder, references), Policy.load(settings.policy)
        found = evaluate_images(
            manifest,
            detector,
            policy,
            others=others,
            hard_negatives=hard_negatives,
            output=output,
            page=report,
            command=_command(),
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if own and encoder:
        _record(encoder, settings, found)


def _evaluate_real(folder: Path, model: Path | None, output: Path | None) -> None:
    from training.text.evaluation.real_texts import evaluate_real_texts

    _tell_problems(evaluate_real_texts(folder, model, output=output, command=_command())["problems"])


def _tell_problems(problems: Sequence[str]) -> None:
    """Name what was not measured on stderr, and exit with 1 if there was any."""
    for problem in problems:
        typer.echo(f"未评测 · not measured: {problem}", err=True)
    if problems:
        raise typer.Exit(1)


def _evaluate_wild(folder: Path, inspector: Inspector, output: Path | None, report: Path | None) -> None:
    from training.images.evaluation.real_pictures import evaluate_real_pictures

    found = evaluate_real_pictures(folder, inspector, output=output, page=report, command=_command())
    _tell_problems(found["problems"])


def _evaluate_core(inspector: Inspector, limit: int | None, output: Path | None, report: Path | None) -> None:
    from training.images.evaluation.core_emblems import evaluate_core
    from training.images.sources.catalogue import core_drawings

    evaluate_core(inspector, core_drawings(limit), output=output, page=report, command=_command())


def _inspector(settings: Settings, encoder: Path | None, references: Path | None) -> Inspector:
    """The Inspector that serves, or one with another encoder, or with a gallery built from the references."""
    from models.images.encoder.encoder import Encoder
    from models.images.gallery import gallery as galleries
    from models.inspector import Inspector

    chosen = replace(settings, encoder=encoder)
    if references is None:
        return Inspector.load(chosen)
    with tempfile.TemporaryDirectory() as scratch:
        galleries.build(references, Path(scratch), Encoder(chosen.encoder_directory(), chosen.threads))
        return Inspector.load(replace(chosen, gallery=Path(scratch)))


def _detector(settings: Settings, encoder: Path | None, references: Path | None) -> EmblemDetector:
    from models.images.encoder.encoder import Encoder
    from models.images.matching.emblems import EmblemDetector

    measured = Encoder(encoder or settings.encoder_directory())
    return EmblemDetector(measured, _gallery(settings, measured, references))


def _record(encoder: Path, settings: Settings, found: Mapping[str, Any]) -> None:
    """Write the measurements beside an encoder, unless it is a released one; into its card if it was trained here."""
    from training.images.common.metrics import record_metrics, recorded_metrics
    from training.images.fit.card import write_card

    if encoder.resolve().is_relative_to(settings.artifacts.resolve()):
        return
    record_metrics(encoder, "evaluation", found)
    if "pictures" in recorded_metrics(encoder):
        write_card(encoder)


def _gallery(settings: Settings, encoder: Encoder, references: Path | None) -> Gallery:
    """A gallery built from the references, or without them the one of the settings."""
    from models.images.gallery import gallery as galleries

    if references is None:
        return galleries.Gallery.load(settings.gallery_directory(), encoder)
    with tempfile.TemporaryDirectory() as scratch:
        galleries.build(references, Path(scratch), encoder)
        return galleries.Gallery.load(Path(scratch), encoder)


def _held_out(limit: int | None) -> tuple[Path, Path, Path]:
    """The manifest and the references of our own held-out test, and the manifest of its hard negatives."""
    from training.images.data.benchmark import HARD_NEGATIVES_MANIFEST, write_benchmark
    from training.images.sources.catalogue import CATALOGUE, render_catalogue

    folder = Path("build/benchmark" if limit is None else f"build/benchmark-{limit}")
    manifest = write_benchmark(render_catalogue(CATALOGUE, Path("build/emblems")), folder, limit=limit)
    return manifest, folder / "references.jsonl", folder / HARD_NEGATIVES_MANIFEST


def _command() -> str:
    """The command line, to be printed below its table."""
    return shlex.join(["huijian", *sys.argv[1:]])

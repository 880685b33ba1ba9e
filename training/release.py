"""The release: default gallery, and the manifest that says how every released file was made.

`python -m training.release gallery` rebuilds the default gallery from `datasets/emblems/catalogue.jsonl`;
`python -m training.release manifest` lists what is in `models/artifacts/` after a model was copied there.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from models import manifest as released
from models.images.encoder.encoder import Encoder
from models.images.gallery import gallery as galleries
from models.runtime.artifact_files import ArtifactFile
from models.settings import Settings
from training.images.sources.catalogue import CATALOGUE, render_catalogue

MADE_BY = {
    "encoders": "huijian train images",
    "gallery": "python -m training.release gallery",
    "text": "huijian train text",
}
"""Command that makes each folder of `models/artifacts/`."""

NETWORK_FILES = {
    "captions": (ArtifactFile.TEXT_TOWER,),
    "core": (ArtifactFile.CORE,),
    "localizer": (ArtifactFile.LOCALIZER,),
    "reranker": (ArtifactFile.RERANKER_TOKENS, ArtifactFile.RERANKER),
}
"""Files of the networks beside an encoder's `model.onnx`, by their key in its `metrics.json`."""

app = typer.Typer(add_completion=False, help="发布 · What ships with the code.", no_args_is_help=True)


@app.command()
def gallery(
    encoder: Annotated[Path | None, typer.Option(help="Artefact folder; by default the released encoder.")] = None,
    renderings: Annotated[Path, typer.Option(help="Where the drawings are rendered to.")] = Path("build/emblems"),
) -> None:
    """Render the catalogue and build the default gallery from it."""
    settings = Settings()
    directory = encoder or settings.released().encoder_directory()
    references = render_catalogue(CATALOGUE, renderings)
    draft = renderings / "gallery"
    shutil.rmtree(draft, ignore_errors=True)
    change = galleries.build(references, draft, Encoder(directory))
    shutil.rmtree(settings.artifacts / "gallery", ignore_errors=True)
    shutil.copytree(draft, settings.artifacts / "gallery")
    for clash in change.clashes:
        typer.echo(f"note: {clash}", err=True)
    typer.echo(f"{change.pictures} pictures, version {change.version}")
    manifest()


@app.command()
def manifest() -> None:
    """List what is in `models/artifacts/`, with checksums and what each model measured."""
    artifacts = Settings().artifacts
    released.write(artifacts, MADE_BY, _metrics(artifacts))
    typer.echo(f"{released.verify(artifacts)} files released")


def _metrics(artifacts: Path) -> dict[str, dict[str, Any]]:
    """The headline metrics of every network, by its path: the plain numbers in the `metrics.json` beside it."""
    found = {}
    for path in artifacts.rglob(ArtifactFile.METRICS.value):
        values = json.loads(path.read_text(encoding="utf-8"))
        folder = path.parent.relative_to(artifacts)
        found[(folder / ArtifactFile.MODEL).as_posix()] = _numbers(values) | _measured(values)
        measured = ((file, values[name]) for name, files in NETWORK_FILES.items() if name in values for file in files)
        found |= {(folder / file).as_posix(): _numbers(numbers) for file, numbers in measured}
    return found


def _numbers(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if isinstance(value, int | float)}


def _measured(values: dict[str, Any]) -> dict[str, Any]:
    tested = values.get("test", {}).get("huijian", {})
    return {name: tested[name] for name in ("macro_f1", "macro_f1_95", "clean_flagged") if name in tested}


if __name__ == "__main__":
    app()

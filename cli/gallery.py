"""`huijian gallery`: the emblems that pictures are compared with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.operator import recorded

if TYPE_CHECKING:
    from models.images.gallery.gallery import Change
    from models.images.gallery.references import Reference

app = typer.Typer(help="标志库 · Build, change and search the gallery of emblems.", no_args_is_help=True)

References = Annotated[
    Path, typer.Argument(metavar="REFERENCES.jsonl", exists=True, dir_okay=False, help="One reference image a line.")
]
Threshold = Annotated[float | None, typer.Option(min=0, max=1, help="Score from which it is reported.")]
Rollout = Annotated[
    float | None, typer.Option(min=0, max=1, help="Share of accounts for which it counts; 0: it is only reported.")
]
Directory = Annotated[Path | None, typer.Argument(metavar="[DIR]", help="A gallery; the one in force if not given.")]


@app.command()
def build(
    references: References,
    directory: Annotated[Path, typer.Argument(metavar="DIR")],
    encoder: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Artefact folder; the released one if not given.")
    ] = None,
) -> None:
    """Build a gallery from references and make it DIR's version in force.

    A line is `{"reference_id", "label", "image", "name_zh", "name_en", "owner_id", "source", "licence"}`, its image a
    path relative to the file, or with `"text"`, a phrase, in its place. Several lines may share a reference_id. It may
    also have `"threshold"`, `"rollout"`, or `"harmless": true` (then it needs no label). A named encoder is
    kept for later use of the gallery.

    Example: `huijian gallery build references.jsonl my-gallery`
    """
    from models.images.encoder.encoder import Encoder
    from models.images.gallery import gallery
    from models.settings import Settings

    settings = Settings.from_environment()
    folder = encoder or settings.released().encoder_directory()
    loaded = Encoder(folder, settings.threads)
    with _target(directory, action="build", references=references.name):
        change = gallery.build(references, directory, loaded)
    _report(change, directory)
    if encoder:
        settings.keep_encoder(folder, loaded.fingerprint)


@app.command()
def add(  # noqa: PLR0913, PLR0917 - the options of the command
    references: Annotated[
        Path, typer.Argument(metavar="REFERENCES.jsonl|FOLDER", exists=True, help="References, or pictures.")
    ],
    directory: Directory = None,
    force: Annotated[bool, typer.Option("--force", help="Enrol look-alikes of other owners' emblems too.")] = False,
    threshold: Threshold = None,
    rollout: Rollout = None,
    harmless: Annotated[bool, typer.Option("--harmless", help="Harmless look-alikes, never reported.")] = False,
    label: Annotated[str | None, typer.Option(help="What an account that shows it violates.")] = None,
    owner: Annotated[str | None, typer.Option(metavar="OWNER_ID", help="Whose all of them are.")] = None,
    source: Annotated[str | None, typer.Option(help="Where the pictures are from.")] = None,
    licence: Annotated[str | None, typer.Option(help="On what terms you hold them.")] = None,
    table: Annotated[
        Path | None,
        typer.Option(metavar="CSV", exists=True, dir_okay=False, help="A folder's references.csv, if elsewhere."),
    ] = None,
) -> None:
    """Add references as a new version; a running service takes it up within seconds.

    The options say the same of all lines or pictures, instead of their own values.

    Of a FOLDER every picture is enrolled, also in sub-folders. `media/gazette.png` becomes the reference
    `media.gazette`, named and owned by itself, and `media/gazette@dark.png` another picture of it. A file
    `references.csv` in it, with the fields of a references file as columns, says otherwise and lists what to enrol.
    Pictures that cannot be enrolled are named with the reason, and the exit code is 1.

    Example: `huijian gallery add our-logo.jsonl --rollout 0`

    A folder: `huijian gallery add logos --label organization_logo --licence "used with permission"`
    """
    from models.profile import EMBLEM_LABELS

    if label is not None and label not in EMBLEM_LABELS:
        raise typer.BadParameter(f"--label must be one of {', '.join(EMBLEM_LABELS)}")
    texts = {"label": label, "owner_id": owner, "source": source, "licence": licence}
    instead: dict[str, object] = {name: text for name, text in texts.items() if text is not None}
    instead |= _settings(threshold, rollout) | ({"harmless": True} if harmless else {})
    if references.is_dir():
        _add_folder(references, directory, table, force, instead)
    elif table:
        raise typer.BadParameter("--table goes with a folder")
    else:
        _add_file(references, directory, force, instead)


def _add_file(file: Path, directory: Path | None, force: bool, instead: Mapping[str, object]) -> None:
    from models.images.encoder.encoder import Encoder
    from models.images.gallery import gallery
    from models.images.gallery.references import read_references
    from models.settings import Settings

    drawings = read_references(file, **instead)
    encoder = Encoder(Settings.from_environment(directory).encoder_directory())
    with _target(directory, action="add", references=file.name, force=force) as (target, base):
        _report(gallery.add(target, encoder, drawings, force, base), target)


def _add_folder(
    folder: Path, directory: Path | None, table: Path | None, force: bool, instead: Mapping[str, object]
) -> None:
    """Enrol what can be enrolled, and list the rest.

    Raises:
        typer.Exit: with code 1, something was not enrolled.
    """
    from models.images.encoder.encoder import Encoder
    from models.images.gallery import gallery
    from models.images.gallery.folders import TABLE, read_folder
    from models.settings import Settings

    if not (instead.keys() & {"label", "harmless"} or table or (folder / TABLE).exists()):
        raise typer.BadParameter(f"give --label, or labels in {folder / TABLE}")
    sources, faults = read_folder(folder, table, **instead)
    encoder = Encoder(Settings.from_environment(directory).encoder_directory())
    with _target(directory, action="add", references=folder.name, force=force) as (target, base):
        change = gallery.add_valid(target, encoder, sources, force, base)
        _report(change, target)
    skipped = [*faults, *change.refused]
    for fault in skipped:
        typer.echo(f"跳过 skipped {fault}", err=True)
    typer.echo(
        f"已登记 {change.pictures} 张，跳过 {len(skipped)} 张 · enrolled {change.pictures}, skipped {len(skipped)}"
    )
    if skipped:
        raise typer.Exit(1)


@app.command("set")
def set_(reference_id: str, directory: Directory = None, threshold: Threshold = None, rollout: Rollout = None) -> None:
    """Give a reference another threshold or rollout, in a new version.

    Example: `huijian gallery set media.xinhua --rollout 0.5`
    """
    from models.images.gallery import gallery

    settings = _settings(threshold, rollout)
    if not settings:
        raise typer.BadParameter("give --threshold, --rollout or both")
    with _target(directory, action="set", reference_id=reference_id, **settings) as (target, base):
        _report(gallery.configure(target, reference_id, base, **settings), target)


@app.command()
def remove(reference_id: str, directory: Directory = None) -> None:
    """Remove a reference, in a new version.

    Example: `huijian gallery remove media.xinhua`
    """
    from models.images.gallery import gallery

    with _target(directory, action="remove", reference_id=reference_id) as (target, base):
        _report(gallery.remove(target, reference_id, base), target)


@app.command("list")
def list_(directory: Directory = None) -> None:
    """Print every reference: id, label, names, owner and what is special about it, separated by tabs.

    Example: `huijian gallery list | grep media_logo`
    """
    from models.images.encoder.encoder import Encoder
    from models.images.gallery.gallery import Gallery
    from models.settings import Settings

    settings = Settings.from_environment(directory)
    gallery = Gallery.load(settings.gallery_directory(), Encoder(settings.encoder_directory()))
    for reference in gallery.references:
        names = (reference.name_zh, reference.name_en, reference.owner_id)
        typer.echo("\t".join((reference.reference_id, reference.label or "", *names, _special(reference))))


@app.command()
def search(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", exists=True, dir_okay=False)], directory: Directory = None
) -> None:
    """Print the three references that an image is most like, as JSON.

    Example: `huijian gallery search avatar.png`
    """
    from models.inspector import Inspector
    from models.profile import Field, Profile, ProfileError
    from models.settings import Settings

    inspector = Inspector.load(Settings.from_environment(directory))
    (answer,) = inspector([Profile("search", avatar=image.read_bytes())])
    if isinstance(answer, ProfileError):
        raise answer
    typer.echo(json.dumps(answer.to_dict()["matches"][Field.AVATAR], ensure_ascii=False, indent=2))


def _settings(threshold: float | None, rollout: float | None) -> dict[str, float]:
    given = {"threshold": threshold, "rollout": rollout}
    return {name: value for name, value in given.items() if value is not None}


def _special(reference: Reference) -> str:
    """A reference's special settings, such as "rollout=0.1"; empty for most."""
    values = reference.to_dict()
    return " ".join(f"{name}={values[name]}" for name in ("threshold", "rollout", "harmless") if name in values)


def _report(change: Change, directory: Path) -> None:
    typer.echo(f"{change.pictures} pictures changed; version {change.version} is in force in {directory}")
    for clash in change.clashes:
        typer.echo(f"note: {clash}", err=True)


@contextmanager
def _target(directory: Path | None, **details: Any) -> Iterator[tuple[Path, Path | None]]:
    """The gallery to change, by default this machine's own, and the version that the change starts from.

    The audit trail records the change if it concerns the gallery in force, with `details`.
    """
    from models.settings import Settings

    settings = Settings.from_environment()
    if directory is None:
        with recorded(settings, **details), settings.own_gallery() as own:
            yield own
    elif directory.resolve() == (settings.home / "gallery").resolve():
        with recorded(settings, **details):
            yield directory, None
    else:
        yield directory, None

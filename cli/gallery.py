"""`huijian gallery`: the emblems that pictures are compared with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.operator import recorded

if TYPE_CHECKING:
    from models.images.gallery.gallery import Change
    from models.images.gallery.references import GalleryError, Reference
    from models.inspector import Inspector
    from models.profile import Answer, ProfileError

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
    preview: Annotated[bool, typer.Option("--preview", help="Only say what it would catch; nothing changes.")] = False,
    embeddings: Annotated[
        Path | None,
        typer.Option(exists=True, metavar="DIR", help="With --preview: kept embeddings of existing accounts."),
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

    Beforehand: `huijian gallery add our-logo.jsonl --preview --embeddings embeddings/`
    """
    from models.profile import EMBLEM_LABELS

    if label is not None and label not in EMBLEM_LABELS:
        raise typer.BadParameter(f"--label must be one of {', '.join(EMBLEM_LABELS)}")
    texts = {"label": label, "owner_id": owner, "source": source, "licence": licence}
    instead: dict[str, object] = {name: text for name, text in texts.items() if text is not None}
    instead |= _settings(threshold, rollout) | ({"harmless": True} if harmless else {})
    if embeddings and not preview:
        raise typer.BadParameter("--embeddings goes with --preview")
    if table and not references.is_dir():
        raise typer.BadParameter("--table goes with a folder")
    if preview:
        _preview(references, directory, table, instead, embeddings)
    elif references.is_dir():
        _add_folder(references, directory, table, force, instead)
    else:
        _add_file(references, directory, force, instead)


def _preview(
    references: Path, directory: Path | None, table: Path | None, instead: Mapping[str, object], embeddings: Path | None
) -> None:
    """Say what references would catch; of a folder, what can be enrolled of it.

    Raises:
        typer.Exit: with code 1, something of a folder was left out.
    """
    from models.images.encoder.encoder import Encoder
    from models.images.gallery.folders import read_folder
    from models.images.gallery.gallery import Gallery
    from models.images.gallery.references import GalleryError, read_references
    from models.images.gallery.screening import Screening
    from models.settings import Settings
    from serving.batch.embeddings.preview import preview
    from serving.batch.errors import InputError

    settings, faults = Settings.from_environment(directory), list[GalleryError]()
    encoder = Encoder(settings.encoder_directory())
    known = Gallery.load(settings.gallery_directory(), encoder)
    if is_folder := references.is_dir():
        _require_label(references, table, instead)
        sources, faults = read_folder(references, table, **instead)
        screening = Screening(known.entries, each_picture_once=True)
        sources = [source for source in sources if screening.passes(source, faults.append)]
    else:
        sources = read_references(references, **instead)
    try:
        typer.echo(preview(encoder, known, sources, embeddings, refuse=faults.append if is_folder else None))
    except InputError as error:
        raise typer.BadParameter(str(error)) from error
    finally:
        _list_skipped(faults)
    if faults:
        raise typer.Exit(1)


def _add_file(file: Path, directory: Path | None, force: bool, instead: Mapping[str, object]) -> None:
    from models.images.encoder.encoder import Encoder
    from models.images.gallery import gallery
    from models.images.gallery.references import read_references
    from models.settings import Settings

    drawings = read_references(file, **instead)
    encoder = Encoder(Settings.from_environment(directory).encoder_directory())
    with _target(directory, action="add", references=file.name, force=force) as (target, base):
        _report(gallery.add(target, encoder, drawings, force, base), target)


def _list_skipped(faults: Sequence[GalleryError]) -> None:
    for fault in faults:
        typer.echo(f"跳过 skipped {fault}", err=True)


def _require_label(folder: Path, table: Path | None, instead: Mapping[str, object]) -> None:
    from models.images.gallery.folders import TABLE

    if not (instead.keys() & {"label", "harmless"} or table or (folder / TABLE).exists()):
        raise typer.BadParameter(f"give --label, or labels in {folder / TABLE}")


def _add_folder(
    folder: Path, directory: Path | None, table: Path | None, force: bool, instead: Mapping[str, object]
) -> None:
    """Enrol what can be enrolled, and list the rest.

    Raises:
        typer.Exit: with code 1, something was not enrolled.
    """
    from models.images.encoder.encoder import Encoder
    from models.images.gallery import gallery
    from models.images.gallery.folders import read_folder
    from models.settings import Settings

    _require_label(folder, table, instead)
    sources, faults = read_folder(folder, table, **instead)
    encoder = Encoder(Settings.from_environment(directory).encoder_directory())
    with _target(directory, action="add", references=folder.name, force=force) as (target, base):
        change = gallery.add_valid(target, encoder, sources, force, base)
        _report(change, target)
    skipped = [*faults, *change.refused]
    _list_skipped(skipped)
    typer.echo(
        f"已登记 {change.pictures} 张，跳过 {len(skipped)} 张 · enrolled {change.pictures}, skipped {len(skipped)}"
    )
    if skipped:
        raise typer.Exit(1)


@app.command()
def prepare(directory: Directory = None) -> None:
    """Make what verification compares of every drawing, so that no request has to; about a minute, once.

    A service that starts later uses it. Emblems enrolled since are prepared when they are first needed.

    Example: `huijian gallery prepare`
    """
    from models.images.drawings import prepared
    from models.images.encoder.encoder import Encoder
    from models.images.gallery.gallery import Gallery
    from models.images.matching.reranker import Reranker
    from models.settings import Settings

    settings = Settings.from_environment(directory)
    encoder = Encoder(settings.encoder_directory(), settings.threads)
    reranker = Reranker.load(encoder)
    if reranker is None:
        typer.echo(f"编码器没有重排网络，无需准备 · encoder {encoder.fingerprint} has no reranker: nothing to prepare")
        return
    new = prepared.prepare(settings.prepared, Gallery.load(settings.gallery_directory(), encoder), reranker)
    typer.echo(f"新准备图稿 {new} 张 · prepared {new} new drawings: {settings.prepared}")


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
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE|FOLDER...", exists=True, help="Pictures to look for.")],
    gallery: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Gallery to search instead of the one in force.")
    ] = None,
) -> None:
    """Print the three references that each picture is most like, as JSON.

    Of one picture the list alone; of several, or of a folder with its sub-folders, a line `{"image", "matches"}` each.
    Pictures that cannot be read are named, and the exit code is 1.

    Example: `huijian gallery search avatar.png`

    A folder: `huijian gallery search avatars`
    """
    from models.inspector import Inspector
    from models.profile import Field, ProfileError
    from models.settings import Settings

    for folder in images:
        if (folder / "CURRENT").is_file() or (folder / "index.faiss").is_file():
            raise typer.BadParameter(f"{folder} is a gallery, not pictures: name it with --gallery")
    files = pictures_in(images)
    inspector = Inspector.load(Settings.from_environment(gallery))
    is_single = len(images) == 1 and images[0].is_file()
    unread = 0
    for file, answer in judged_avatars(inspector, files):
        if isinstance(answer, ProfileError):
            if is_single:
                raise answer
            unread += 1
            typer.echo(f"跳过 skipped {file}: {answer.message}", err=True)
            continue
        matches = answer.to_dict()["matches"][Field.AVATAR]
        found = matches if is_single else {"image": str(file), "matches": matches}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2 if is_single else None))
    if unread:
        raise typer.Exit(1)


@app.command()
def who(
    embeddings: Annotated[
        Path, typer.Argument(metavar="EMBEDDINGS", exists=True, help="What `huijian score --keep-embeddings` wrote.")
    ],
    image: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The emblem.")],
    min_score: Annotated[float, typer.Option(min=0.01, max=1, help="Least probability.")] = 0.1,
    verify: Annotated[bool, typer.Option("--verify", help="Judge candidates again from their pictures.")] = False,
) -> None:
    """Print which existing accounts may show an emblem, one JSON line each, the likeliest first.

    Example: `huijian gallery who embeddings/ --image new-emblem.png`
    """
    from models.images.gallery.references import Drawing, Reference
    from models.profile import Label
    from models.settings import Settings
    from serving.batch.embeddings.rescore import SCHEMA, rescore
    from serving.batch.errors import InputError

    name = image.stem
    reference = Reference(name, Label.ORGANIZATION_LOGO, name, name, owner_id=name, source=image.name, licence="-")
    emblem = Drawing(reference, image, image.name)
    try:
        found = rescore(embeddings, [emblem], Settings.from_environment(), min_score, verify=verify)
    except InputError as error:
        raise typer.BadParameter(str(error)) from error
    for row in found.candidates:
        typer.echo(json.dumps({name: row[name] for name in SCHEMA.names if row[name] is not None}, ensure_ascii=False))
    if any(row["error"] for row in found.candidates):
        raise typer.Exit(1)


def pictures_in(paths: Sequence[Path]) -> list[Path]:
    """The files among the paths, and every file of the folders, hidden ones aside, in order.

    Raises:
        typer.BadParameter: there is none.
    """
    found: list[Path] = []
    for path in paths:
        inside = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
        found += inside if path.is_dir() else [path]
    if not found:
        raise typer.BadParameter(f"{', '.join(map(str, paths))} holds no picture")
    return found


def judged_avatars(inspector: Inspector, files: Sequence[Path]) -> Iterator[tuple[Path, Answer | ProfileError]]:
    """Each picture, judged as the avatar of an account of its path; one that cannot be read is an error."""
    from models.profile import Profile

    for file in files:
        (answer,) = inspector([Profile(str(file), avatar=file.read_bytes())])
        yield file, answer


@app.command()
def export(
    output: Annotated[Path, typer.Argument(metavar="OUT", file_okay=False, help="New folder.")],
    gallery: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Gallery to export instead of the one in force.")
    ] = None,
) -> None:
    """Write OUT/references.jsonl and its pictures, to build a gallery with another encoder, or to keep.

    A gallery keeps drawings of at most 192 pixels, not the files that were enrolled; where you have the files, they
    give a better gallery.

    Example: `huijian gallery export references && huijian promote RUN --references references/references.jsonl`
    """
    from models.images.gallery.export import export as export_gallery
    from models.settings import Settings

    version = Settings.from_environment(gallery).gallery_directory()
    count = export_gallery(version, output)
    typer.echo(f"{count} pictures and phrases of gallery {version.name} in {output}")


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

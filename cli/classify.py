"""`huijian classify`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

Text = Annotated[str | None, typer.Option()]
Picture = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Image file.")]
Listed = Annotated[
    list[str] | None,
    typer.Option("--entitlement", help="Reference or owner id, profession:lawyer or contact:VALUE; may be repeated."),
]


def classify(  # noqa: PLR0913, PLR0917 - the fields of a profile
    file: Annotated[
        str | None, typer.Argument(metavar="[PROFILE.json|FOLDER]", help="One profile; - reads stdin; or avatars.")
    ] = None,
    account_id: Annotated[str, typer.Option(help="The account's id, repeated in the answer.")] = "local",
    name: Text = None,
    bio: Text = None,
    signature: Text = None,
    avatar: Picture = None,
    cover: Picture = None,
    entitlements: Listed = None,
    gallery: Annotated[Path | None, typer.Option(help="Gallery to use instead of the one in force.")] = None,
) -> None:
    """Judge one profile and print the answer as JSON.

    The profile is given by options, or as a JSON object whose images are paths relative to the file, or base64.
    Exit code 0 means that it was judged, whatever the verdict.

    Of a FOLDER every picture is judged as an avatar, also in sub-folders, one line `{"image", ...}` each. Pictures that
    cannot be judged are named, and the exit code is 1.

    Example: `huijian classify --name 新华社 --avatar avatar.png`

    A folder: `huijian classify avatars`
    """
    from models.inspector import Inspector
    from models.profile import ProfileError
    from models.settings import Settings
    from serving.batch.profiles import profile_of

    images = {"avatar": avatar and str(avatar.resolve()), "cover": cover and str(cover.resolve())}
    given = {"name": name, "bio": bio, "signature": signature, "entitlements": entitlements, **images}
    options = {field: value for field, value in given.items() if value is not None}
    if bool(file) == bool(options):
        raise typer.BadParameter("give a profile either by options or as a JSON file")
    if file and Path(file).is_dir():
        _classify_folder(Path(file), gallery)
        return
    row, folder = _read(file) if file else ({"account_id": account_id, **options}, Path())
    profile = profile_of(row, folder)
    (answer,) = Inspector.load(Settings.from_environment(gallery))([profile])
    if isinstance(answer, ProfileError):
        raise answer
    typer.echo(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2))


def _classify_folder(folder: Path, gallery: Path | None) -> None:
    """Print a line per picture.

    Raises:
        typer.Exit: with code 1, some could not be judged.
    """
    from cli.gallery import judged_avatars, pictures_in
    from models.inspector import Inspector
    from models.profile import ProfileError
    from models.settings import Settings

    files, unread = pictures_in([folder]), 0
    for file, answer in judged_avatars(Inspector.load(Settings.from_environment(gallery)), files):
        if isinstance(answer, ProfileError):
            unread += 1
            typer.echo(f"跳过 skipped {file}: {answer.message}", err=True)
        else:
            typer.echo(json.dumps({"image": str(file), **answer.to_dict()}, ensure_ascii=False))
    if unread:
        raise typer.Exit(1)


def _read(file: str) -> tuple[dict[str, Any], Path]:
    """The profile in a file, and the folder that its paths start from."""
    from serving.batch.inputs import COLUMNS

    content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    try:
        row = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(f"{file} is not JSON: {error}") from error
    if not isinstance(row, dict) or row.keys() - set(COLUMNS):
        raise typer.BadParameter(f"{file} must be a JSON object with no other fields than {', '.join(COLUMNS)}")
    return row, Path() if file == "-" else Path(file).parent

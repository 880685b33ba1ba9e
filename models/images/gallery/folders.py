"""Reads a folder of pictures as references, so that a platform enrols all its logos at once.

A picture's file name gives the reference: `media/harbour-gazette.png` is `media.harbour-gazette`. What follows an `@`
tells pictures of one emblem apart: `harbour-gazette@dark.png` is another picture of the same. A table, `references.csv`
in the folder, may say more or all of it, in columns named as the fields of a references file.
"""

from __future__ import annotations

import csv
import os
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from models.images.gallery.references import GalleryError, ReferenceSource, parse_source
from models.images.ocr.inscriptions import FIRST_CJK_CHARACTER

TABLE = "references.csv"
"""Table that is read if it lies in the folder."""

VERSION_MARK = "@"
"""Separates an emblem's name from what tells its pictures apart; file systems allow it and names hardly hold it."""

_NUMBERS = ("threshold", "rollout")
_FLAGS: Mapping[str, bool] = {"true": True, "false": False}


def read_folder(
    folder: Path, table: Path | None = None, **instead: object
) -> tuple[list[ReferenceSource], list[GalleryError]]:
    """The pictures and phrases of a folder and its sub-folders, in order of path, and why others cannot be read.

    All files but hidden ones count as pictures; what they hold is seen later, by `Drawing.read`. With a table, its rows
    alone are read, and pictures that it does not list are among the faults.

    Args:
        folder: pictures in a table are relative to it.
        table: CSV in UTF-8 with a header; `TABLE` in the folder if None and there.
        instead: values that override every file's or row's own, such as `label="media_logo"`.

    Raises:
        GalleryError: the folder holds no pictures, or the table cannot be read.
    """
    faults: list[GalleryError] = []
    tables = {path.resolve() for path in (folder / TABLE, table) if path}
    files = [file for file in _files(folder, faults) if file.resolve() not in tables]
    table = table or (folder / TABLE if (folder / TABLE).is_file() else None)
    described = (
        _rows(table) if table else [(_shown(file, folder), {"image": _relative(file, folder)}) for file in files]
    )
    sources: list[ReferenceSource] = []
    for origin, values in described:
        try:
            sources.append(parse_source({**_from_name(folder, values), **values, **instead}, folder, origin))
        except GalleryError as error:
            faults.append(GalleryError(f"{origin}: {error}", error.code, error.field))
    if table:
        listed = {os.path.normpath(folder / values["image"]) for _, values in described if "image" in values}
        unlisted = [file for file in files if os.path.normpath(file) not in listed]
        faults += [GalleryError(f"{_shown(file, folder)}: {table.name} does not list it") for file in unlisted]
    if not (sources or faults):
        raise GalleryError(f"{folder} holds no pictures")
    return sources, faults


def _files(folder: Path, faults: list[GalleryError]) -> Iterator[Path]:
    """Files in a folder and its sub-folders that are not hidden, in order.

    Faults are sub-folders that cannot be read, links to folders, which may be endless, and pipes and the like.
    """

    def refuse(path: Path, reason: str) -> None:
        faults.append(GalleryError(f"{_shown(path, folder)}: {reason}"))

    def unreadable(error: OSError) -> None:
        refuse(Path(error.filename), str(error.strerror))

    for directory, below, names in os.walk(folder, onerror=unreadable):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for path in (Path(directory, name) for name in [*below, *sorted(names)] if not name.startswith(".")):
            if path.is_dir():
                if path.is_symlink():
                    refuse(path, "a link to a folder is not followed")
            elif path.is_file() or path.is_symlink():
                yield path
            else:
                refuse(path, "this is no file")


def fields_of_name(image: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a reference that follow from the name of its picture: id, names and owner.

    Args:
        image: path of the picture in its folder.
        given: fields that are known; a name in one language leaves the other blank.
    """
    path = PurePath(unicodedata.normalize("NFC", image))
    name = path.stem.partition(VERSION_MARK)[0]
    reference_id = given.get("reference_id") or (".".join([*path.parts[:-1], name]) if name else "")
    language = "name_zh" if any(character >= FIRST_CJK_CHARACTER for character in name) else "name_en"
    is_named = "name_zh" in given or "name_en" in given
    names = {"name_zh": "", "name_en": ""} | ({} if is_named else {language: name})
    return {"reference_id": reference_id, **names, "owner_id": reference_id}


def _from_name(folder: Path, values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a reference that follow from its picture in a folder; a phrase has none."""
    if "image" not in values:
        return {}
    named = fields_of_name(values["image"], values)
    return {**named, "source": f"{folder.resolve().name}/{values['image']}", "licence": ""}


def _rows(table: Path) -> list[tuple[str, dict[str, Any]]]:
    """Origin and fields of every row of a table; empty cells are left out."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="")
            columns = {*(reader.fieldnames or ())}
            rows = [(f"{table.name}, line {reader.line_num}", _fields(row)) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GalleryError(f"{table} is no table in UTF-8: {error}") from error
    if not {"image", "text"} & columns:
        raise GalleryError(f"{table} has neither a column image nor a column text")
    return [(f"{fields['image']} ({line})" if "image" in fields else line, fields) for line, fields in rows]


def _fields(row: Mapping[str, Any]) -> dict[str, Any]:
    cells = {name: cell.strip() for name, cell in row.items() if isinstance(cell, str) and cell.strip()}
    return {name: _value(name, cell) for name, cell in cells.items()}


def _value(name: str, cell: str) -> object:
    """A cell as a references file would hold it; what is no number or flag is refused there."""
    if name in _NUMBERS:
        try:
            return float(cell)
        except ValueError:
            return cell
    return _FLAGS.get(cell.lower(), cell) if name == "harmless" else cell


def _relative(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix()


def _shown(file: Path, folder: Path) -> str:
    """A file's path within the folder; bytes that are no UTF-8 are escaped, for it is printed."""
    return _relative(file, folder).encode("utf-8", "backslashreplace").decode()

"""Immutable versions in a directory, with a pointer to the active one.

A gallery or a model is never changed in place. A new version is written beside the old ones, then the `CURRENT` file is
replaced atomically. A reader sees the old version or the new one, whole; a crash leaves the old one.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.runtime import atomic
from models.runtime.artifact_files import ArtifactFile

POINTER, LOCK = "CURRENT", ".lock"
"""Files of a directory of versions: the name of the active version, and the lock of its writers."""

Stamps = tuple[tuple[str, int, int, int], ...]
"""Name, inode, size in bytes and modification time in ns of every file of a folder."""


class NoVersionError(FileNotFoundError):
    """The directory holds no active version."""


class DamagedError(ValueError):
    """A version differs from what was written; the message names the missing, truncated or edited file."""


def current(root: Path) -> Path:
    """Directory of the active version under `root`.

    Raises:
        NoVersionError: there is no pointer, or it names a version that does not exist.
    """
    try:
        name = (root / POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise NoVersionError(f"{root} holds no version in force: it has no file {POINTER}") from error
    version = root / name
    if not name or Path(name).name != name or not version.is_dir():
        raise NoVersionError(f"{root / POINTER} names the version {name!r}, which is not there")
    return version


def checked(version: Path, *needed: str) -> dict[str, Any]:
    """The content of a version's `config.json`, once all files match the SHA-256 that it lists.

    Args:
        needed: names of files that it must list.

    Raises:
        DamagedError: a file is missing, truncated, edited or unreadable.
    """
    try:
        config: dict[str, Any] = json.loads((version / ArtifactFile.CONFIG).read_text(encoding="utf-8"))
        if "files" not in config:
            raise DamagedError(
                f"{version} is not whole: its config.json lists no files, as of an earlier release; make it again"
            )
        for name in {*map(str, needed), *config["files"]}:
            if digest(version / name) != config["files"][name]:
                raise DamagedError(f"{version / name} was cut or edited: its SHA-256 is not the one in config.json")
    except DamagedError:
        raise
    except PermissionError as error:
        raise DamagedError(
            f"{error.filename} may not be read by the user that this runs as: give it leave to, and to its folders"
        ) from error
    except (OSError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise DamagedError(f"{version} is not whole: {type(error).__name__}: {error}; make it again") from error
    return config


def digest(file: Path) -> str:
    """SHA-256 of a file, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_version(root: Path, name: str, write: Callable[[Path], None]) -> Path:
    """Write a new version with `write(directory)`, whole or not at all, without making it active.

    Args:
        root: created if missing.
        name: of the version's directory.

    Raises:
        FileExistsError: there is a version of that name.
    """
    if (root / name).exists():
        raise FileExistsError(f"version {name} exists already in {root}")
    return rewrite_version(root, name, write)


def rewrite_version(root: Path, name: str, write: Callable[[Path], None]) -> Path:
    """As `write_version`, but replaces an existing version, which stays until the new one is whole."""
    root.mkdir(parents=True, exist_ok=True)
    with atomic.replacing_folder(root / name) as draft:
        write(draft)
    return root / name


def drafts(root: Path, name: re.Pattern[str]) -> list[Path]:
    """Unfinished directories that crashed writers left, of versions with such names."""
    draft = re.compile(rf"\.(?:{name.pattern})\.{atomic.DRAFT_ID}(\.replaced)?")
    return [path for path in root.iterdir() if draft.fullmatch(path.name)]


def publish(root: Path, name: str, write: Callable[[Path], None]) -> Path:
    """Write a new version and make it active; see `write_version`."""
    target = write_version(root, name, write)
    point_to(root, name)
    return target


def publish_copy(root: Path, source: Path, name: str) -> Path:
    """Copy a version from elsewhere and make it active; an existing copy is only pointed to."""
    if (root / name).is_dir():
        point_to(root, name)
        return root / name
    return publish(root, name, lambda draft: copy_files(source, draft))


def copy_files(source: Path, target: Path) -> None:
    """Copy the files of an artefact folder, without hidden files and subfolders."""
    for file in source.iterdir():
        if file.is_file() and not file.name.startswith("."):
            shutil.copy2(file, target / file.name)


def stamps(directory: Path) -> Stamps:
    """A value that changes whenever a file of an artefact folder does; reads no file's content.

    Raises:
        OSError: the folder cannot be read, or changes at this moment.
    """
    files = sorted(file for file in directory.iterdir() if file.is_file() and not file.name.startswith("."))
    found = [(file.name, file.stat()) for file in files]
    return tuple((name, stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in found)


def point_to(root: Path, name: str) -> None:
    """Make an existing version active."""
    write_pointer(root, name + "\n")


def write_pointer(root: Path, content: str) -> None:
    """Replace a pointer; on return, the new one survives a loss of power."""
    atomic.write_text(root / POINTER, content)

"""Immutable versions in a directory, with a pointer to the one in force.

A gallery or a model is never changed in place: a new version is written beside the old ones and the `CURRENT` file is
replaced atomically, so that a reader sees either the old or the new one, whole, and a crash leaves the old one.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

POINTER = "CURRENT"


class NoVersionError(FileNotFoundError):
    """The directory holds no version in force."""


def current(root: Path) -> Path:
    """Directory of the version in force under `root`.

    Raises:
        NoVersionError: there is no pointer, or it names a version that is not there.
    """
    try:
        name = (root / POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise NoVersionError(f"{root} holds no version in force: it has no file {POINTER}") from error
    version = root / name
    if not name or Path(name).name != name or not version.is_dir():
        raise NoVersionError(f"{root / POINTER} names the version {name!r}, which is not there")
    return version


def publish(root: Path, name: str, write: Callable[[Path], None]) -> Path:
    """Write a new version with `write(directory)` and put it in force.

    Args:
        root: created where missing.
        name: the version's directory; an existing one of that name is refused.

    Raises:
        FileExistsError: that version exists already.
    """
    root.mkdir(parents=True, exist_ok=True)
    target = root / name
    if target.exists():
        raise FileExistsError(f"version {name} exists already in {root}")
    draft = root / f".{name}.{uuid.uuid4().hex}"
    draft.mkdir()
    try:
        write(draft)
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    point_to(root, name)
    return target


def point_to(root: Path, name: str) -> None:
    """Put an existing version in force."""
    pointer = root / f".{POINTER}.{uuid.uuid4().hex}"
    with pointer.open("w", encoding="utf-8") as file:
        file.write(name + "\n")
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(root / POINTER)

"""A gallery as a references file and pictures, from which another encoder's gallery is built.

A gallery keeps small drawings, at most 192 pixels long, not the files that were enrolled. A gallery built from an
export is of these drawings.
"""

from __future__ import annotations

import json
from pathlib import Path

from models.images.gallery import files as gallery_files
from models.images.gallery.files import GalleryEntry
from models.images.gallery.references import GalleryError
from models.runtime import atomic
from models.runtime.artifact_files import ArtifactFile

PICTURES = "pictures"
"""Folder of an export with the drawings, each named by the SHA-256 of the file that was enrolled."""

SHA256_DIGITS = 32
"""Hexadecimal digits in a picture's name."""


def export(version: Path, output: Path) -> int:
    """Write `references.jsonl` and the pictures, whole or not at all; returns the number of pictures and phrases.

    Args:
        version: directory of a gallery's version.
        output: new folder.

    Raises:
        GalleryError: the gallery is damaged or keeps no drawings, or the folder holds something already.
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise GalleryError(f"{output} is there already; choose a new folder")
    entries = gallery_files.read(version).entries
    output.parent.mkdir(parents=True, exist_ok=True)
    with atomic.replacing_folder(output) as draft:
        (draft / PICTURES).mkdir()
        lines = [json.dumps(_line(entry, draft), ensure_ascii=False) for entry in entries]
        (draft / ArtifactFile.REFERENCES).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(entries)


def _line(entry: GalleryEntry, folder: Path) -> dict[str, object]:
    """The line of a references file that describes an entry, once its picture is written."""
    if entry.text:
        return entry.reference.to_dict() | {"text": entry.text}
    picture = f"{PICTURES}/{entry.sha256[:SHA256_DIGITS]}.webp"
    (folder / picture).write_bytes(entry.drawing)
    return entry.reference.to_dict() | {"image": picture}

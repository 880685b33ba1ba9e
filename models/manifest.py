"""The release manifest: every artefact with its checksum, the command that made it and its measurements.

`python -m models.manifest` checks the files that ship with the code. A truncated download or an edited model is found
before it judges anybody.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.runtime.versions import digest
from models.settings import ArtifactError, Settings

MANIFEST = "manifest.json"
"""File name, in the artefact directory."""


@dataclass(frozen=True)
class ReleasedFile:
    """One released file.

    Attributes:
        path: relative to the artefact directory.
        sha256: hex digest of the file.
        bytes: its size.
        made_by: the command that made it.
        metrics: measurements by name; empty for files without any.
    """

    path: str
    sha256: str
    bytes: int
    made_by: str
    metrics: Mapping[str, Any]


def read(artifacts: Path) -> list[ReleasedFile]:
    """The entries of the manifest.

    Raises:
        ArtifactError: there is no readable manifest.
    """
    try:
        entries = json.loads((artifacts / MANIFEST).read_text(encoding="utf-8"))["artifacts"]
        return [ReleasedFile(**entry) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{artifacts / MANIFEST} cannot be read: {error}") from error


def write(artifacts: Path, made_by: Mapping[str, str], metrics: Mapping[str, Mapping[str, Any]]) -> None:
    """List every file below `artifacts` in its manifest.

    Args:
        made_by: command per top-level directory.
        metrics: measurements per file path.
    """
    entries = []
    for file in _files(artifacts):
        path = file.relative_to(artifacts).as_posix()
        command = made_by[path.split("/", 1)[0]]
        entries.append(ReleasedFile(path, digest(file), file.stat().st_size, command, metrics.get(path, {})))
    content = json.dumps({"artifacts": [asdict(entry) for entry in entries]}, ensure_ascii=False, indent=1)
    (artifacts / MANIFEST).write_text(content + "\n", encoding="utf-8")


def verify(artifacts: Path) -> int:
    """Check that the files are exactly those of the manifest; returns their number.

    Raises:
        ArtifactError: a file is missing, changed or not listed; the message names the first.
    """
    entries = read(artifacts)
    for entry in entries:
        file = artifacts / entry.path
        if not file.is_file():
            raise ArtifactError(f"artefact {entry.path} is missing; check the repository out again")
        if digest(file) != entry.sha256:
            raise ArtifactError(f"artefact {entry.path} is not the released one (sha256); check it out again")
    unlisted = {file.relative_to(artifacts).as_posix() for file in _files(artifacts)} - {e.path for e in entries}
    if unlisted:
        raise ArtifactError(f"artefact {min(unlisted)} is not in the manifest")
    return len(entries)


def _files(artifacts: Path) -> list[Path]:
    """All files but the manifest and hidden ones, such as a gallery's lock."""
    files = (file for file in artifacts.rglob("*") if file.is_file() and not file.name.startswith("."))
    return sorted(file for file in files if file.name != MANIFEST)


def main() -> int:
    """Check the shipped artefacts; exit status 0 if all are as released."""
    try:
        count = verify(Settings.from_environment().artifacts)
    except ArtifactError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{count} artefacts are as released")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Files that a run writes: one file of decisions per part, in one folder; joined where one file was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from serving.batch.decisions import encoded
from serving.batch.errors import InputError
from serving.batch.storage.disk import DiskFolder
from serving.batch.storage.folder import Folder
from serving.batch.storage.objects import StoreFolder, is_url

RUN_KEY = "run"
"""Key of a part's note for the id of its run."""


@dataclass(frozen=True)
class Output:
    """Where a run writes.

    Attributes:
        folder: for the parts.
        file: the one file that they are joined into; None where the parts stay.
    """

    folder: Folder
    file: Path | None

    @classmethod
    def at(cls, out: Path | str) -> Output:
        """The output that an operator names: a folder, a file ending in `.parquet`, or a URL of an object store.

        Raises:
            InputError: it is a URL, but not of a folder in an object store.
        """
        if is_url(str(out)):
            if str(out).endswith(".parquet"):
                raise InputError(f"{out} would be one file; an object store takes parts only: name a folder")
            return cls(StoreFolder(str(out)), None)
        path = Path(out)
        return cls(DiskFolder(parts_folder(path)), path if parts_folder(path) != path else None)


def parts_folder(out: Path) -> Path:
    """The folder of a run's parts: `out` itself, or one beside it where `out` is a file."""
    return out.with_name(f"{out.name}.parts") if out.suffix == ".parquet" else out


def part_name(number: int) -> str:
    """The file of a part's decisions; names sort like numbers."""
    return f"part-{number:07d}.parquet"


def write_part(folder: Folder, run: str, number: int, table: pa.Table, note: Mapping[str, Any]) -> None:
    """Write a part's decisions, unless somebody wrote them already.

    Args:
        folder: of the run's parts.
        run: the run's id.
        number: of the part.
        table: its decisions.
        note: remark on them, JSON-ready.
    """
    folder.create(part_name(number), encoded(table, {**note, RUN_KEY: run}))

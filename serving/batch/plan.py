"""Plans a run: finds the input's files and cuts them into parts.

A part is a range of rows of one file, judged and written as one. Parts depend only on the input and their size, so a
run that was killed finds its finished parts again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path

import numpy as np
from tqdm import tqdm

from models.arrays import Int64
from serving.batch.errors import InputError
from serving.batch.inputs import COLUMNS, READERS, Outline, column_names, fingerprint, outlines, suffix
from serving.batch.part_files import parts_folder
from serving.batch.repeats import Repeats
from serving.batch.work import MAX_PARTS, FileCuts, PartSize


@dataclass(frozen=True)
class Part:
    """A range of rows of one file.

    Attributes:
        number: position in the whole run, from 0.
        path: the file.
        start: number in the file of the part's first row, from 0.
        rows: number of rows.
        repeated: rows, counted from 0 within the part, whose account id an earlier row of the run has.
        file_bytes: size of the file when the run was planned.
    """

    number: int
    path: str
    start: int
    rows: int
    repeated: tuple[int, ...]
    file_bytes: int


@dataclass(frozen=True)
class Plan:
    """Everything there is to judge.

    Attributes:
        files: the input.
        fingerprint: of the input, from before it was read.
        size: of a part.
        parts: in the order of their numbers.
        ignored: names of unknown columns, so that the operator can check their spelling.
    """

    files: tuple[Path, ...]
    fingerprint: str
    size: PartSize
    parts: tuple[Part, ...]
    ignored: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Rows of all parts."""
        return sum(part.rows for part in self.parts)


def find_files(source: str, out: Path | None = None) -> list[Path]:
    """The files that a path, folder or glob names, sorted; other files of a folder, such as pictures, are skipped.

    Args:
        source: a path, a folder or a glob.
        out: where decisions will be written, if any.

    Raises:
        InputError: there is no file, or one of another format, or the output and the input overlap.
    """
    path = Path(source)
    if path.is_dir():
        files = [file for file in path.rglob("*") if suffix(file) in READERS and not file.name.startswith((".", "_"))]
    else:
        files = [path] if path.is_file() else [Path(name) for name in glob(source, recursive=True)]  # noqa: PTH207 - Path.glob takes no absolute pattern
    if not files:
        raise InputError(f"{source} holds no {', '.join(READERS)} file")
    if others := [file for file in files if suffix(file) not in READERS]:
        raise InputError(f"{others[0]} is not one of {', '.join(READERS)}")
    if out:
        _refuse_overlap(path, files, out)
    return sorted(files)


def _refuse_overlap(source: Path, files: Sequence[Path], out: Path) -> None:
    """Refuse to write decisions where the next run would read them as input."""
    for folder in (out, parts_folder(out)):
        if any(file.resolve().is_relative_to(folder.resolve()) for file in files):
            raise InputError(f"{folder} holds the input itself; choose another OUT")
        if source.is_dir() and folder.resolve().is_relative_to(source.resolve()):
            raise InputError(f"{folder} lies in the folder of the input; choose another OUT")


def plan(files: Sequence[Path], size: PartSize) -> Plan:
    """Cut files into parts of about equal work.

    Where there would be more than `MAX_PARTS`, neighbours are joined.

    Raises:
        InputError: a file cannot be read, or has no account column or no content column.
    """
    before = fingerprint(files)  # a file that changes from here on is another input
    names = {name for path in files for name in column_names(path)}
    cuts = [FileCuts(size) for _ in files]
    with Repeats() as repeats:
        for path, cut in zip(files, cuts, strict=True):
            for account, columns, pictures in _progress(outlines(path)):
                repeats.add(account)
                names |= columns
                cut.add(pictures)
        repeated = repeats.positions()
    parts = _parts(files, cuts, repeated)
    return Plan(tuple(files), before, size, parts, tuple(sorted(names - set(COLUMNS))))


def _progress(rows: Iterable[Outline]) -> Iterable[Outline]:
    progress: Iterable[Outline] = tqdm(rows, desc="planning", unit=" rows", delay=1, leave=False, disable=None)
    return progress


def _parts(files: Sequence[Path], cuts: Sequence[FileCuts], repeated: Int64) -> tuple[Part, ...]:
    parts: list[Part] = []
    offset = 0
    joined = max(1, -(-sum(map(len, cuts)) // MAX_PARTS))
    for path, cut in zip(files, cuts, strict=True):
        file_bytes = path.stat().st_size
        for start, rows in cut.ranges(joined):
            first = offset + start
            low, high = np.searchsorted(repeated, [first, first + rows])
            within = tuple((repeated[low:high] - first).tolist())
            parts.append(Part(len(parts), str(path), start, rows, within, file_bytes))
        offset += cut.rows
    return tuple(parts)

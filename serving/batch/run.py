"""Which run a folder of parts belongs to, so that a killed run continues and different runs are never mixed.

What a run was begun with (input, part size, versions) is written beside its parts before the first of them. A second
run may continue only if all of it is the same.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from serving.batch import decisions
from serving.batch.plan import Part

MANIFEST = "_run.json"
LOCK = "_lock"
METADATA_KEY = "huijian.run"


class RunError(RuntimeError):
    """The run cannot begin or continue; the message says what to do."""


class Run:
    """One input judged into one place.

    Args:
        out: a folder for parts, or a file whose name ends in `.parquet`: its parts are in a folder beside it until
            they are joined.
        files: the input.
        part_rows: rows per part.
        versions: what judges.
    """

    def __init__(self, out: Path, files: Sequence[Path], part_rows: int, versions: Mapping[str, str]) -> None:
        self.out, self._files = out, files
        self._single = out.suffix == ".parquet"
        self.directory = out.with_name(f"{out.name}.parts") if self._single else out
        self._begun_with: dict[str, Any] = {
            "input": _fingerprint(files),
            "part_rows": part_rows,
            "versions": dict(versions),
        }

    @contextmanager
    def begun(self, restart: bool) -> Iterator[None]:
        """Hold the place for this run alone, having checked that what is there belongs to it.

        Args:
            restart: throw away what an earlier run left.

        Raises:
            RunError: another run is at work, or left something that this one would not have made.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RunError(f"another run is writing to {self.out}; wait for it to end") from error
            self._claim(restart)
            yield

    def missing(self, parts: Sequence[Part]) -> list[Part]:
        """Parts that are not there yet."""
        if self._single and self.out.exists():
            return []
        return [part for part in parts if not decisions.part_path(self.directory, part.number).exists()]

    def finish(self, parts: Sequence[Part]) -> list[Path]:
        """Join the parts where one file was asked for; returns the files with all decisions.

        Raises:
            RunError: the files do not hold every row once, or the input is not what the run was begun with.
        """
        if _fingerprint(self._files) != self._begun_with["input"]:
            raise RunError(f"the input of {self.out} was changed while it was judged; run again with --restart")
        files = [decisions.part_path(self.directory, part.number) for part in parts]
        if self._single:
            if not self.out.exists():
                decisions.join(files, self.out, {METADATA_KEY: json.dumps(self._begun_with)})
            files = [self.out]
        rows, expected = sum(pq.read_metadata(file).num_rows for file in files), sum(part.rows for part in parts)
        if rows != expected:
            raise RunError(f"{self.out} holds {rows} rows instead of {expected}; run again with --restart")
        if self._single:
            self._drop_parts()
        return files

    def _drop_parts(self) -> None:
        """Delete what this run has made beside its file, and nothing that others have put there."""
        for name in ("part-*.parquet", MANIFEST, LOCK):
            for file in self.directory.glob(name):
                file.unlink()
        if not any(self.directory.iterdir()):
            self.directory.rmdir()

    def _claim(self, restart: bool) -> None:
        left = self._left()
        if left == {}:
            raise RunError(f"{self.out} holds something else than decisions; choose another OUT")
        if restart:
            self._clear()
        elif changed := [name for name, value in self._begun_with.items() if left and left.get(name) != value]:
            raise RunError(
                f"{self.out} was begun with another {' and '.join(changed)}; "
                "choose another OUT, or throw its decisions away with --restart"
            )
        decisions.drop_drafts(self.directory)
        if self._single:
            decisions.drop_drafts(self.out.parent, self.out.name)
        content = json.dumps(self._begun_with, indent=1)
        decisions.commit(self.directory / MANIFEST, lambda draft: draft.write_bytes(content.encode()))

    def _left(self) -> dict[str, Any] | None:
        """What an earlier run was begun with; None where nothing is left, empty where it was no run of ours."""
        if self._single and self.out.exists():
            return _begun_with(self.out)
        if (self.directory / MANIFEST).exists():
            return dict(json.loads((self.directory / MANIFEST).read_text(encoding="utf-8")))
        return {} if any(self.directory.glob("[!_.]*")) else None

    def _clear(self) -> None:
        if self._single:
            self.out.unlink(missing_ok=True)
        for part in self.directory.glob("part-*.parquet"):
            part.unlink()


def _begun_with(file: Path) -> dict[str, Any]:
    try:
        metadata = pq.read_schema(file).metadata or {}
    except (pa.ArrowException, OSError):
        return {}
    return dict(json.loads(metadata.get(METADATA_KEY.encode(), b"{}")))


def _fingerprint(files: Sequence[Path]) -> str:
    """Changes when a file is added, removed, renamed or written."""
    digest = hashlib.sha256()
    for file in filter(Path.exists, files):
        status = file.stat()
        digest.update(f"{file.resolve()}\0{status.st_size}\0{status.st_mtime_ns}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()

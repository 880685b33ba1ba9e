"""Which run an output belongs to, and whether it is complete.

A manifest beside the parts records what the run began with: input, part size and versions. A killed run continues
only if all of it is the same, so decisions of different runs are never mixed.
"""

from __future__ import annotations

import fcntl
import glob
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from models.runtime import atomic
from serving.batch import decisions
from serving.batch.errors import RunError
from serving.batch.inputs import fingerprint
from serving.batch.part_files import part_path, parts_folder
from serving.batch.plan import Part, Plan

MANIFEST_NAME = "_run.json"
LOCK_NAME = "_lock"
METADATA_KEY = "huijian.run"


class Run:
    """One input judged into one output.

    Args:
        out: a folder for parts, or a file whose name ends in `.parquet`: its parts are in a folder beside it until
            they are joined.
        plan: the parts of the input.
        versions: what judges.
        conditions: further ones that the run depends on, JSON-ready.

    Attributes:
        folder: where parts are written.
    """

    def __init__(
        self, out: Path, plan: Plan, versions: Mapping[str, str], conditions: Mapping[str, Any] | None = None
    ) -> None:
        self.out, self._plan = out, plan
        self.folder = parts_folder(out)
        self._single = self.folder != out
        self._manifest: dict[str, Any] = {
            "input": plan.fingerprint,
            "part_rows": plan.part_rows,
            "versions": dict(versions),
            **(conditions or {}),
        }

    @contextmanager
    def begun(self, restart: bool) -> Iterator[Run]:
        """Lock the output for this run, check that its content belongs to it, and yield the run.

        Args:
            restart: throw away the decisions of an earlier run.

        Raises:
            RunError: another run is at work, or the output holds something else than this run's decisions.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK_NAME).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RunError(f"another run is writing to {self.out}; wait for it to end") from error
            self._claim(restart)
            yield self

    def missing(self) -> list[Part]:
        """Parts that are not written yet."""
        if self._single and self.out.exists():
            return []
        return [part for part in self._plan.parts if not part_path(self.folder, part.number).exists()]

    def notes(self) -> list[dict[str, Any]]:
        """The remarks that the files written so far hold, by whichever start of the run."""
        if self._single and self.out.exists():
            return [decisions.note_of(self.out)]
        files = [part_path(self.folder, part.number) for part in self._plan.parts]
        return [decisions.note_of(file) for file in files if file.exists()]

    def finish(self, note: Mapping[str, Any] | None = None) -> list[Path]:
        """Join the parts where one file was asked for; returns the files with all decisions.

        Args:
            note: the remarks of all parts together, for the joined file.

        Raises:
            RunError: the files do not hold every row once, or the input was changed since the run began.
        """
        if fingerprint(self._plan.files) != self._manifest["input"]:
            raise RunError(f"the input of {self.out} was changed while it was judged; run again with --restart")
        files = [part_path(self.folder, part.number) for part in self._plan.parts]
        if self._single:
            if not self.out.exists():
                metadata = {METADATA_KEY: json.dumps(self._manifest), decisions.NOTE_KEY: json.dumps(note or {})}
                decisions.join(files, self.out, metadata)
            files = [self.out]
        rows = sum(pq.read_metadata(file).num_rows for file in files)
        if rows != self._plan.rows:
            raise RunError(f"{self.out} holds {rows} rows instead of {self._plan.rows}; run again with --restart")
        if self._single:
            self._drop_parts()
        else:  # tells readers that the run has ended
            atomic.write_text(self.folder / MANIFEST_NAME, json.dumps({**self._manifest, "rows": rows}, indent=1))
        return files

    def _drop_parts(self) -> None:
        """Delete the files of this run beside the joined one, and nobody else's."""
        for name in ("part-*.parquet", MANIFEST_NAME, LOCK_NAME):
            for file in self.folder.glob(name):
                file.unlink()
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _claim(self, restart: bool) -> None:
        earlier = self._earlier_manifest()
        if earlier == {}:
            raise RunError(f"{self.out} holds something else than decisions; choose another OUT")
        if restart:
            self._drop_decisions()
        elif changed := [name for name, value in self._manifest.items() if earlier and earlier.get(name) != value]:
            raise RunError(
                f"{self.out} was begun with another {' and '.join(changed)}; "
                "choose another OUT, or throw its decisions away with --restart"
            )
        _drop_drafts(self.folder)
        if self._single:
            _drop_drafts(self.out.parent, self.out.name)
        atomic.write_text(self.folder / MANIFEST_NAME, json.dumps(self._manifest, indent=1))

    def _earlier_manifest(self) -> dict[str, Any] | None:
        """The manifest of an earlier run; None where there was none, empty where other files are in its place."""
        if self._single and self.out.exists():
            return _manifest_of(self.out)
        if (self.folder / MANIFEST_NAME).exists():
            return dict(json.loads((self.folder / MANIFEST_NAME).read_text(encoding="utf-8")))
        return {} if any(self.folder.glob("[!_.]*")) else None

    def _drop_decisions(self) -> None:
        if self._single:
            self.out.unlink(missing_ok=True)
        for part in self.folder.glob("part-*.parquet"):
            part.unlink()


def _manifest_of(file: Path) -> dict[str, Any]:
    """The manifest in a joined file's metadata; empty if it has none."""
    try:
        metadata = pq.read_schema(file).metadata or {}
    except (pa.ArrowException, OSError):
        return {}
    return dict(json.loads(metadata.get(METADATA_KEY.encode(), b"{}")))


def _drop_drafts(folder: Path, name: str | None = None) -> None:
    """Remove unfinished files of a killed run; those of one file if `name` is given."""
    for draft in folder.glob(f".{'*' if name is None else glob.escape(name)}.{atomic.DRAFT_ID}"):
        draft.unlink(missing_ok=True)

"""Which run an output belongs to, and whether it is complete.

A manifest beside the parts records what the run began with: input, part size and versions. A killed run continues
only if all of it is the same, so decisions of different runs are never mixed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from serving.batch import decisions, manifest
from serving.batch.decisions import Footer
from serving.batch.errors import RunError
from serving.batch.inputs import fingerprint
from serving.batch.part_files import RUN_KEY, Output, part_name, parts_folder, write_part
from serving.batch.plan import Part, Plan
from serving.batch.storage.disk import LOCK_NAME, drop_drafts

CONCURRENT_READS: Final = 32
"""Footers read at a time: a store takes tens of milliseconds for each, and there may be a hundred thousand."""


class Run:
    """One input judged into one output.

    Args:
        out: a folder for parts, a URL of an object store, or a file whose name ends in `.parquet`: its parts are in a
            folder beside it until they are joined.
        plan: the parts of the input.
        versions: what judges.
        conditions: further ones that the run depends on, JSON-ready.

    Attributes:
        out: where decisions will be.
        folder: where parts are written.
        id: the same for every start of the run, and for no other run.
    """

    def __init__(
        self, out: Path | str, plan: Plan, versions: Mapping[str, str], conditions: Mapping[str, Any] | None = None
    ) -> None:
        output = Output.at(out)
        self.out, self.folder, self._file, self._plan = out, output.folder, output.file, plan
        self._manifest: dict[str, Any] = {
            "input": plan.fingerprint,
            "part_size": asdict(plan.size),
            "versions": dict(versions),
            **(conditions or {}),
        }
        self.id = hashlib.sha256(json.dumps(self._manifest, sort_keys=True).encode()).hexdigest()[:16]
        self._footers: dict[str, Footer] = {}

    @contextmanager
    def begun(self, restart: bool) -> Iterator[Run]:
        """Lock the output for this run, check that its content belongs to it, and yield the run.

        Args:
            restart: throw away the decisions of an earlier run.

        Raises:
            RunError: another run is at work, or the output holds something else than this run's decisions.
        """
        with self.folder.locked():
            self._claim(restart)
            yield self

    def missing(self) -> list[Part]:
        """Parts that are not written yet."""
        if self._is_joined():
            return []
        there = self.folder.names()
        return [part for part in self._plan.parts if part_name(part.number) not in there]

    def write(self, number: int, table: pa.Table, note: Mapping[str, Any]) -> None:
        """Write a part's decisions; arguments as `decisions.encoded`."""
        write_part(self.folder, self.id, number, table, note)

    def notes(self) -> list[dict[str, Any]]:
        """The remarks that the files written so far hold, by whichever start of the run."""
        if self._is_joined():
            return [dict(Footer.read(self._file).note)] if self._file else []
        return [dict(footer.note) for footer in self._read_footers()]

    def finish(self, note: Mapping[str, Any] | None = None) -> None:
        """Check that every row is there, and join the parts where one file was asked for.

        Args:
            note: the remarks of all parts together, for the joined file.

        Raises:
            RunError: the files do not hold every row once, or the input was changed since the run began.
        """
        if fingerprint(self._plan.files) != self._manifest["input"]:
            raise RunError(f"the input of {self.out} was changed while it was judged; run again with --restart")
        if self._file and not self._file.exists():
            self._join(self._file, note or {})
        footers = [Footer.read(self._file)] if self._file else self._read_footers()
        rows = sum(footer.rows for footer in footers)
        if rows != self._plan.rows:
            raise RunError(f"{self.out} holds {rows} rows instead of {self._plan.rows}; run again with --restart")
        if any(footer.note.get(RUN_KEY) != self.id for footer in footers):
            raise RunError(f"another run wrote to {self.out} meanwhile; run again with --restart")
        if self._file:
            self._drop_parts(self._file)
        else:  # tells readers that the run has ended
            self._write_manifest({"rows": rows})

    def _is_joined(self) -> bool:
        return self._file is not None and self._file.exists()

    def _read_footers(self) -> list[Footer]:
        """The footers of the parts that are there, in order; each is read once."""
        there = self.folder.names()
        names = [name for part in self._plan.parts if (name := part_name(part.number)) in there]
        new = [name for name in names if name not in self._footers]
        with ThreadPoolExecutor(CONCURRENT_READS) as pool:
            self._footers.update(zip(new, pool.map(self._read_footer, new), strict=True))
        return [self._footers[name] for name in names]

    def _read_footer(self, name: str) -> Footer:
        try:
            with self.folder.opened(name) as stream:
                return Footer.read(stream)
        except pa.ArrowException as error:
            raise RunError(f"{name} in {self.folder} is damaged ({error}); delete it and run again") from error

    def _join(self, file: Path, note: Mapping[str, Any]) -> None:
        parts = [parts_folder(file) / part_name(part.number) for part in self._plan.parts]
        note = {**note, RUN_KEY: self.id}
        metadata = {manifest.METADATA_KEY: json.dumps(self._manifest), decisions.NOTE_KEY: json.dumps(note)}
        decisions.join(parts, file, metadata)

    def _drop_parts(self, file: Path) -> None:
        """Delete the files of this run beside the joined one, and nobody else's."""
        self._drop_decisions()
        for name in (manifest.NAME, LOCK_NAME):
            self.folder.remove(name)
        if not any(parts_folder(file).iterdir()):
            parts_folder(file).rmdir()

    def _claim(self, restart: bool) -> None:
        earlier = self._earlier_manifest()
        if earlier == {}:
            raise RunError(f"{self.out} holds something else than decisions; choose another OUT")
        if restart:
            if self._file:
                self._file.unlink(missing_ok=True)
            self._drop_decisions()
        elif changed := [name for name, value in self._manifest.items() if earlier and earlier.get(name) != value]:
            raise RunError(
                f"{self.out} was begun with another {' and '.join(changed)}; "
                "choose another OUT, or throw its decisions away with --restart"
            )
        if self._file:
            drop_drafts(self._file.parent, self._file.name)
        self._write_manifest({})

    def _write_manifest(self, more: Mapping[str, Any]) -> None:
        manifest.write(self.folder, {**self._manifest, **more})

    def _earlier_manifest(self) -> dict[str, Any] | None:
        """The manifest of an earlier run; None where there was none, empty where other files are in its place."""
        if self._is_joined():
            return _manifest_of(self._file) if self._file else {}
        found = manifest.read(self.folder)
        if found is None and any(not name.startswith("_") for name in self.folder.names()):
            return {}
        return found

    def _drop_decisions(self) -> None:
        for name in self.folder.names():
            if name.startswith("part-") and name.endswith(".parquet"):
                self.folder.remove(name)


def _manifest_of(file: Path) -> dict[str, Any]:
    """The manifest in a joined file's metadata; empty if it has none."""
    try:
        return manifest.of_file(file)
    except (pa.ArrowException, OSError):
        return {}

"""Decisions on their way to the database: a write-ahead log on local disk, synced before they are answered.

An append and its sync cost a fraction of a millisecond, whatever the database does. Each process appends to a segment
of its own and holds it locked. When a process is killed its lock is gone, and another process takes the segment over.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from models.runtime import atomic
from serving.store.errors import StoreUnavailable
from serving.store.tables import canonical

MAX_SEGMENT_BYTES: Final = 8_000_000
"""Bytes from which a new segment begins. A segment is read whole and stored in one transaction."""

DRAFT_SECONDS: Final = 60
"""Age in seconds from which a draft belongs to a killed process; a living one renames it within microseconds."""

Record = dict[str, Any]

logger = logging.getLogger("huijian.store")


class Spool:
    """The spool of all processes on this machine.

    Args:
        folder: on a disk that survives a restart; made where missing, readable by its owner only.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._segment: _Segment | None = None

    def append(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Write records; they are on disk when this returns.

        Raises:
            StoreUnavailable: they could not be written.
        """
        lines = "".join(canonical(record) + "\n" for record in records).encode()
        try:
            with self._lock:
                segment, self._segment = self._writable(), None
                segment.write(lines)
                self._segment, end = segment, segment.size  # unless the write failed: nothing may follow what it left
            segment.sync(end)  # outside the lock: others append meanwhile, and share the next sync
        except OSError as error:
            with self._lock:
                self._segment = None
            raise StoreUnavailable(f"the local spool cannot be written: {error.strerror}") from None

    def closed(self) -> list[Path]:
        """Segments to be stored, oldest first: this process's own, which it leaves, and those of dead processes."""
        self._drop_drafts()
        with self._lock:
            own = self._segment.path if self._segment and self._segment.size else None
            if own:
                self._segment = None
        return [path for path in self._paths() if path == own or not _is_held(path)]

    def remove(self, segment: Path) -> None:
        """Delete a segment that is stored."""
        segment.unlink(missing_ok=True)

    def set_aside(self, segment: Path) -> None:
        """Rename a segment that cannot be stored whole, for an operator to look at."""
        with contextlib.suppress(FileNotFoundError):  # another process was faster
            segment.rename(segment.with_suffix(".damaged"))
            logger.error("the spool segment %s is damaged in part; it is kept as .damaged", segment.name)

    def find(self, decision_id: str) -> Record | None:
        """A decision that is not in the database yet; None where the spool has none such."""
        for path in self._paths():
            found = next((record for record in read(path)[0] if record["decision_id"] == decision_id), None)
            if found:
                return found
        return None

    def waiting(self) -> int:
        """Bytes that wait to be stored."""
        return sum(_size(path) for path in self._paths())

    def damaged(self) -> int:
        """Segments that were set aside."""
        return sum(1 for _ in self._folder.glob("*.damaged"))

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("*.jsonl"))

    def _drop_drafts(self) -> None:
        for draft in self._folder.glob("*.draft"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - draft.stat().st_mtime > DRAFT_SECONDS:
                    draft.unlink()

    def _writable(self) -> _Segment:
        if self._segment is None or self._segment.size > MAX_SEGMENT_BYTES:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._segment = _Segment(self._folder)
        return self._segment


class _Segment:
    """A file that only this process appends to; closed and unlocked when nothing refers to it any more."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{time.time_ns():020d}-{uuid.uuid4().hex}.jsonl"
        self.size = 0
        self._syncing = threading.Lock()
        self._synced, self._is_broken = 0, False
        # Renamed only when locked: an unlocked segment is taken for a dead process's.
        draft = self.path.with_suffix(".draft")
        self._descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        draft.rename(self.path)
        atomic.sync(folder)

    def __del__(self) -> None:
        if hasattr(self, "_descriptor"):
            os.close(self._descriptor)

    def write(self, data: bytes) -> None:
        """Append bytes, not yet synced; raises OSError if the disk is full."""
        written = os.write(self._descriptor, data)
        self.size += written
        if written < len(data):
            raise OSError(0, "the disk is full")

    def sync(self, end: int) -> None:
        """Return when everything up to `end` is on disk, by this thread's sync or another's."""
        with self._syncing:
            # The kernel reports a failed write once; the next sync would succeed without the data.
            if self._is_broken:
                raise OSError(0, "an earlier write to it failed")
            if self._synced < end:
                reached, self._is_broken = self.size, True
                os.fdatasync(self._descriptor)
                self._synced, self._is_broken = reached, False


def read(segment: Path) -> tuple[list[Record], bool]:
    """The records of a segment, and True if some of its lines cannot be read; empty if the segment is gone.

    Text after the last end of line is ignored: a crash cut it off before it was answered.
    """
    try:
        lines = segment.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return [], False
    records = [record for line in lines for record in _parsed(line)]
    return records, len(records) < len(lines)


def _parsed(line: bytes) -> Iterator[Record]:
    try:
        record = json.loads(line)
    except ValueError:
        return
    if isinstance(record, dict) and isinstance(record.get("decision_id"), str):
        yield record


def _is_held(path: Path) -> bool:
    """True while a living process appends to the segment, or if it is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0

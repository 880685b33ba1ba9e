"""Remembers the hashes of pictures by where they lie, so that a picture that is known need not be read again.

A location is trusted in one of three ways (`Trust`). Under `STAMP`, a file on a disk is unchanged if its path, size,
inode and times of change are. A file that had changed within two seconds before it was read is not remembered, for
another change might leave the same times. An object is unchanged if its URL, size and ETag are; where a store gives no
ETag, the picture is read.
"""

from __future__ import annotations

import hashlib
import stat
import time
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

import fsspec
from cachetools import LRUCache

from models.profile import StoredPicture
from models.runtime import atomic
from serving.batch.embeddings.layout import EmbeddingsFolder
from serving.batch.embeddings.location_files import LocationFile
from serving.batch.profiles import Fetch
from serving.batch.storage.retries import retried

RACY_NANOSECONDS: Final = 2 * 10**9
"""Age of a change below which a file may change again unnoticed; some file systems count in seconds."""

RECENT_LOCATIONS: Final = 100_000
"""Locations of this run that a worker remembers besides those of earlier runs, some 20 MB."""


class Trust(StrEnum):
    """When a picture is known by its location."""

    STAMP = "stamp"
    """If it has not changed, as far as disk or store can tell."""
    NAME = "name"
    """Always: a picture that changes gets another name. Disk and store are not asked."""
    NEVER = "never"
    """Every picture is read."""


class Locations:
    """The hashes of pictures by location.

    Args:
        folder: of kept embeddings, with those of earlier runs.
        trust: when a location is trusted.
    """

    def __init__(self, folder: EmbeddingsFolder, trust: Trust) -> None:
        self._folder, self._trust = folder, trust
        self._files: dict[str, LocationFile] = {}
        self._recent: LRUCache[bytes, bytes] = LRUCache(RECENT_LOCATIONS)
        self._new: list[bytes] = []

    def __call__(self, location: str, fetch: Fetch) -> bytes | StoredPicture:
        """The picture at an absolute path or URL: known by its hash, or read and remembered."""
        key = self._key(location)
        if key is None:
            return fetch()
        if (known := self._find(key)) is not None:
            return StoredPicture(known, fetch)
        data = fetch()
        sha256 = hashlib.sha256(data).digest()
        self._recent[key] = sha256
        self._new.append(key + sha256)
        return data

    def flush(self, file: Path) -> None:
        """Write what is new since the last call, for `location_files.merge_locations`."""
        with atomic.replacing(file) as draft:
            draft.write_bytes(b"".join(self._new))
        self._new = []

    def _key(self, location: str) -> bytes | None:
        """A hash of what must be the same for the picture to be the same; None where it must be read."""
        if self._trust is Trust.NEVER or "::" in location:
            return None
        stamp = "" if self._trust is Trust.NAME else _stamp(location)
        if stamp is None:
            return None
        content = f"{location}\0{self._trust}\0{stamp}".encode(errors="surrogatepass")
        return hashlib.blake2b(content, digest_size=16).digest()

    def _find(self, key: bytes) -> bytes | None:
        if key in self._recent:
            return self._recent[key]
        name = f"{key[0]:02x}"
        if name not in self._files:
            self._files[name] = LocationFile(self._folder.location_file(name))
        return self._files[name].find(key)


def _stamp(location: str) -> str | None:
    """What tells that a picture is unchanged; None if nothing does, or it cannot be asked: reading will say why."""
    try:
        if "://" in location and not location.startswith("file://"):
            return _object_stamp(location)
        return _file_stamp(Path(location.removeprefix("file://")))
    except Exception:  # each store's client has its own errors
        return None


def _file_stamp(path: Path) -> str | None:
    status = path.stat()
    changed = max(status.st_mtime_ns, status.st_ctime_ns)
    if not stat.S_ISREG(status.st_mode) or time.time_ns() - changed < RACY_NANOSECONDS:
        return None
    return f"{status.st_size} {status.st_ino} {status.st_mtime_ns} {status.st_ctime_ns}"


def _object_stamp(url: str) -> str | None:
    store, path = fsspec.url_to_fs(url)
    info = retried(partial(store.info, path))
    tag = info.get("ETag") or info.get("etag")
    return f"{info['size']} {tag}" if tag else None

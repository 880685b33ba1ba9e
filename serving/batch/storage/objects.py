"""A run's folder in an object store, by fsspec.

An object appears whole when its upload ends, and there is no rename. So a part is committed by one conditional write:
the store refuses to write a name that exists. The first of two writers wins, and nothing is ever half there.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import IO, Any, cast

import fsspec
from typing_extensions import override

from serving.batch.errors import InputError, RunError
from serving.batch.storage.folder import Folder
from serving.batch.storage.lease import LOCK_NAME, Lease
from serving.batch.storage.retries import retried

PROTOCOLS = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss"})
"""fsspec protocols of stores that write objects whole."""

PROBE_NAME = "_probe"


def is_url(path: str) -> bool:
    """True for a URL, false for a path."""
    return "://" in path


class StoreFolder(Folder):
    """Objects that share a prefix.

    Args:
        url: `protocol://bucket/prefix`; login comes from the environment, as the store's fsspec package reads it.

    Raises:
        InputError: the URL is not that of an object store, or the store's package is not installed.
    """

    def __init__(self, url: str) -> None:
        protocol = url.split("://", maxsplit=1)[0]
        if protocol not in PROTOCOLS:
            raise InputError(f"{url} is not a URL of an object store: {', '.join(sorted(PROTOCOLS))}")
        self._url = url.rstrip("/")
        self._connect()

    def __str__(self) -> str:
        return self._url

    def __getstate__(self) -> str:
        return self._url

    def __setstate__(self, url: str) -> None:
        self._url = url
        self._connect()

    def _connect(self) -> None:
        try:
            self._store, self._prefix = fsspec.url_to_fs(self._url, use_listings_cache=False)
        except ImportError as error:
            raise InputError(f"{self._url} needs a package that is not installed: {error}") from error

    def _key(self, name: str) -> str:
        return f"{self._prefix}/{name}"

    @override
    def names(self) -> frozenset[str]:
        try:
            found = retried(partial(self._store.ls, self._prefix, detail=False, refresh=True))
        except FileNotFoundError:
            return frozenset()
        names = (key.rsplit("/", 1)[-1] for key in found)
        return frozenset(name for name in names if name and not name.startswith("."))

    @override
    def read(self, name: str) -> bytes:
        return bytes(retried(partial(self._store.cat_file, self._key(name))))

    @override
    @contextmanager
    def opened(self, name: str) -> Iterator[IO[bytes]]:
        yield cast(IO[bytes], _Ranges(self._store, self._key(name)))

    @override
    def replace(self, name: str, content: bytes) -> None:
        retried(partial(self._store.pipe_file, self._key(name), content))

    @override
    def create(self, name: str, content: bytes) -> None:
        try:
            retried(partial(self._store.pipe_file, self._key(name), content, mode="create"))
        except FileExistsError:
            return  # also where the answer to our own first attempt was lost

    @override
    def remove(self, name: str) -> None:
        try:
            retried(partial(self._store.rm_file, self._key(name)))
        except FileNotFoundError:
            return

    @override
    @contextmanager
    def locked(self) -> Iterator[None]:
        self._check_conditional_writes()
        with Lease(self, LOCK_NAME).held():
            yield

    def _check_conditional_writes(self) -> None:
        """Refuse a store, or a client of it, that would let a second writer replace a part."""
        self.replace(PROBE_NAME, b"first")
        self.create(PROBE_NAME, b"second")
        kept = self.read(PROBE_NAME)
        self.remove(PROBE_NAME)
        if kept != b"first":
            raise RunError(f"the store of {self} replaces objects that exist; it cannot hold a run: use a disk for OUT")


class _Ranges(io.RawIOBase):
    """An object as a file of which only the ranges are fetched that are read; every fetch is tried again."""

    def __init__(self, store: Any, key: str) -> None:
        self._store, self._key, self._position = store, key, 0
        self._size = int(retried(partial(store.info, key))["size"])

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = start + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        end = self._size if size < 0 else min(self._size, self._position + size)
        if end <= self._position:
            return b""
        content = bytes(retried(partial(self._store.cat_file, self._key, start=self._position, end=end)))
        self._position += len(content)
        return content

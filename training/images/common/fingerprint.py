"""Digests of files, code and library versions, so that a stale cache is never taken for a fresh one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version
from modulefinder import ModuleFinder
from pathlib import Path

from models.runtime.paths import REPOSITORY

RENDERING_LIBRARIES = (
    "babel",
    "dicebear-core",
    "dicebear-styles",
    "fonttools",
    "numpy",
    "opencv-python-headless",
    "pillow",
    "resvg_py",
)
"""Libraries whose other versions may name, draw or scale graphics differently."""


def fingerprint(files: Iterable[Path], *values: object) -> str:
    """Digest of file contents (not names), of further values and of the versions of `RENDERING_LIBRARIES`.

    Args:
        files: in a fixed order.
        values: anything whose `repr` is complete.

    Returns:
        16 hexadecimal digits.
    """
    digest = hashlib.sha256(repr((values, [version(name) for name in RENDERING_LIBRARIES])).encode())
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


@lru_cache
def code_of(file: Path) -> tuple[Path, ...]:
    """A module's file and those of all project modules that it imports, directly or not, sorted."""
    finder = ModuleFinder([str(REPOSITORY)])  # libraries are not on this path, so they are not followed
    finder.run_script(str(file))
    files = (getattr(module, "__file__", None) for module in finder.modules.values())
    return tuple(sorted(Path(file) for file in files if file))

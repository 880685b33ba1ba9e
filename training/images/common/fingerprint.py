"""What something was made from, as a digest, so that what other code, data or libraries made is not used for it."""

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
"""Libraries of which another version may name, draw or scale otherwise."""


def fingerprint(files: Iterable[Path], *said: object) -> str:
    """16 hexadecimal digits of what files hold (not of their names), of other values, and of `RENDERING_LIBRARIES`.

    Args:
        files: in an order that is always the same.
        said: anything whose `repr` says all of it.
    """
    digest = hashlib.sha256(repr((said, [version(name) for name in RENDERING_LIBRARIES])).encode())
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


@lru_cache
def code_of(file: Path) -> tuple[Path, ...]:
    """A module of the project and all modules of the project that it imports, or that those import, in order."""
    finder = ModuleFinder([str(REPOSITORY)])  # libraries are not found there, and so not followed
    finder.run_script(str(file))
    files = (getattr(module, "__file__", None) for module in finder.modules.values())
    return tuple(sorted(Path(file) for file in files if file))

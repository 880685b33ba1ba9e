"""Protected marks among harmless graphics: packages count some flags of regions and logos among emoji and icons."""

from __future__ import annotations

from functools import lru_cache

import yaml

from models.runtime.paths import DATASETS
from training.images.sources.graphics import Graphic

NOT_HARMLESS_FILE = DATASETS / "emblems" / "not-harmless.yaml"
"""Owners of such graphics in the training and validation folds, chosen by eye. For the benchmark see
`unprotected.PROTECTED_NAMES`."""


def is_mark(graphic: Graphic) -> bool:
    """True if a graphic shows a flag or mark although its package counts it among emoji or icons."""
    return graphic.owner in _marks()


@lru_cache(maxsize=1)
def _marks() -> frozenset[str]:
    return frozenset(yaml.safe_load(NOT_HARMLESS_FILE.read_text("utf-8"))["graphics"])

"""Marks among what is called harmless: packages count flags of regions and companies' logos among emoji and icons."""

from __future__ import annotations

from functools import lru_cache

import yaml

from models.runtime.paths import DATASETS
from training.images.sources.graphics import Graphic

NOT_HARMLESS_FILE = DATASETS / "emblems" / "not-harmless.yaml"
"""Owners of such graphics of the training and validation folds, judged by eye; the benchmark goes by names
(`unprotected.PROTECTED_NAMES`)."""


def is_mark(graphic: Graphic) -> bool:
    """Whether it shows somebody's flag or mark although its package counts it among emoji or icons."""
    return graphic.owner in _marks()


@lru_cache(maxsize=1)
def _marks() -> frozenset[str]:
    return frozenset(yaml.safe_load(NOT_HARMLESS_FILE.read_text("utf-8"))["graphics"])

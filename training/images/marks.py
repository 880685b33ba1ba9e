"""Marks among what is called harmless: packages count flags of regions and companies' logos among emoji and icons."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

from training.images.graphics import Graphic

NOT_HARMLESS = Path(__file__).parents[2] / "datasets" / "emblems" / "not-harmless.yaml"
"""Owners of such graphics of the training and validation folds, judged by eye; the benchmark goes by names
(`unprotected.PROTECTED`)."""


def is_mark(graphic: Graphic) -> bool:
    """Whether it shows somebody's flag or mark although its package counts it among emoji or icons."""
    return graphic.owner in _marks()


@lru_cache(maxsize=1)
def _marks() -> frozenset[str]:
    return frozenset(yaml.safe_load(NOT_HARMLESS.read_text("utf-8"))["graphics"])

"""Paths of the checkout and its data; no other module depends on its own depth in the tree."""

from __future__ import annotations

from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).parents[2]
"""Root of the checkout: the project runs from it, not from an installed wheel."""

DATASETS: Final = REPOSITORY / "datasets"
"""Data without code: emblems, texts, names, characters."""

"""Where the checkout and its data lie: the one place that knows how deep a module is."""

from __future__ import annotations

from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
"""Root of the checkout: the project runs from it, not from an installed wheel."""

DATASETS: Final = REPOSITORY / "datasets"
"""Data only: emblems, texts, names, characters."""

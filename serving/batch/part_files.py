"""Paths of the files that a run writes: one file of decisions per part, in one folder."""

from __future__ import annotations

from pathlib import Path


def parts_folder(out: Path) -> Path:
    """The folder of a run's parts: `out` itself, or one beside it where `out` is a file."""
    return out.with_name(f"{out.name}.parts") if out.suffix == ".parquet" else out


def part_path(folder: Path, number: int) -> Path:
    """The file of a part's decisions."""
    return folder / f"part-{number:05d}.parquet"

"""`huijian baseline`: what the pictures of this platform are usually like."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def baseline(
    decisions: Annotated[Path, typer.Argument(metavar="DECISIONS", exists=True, help="What `huijian score` wrote.")],
) -> None:
    """Make the baseline that a running service compares its pictures with: `huijian_similarity_drift` in /metrics.

    Take decisions on accounts as they come, at least 1,000 avatars or covers, all judged with the encoder in force.
    A running service takes the baseline up within seconds. Another encoder needs another baseline.

    Example: `huijian baseline decisions/`
    """
    from models.settings import Settings
    from serving.batch.decisions import read
    from serving.metrics.drift import Baseline, baseline_file

    made = Baseline.of(read(decisions, ["matches", "versions"]))
    file = baseline_file(Settings.from_environment().home)
    made.save(file)
    counts = " and ".join(f"{count} {field}s" for field, count in made.pictures.items())
    typer.echo(f"{file}: {counts}, judged by {made.encoder}")

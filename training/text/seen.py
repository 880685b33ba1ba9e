"""Digests of the texts that a text model has seen, kept in its folder, so that nobody measures it on them.

Needs nothing of what trains: `huijian promote` reads it in the service's container.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.runtime.artifact_files import ArtifactFile

Digests: TypeAlias = NDArray[np.uint64]
"""Digests of texts, uint64 (n,)."""


def _none() -> Digests:
    return np.zeros(0, np.uint64)


@dataclass(frozen=True)
class Seen:
    """Digests of texts, by what they were used for.

    Attributes:
        trained: texts whose labels it learnt.
        calibrated: texts that its scores were calibrated on.
        tested: texts that its metrics were measured on.
    """

    trained: Digests = field(default_factory=_none)
    calibrated: Digests = field(default_factory=_none)
    tested: Digests = field(default_factory=_none)

    @classmethod
    def load(cls, model: Path) -> Seen | None:
        """What a model's folder says; None for one of an earlier release, which does not say."""
        try:
            with np.load(model / ArtifactFile.SEEN) as saved:
                return cls(**{name: saved[name] for name in saved.files})
        except FileNotFoundError:
            return None

    def save(self, model: Path) -> None:
        """Write it into a model's folder."""
        np.savez(model / ArtifactFile.SEEN, **asdict(self))

    def used(self, texts: Digests) -> dict[str, NDArray[np.int64]]:
        """Positions of texts that were trained or calibrated on, by use; without uses of none."""
        found = {"trained": np.isin(texts, self.trained), "calibrated": np.isin(texts, self.calibrated)}
        return {use: np.flatnonzero(rows) for use, rows in found.items() if rows.any()}

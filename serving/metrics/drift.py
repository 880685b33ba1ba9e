"""Drift of the judged pictures against a baseline, by the population stability index.

Pictures drift when users change their habits, an upstream program crops or recompresses, or a model is replaced. All of
these shift the similarities of pictures to their nearest reference. That distribution is compared with a baseline from
the platform's own decisions (`huijian baseline`). The index is the sum of (now - then) * ln(now / then) over the bins:
below 0.1 nothing has changed, from 0.25 on something has.

Source: Siddiqi 2006 (Credit Risk Scorecards), for the index and its marks.
"""

from __future__ import annotations

import json
import threading
from bisect import bisect
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.arrays import Float64
from models.profile import IMAGE_FIELDS, Field
from models.runtime import atomic

BIN_EDGES: Final = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Inner edges of the bins of cosine similarity; the outer bins are open."""

DECAY_PICTURES: Final = 5_000
"""Pictures of a field after which one's weight has decayed to 1/e. By chance alone the index is about bins / pictures,
0.004."""

MIN_PICTURES: Final = 1_000
"""Pictures of a field that a baseline or a worker needs before they are compared."""

MIN_SHARE: Final = 1e-4
"""Share of an empty bin, so that its logarithm exists."""


class BaselineError(ValueError):
    """No baseline can be made from decisions, or read from a file; the message says why."""


@dataclass(frozen=True)
class Baseline:
    """The similarities of pictures at set-up.

    Attributes:
        encoder: its version; similarities of two encoders cannot be compared.
        shares: of each image field's pictures per bin, with sum 1.
        pictures: number of pictures per field.
    """

    encoder: str
    shares: Mapping[str, list[float]]
    pictures: Mapping[str, int]

    @classmethod
    def of(cls, decisions: Iterable[Mapping[str, Any]]) -> Baseline:
        """The baseline of answers in the contract's shape; answers without pictures are ignored.

        Raises:
            BaselineError: several encoders judged, or fewer than `MIN_PICTURES` of each field were judged.
        """
        counts = {field: np.zeros(len(BIN_EDGES) + 1) for field in IMAGE_FIELDS}
        encoders = set()
        for answer in decisions:
            if not answer.get("matches"):
                continue
            encoders.add(answer["versions"]["encoder"])
            for field, count in counts.items():
                if matches := answer["matches"].get(field):
                    count[bisect(BIN_EDGES, max(match["similarity"] for match in matches))] += 1
        enough = {str(field): count for field, count in counts.items() if count.sum() >= MIN_PICTURES}
        if len(encoders) > 1:
            raise BaselineError(f"the decisions are of {len(encoders)} encoders: judge all pictures with one")
        if not enough:
            raise BaselineError(f"the decisions hold fewer than {MIN_PICTURES} avatars and as few covers")
        shares = {field: (count / count.sum()).tolist() for field, count in enough.items()}
        return cls(encoders.pop(), shares, {field: int(count.sum()) for field, count in enough.items()})

    @classmethod
    def load(cls, path: Path) -> Baseline:
        """Read a file that `save` wrote.

        Raises:
            BaselineError: the file is missing or invalid, or has other bins.
        """
        try:
            baseline = cls(**json.loads(path.read_text(encoding="utf-8")))
            sizes = {len(shares) for shares in baseline.shares.values()}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise BaselineError(f"{path} holds no baseline: {error}") from error
        if sizes != {len(BIN_EDGES) + 1}:
            raise BaselineError(f"{path} has other bins than this release")
        return baseline

    def save(self, path: Path) -> None:
        """Write the baseline, atomically."""
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_text(path, json.dumps(asdict(self)))


class RecentSimilarities:
    """Distribution of recent similarities of one encoder, with exponential decay; safe to share between threads."""

    def __init__(self) -> None:
        self._encoder: str | None = None
        self._counts = _empty_counts()
        self._lock = threading.Lock()

    def watch(self, encoder: str) -> None:
        """Follow an encoder, by its version; similarities of another one are dropped."""
        with self._lock:
            if encoder != self._encoder:
                self._encoder, self._counts = encoder, _empty_counts()

    def observe(self, encoder: str, field: Field, similarity: float) -> None:
        """Count a picture; one of another encoder, as at the moment of a reload, is ignored."""
        with self._lock:
            if encoder == self._encoder:
                self._counts[field] *= 1 - 1 / DECAY_PICTURES
                self._counts[field][bisect(BIN_EDGES, similarity)] += 1

    def fits(self, baseline: Baseline) -> bool:
        """True if the baseline is of the followed encoder."""
        return baseline.encoder == self._encoder

    def drift(self, field: Field, baseline: Baseline) -> float | None:
        """The population stability index of a field.

        Returns:
            None if there are too few pictures, or the baseline lacks the field or is of another encoder.
        """
        with self._lock:
            counts = self._counts[field].copy()
        if not self.fits(baseline) or counts.sum() < MIN_PICTURES or field not in baseline.shares:
            return None
        return stability(np.array(baseline.shares[field]), counts / counts.sum())


def _empty_counts() -> dict[Field, Float64]:
    return {field: np.zeros(len(BIN_EDGES) + 1) for field in IMAGE_FIELDS}


def stability(then: Float64, now: Float64) -> float:
    """The population stability index of two distributions over the same bins, each (bins,)."""
    then, now = np.maximum(then, MIN_SHARE), np.maximum(now, MIN_SHARE)
    return float(((now - then) * np.log(now / then)).sum())


def baseline_file(home: Path) -> Path:
    """Path of the baseline in a home directory."""
    return home / "baseline.json"

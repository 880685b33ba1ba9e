"""Whether the pictures that come are still like those that the service was set up with.

Nobody tells a service that its encoder no longer fits: users move to another kind of picture, an upstream program
starts to crop or recompress, a model is exchanged for one that was measured elsewhere. All of it moves how similar
pictures are to their nearest reference. That distribution is compared with a baseline made of the platform's own
decisions (`huijian baseline`), by the population stability index: the sum of (now - then) * ln(now / then) over the
bins. Below 0.1 nothing has changed, from 0.25 on something has.

Source: the index and its marks, Siddiqi 2006 (Credit Risk Scorecards).
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

from models.profile import IMAGE_FIELDS, Field
from models.runtime import atomic

BIN_EDGES: Final = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Between the bins of cosines; both ends are open."""

DECAY_PICTURES: Final = 5_000
"""Pictures of each field that count: the weight of one that came so many ago is 1/e. Fewer would make the index jump:
by chance alone it is about the number of bins over them, 0.004."""

MIN_PICTURES: Final = 1_000
"""Of each field, in a baseline and in a worker, before they say anything."""

MIN_SHARE: Final = 1e-4
"""Share that an empty bin counts as: the logarithm of nothing has no value."""

Array = np.ndarray


class BaselineError(ValueError):
    """There is no baseline to be made of, or in, a file; the message says why."""


@dataclass(frozen=True)
class Baseline:
    """How similar pictures were when the service was set up.

    Attributes:
        encoder: its version; another one's similarities mean something else.
        shares: of each image field's pictures in each bin, adding up to 1.
        pictures: how many each field's shares are of.
    """

    encoder: str
    shares: Mapping[str, list[float]]
    pictures: Mapping[str, int]

    @classmethod
    def of(cls, decisions: Iterable[Mapping[str, Any]]) -> Baseline:
        """From answers in the contract's shape; those without pictures are passed over.

        Raises:
            BaselineError: several encoders judged, or too few pictures were judged to say anything.
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
        """Read what `save` wrote.

        Raises:
            BaselineError: it is something else.
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
        """Write it, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_text(path, json.dumps(asdict(self)))


class RecentSimilarities:
    """How similar pictures were of late, to one encoder; older ones count less and less. Threads may share it."""

    def __init__(self) -> None:
        self._encoder: str | None = None
        self._counts = _nothing()
        self._lock = threading.Lock()

    def watch(self, encoder: str) -> None:
        """An encoder, by its version, judges from now on; what another one said is forgotten."""
        with self._lock:
            if encoder != self._encoder:
                self._encoder, self._counts = encoder, _nothing()

    def observe(self, encoder: str, field: Field, similarity: float) -> None:
        """A picture was judged; one by another encoder, as at the moment of an exchange, is passed over."""
        with self._lock:
            if encoder == self._encoder:
                self._counts[field] *= 1 - 1 / DECAY_PICTURES
                self._counts[field][bisect(BIN_EDGES, similarity)] += 1

    def fits(self, baseline: Baseline) -> bool:
        """Whether it is of the encoder that is watched."""
        return baseline.encoder == self._encoder

    def drift(self, field: Field, baseline: Baseline) -> float | None:
        """The population stability index.

        Returns:
            None while too few pictures came, or the baseline has none of that field or is of another encoder.
        """
        with self._lock:
            counts = self._counts[field].copy()
        if not self.fits(baseline) or counts.sum() < MIN_PICTURES or field not in baseline.shares:
            return None
        return stability(np.array(baseline.shares[field]), counts / counts.sum())


def _nothing() -> dict[Field, Array]:
    return {field: np.zeros(len(BIN_EDGES) + 1) for field in IMAGE_FIELDS}


def stability(then: Array, now: Array) -> float:
    """The population stability index of two distributions over the same bins, each float64 (bins,)."""
    then, now = np.maximum(then, MIN_SHARE), np.maximum(now, MIN_SHARE)
    return float(((now - then) * np.log(now / then)).sum())


def baseline_file(home: Path) -> Path:
    """Where the baseline of a machine lies."""
    return home / "baseline.json"

"""Resuming a training run after its last finished stage.

The stages that follow the training steps (cohort, localizer, reranker, calibration) take longer than the steps.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from torch import Tensor

from models.runtime.paths import REPOSITORY
from training.images.common.fingerprint import code_of, fingerprint
from training.images.common.metrics import write_json

DATA_PATTERNS = ("datasets/**/*", "training/images/model_configs/*.json")
"""Files that stages read beside the code."""


class Resumable:
    """The stages of one run; each depends on those before it.

    Args:
        file: JSON record of the run's digest and its finished stages, written before and after each stage.
        made_from: digest of all inputs. A record with another digest is ignored, so every stage runs again.
    """

    def __init__(self, file: Path, made_from: str) -> None:
        known = json.loads(file.read_text("utf-8")) if file.exists() else {}
        self._file, self._made_from, self._reached = file, made_from, 0
        self._finished: list[str] = known["finished"] if known.get("made_from") == made_from else []

    def __call__(self, stage: Callable[..., object], makes: Sequence[str], *given: Any, **options: Any) -> None:
        """Run a stage, unless it and all before it are finished and its files exist.

        Args:
            stage: a function; its name identifies it in the record.
            makes: names of the files that it writes, in the run's folder.
            *given, **options: arguments of the function.
        """
        at, self._reached = self._reached, self._reached + 1
        is_there = all((self._file.parent / name).exists() for name in makes)
        if is_there and self._finished[at : at + 1] == [stage.__name__]:
            return
        # Later stages of an earlier attempt are stale from here on, even if this one fails.
        self._finish(self._finished[:at])
        stage(*given, **options)
        self._finish([*self._finished, stage.__name__])

    def forget(self) -> None:
        """Delete the record of a complete run."""
        self._file.unlink(missing_ok=True)

    def _finish(self, stages: list[str]) -> None:
        self._finished = stages
        write_json(self._file, {"made_from": self._made_from, "finished": stages})


def environment_digest(module: Path) -> str:
    """Digest of a module's code with all its imports, of the data and of every installed package's version."""
    data = sorted(path for pattern in DATA_PATTERNS for path in REPOSITORY.glob(pattern) if path.is_file())
    installed = sorted({f"{package.name} {package.version}" for package in distributions()})
    return fingerprint([*code_of(module), *data], installed)


def weights_digest(state: Mapping[str, Tensor]) -> str:
    """Digest of a network's weights and their names, 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for name, values in state.items():
        digest.update(name.encode() + values.contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]

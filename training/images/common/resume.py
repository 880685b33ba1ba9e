"""What follows the steps of a training run takes longer than they do: a run that was broken off goes on behind the last
stage that it finished.
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

DATA = ("datasets/**/*", "training/images/model_configs/*.json")
"""What stages read beside the code."""


class Resumable:
    """The stages of one run, each made from those before it.

    Args:
        file: JSON, what the run is made from and which stages it has finished; written before and after each.
        made_from: a digest of all that a stage depends on. What was made from something else is done again.
    """

    def __init__(self, file: Path, made_from: str) -> None:
        known = json.loads(file.read_text("utf-8")) if file.exists() else {}
        self._file, self._made_from, self._reached = file, made_from, 0
        self._finished: list[str] = known["finished"] if known.get("made_from") == made_from else []

    def __call__(self, stage: Callable[..., object], makes: Sequence[str], *given: Any, **options: Any) -> None:
        """Do a stage, unless it and all before it are finished and its files are there.

        Args:
            stage: a function.
            makes: names of the files that it writes, in the run's folder.
            *given, **options: of the function.
        """
        at, self._reached = self._reached, self._reached + 1
        is_there = all((self._file.parent / name).exists() for name in makes)
        if is_there and self._finished[at : at + 1] == [stage.__name__]:
            return
        # Whatever comes of it, what was made from an earlier attempt is not up to date any more.
        self._finish(self._finished[:at])
        stage(*given, **options)
        self._finish([*self._finished, stage.__name__])

    def forget(self) -> None:
        """Delete the record of a run that is whole."""
        self._file.unlink(missing_ok=True)

    def _finish(self, stages: list[str]) -> None:
        self._finished = stages
        write_json(self._file, {"made_from": self._made_from, "finished": stages})


def environment_digest(module: Path) -> str:
    """A digest of a module's code and all that it imports, of the data and of every installed package's version."""
    data = sorted(path for pattern in DATA for path in REPOSITORY.glob(pattern) if path.is_file())
    installed = sorted({f"{package.name} {package.version}" for package in distributions()})
    return fingerprint([*code_of(module), *data], installed)


def weights_digest(state: Mapping[str, Tensor]) -> str:
    """A digest of a network's weights and their names."""
    digest = hashlib.sha256()
    for name, values in state.items():
        digest.update(name.encode() + values.contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]

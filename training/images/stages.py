"""What follows the steps of a training run takes longer than they do: a run that was broken off goes on behind the last
stage that it finished.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from training.images.fingerprint import code_of, fingerprint


class Stages:
    """The stages of one run, each made from those before it.

    Args:
        file: JSON, which stages are finished and what each was made from; written after each.
        *said: what the run is made from; anything whose `repr` says all of it.
    """

    def __init__(self, file: Path, *said: object) -> None:
        self._file, self._made_from = file, fingerprint((), said)
        self._finished: dict[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}

    def __call__(self, stage: Callable[..., object], makes: Sequence[str], *given: Any, **options: Any) -> None:
        """Do a stage, unless its files are there and were made from the same by the same code.

        Args:
            stage: a function of a module of the project.
            makes: files beside that of the stages.
            *given, **options: of the function; the run says all that they depend on.
        """
        self._made_from = fingerprint(code_of(Path(inspect.getfile(stage))), self._made_from)
        is_there = all(self._file.with_name(name).exists() for name in makes)
        if is_there and self._finished.get(stage.__name__) == self._made_from:
            return
        stage(*given, **options)
        self._finished[stage.__name__] = self._made_from
        written = self._file.with_suffix(".new")
        written.write_text(json.dumps(self._finished, indent=2) + "\n", "utf-8")
        written.replace(self._file)

    def forget(self) -> None:
        """Of a run that is whole, nothing need be known."""
        self._file.unlink(missing_ok=True)

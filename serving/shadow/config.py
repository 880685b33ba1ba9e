"""The shadow trial's configuration: a file that names the challenger and its share, and may change at any time.

Parts that the file does not name are the champion's, so a trial is of just the parts that may be promoted.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.runtime.sources import safe_message
from models.runtime.yaml_lines import faults_of
from models.settings import Settings

SHADOW_VARIABLE: Final = "HUIJIAN_SHADOW"

CHALLENGER_PARTS: Final = ("encoder", "gallery", "text", "policy")
"""Parts that a challenger can bring, by their names in the answers' versions."""


class ShadowConfigError(ValueError):
    """The file describes no trial; the message says why."""


class ShadowConfig(BaseModel):
    """One challenger and its share.

    Attributes:
        share: share of the accounts that the challenger judges, in [0, 1].
        encoder: an encoder's artefact folder; needs a gallery that it made.
        gallery, text: a version, or a directory of versions whose `CURRENT` names one.
        policy: a policy file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: Annotated[float, Field(ge=0, le=1)]
    encoder: Path | None = None
    gallery: Path | None = None
    text: Path | None = None
    policy: Path | None = None

    @model_validator(mode="after")
    def _brings_something(self) -> ShadowConfig:
        if not self.parts:
            raise ValueError(f"name what the challenger brings: {', '.join(CHALLENGER_PARTS)}")
        if self.encoder and not self.gallery:
            raise ValueError("an encoder needs the gallery that it made")
        return self

    @classmethod
    def load(cls, file: Path) -> ShadowConfig:
        """Read a file; paths in it are relative to its folder.

        Raises:
            ShadowConfigError: it cannot be read, or describes no trial.
        """
        try:
            trial = cls.model_validate(yaml.safe_load(file.read_bytes()))
        except OSError as error:
            raise ShadowConfigError(f"{file} cannot be read: {error.strerror}") from None
        except yaml.YAMLError as error:
            raise ShadowConfigError(f"{file} is not valid YAML: {error}") from None
        except ValidationError as error:
            raise ShadowConfigError(f"{file}: {faults_of(error, 'file')}") from None
        return trial.model_copy(update={part: file.parent / getattr(trial, part) for part in trial.parts})

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that the challenger brings."""
        return tuple(part for part in CHALLENGER_PARTS if getattr(self, part) is not None)

    def settings(self, champion: Settings) -> Settings:
        """Settings of the challenger: the champion's, with its own parts and a single thread."""
        return replace(champion, threads=1, **{part: getattr(self, part) for part in self.parts})


def shadow_file(settings: Settings) -> Path:
    """The file in HUIJIAN_SHADOW, or `shadow.yaml` in the home directory; it may not exist."""
    return Path(os.environ.get(SHADOW_VARIABLE) or settings.home / "shadow.yaml")


class LiveShadowConfig:
    """The trial that a file describes, read again at each `refresh`.

    Args:
        file: may be missing; then there is no trial.

    Attributes:
        trial: the newest that could be read; None without one.
        problem: why the file is refused; None if it is not.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._content: bytes | None = None
        self.trial: ShadowConfig | None = None
        self.problem: str | None = None

    def refresh(self) -> None:
        """Read a changed file. Never raises: for a bad file sets `problem`, and the earlier trial goes on."""
        try:
            content = self._file.read_bytes() if self._file.exists() else None
            if content != self._content:
                self.trial = None if content is None else ShadowConfig.load(self._file)
            self._content, self.problem = content, None
        except (OSError, ShadowConfigError) as error:
            self.problem = safe_message(error)

"""Which challenger is on trial, and on how many accounts: a small file that may change while the service runs.

What the file does not name is the champion's, so that a trial is of just what may be promoted.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.runtime.sources import safe_message
from models.settings import Settings

SHADOW_VARIABLE: Final = "HUIJIAN_SHADOW"

CHALLENGER_PARTS: Final = ("encoder", "gallery", "text", "policy")
"""What a challenger can bring, by the names that answers give their versions."""


class ShadowConfigError(ValueError):
    """The file does not describe a trial; the message says what is wrong."""


class ShadowConfig(BaseModel):
    """One challenger and its share.

    Attributes:
        share: of the accounts, in [0, 1].
        encoder: an encoder's artefact folder, to go with a gallery that it made.
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
            ShadowConfigError: it cannot be read, or is something else.
        """
        try:
            trial = cls.model_validate(yaml.safe_load(file.read_bytes()))
        except OSError as error:
            raise ShadowConfigError(f"{file} cannot be read: {error.strerror}") from None
        except yaml.YAMLError as error:
            raise ShadowConfigError(f"{file} is not valid YAML: {error}") from None
        except ValidationError as error:
            faults = (f"{'.'.join(map(str, fault['loc'])) or 'file'}: {fault['msg']}" for fault in error.errors())
            raise ShadowConfigError(f"{file}: {'; '.join(faults)}") from None
        return trial.model_copy(update={part: file.parent / getattr(trial, part) for part in trial.parts})

    @property
    def parts(self) -> tuple[str, ...]:
        """What the challenger brings."""
        return tuple(part for part in CHALLENGER_PARTS if getattr(self, part) is not None)

    def settings(self, champion: Settings) -> Settings:
        """Where everything is that the challenger judges with; a thread has to do for it."""
        return replace(champion, threads=1, **{part: getattr(self, part) for part in self.parts})


def shadow_file(settings: Settings) -> Path:
    """The file in HUIJIAN_SHADOW, or `shadow.yaml` in the home directory; it may not exist."""
    return Path(os.environ.get(SHADOW_VARIABLE) or settings.home / "shadow.yaml")


class LiveShadowConfig:
    """The trial that a file describes now.

    Args:
        file: no trial while it does not exist.

    Attributes:
        trial: the newest that could be read.
        problem: why the file is refused; None while it is not.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: bytes | None = None
        self.trial: ShadowConfig | None = None
        self.problem: str | None = None

    def refresh(self) -> None:
        """Look again. Never raises: a file that cannot be used becomes `problem`, and the trial before it goes on."""
        try:
            content = self._file.read_bytes() if self._file.exists() else None
            if content != self._seen:
                self.trial = None if content is None else ShadowConfig.load(self._file)
            self._seen, self.problem = content, None
        except (OSError, ShadowConfigError) as error:
            self.problem = safe_message(error)

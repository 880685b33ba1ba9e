"""Rollback: puts the version before into force again, in a running service too.

The pointer or the policy file is replaced atomically, as in a promotion: until then, and if it fails, the version in
force stays. A released version is copied to the home directory first, so that it stays when the next release comes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from models.policy import Policy
from models.runtime import atomic, versions
from models.runtime.artifact_files import ArtifactFile
from models.runtime.locks import locked
from models.settings import Settings
from serving.active import active_versions, kept_policy
from serving.history import changes, standing
from serving.store.database import Database

PARTS: Final = ("text", "encoder", "gallery", "policy")
"""What can be rolled back."""


class RollbackError(ValueError):
    """There is no version to go back to, or it cannot be used; the message says why."""


def roll_back(part: str, settings: Settings, database: Database, to: str | None = None) -> str:
    """Put an earlier version of a part into force; returns its name.

    An encoder comes back with the last gallery that it made, as galleries belong to their encoder.

    Args:
        part: one of `PARTS`.
        database: its trail says which version was in force before.
        to: version to go back to; by default the one before.

    Raises:
        RollbackError: there is no such version here.
        models.runtime.versions.DamagedError: it was cut or edited.
        OSError: it cannot be put into force; the version in force stays.
    """
    folder = "gallery" if part == "encoder" else part
    name = next(_candidates(part, settings, database, to), None)
    if name is None:
        raise RollbackError(_missing(part, to))
    if part == "policy":
        _restore_policy(name, settings)
    else:
        _point_back(folder, name, settings)
    return name


def _candidates(part: str, settings: Settings, database: Database, to: str | None) -> Iterator[str]:
    """Versions to go back to, the best first, as far as they are still here."""
    folder = "gallery" if part == "encoder" else part
    in_force = active_versions(settings).get(folder, {}).get("after")
    earlier = [change.version for change in reversed(standing(changes(database, folder))) if change.version != in_force]
    if part != "encoder":
        yield from [to] if to else earlier[:1]
        return
    encoder = settings.encoder_directory().name
    for name in earlier:
        made_by = _encoder_of(name, settings)
        if made_by is not None and made_by != encoder and to in {None, made_by}:
            yield name


def _missing(part: str, to: str | None) -> str:
    if to:
        return f"{part} {to} was not in force here, or is no longer kept; `huijian models list` says what is there"
    return f"the audit trail knows no {part} that was in force before the one that is; name one with --to"


def _encoder_of(gallery: str, settings: Settings) -> str | None:
    version = _located("gallery", gallery, settings)
    if version is None:
        return None
    return str(json.loads((version / ArtifactFile.CONFIG).read_text(encoding="utf-8"))["encoder"])


def _located(folder: str, name: str, settings: Settings) -> Path | None:
    """Directory of a version, of this machine or released."""
    if Path(name).name != name:
        return None
    places = (root / folder / name for root in (settings.home, settings.artifacts))
    return next((place for place in places if (place / ArtifactFile.CONFIG).is_file()), None)


def _point_back(folder: str, name: str, settings: Settings) -> None:
    version = _located(folder, name, settings)
    if version is None:
        raise RollbackError(f"{folder} {name} is no longer kept; `huijian models list` says what is there")
    versions.checked(version)
    if folder == "gallery":
        encoder = replace(settings, gallery=version).encoder_directory()
        settings.keep_encoder(encoder, encoder.name)
    root = settings.home / folder
    with locked(root / versions.LOCK):
        versions.publish_copy(root, version, name)


def _restore_policy(name: str, settings: Settings) -> None:
    kept = kept_policy(settings.home, name)
    if not kept.is_file():
        raise RollbackError(f"policy {name} was not kept in {kept.parent}: put its file in place by hand")
    Policy.load(kept)
    atomic.write_text(settings.policy.resolve(), kept.read_bytes().decode())

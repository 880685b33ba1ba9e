"""What is there of texts' models, encoders, galleries and policies, and what of it is in force, since when, by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from models.policy import Policy, PolicyError
from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from models.settings import Settings
from serving.active import active_versions, kept_policies
from serving.history import Change, changes, existing_database
from serving.shadow.config import ShadowConfig, shadow_file
from serving.store.tables import utc
from serving.trials.policy_file import TRIAL, trial_file

FOLDERS: Final[Mapping[str, str]] = {"text": "text", "encoder": "encoders", "gallery": "gallery"}
"""Folder of each part's versions, in the home directory and among the released artefacts."""

IN_FORCE, IN_SHADOW, KEPT = "in force", "in shadow", "kept"
"""States of a version."""


@dataclass(frozen=True)
class Version:
    """One version of a part.

    Attributes:
        part: "text", "encoder", "gallery" or "policy".
        name: its name.
        state: `IN_FORCE`, `IN_SHADOW` or `KEPT`.
        since: when it last came into force, UTC; empty if it never did here.
        by: who put it into force, and how; empty where the trail does not say.
        place: its folder or file.
    """

    part: str
    name: str
    state: str
    since: str
    by: str
    place: Path


def inventory(settings: Settings) -> list[Version]:
    """Every version that is here, by part; the one in force first.

    Raises:
        StoreError: there is an audit trail that cannot be read.
        ShadowConfigError: the file of the trial in shadow cannot be used.
    """
    in_force = {part: str(found["after"]) for part, found in active_versions(settings).items()}
    shadowed = _shadowed(settings)
    with existing_database(settings.home) as database:
        made = {part: changes(database, part) if database else [] for part in (*FOLDERS, "policy")}
        tried = changes(database, TRIAL) if database else []
    found = []
    for part, past in made.items():
        places = dict(_policies(settings) if part == "policy" else _folders(FOLDERS[part], settings))
        if part in shadowed and shadowed[part] not in places.values():
            places.setdefault(shadowed[part].name, shadowed[part])
        of_part = [
            _version(part, name, place, state, tried if place == trial_file(settings.home) else past)
            for name, place in sorted(places.items(), reverse=True)
            for state in [_state(name, place, in_force.get(part), shadowed.get(part))]
        ]
        found += sorted(of_part, key=lambda version: version.state != IN_FORCE)
    return found


def _state(name: str, place: Path, in_force: str | None, shadowed: Path | None) -> str:
    if name == in_force:
        return IN_FORCE
    return IN_SHADOW if shadowed is not None and shadowed.resolve() == place.resolve() else KEPT


def _version(part: str, name: str, place: Path, state: str, past: Sequence[Change]) -> Version:
    last = next((change for change in reversed(past) if change.version == name), None)
    if last:
        return Version(part, name, state, last.time, " ".join(filter(None, (last.by, last.action))), place)
    return Version(part, name, state, _written(part, place) if state is IN_FORCE else "", "", place)


def _written(part: str, place: Path) -> str:
    """When the pointer to a version, or a policy file, was written, in UTC."""
    pointer = place if part == "policy" else place.parent / versions.POINTER
    file = pointer if pointer.exists() else place
    return utc(datetime.fromtimestamp(file.stat().st_mtime, UTC))


def _folders(folder: str, settings: Settings) -> Iterator[tuple[str, Path]]:
    """Versions by name; this machine's copy of a released one wins, so it comes last."""
    for root in (settings.artifacts / folder, settings.home / folder):
        for place in sorted(root.iterdir()) if root.is_dir() else ():
            if (place / ArtifactFile.CONFIG).is_file() and not place.name.startswith("."):
                yield place.name, place


def _policies(settings: Settings) -> Iterator[tuple[str, Path]]:
    for file in (*kept_policies(settings.home), trial_file(settings.home), settings.policy):
        try:
            yield Policy.load(file).version, file
        except PolicyError:
            continue


def _shadowed(settings: Settings) -> dict[str, Path]:
    """What a trial in shadow brings, by part; a policy on trial unless that brings another."""
    file, tried = shadow_file(settings), trial_file(settings.home)
    policy = {"policy": tried} if tried.is_file() else {}
    if not file.is_file():
        return policy
    trial = ShadowConfig.load(file)
    challenger = trial.settings(settings)
    places: dict[str, Callable[[], Path]] = {
        "text": challenger.text_directory,
        "encoder": challenger.encoder_directory,
        "gallery": challenger.gallery_directory,
        "policy": lambda: challenger.policy,
    }
    return {**policy, **{part: places[part]() for part in trial.parts}}

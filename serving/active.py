"""Versions of all that decides a judgement or who may ask, as they lie on disk, for the audit trail."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from models.accounts.closed import REGISTER_FOLDER
from models.accounts.register import RegisterFiles
from models.accounts.segments import AccountsError
from models.policy import Policy, PolicyError
from models.runtime import atomic
from models.settings import ArtifactError, Settings
from models.text.lists.files import ListFiles
from models.text.lists.words import ListsError
from serving.keys import keys_file
from serving.keys.keys import KeysError
from serving.store.audit.purges import POLICY
from serving.store.audit.trail import Trail

VERSION_DIGITS: Final = 16
"""Hexadecimal digits of a file's SHA-256 that serve as its version."""

NO_KEYS: Final = "none"
"""Version of the keys while there is no file of them."""

POLICIES_FOLDER: Final = "policies"
"""Folder of the home directory with every policy that was in force."""

Versions = Mapping[str, Mapping[str, Any]]
"""By part, its version under `after`, and what else the trail holds about it."""


def active_versions(settings: Settings) -> Versions:
    """The versions of all parts, such as the gallery and the word lists; none of a part that is broken."""
    readers: dict[str, Callable[[], dict[str, Any]]] = {
        "gallery": lambda: {"after": settings.gallery_directory().name},
        "encoder": lambda: {"after": settings.encoder_directory().name},
        "text": lambda: {"after": settings.text_directory().name},
        POLICY: lambda: policy_version(Policy.load(settings.policy)),
        "keys": partial(_keys, settings),
        "closed_accounts": lambda: {"after": RegisterFiles(settings.home / REGISTER_FOLDER).read().version},
        "lists": lambda: {"after": ListFiles(settings.home).read().version},
    }
    return {part: found for part, read in readers.items() if (found := _unless_broken(read)) is not None}


def policy_version(policy: Policy) -> dict[str, Any]:
    """A policy's version under `after`, and its retention, by which purges are checked."""
    kept = policy.store
    return {"after": policy.version, "contents_days": kept.contents.days, "decisions_days": kept.decisions.days}


def observe(trail: Trail, settings: Settings, by: str = "service") -> None:
    """Record the active versions that the trail does not have yet, such as of a file that somebody edited.

    Args:
        by: who found them.

    Raises:
        StoreUnavailable: the trail cannot be written.
    """
    keep_policy(settings)
    for part, found in active_versions(settings).items():
        trail.observe(part, by, found)


@contextmanager
def recorded(trail: Trail, settings: Settings, by: str, **details: Any) -> Iterator[None]:
    """Record what changes while this is held, with who changed it, and the versions before and after.

    Args:
        details: more about the change.

    Raises:
        StoreUnavailable: the trail cannot be written; if that shows at the start, nothing is changed.
    """
    observe(trail, settings)
    before = active_versions(settings)
    try:
        yield
    finally:
        keep_policy(settings)
        for part, found in active_versions(settings).items():
            was = before.get(part, {}).get("after")
            if found["after"] != was:
                trail.note(part, by, {"before": was, **found, **details})


def keep_policy(settings: Settings) -> None:
    """Keep a copy of the policy in force, so that a rollback finds it; a home that cannot be written keeps none."""
    with contextlib.suppress(OSError, PolicyError, UnicodeDecodeError):
        kept = kept_policy(settings.home, Policy.load(settings.policy).version)
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            atomic.write_text(kept, settings.policy.read_bytes().decode())


def kept_policy(home: Path, version: str) -> Path:
    """File of a policy that was in force; its name is the fingerprint in the version."""
    return home / POLICIES_FOLDER / f"{version.rsplit('+', 1)[-1][:8]}.yaml"


def kept_policies(home: Path) -> list[Path]:
    """Files of the policies that were in force, newest first."""
    files = (home / POLICIES_FOLDER).glob("[0-9a-f]*.yaml")
    return sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)


def _unless_broken(read: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    try:
        return read()
    except (AccountsError, ArtifactError, KeysError, ListsError, OSError, PolicyError):
        return None


def _keys(settings: Settings) -> dict[str, Any]:
    content = keys_file.read(keys_file.path(settings.home))
    return {"after": NO_KEYS if content is None else hashlib.sha256(content.encode()).hexdigest()[:VERSION_DIGITS]}

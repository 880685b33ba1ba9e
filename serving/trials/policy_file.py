"""Puts a policy on trial, ends the trial, or puts the policy into force; the audit trail says who did.

A copy of the file lies in the home directory, so that the trial survives a restart and its author's next edit.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from models.policy import Policy
from models.runtime import atomic
from models.settings import Settings
from serving.store.audit.trail import Trail

TRIAL: Final = "policy_trial"
"""Kind of the audit trail's rows about trials."""

NOTHING_ON_TRIAL: Final = "no policy is on trial; `huijian policy try FILE` begins a trial"


class TrialError(ValueError):
    """There is nothing to try, to end or to promote; the message says why."""


def trial_file(home: Path) -> Path:
    """The copy of the policy on trial in a home directory; missing while there is none."""
    return home / "policy-on-trial.yaml"


def on_trial(home: Path) -> Policy:
    """The policy on trial.

    Raises:
        PolicyError: the copy was damaged.
        TrialError: there is none.
    """
    file = trial_file(home)
    if not file.exists():
        raise TrialError(NOTHING_ON_TRIAL)
    return Policy.load(file)


def begin(content: bytes, name: str, settings: Settings, trail: Trail, by: str) -> str:
    """Put a policy on trial, in place of another one; returns its version.

    Args:
        content: of a policy file; it is copied.
        name: of that file, for errors.
        by: who does it.

    Raises:
        PolicyError: the file is no policy; the message names the line and the reason.
        TrialError: the policy is in force already.
        StoreUnavailable: the trail cannot be written; nothing changes.
    """
    policy = Policy.parse(content, name)
    if policy.version == Policy.load(settings.policy).version:
        raise TrialError(f"policy {policy.version} is in force already, so there is nothing to try")
    target = trial_file(settings.home)
    target.parent.mkdir(parents=True, exist_ok=True)
    trail.note(TRIAL, by, {"action": "try", "after": policy.version})
    atomic.write_text(target, content.decode())
    return policy.version


def end(settings: Settings, trail: Trail, by: str, action: str = "stop") -> None:
    """End the trial, also of a copy that was damaged.

    Args:
        action: why it ends.

    Raises:
        TrialError: no policy is on trial.
        StoreUnavailable: the trail cannot be written; the trial goes on.
    """
    file = trial_file(settings.home)
    if not file.exists():
        raise TrialError(NOTHING_ON_TRIAL)
    trail.note(TRIAL, by, {"action": action, "after": None})
    file.unlink()


def promote(settings: Settings, trail: Trail, by: str) -> str:
    """Put the policy on trial into force, in place of the file in force, and end the trial; returns its version.

    Raises:
        PolicyError: the copy on trial was damaged.
        TrialError: no policy is on trial.
        OSError: the file in force cannot be replaced; it stays, and the trial goes on.
        StoreUnavailable: the trail cannot be written.
    """
    version = on_trial(settings.home).version
    atomic.write_text(settings.policy.resolve(), trial_file(settings.home).read_bytes().decode())
    end(settings, trail, by, "promote")
    return version

"""Many profiles through one Inspector, so that neither memory nor a failure is shared by all of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from models.inspector import Inspector
from models.profile import Answer, Profile, ProfileError
from models.runtime.failures import safe_traceback

MICROBATCH_SIZE: Final = 4
"""Profiles judged in one pass. On a CPU more are no faster and take memory: 86 ms and 443 MB a process with 4 profiles
of name, bio and avatar, 92 ms and 775 MB with 16."""

logger = logging.getLogger("huijian.judge")


def judge_all(inspector: Inspector, profiles: Sequence[Profile]) -> list[Answer | ProfileError]:
    """Answers in order; a profile that a detector fails on costs its own answer, not its neighbours'."""
    groups = [profiles[start : start + MICROBATCH_SIZE] for start in range(0, len(profiles), MICROBATCH_SIZE)]
    return [outcome for group in groups for outcome in _judge(inspector, group)]


def _judge(inspector: Inspector, profiles: Sequence[Profile]) -> list[Answer | ProfileError]:
    try:
        return inspector(profiles)
    except Exception as error:
        if len(profiles) > 1:
            return [outcome for profile in profiles for outcome in _judge(inspector, [profile])]
        logger.error("a detector failed: %s", safe_traceback(error))
        return [ProfileError("internal", f"a detector failed ({type(error).__name__}); please report it")]

"""Processor time of pictures and profiles in the Inspector, by stage."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from benchmarks.mixture.pictures import Upload
from models.inspector import PICTURE_CACHE_BYTES, Inspector
from models.profile import Answer, Field, Profile
from models.runtime.cache import Cache
from models.runtime.stages import Stages


@dataclass(frozen=True)
class Judged:
    """One judgement.

    Attributes:
        kind: of the picture, or "profile".
        milliseconds: processor time.
        stages: the same by stage; "other" is what no stage has.
        repeated: the picture came before, so that its judgement was in memory.
    """

    kind: str
    milliseconds: float
    stages: Mapping[str, float]
    repeated: bool

    @property
    def is_verified(self) -> bool:
        """Whether the picture reached the verification stage."""
        return "verify" in self.stages


def judge_pictures(inspector: Inspector, pictures: Sequence[Upload]) -> list[Judged]:
    """Judge uploads one at a time, as the service does, beginning with no judgement in memory."""
    inspector.picture_cache = Cache(PICTURE_CACHE_BYTES)
    profiles = [_profile(str(number), upload) for number, upload in enumerate(pictures)]
    judged = tqdm(zip(pictures, profiles, strict=True), "pictures", len(pictures), leave=False, disable=None)
    return [_judged(inspector, profile, upload.kind, upload.repeated) for upload, profile in judged]


def profiles_of(pictures: Sequence[Upload], names: Sequence[str], bios: Sequence[str]) -> list[Profile]:
    """Profiles of avatar, cover, name and bio, as many as there are covers."""
    avatars = [upload.data for upload in pictures if upload.field is Field.AVATAR]
    covers = [upload.data for upload in pictures if upload.field is Field.COVER]
    return [
        Profile(f"account-{n}", names[n % len(names)], bios[n % len(bios)], avatar=avatar, cover=cover)
        for n, (avatar, cover) in enumerate(zip(avatars, covers, strict=False))
    ]


def judge_profiles(inspector: Inspector, profiles: Sequence[Profile]) -> list[Judged]:
    """Judge profiles one at a time, beginning with no judgement in memory."""
    inspector.picture_cache = Cache(PICTURE_CACHE_BYTES)
    return [_judged(inspector, profile, "profile") for profile in tqdm(profiles, "profiles", leave=False, disable=None)]


def _profile(name: str, upload: Upload) -> Profile:
    if upload.field is Field.AVATAR:
        return Profile(name, avatar=upload.data)
    return Profile(name, cover=upload.data)


def _judged(inspector: Inspector, profile: Profile, kind: str, repeated: bool = False) -> Judged:
    started = time.thread_time()
    with Stages(time.thread_time) as stages:
        (answer,) = inspector([profile])
    spent = (time.thread_time() - started) * 1000
    assert isinstance(answer, Answer), answer
    other = spent - sum(stages.milliseconds.values())
    return Judged(kind, spent, {**stages.milliseconds, "other": other}, repeated)


def percentiles(judged: Sequence[Judged]) -> tuple[float, float, float, float]:
    """Mean, p50, p95 and p99 in milliseconds."""
    spent = [one.milliseconds for one in judged]
    p50, p95, p99 = np.percentile(spent, (50, 95, 99)).tolist()
    return float(np.mean(spent)), p50, p95, p99

"""Who may be trained on: one rule, by owner, written once.

The emblems of an owner (a state, a newspaper, a brand) are drawn alike by many artists. A picture held out while its
owner is trained on would measure memory; so whole owners are held out.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from functools import lru_cache

import yaml

from models.runtime.paths import DATASETS

TRAINED_OWNERS = DATASETS / "emblems" / "trained-owners.yaml"
"""Owners of the test fold whose marks were trained on under other names, judged by hand."""


class Fold(StrEnum):
    """What an owner's graphics are for."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


def fold_of(owner_id: str) -> Fold:
    """The owner's fold: 60% train, 20% validation, 20% test, by the SHA-256 of the name."""
    part = int.from_bytes(hashlib.sha256(owner_key(owner_id).encode()).digest()[:8]) % 5
    return (Fold.TRAIN, Fold.TRAIN, Fold.TRAIN, Fold.VALIDATION, Fold.TEST)[part]


def owner_bucket(owner_id: str, parts: int, purpose: str) -> int:
    """One of so many parts of the owners, from 0, by the SHA-256 of the name and of what they are divided for."""
    digest = hashlib.sha256(f"{purpose} {owner_key(owner_id)}".encode()).digest()
    return int.from_bytes(digest[:8]) % parts


def owner_key(owner_id: str) -> str:
    """What tells owners apart: the last part of the id, in lower-case letters and digits.

    So `brand.bbc` in a package of logos and `media.bbc` in a catalogue are the same owner.
    """
    return "".join(filter(str.isalnum, owner_id.rsplit(".", maxsplit=1)[-1].lower()))


def is_held_out(owner_id: str) -> bool:
    """Whether a test may imitate the owner: of the test fold, and not trained on under another name.

    A fold goes by the name alone, so that Apple's services or a flag filed as an emoji can be trained on although Apple
    and the state are not.
    """
    return fold_of(owner_id) is Fold.TEST and owner_id not in _trained_owners()


@lru_cache(maxsize=1)
def _trained_owners() -> frozenset[str]:
    return frozenset(yaml.safe_load(TRAINED_OWNERS.read_text(encoding="utf-8"))["trained"])

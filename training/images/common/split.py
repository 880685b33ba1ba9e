"""The split into training, validation and test folds, by owner.

Many artists draw the emblems of one owner (a state, a newspaper, a brand) alike. Holding out single pictures would
measure memory, so whole owners are held out.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from functools import lru_cache

import yaml

from models.runtime.paths import DATASETS

TRAINED_OWNERS = DATASETS / "emblems" / "trained-owners.yaml"
"""Test-fold owners whose marks were trained on under other names, listed by hand."""


class Fold(StrEnum):
    """Use of an owner's graphics."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


def fold_of(owner_id: str) -> Fold:
    """The owner's fold: 60% train, 20% validation, 20% test, by the SHA-256 of `owner_key`."""
    part = int.from_bytes(hashlib.sha256(owner_key(owner_id).encode()).digest()[:8]) % 5
    return (Fold.TRAIN, Fold.TRAIN, Fold.TRAIN, Fold.VALIDATION, Fold.TEST)[part]


def owner_bucket(owner_id: str, parts: int, purpose: str) -> int:
    """Bucket of an owner, from 0 to `parts` - 1, by the SHA-256 of the purpose and `owner_key`."""
    digest = hashlib.sha256(f"{purpose} {owner_key(owner_id)}".encode()).digest()
    return int.from_bytes(digest[:8]) % parts


def owner_key(owner_id: str) -> str:
    """Key under which owner ids are equal: the last part of the id, in lower-case letters and digits.

    So `brand.bbc` in a package of logos and `media.bbc` in a catalogue are one owner.
    """
    return "".join(filter(str.isalnum, owner_id.rsplit(".", maxsplit=1)[-1].lower()))


def is_held_out(owner_id: str) -> bool:
    """True if a test may imitate the owner: it is in the test fold and not trained on under another name.

    Folds go by name alone. So a flag filed as an emoji may be trained on although its state is in the test fold.
    """
    return fold_of(owner_id) is Fold.TEST and owner_id not in _trained_owners()


@lru_cache(maxsize=1)
def _trained_owners() -> frozenset[str]:
    return frozenset(yaml.safe_load(TRAINED_OWNERS.read_text(encoding="utf-8"))["trained"])

"""Who may be trained on: one rule, by owner, written once.

The emblems of an owner (a state, a newspaper, a brand) are drawn alike by many artists. A picture held out while its
owner is trained on would measure memory; so whole owners are held out.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum


class Fold(StrEnum):
    """What an owner's graphics are for."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


def fold_of(owner_id: str) -> Fold:
    """The owner's fold: 60% train, 20% validation, 20% test, by the SHA-256 of the name.

    Only the last part of the id counts, in lower-case letters and digits, so that `brand.bbc` in a package of logos and
    `media.bbc` in a catalogue are the same owner.
    """
    name = "".join(filter(str.isalnum, owner_id.rsplit(".", maxsplit=1)[-1].lower()))
    part = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % 5
    return (Fold.TRAIN, Fold.TRAIN, Fold.TRAIN, Fold.VALIDATION, Fold.TEST)[part]

"""Collects what training scenes are made of: emblems, harmless graphics, portraits and photographs."""

from __future__ import annotations

import numpy as np

from models.arrays import Int64, Pixels
from training.images.common.split import Fold, owner_key
from training.images.core.classes import class_drawings, core_classes
from training.images.core.elements import letters
from training.images.core.scenes import SceneSources
from training.images.negatives.kinds import negative
from training.images.sources.backgrounds import TRAINING_PHOTOS, VALIDATION_PHOTOS, Backgrounds
from training.images.sources.graphics import Graphic, Graphics, load_graphics, scaled
from training.images.sources.marks import is_mark
from training.images.synthesis.portraits import portrait

PORTRAITS, LOOK_ALIKES = 160, 2_400
"""Generated avatars, and drawings that resemble emblems; making one takes as long as a scene, so they are made once."""

LOOK_ALIKE_SHARE = 0.4
"""Fraction of harmless drawings that resemble emblems."""

LOOK_ALIKE_SIDE = 224
"""Longest side of a stored look-alike in pixels."""

PHOTOS = {Fold.TRAIN: TRAINING_PHOTOS, Fold.VALIDATION: VALIDATION_PHOTOS}


def scene_sources(fold: Fold, limit: int | None = None) -> SceneSources:
    """Sources of a fold: its graphics, photographs and generated drawings, and all emblems of the catalogue.

    Emblems are in both folds, for the detector finds these alone.

    Args:
        fold: training or validation.
        limit: at most this many graphics a package, photographs and portraits, for tests.

    Raises:
        training.packages.PackageError: a package could not be fetched.
    """
    rendered = load_graphics(limit)
    rows = harmless_rows(rendered, fold)
    letters.prepare()
    rng = np.random.default_rng(list(Fold).index(fold))
    look_alikes = [scaled(negative(rng), LOOK_ALIKE_SIDE) for _ in range(min(LOOK_ALIKES, limit or LOOK_ALIKES))]

    def harmless(rng: np.random.Generator) -> Pixels:
        if rng.random() < LOOK_ALIKE_SHARE:
            return look_alikes[int(rng.integers(len(look_alikes)))]
        return rendered.drawing(int(rows[rng.integers(len(rows))]))

    portraits = [np.asarray(portrait(rng)) for _ in range(min(PORTRAITS, limit or PORTRAITS))]
    backgrounds = Backgrounds.load(PHOTOS[fold], limit)
    return SceneSources(class_drawings(limit), core_classes().frequencies, harmless, portraits, backgrounds)


def harmless_rows(graphics: Graphics, fold: Fold) -> Int64:
    """Rows of a fold's graphics that show no protected emblem, int64 (n,)."""
    emblem_owners = {owner_key(name) for members in core_classes().references for name in members}

    def is_harmless(item: Graphic) -> bool:
        is_protected = item.kind in {"flag", "arms"} or is_mark(item) or owner_key(item.owner) in emblem_owners
        return item.fold is fold and not is_protected

    return np.array(graphics.rows(is_harmless), np.int64)

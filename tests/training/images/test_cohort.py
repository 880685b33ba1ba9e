"""What is called harmless shows nobody's emblem."""

import numpy as np
import yaml

from training.images.cohort import NOT_HARMLESS, calibrated, halves
from training.images.graphics import Graphic, Graphics
from training.images.split import Fold, fold_of

EMBLEMS = yaml.safe_load(NOT_HARMLESS.read_text("utf-8"))["graphics"]


def test_each_graphic_that_is_not_harmless_would_have_been_of_the_validation_fold():
    assert len(set(EMBLEMS)) == len(EMBLEMS) > 0
    assert {fold_of(owner) for owner in EMBLEMS} == {Fold.VALIDATION}


def test_no_calibration_takes_an_emblem_among_emoji_for_a_harmless_picture():
    others = [owner for owner in (f"emoji.cat-{number}" for number in range(600)) if fold_of(owner) is Fold.VALIDATION]
    items = tuple(Graphic(owner, owner, "drawn", "emoji") for owner in [*EMBLEMS, *others])
    rendered = Graphics(items, np.zeros((len(items), 1, 1, 4), np.uint8), np.ones((len(items), 2), np.int64))
    first, second = halves(rendered)
    assert set(first).isdisjoint(second) and len(first) + len(second) == len(items)
    kept = {items[row].owner for row in calibrated(rendered)}
    assert kept == {items[row].owner for row in second} - {*EMBLEMS}
    assert any(items[row].owner in EMBLEMS for row in second)

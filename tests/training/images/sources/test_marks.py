"""Graphics that count as harmless show no emblem."""

import numpy as np
import yaml

from training.images.common.split import Fold, fold_of, owner_key
from training.images.data.cohort import harmless_halves
from training.images.data.corpus import load_corpus
from training.images.sources.graphics import Graphic, Graphics, drawings
from training.images.sources.marks import NOT_HARMLESS_FILE, is_mark

MARKS = yaml.safe_load(NOT_HARMLESS_FILE.read_text("utf-8"))["graphics"]


def graphics_of(owners: list[str]) -> Graphics:
    items = tuple(Graphic(owner, owner, "drawn", "emoji") for owner in owners)
    return Graphics(items, np.zeros((len(items), 1, 1, 4), np.uint8), np.ones((len(items), 2), np.int64))


def test_listed_marks_are_in_the_training_or_validation_fold():
    assert len(set(MARKS)) == len(MARKS) > 0
    assert {fold_of(owner) for owner in MARKS} == {Fold.TRAIN, Fold.VALIDATION}


def test_flag_emoji_is_a_mark_and_cat_emoji_is_not():
    assert is_mark(Graphic("emoji.italianflag", "emoji.italianflag", "drawn", "emoji"))
    assert not is_mark(Graphic("emoji.cat", "emoji.cat", "drawn", "emoji"))


def test_cohort_and_calibration_exclude_marks():
    names = [f"emoji.cat-{number}" for number in range(600)]
    others = [owner for owner in names if fold_of(owner) is Fold.VALIDATION]
    marks = [owner for owner in MARKS if fold_of(owner) is Fold.VALIDATION]
    first, second = harmless_halves(graphics_of([*marks, *others]))
    assert set(first).isdisjoint(second)
    assert sorted([*first, *second]) == list(range(len(marks), len(marks) + len(others)))


def test_new_mark_moves_no_graphic_to_the_other_half():
    names = [f"emoji.cat-{number}" for number in range(600)]
    others = [owner for owner in names if fold_of(owner) is Fold.VALIDATION]
    one = next(owner for owner in MARKS if fold_of(owner) is Fold.VALIDATION)
    first, _ = harmless_halves(graphics_of(others))
    with_mark, _ = harmless_halves(graphics_of([one, *others[1:]]))
    assert set(first) - {0} == set(with_mark) - {0}


def test_drawings_of_one_owner_are_in_the_same_half():
    names = [f"emoji.cat-{number}" for number in range(600)]
    others = [owner for owner in names if fold_of(owner) is Fold.VALIDATION]
    halved = harmless_halves(graphics_of([*others, *others]))
    assert all(set(half) == {(row + len(others)) % (2 * len(others)) for row in half} for half in halved)
    assert all(len(half) > len(others) / 2 for half in halved)


def test_training_corpus_excludes_marks_among_emoji():
    offered = {graphic.owner for graphic, _ in drawings(limit=40) if graphic.fold is Fold.TRAIN}
    flags = {owner_key(owner) for owner in offered.intersection(MARKS) if owner.endswith("flag")}
    assert flags
    assert flags.isdisjoint(load_corpus(limit=40).owners)

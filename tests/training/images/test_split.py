from collections import Counter

import pytest

from training.images.split import Fold, fold_of


def test_the_same_owner_is_always_in_the_same_fold():
    assert fold_of("state.fr") is fold_of("state.fr")


@pytest.mark.parametrize(
    "names",
    [("media.bbc", "brand.bbc"), ("state.FR", "region.fr"), ("media.al-jazeera", "brand.aljazeera")],
)
def test_an_owner_is_in_one_fold_under_every_name(names):
    assert len({fold_of(name) for name in names}) == 1


def test_three_fifths_are_trained_on_and_a_fifth_each_held_out():
    counts = Counter(fold_of(f"brand.{number}") for number in range(5_000))
    assert counts[Fold.TRAIN] == pytest.approx(3_000, abs=150)
    assert counts[Fold.VALIDATION] == pytest.approx(1_000, abs=120)
    assert counts[Fold.TEST] == pytest.approx(1_000, abs=120)

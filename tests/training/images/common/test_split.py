from collections import Counter

import pytest
import yaml

from training.images.common.split import TRAINED_OWNERS, Fold, fold_of, is_held_out
from training.images.sources import catalogue, graphics


@pytest.mark.parametrize(
    ("owner", "fold"),
    [("state.fr", Fold.TRAIN), ("brand.bbc", Fold.TEST), ("org.apache", Fold.TEST), ("brand.apache-spark", Fold.TRAIN)],
)
def test_released_encoders_folds_do_not_move(owner, fold):
    assert fold_of(owner) is fold


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


def test_an_owner_trained_on_under_another_name_is_not_held_out():
    assert is_held_out("org.boeing") and not is_held_out("org.apache") and not is_held_out("state.fr")


@pytest.fixture(scope="module")
def judged():
    return yaml.safe_load(TRAINED_OWNERS.read_text("utf-8"))


@pytest.fixture(scope="module")
def owners():
    """All owners of graphics, by fold."""
    names = {graphic.owner for graphic, _ in graphics.drawings()}
    return {fold: {name for name in names if fold_of(name) is fold} for fold in Fold}


@pytest.mark.slow
def test_every_training_name_that_begins_with_a_test_owners_was_judged(judged, owners):
    training = {name: plain(name) for name in owners[Fold.TRAIN]}
    known = {owner: [*entry["names"]] for owner, entry in judged["trained"].items()}
    for owner, names in judged["innocent"].items():
        known.setdefault(owner, []).extend(names)
    for owner in {entry.owner_id for entry in catalogue.read_catalogue(catalogue.CATALOGUE)}:
        if fold_of(owner) is Fold.TEST and len(plain(owner)) >= 4:
            begins = {name for name, plainly in training.items() if plainly.startswith(plain(owner))}
            assert begins <= set(known.get(owner, ())), owner


@pytest.mark.slow
def test_no_calibration_or_reranker_owner_extends_a_test_owners_name(owners):
    names = set(map(plain, owners[Fold.VALIDATION]))
    for owner in {entry.owner_id for entry in catalogue.read_catalogue(catalogue.CATALOGUE)}:
        if is_held_out(owner) and len(plain(owner)) >= 4:
            assert not [name for name in names if name.startswith(plain(owner))], owner


def test_listed_owners_are_test_fold_and_their_names_training_fold(judged):
    assert {fold_of(owner) for owner in judged["trained"]} == {Fold.TEST}
    assert {fold_of(name) for entry in judged["trained"].values() for name in entry["names"]} == {Fold.TRAIN}


def plain(owner):
    return "".join(filter(str.isalnum, owner.rsplit(".", maxsplit=1)[-1].lower()))

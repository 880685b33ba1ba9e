"""The calibration's gallery is as crowded with flags as a platform's, and nothing in it has two right answers."""

from itertools import count

import numpy as np
import pytest

from models.images.encoder import Encoder
from models.settings import Settings
from training.images import validation
from training.images.graphics import SIDE, Graphic, Graphics
from training.images.split import Fold, fold_of


def owner(fold, kind):
    return next(name for name in (f"{kind}.{number}" for number in count()) if fold_of(name) is fold)


def striped(seed):
    """A flag of nine stripes, RGBA."""
    colors = np.random.default_rng(seed).integers(0, 256, (9, 1, 3), dtype=np.uint8)
    pixels = np.full((SIDE, SIDE, 4), 255, np.uint8)
    pixels[..., :3] = np.repeat(colors, SIDE // 9 + 1, axis=0)[:SIDE]
    return pixels


@pytest.fixture(scope="module")
def rendered():
    ours, trained = owner(Fold.VALIDATION, "state"), owner(Fold.TRAIN, "state")
    known = {
        "flag.ours": (ours, 1),
        "flag.twin": (owner(Fold.VALIDATION, "island"), 1),
        "flag.other": (ours, 2),
        "logo.one": (owner(Fold.VALIDATION, "brand"), 3),
        "logo.two": (owner(Fold.VALIDATION, "maker"), 4),
        "logo.three": (owner(Fold.VALIDATION, "shop"), 8),
        "logo.four": (owner(Fold.VALIDATION, "bank"), 19),
        "logo.five": (owner(Fold.VALIDATION, "app"), 10),
        "arms.ours": (ours, 21),
        "flag.trained": (trained, 5),
        "flag.trained-twin": (trained, 2),
        "logo.trained": (owner(Fold.TRAIN, "brand"), 6),
        "flag.tested": (owner(Fold.TEST, "state"), 7),
    }
    items = tuple(Graphic(name, whose, "drawn", name.split(".")[0]) for name, (whose, _) in known.items())
    pixels = np.stack([striped(seed) for _, seed in known.values()])
    return Graphics(items, pixels, np.full((len(items), 2), SIDE))


@pytest.fixture(scope="module")
def made(rendered, tmp_path_factory):
    encoder = Encoder(Settings().released().encoder_directory())
    return validation.validation_gallery(encoder, rendered, tmp_path_factory.mktemp("gallery"), None)


def test_flags_that_were_trained_on_are_enrolled_and_never_right(made):
    gallery, rows = made
    enrolled = {reference.reference_id for reference in gallery.references}
    assert enrolled - rows.keys() == {"flag.trained"}


def test_of_two_identities_that_look_the_same_the_first_is_enrolled(made):
    _, rows = made
    logos = ["logo.one", "logo.two", "logo.three", "logo.four", "logo.five"]
    assert list(rows) == ["flag.ours", "flag.other", *logos, "arms.ours"]


def test_flags_and_arms_are_imitated_as_often_as_logos_however_few_they_are(rendered, made):
    rows = {name: places for name, places in made[1].items() if name != "flag.other"}
    names = [name for _, name in validation.imitated(rendered, rows, np.random.default_rng(0), 80)]
    assert set(names) == rows.keys()
    assert 32 < sum(not name.startswith("logo.") for name in names) < 48


def test_a_gallery_of_logos_alone_is_imitated_too(rendered, made):
    logos = {name: places for name, places in made[1].items() if name.startswith("logo.")}
    assert {name for _, name in validation.imitated(rendered, logos, np.random.default_rng(0), 10)} == logos.keys()

"""The calibration's gallery is as crowded with flags as a platform's, and nothing in it has two right answers."""

from itertools import count

import numpy as np
import pytest

from models.images.encoder.encoder import Encoder
from models.profile import Label
from models.settings import Settings
from training.images.common.split import Fold, fold_of
from training.images.data import validation
from training.images.sources.catalogue import own_drawings
from training.images.sources.graphics import GRAPHIC_SIDE, Graphic, Graphics
from training.images.synthesis.augmentations import Augmented

KNOWN = "icon.the-times"
"""As packages might have something of an owner whose masthead we drew."""

MORE_ARTISTS = 4

TRAINED = 5
"""Graphics of a trained flag, which one more artist draws for another."""


def owner(fold, kind):
    return next(name for name in (f"{kind}.{number}" for number in count()) if fold_of(name) is fold)


def striped(seed):
    """A flag of nine stripes, RGBA."""
    colors = np.random.default_rng(seed).integers(0, 256, (9, 1, 3), dtype=np.uint8)
    pixels = np.full((GRAPHIC_SIDE, GRAPHIC_SIDE, 4), 255, np.uint8)
    pixels[..., :3] = np.repeat(colors, GRAPHIC_SIDE // 9 + 1, axis=0)[:GRAPHIC_SIDE]
    return pixels


def samples_of(emblems, rendered, limit):
    rows = rendered.rows(lambda item: item.owner == KNOWN)
    return validation.positive_samples(emblems, rendered, np.array(rows), np.random.default_rng(0), limit)


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
        "flag.trained": (trained, TRAINED),
        "flag.trained-twin": (trained, 2),
        "logo.trained": (owner(Fold.TRAIN, "brand"), 6),
        "flag.tested": (owner(Fold.TEST, "state"), 7),
        "icon.times": (KNOWN, 22),
    }
    drawn = [(name, whose, seed) for name, (whose, seed) in known.items()]
    drawn += [("flag.other", ours, seed) for seed in range(31, 31 + MORE_ARTISTS)]
    drawn += [("flag.other", ours, TRAINED)]
    drawn += [("flag.trained", trained, seed) for seed in range(51, 51 + MORE_ARTISTS)]
    items = tuple(Graphic(name, whose, "drawn", name.split(".")[0]) for name, whose, _ in drawn)
    pixels = np.stack([striped(seed) for *_, seed in drawn])
    return Graphics(items, pixels, np.full((len(items), 2), GRAPHIC_SIDE))


def few_of_our_own():
    """Two papers and two offices of each fold that a gallery has, and the masthead of an owner that a package knows."""
    entries = own_drawings()
    papers = [entry for entry in entries if entry.reference_id in {"media.the-times", "media.el-mundo"}]
    groups = [
        [entry for entry in entries if (entry.label, fold_of(entry.owner_id)) == (label, fold)]
        for label in (Label.MEDIA_LOGO, Label.GOVERNMENT_EMBLEM)
        for fold in (Fold.TRAIN, Fold.VALIDATION)
    ]
    return [*papers, *(entry for group in groups for entry in group[:2])]


@pytest.fixture(scope="module")
def made(rendered, tmp_path_factory):
    encoder, folder = Encoder(Settings().released().encoder_directory()), tmp_path_factory.mktemp("gallery")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "own_drawings", few_of_our_own)
        return validation.calibration_gallery(encoder, rendered, folder, limit=None)


def test_trained_flags_and_mastheads_are_enrolled_and_never_right(made):
    gallery, emblems = made
    others = [reference for reference in gallery.references if reference.reference_id not in emblems]
    flags = {reference.reference_id for reference in others if reference.source == "drawn"}
    ours = [reference for reference in others if reference.source != "drawn"]
    assert flags == {"flag.trained"}
    assert {Label.MEDIA_LOGO, Label.GOVERNMENT_EMBLEM} <= {reference.label for reference in ours}
    assert {fold_of(reference.owner_id) for reference in ours} == {Fold.TRAIN}


def test_distractors_have_as_many_drawings_as_imitated_references(made):
    trained, imitated = (made[0].entries_of(name) for name in ("flag.trained", "flag.other"))
    assert len(trained) == len(imitated) == validation.MAX_ARTISTS


def test_of_two_identities_that_look_the_same_the_first_is_enrolled(made):
    logos = ["logo.one", "logo.two", "logo.three", "logo.four", "logo.five"]
    packaged = [name for name, emblem in made[1].items() if emblem.kind != "own"]
    assert packaged == ["flag.ours", "flag.other", *logos, "arms.ours"]


def test_our_own_drawings_are_enrolled_as_in_the_default_gallery(made):
    ours = [emblem for emblem in made[1].values() if emblem.kind == "own"]
    assert {Label.MEDIA_LOGO, Label.GOVERNMENT_EMBLEM} <= {emblem.label for emblem in ours}
    assert {fold_of(emblem.owner) for emblem in ours} == {Fold.VALIDATION}
    assert "media.the-times" not in made[1] and "media.el-mundo" in made[1]
    labels = {reference.reference_id: reference.label for reference in made[0].references}
    assert all(labels[name] == emblem.label for name, emblem in made[1].items())


def test_kinds_are_imitated_by_weight_however_few_there_are(made, rendered):
    emblems = {name: emblem for name, emblem in made[1].items() if name != "flag.other"}
    names = [sample.reference for sample in samples_of(emblems, rendered, 200)]
    kinds = [emblems[name].kind for name in names]
    for kind, share in validation.KIND_WEIGHTS.items():
        assert kinds.count(kind) == pytest.approx(200 * share, abs=20)
    assert {name for name in names if emblems[name].kind != "own"} == {
        name for name, emblem in emblems.items() if emblem.kind != "own"
    }


def test_drawings_by_artists_that_are_not_enrolled_are_imitated_too(made, rendered, monkeypatch):
    gallery, emblems = made
    flag = emblems["flag.other"]
    assert (len(flag.drawings), len(flag.others)) == (validation.MAX_ARTISTS, 1 + MORE_ARTISTS - validation.MAX_ARTISTS)
    assert len(gallery.entries_of("flag.other")) <= validation.MAX_ARTISTS + 1
    seen = []

    def recorded(rng, drawing, *_, **__):
        seen.append(drawing)
        return Augmented(drawing[..., :3], (0.0, 0.0, 1.0, 1.0))

    monkeypatch.setattr(validation, "augment", recorded)
    list(samples_of({"flag.other": flag}, rendered, 200))
    by_others = sum(any(drawing is other for other in flag.others) for drawing in seen)
    assert by_others == pytest.approx(200 * validation.OTHER_ARTIST_PROBABILITY, abs=20)


def test_a_drawing_of_anothers_flag_is_not_imitated(made):
    anothers = striped(TRAINED)
    assert not any(np.array_equal(drawing, anothers) for drawing in made[1]["flag.other"].others)


def test_harmless_pictures_are_of_every_kind_in_turn(rendered):
    drawn = {"flag": [striped(40)], "monogram": [striped(41)]}
    rows = np.arange(len(rendered.items))
    count = 2 * len(validation.NEGATIVE_KINDS)
    samples = list(validation.negative_samples(rendered, rows, drawn, np.random.default_rng(0), count))
    assert [sample.shown.split()[0] for sample in samples] == [*validation.NEGATIVE_KINDS, *validation.NEGATIVE_KINDS]
    assert all(sample.reference is None and sample.picture.shape[:2] in validation.PICTURE_SIZES for sample in samples)
    assert all(sample.picture.dtype == np.uint8 and np.ptp(sample.picture) > 0 for sample in samples)


def test_a_gallery_of_logos_alone_is_imitated_too(made, rendered):
    logos = {name: emblem for name, emblem in made[1].items() if emblem.kind == "logo"}
    assert {sample.reference for sample in samples_of(logos, rendered, 30)} == logos.keys()


def test_harmless_graphics_stand_beside_positives_and_negatives(made, rendered, monkeypatch):
    beside = []

    def recorded(rng, drawing, size, backgrounds, other, **_):
        beside.append(other)
        return Augmented(drawing[..., :3], (0.0, 0.0, 1.0, 1.0))

    monkeypatch.setattr(validation, "augment", recorded)
    row = rendered.rows(lambda item: item.owner == KNOWN)[0]
    list(samples_of(made[1], rendered, 20))
    list(validation.negative_samples(rendered, np.array([row]), {}, np.random.default_rng(0), 20))
    kinds = [validation.NEGATIVE_KINDS[number % len(validation.NEGATIVE_KINDS)] for number in range(20)]
    assert len(beside) == 20 + sum(kind not in {"scene", "painting"} for kind in kinds)
    assert all(np.array_equal(other, rendered.drawing(row)) for other in beside)


def test_paintings_are_compressed_and_blurred_as_all_else_is(rendered, monkeypatch):
    monkeypatch.setattr(validation, "degraded", lambda rng, picture: np.full_like(picture, 7))
    rows, count = np.arange(len(rendered.items)), len(validation.NEGATIVE_KINDS)
    samples = validation.negative_samples(rendered, rows, {}, np.random.default_rng(0), count)
    paintings = [sample for sample in samples if sample.shown.startswith("painting")]
    assert len(paintings) == 1 and (paintings[0].picture == 7).all()

"""Scenes show their emblems where they say, differ by seed, and can be made without any emblem."""

import numpy as np
import pytest

from training.images.common.split import Fold
from training.images.core.classes import core_classes
from training.images.core.elements import cloth, grounds, holders, letters, silhouettes, surfaces, wearers
from training.images.core.scenes import HARMLESS, core_scene
from training.images.core.sources import scene_sources
from training.images.core.targets import batch_of
from training.images.sources.catalogue import CATALOGUE, read_catalogue


@pytest.fixture(scope="module")
def sources():
    return scene_sources(Fold.TRAIN, limit=1)


def scenes(sources, count=40, share=0.62):
    return [core_scene(np.random.default_rng((3, at)), (160, 256), sources, share) for at in range(count)]


def drawing():
    """A red disc with a gold star-like cross, RGBA."""
    made = np.zeros((120, 120, 4), np.uint8)
    y, x = np.mgrid[-60:60, -60:60]
    made[np.hypot(x, y) < 58] = (200, 20, 20, 255)
    made[(np.abs(x) < 8) | (np.abs(y) < 8)] = (250, 220, 60, 255)
    return made


def test_scene_depends_on_its_seed_alone(sources):
    first, second = scenes(sources, 6), scenes(sources, 6)
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.picture, other.picture)
        assert one.placed == other.placed
    assert len({scene.picture.tobytes() for scene in first}) == 6


def test_boxes_lie_in_the_picture(sources):
    for scene in scenes(sources):
        assert scene.picture.shape == (160, 256, 3)
        assert scene.picture.dtype == np.uint8
        for _, (left, top, right, bottom) in scene.placed:
            assert 0 <= left < right <= 256
            assert 0 <= top < bottom <= 160


def test_share_of_emblems_is_kept(sources):
    numbers = [{placed.number for placed in scene.placed} for scene in scenes(sources, share=0.0)]
    assert all(found <= {HARMLESS} for found in numbers)
    with_emblem = [any(placed.number >= 0 for placed in scene.placed) for scene in scenes(sources, share=1.0)]
    assert np.mean(with_emblem) > 0.8


def test_every_class_is_in_the_catalogue_and_in_one_class_alone():
    known = {entry.reference_id: entry.label for entry in read_catalogue(CATALOGUE)}
    members = [name for names in core_classes().references for name in names]
    assert len(set(members)) == len(members)
    assert set(members) <= known.keys()


def test_emblems_of_china_are_likelier_than_others():
    classes = core_classes()
    odds = dict(zip((members[0] for members in classes.references), classes.odds.tolist(), strict=True))
    assert odds["party.cpc.emblem"] == odds["flag.cn"] > odds["gov.court.emblem"] > odds["intl.fifa"] >= 1


@pytest.mark.parametrize(
    "surface", [surfaces.any_surface, surfaces.relief, surfaces.stencil, surfaces.gradient_filled, surfaces.glossy]
)
def test_surface_keeps_the_outline(surface):
    made = surface(np.random.default_rng(0), drawing())
    assert made.shape == drawing().shape
    assert made.dtype == np.uint8
    assert not (made[..., 3] > drawing()[..., 3]).any()


def test_mark_leaves_its_plain_field():
    flag = np.full((80, 120, 4), (200, 20, 20, 255), np.uint8)
    flag[20:40, 30:60, :3] = (250, 220, 60)
    assert surfaces.mark_of(flag).shape == (20, 30, 4)
    assert surfaces.mark_of(drawing()) is None
    assert surfaces.mark_of(flag[20:40, 30:60]) is None


def test_presentations_are_drawings():
    rng = np.random.default_rng(4)
    flag = cloth.flag_cloth(rng, drawing())
    makers = (cloth.waving, cloth.draped, wearers.ball, wearers.person, silhouettes.cut_out)
    for made in (flag, *(make(rng, flag) for make in makers for _ in range(8))):
        assert made.shape[2] == 4
        assert made.dtype == np.uint8
        assert made[..., 3].max() == 255
    assert letters.word(rng, (255, 255, 255)).shape[2] == 4
    assert letters.ring_of_letters(rng, (255, 255, 255), 120).shape == (120, 120, 4)
    assert holders.any_holder(rng).drawing.shape == (holders.HOLDER_SIDE, holders.HOLDER_SIDE, 4)
    assert grounds.festive(rng, (90, 200)).shape == (90, 200, 3)


def test_flag_with_round_corners_gets_the_colours_beside_them():
    y, x = np.mgrid[-40:40, -60:60]
    flag = np.full((80, 120, 4), (200, 20, 20, 255), np.uint8)
    flag[:, 60:, :3] = (20, 20, 200)
    flag[np.hypot(x / 60, y / 40) > 1.1] = 0
    made = cloth.without_holes(flag)
    assert (made[..., 3] == 255).all()
    np.testing.assert_allclose(made[0, 0, :3], (200, 20, 20), atol=3)
    np.testing.assert_allclose(made[-1, -1, :3], (20, 20, 200), atol=3)


def test_dressed_figure_still_shows_its_flag():
    flag = np.full((80, 120, 4), (30, 200, 60, 255), np.uint8)
    shown = []
    for seed in range(30):
        made = wearers.ball(np.random.default_rng(seed), flag).astype(int)
        shown.append(((made[..., 1] > made[..., 0] + 25) & (made[..., 1] > made[..., 2] + 25)).mean())
    assert np.mean(np.array(shown) > 0.08) > 0.9


def test_targets_mark_the_middle_and_ignore_the_rim(sources):
    found = [scene for scene in scenes(sources, share=1.0) if any(placed.number >= 0 for placed in scene.placed)][:4]
    batch = batch_of(found, len(core_classes().references))
    assert batch.pixels.shape == (4, 160, 256, 3)
    cells = {tuple(cell) for cell in batch.cells.tolist()}
    assert cells.isdisjoint(tuple(cell) for cell in batch.ignored.tolist())
    for picture, scene in enumerate(found):
        for number, _ in scene.placed:
            assert number < 0 or any(cell[0] == picture and cell[3] == number for cell in cells)
            assert number < 0 or bool(batch.present[picture, number])

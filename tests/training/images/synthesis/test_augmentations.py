"""Augmented pictures have the asked size and box, are deterministic, and change with their strength."""

import numpy as np
import pytest

from training.images.sources.backgrounds import Backgrounds, stripes
from training.images.synthesis.augmentations import augment, harmless_picture, paste, reference

NO_PHOTOS = Backgrounds(())


@pytest.fixture
def drawing():
    """A magenta square with a green middle on a transparent ground."""
    pixels = np.zeros((80, 80, 4), np.uint8)
    pixels[8:72, 8:72] = (255, 0, 255, 255)
    pixels[30:50, 30:50] = (0, 255, 0, 255)
    return pixels


def test_augmentation_depends_on_the_seed(drawing):
    first, same, other = (
        augment(np.random.default_rng(seed), drawing, (160, 160), NO_PHOTOS, drawing) for seed in (1, 1, 2)
    )
    assert np.array_equal(first.picture, same.picture) and first.box == same.box
    assert not np.array_equal(first.picture, other.picture)


def test_zero_strength_keeps_the_drawing_unchanged(drawing):
    boxes, whole = set(), 0
    for seed in range(10):
        made = augment(np.random.default_rng(seed), drawing, (160, 160), NO_PHOTOS, drawing, strength=0)
        left, top, right, bottom = made.box
        boxes.add(made.box)
        if left > 0 and top > 0 and right < 1 and bottom < 1:
            assert right - left == pytest.approx(bottom - top, abs=0.02)
            middle = made.picture[int(80 * (top + bottom)), int(80 * (left + right))]
            rim = made.picture[int(80 * (top + bottom)), int(160 * (0.85 * left + 0.15 * right))]
            assert middle.tolist() == [0, 255, 0] and rim.tolist() == [255, 0, 255]
            whole += 1
    assert len(boxes) == 10 and whole >= 4


def test_higher_strength_changes_more_pictures(drawing):
    def like(strength):
        made = (
            augment(np.random.default_rng(seed), drawing, (160, 160), NO_PHOTOS, None, strength) for seed in range(80)
        )
        return sum(one.picture[80, 80].tolist() == [0, 255, 0] for one in made)

    assert like(0.0) > like(0.4) > like(1.0)


@pytest.mark.parametrize("size", [(160, 160), (96, 256), (192, 128)])
def test_augmented_picture_has_the_size_and_a_box_inside(drawing, size):
    for seed in range(40):
        made = augment(np.random.default_rng(seed), drawing, size, NO_PHOTOS, drawing)
        assert made.picture.shape == (*size, 3) and made.picture.dtype == np.uint8
        left, top, right, bottom = made.box
        assert 0 <= left < right <= 1 and 0 <= top < bottom <= 1


def test_pasted_drawing_covers_only_its_quadrilateral(drawing):
    ground = np.zeros((100, 200, 3), np.uint8)
    corners = np.array([(110, 10), (190, 10), (190, 90), (110, 90)], np.float32)
    picture, cover = paste(ground, drawing, corners)
    inked = np.argwhere(cover > 128)
    assert np.allclose(inked.min(axis=0), (18, 118), atol=1) and np.allclose(inked.max(axis=0), (81, 181), atol=1)
    assert not picture[:, :100].any() and picture[50, 150].tolist() == [0, 255, 0]


def test_reference_view_shows_the_whole_drawing_in_its_colours(drawing):
    picture = reference(np.random.default_rng(0), drawing[8:72, 8:72], (160, 160))
    assert picture[80, 80].tolist() == [0, 255, 0]
    assert (picture == (255, 0, 255)).all(axis=2).sum() > 8_000


def test_harmless_pictures_depend_on_the_seed_and_have_the_size():
    for seed in range(20):
        first, same = (harmless_picture(np.random.default_rng(seed), (96, 256), NO_PHOTOS) for _ in range(2))
        assert first.shape == (96, 256, 3) and np.array_equal(first, same)


def test_stripes_have_few_flat_colours():
    for seed in range(10):
        pixels = stripes(np.random.default_rng(seed), (64, 64))
        assert 2 <= len(np.unique(pixels.reshape(-1, 3), axis=0)) <= 6


def test_plain_flags_keep_their_colours():
    flag = np.full((80, 120, 4), 255, np.uint8)
    flag[:40, :, :3], flag[40:, :, :3] = (0, 60, 200), (240, 200, 0)
    seen = {False: 0, True: 0}
    for plain in seen:
        for seed in range(60):
            made = augment(np.random.default_rng(seed), flag, (160, 160), NO_PHOTOS, plain=plain)
            left, top, right, bottom = (np.array(made.box) * 160).astype(int)
            inside = made.picture[top:bottom, left:right].reshape(-1, 3).astype(int)
            seen[plain] += bool(
                (inside[:, 2] > inside[:, 0] + 60).mean() > 0.1 < (inside[:, 0] > inside[:, 2] + 60).mean()
            )
    assert seen[True] > 50 and seen[True] > seen[False] + 10

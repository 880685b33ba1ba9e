import cv2
import numpy as np
import pytest

from models.images.encoder.restyled import STYLES, is_plain, restyled


@pytest.fixture
def drawing():
    """A red disc with a yellow cross on transparency."""
    pixels = np.zeros((96, 120, 4), np.uint8)
    cv2.circle(pixels, (60, 48), 40, (200, 20, 20, 255), -1)
    cv2.rectangle(pixels, (30, 42), (90, 54), (250, 220, 0, 255), -1)
    cv2.rectangle(pixels, (54, 18), (66, 78), (250, 220, 0, 255), -1)
    return pixels


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__.strip("_"))
def test_every_style_changes_the_drawing_and_keeps_its_cross_visible(style, drawing):
    for seed in range(20):
        made = style(np.random.default_rng(seed), drawing)
        assert made.shape == drawing.shape and made.dtype == np.uint8
        assert not np.array_equal(made, drawing)
        on_grey = (made[..., :3] * (made[..., 3:] / 255.0) + 128 * (1 - made[..., 3:] / 255.0)).astype(np.uint8)
        assert on_grey[10:86, 20:100].std() > 2


def test_equal_seeds_give_equal_drawings_and_seeds_reach_every_style(drawing):
    made = [restyled(np.random.default_rng(seed), drawing) for seed in range(30)]
    again = [restyled(np.random.default_rng(seed), drawing) for seed in range(30)]
    assert all(np.array_equal(first, second) for first, second in zip(made, again, strict=True))
    assert len({picture.tobytes() for picture in made}) == 30


def test_blank_and_transparent_drawings_are_restyled_without_error():
    for filling in (0, 255):
        blank = np.full((40, 64, 4), filling, np.uint8)
        for seed in range(30):
            assert restyled(np.random.default_rng(seed), blank).shape == blank.shape


def test_bands_and_crosses_are_plain_and_a_field_of_stars_is_not():
    flag = np.full((96, 160, 4), 255, np.uint8)
    flag[32:64, :, :3] = (200, 0, 0)
    assert is_plain(flag)
    flag[:, 50:70, :3] = (0, 0, 120)
    assert is_plain(flag)
    for x in range(10, 160, 20):
        cv2.drawMarker(flag, (x, 48), (255, 255, 0, 255), cv2.MARKER_STAR, 14, 3)
    assert not is_plain(flag)

"""Invented flags are no state's, tell themselves apart by colours, and plain ones are known as such."""

import cv2
import numpy as np
import pytest
from PIL import Image

from training.images import graphics
from training.images.flags import invented_flags, is_plain, near_flag, thumbnail

LIMIT = 8


@pytest.fixture(scope="module")
def rendered():
    return graphics.load(LIMIT)


@pytest.fixture(scope="module")
def invented(rendered):
    return list(invented_flags(45, rendered))


@pytest.mark.slow
def test_the_same_seed_invents_the_same_flags_and_another_others(rendered, invented):
    again, others = (list(invented_flags(45, rendered, seed)) for seed in (13, 14))
    assert 10 < len(invented) <= 45
    assert all(map(np.array_equal, invented, again))
    assert not any(np.array_equal(one, other) for one in invented for other in others)


@pytest.mark.slow
def test_none_is_near_a_flag_of_a_state_or_another_invented_one(rendered, invented):
    states = [rendered.drawing(row) for row in rendered.rows(lambda item: item.kind == "flag")]
    thumbnails = np.array([thumbnail(Image.fromarray(drawing)) for drawing in (*states, *invented)])
    for number, drawing in enumerate(invented, start=len(states)):
        assert not near_flag(Image.fromarray(drawing), np.delete(thumbnails, number, axis=0))


def test_a_flag_turned_or_mirrored_is_near_and_in_other_colours_it_is_not():
    flag = np.zeros((90, 150, 4), np.uint8)
    flag[..., 3], flag[:, :50, 0], flag[:, 50:100, 1], flag[:, 100:, 2] = 255, 220, 220, 220
    known = thumbnail(Image.fromarray(flag))[None]
    assert near_flag(Image.fromarray(np.ascontiguousarray(np.rot90(flag))), known)
    assert near_flag(Image.fromarray(np.ascontiguousarray(flag[:, ::-1])), known)
    assert not near_flag(Image.fromarray(flag[..., [1, 2, 0, 3]]), known)


def test_bands_and_crosses_are_plain_and_a_field_of_stars_is_not():
    flag = np.full((96, 160, 4), 255, np.uint8)
    flag[32:64, :, :3] = (200, 0, 0)
    assert is_plain(flag)
    flag[:, 50:70, :3] = (0, 0, 120)
    assert is_plain(flag)
    for x in range(10, 160, 20):
        cv2.drawMarker(flag, (x, 48), (255, 255, 0, 255), cv2.MARKER_STAR, 14, 3)
    assert not is_plain(flag)

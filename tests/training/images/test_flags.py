"""Invented flags are no state's and no two alike; plain ones are known as such."""

import cv2
import numpy as np
import pytest
from PIL import Image

from training.images import graphics, validation
from training.images.flag_likeness import near_flag, thumbnail
from training.images.flags import invented_flags, is_plain

LIMIT, COUNT = 8, 45


@pytest.fixture(scope="module")
def rendered():
    return graphics.load(LIMIT)


@pytest.fixture(scope="module")
def invented(rendered):
    return dict(invented_flags(rendered, COUNT))


@pytest.mark.slow
def test_the_same_seed_invents_the_same_flags_however_many_and_another_others(rendered, invented):
    fewer, others = dict(invented_flags(rendered, COUNT // 3)), dict(invented_flags(rendered, COUNT, seed=14))
    assert COUNT // 2 < len(invented) <= COUNT
    assert list(fewer) == [number for number in invented if number < COUNT // 3]
    assert all(np.array_equal(drawing, invented[number]) for number, drawing in fewer.items())
    assert not any(np.array_equal(drawing, invented.get(number)) for number, drawing in others.items())


@pytest.mark.slow
def test_none_is_near_a_flag_of_a_state_or_another_invented_one(rendered, invented):
    states = [rendered.drawing(row) for row in rendered.rows(lambda item: item.kind == "flag")]
    thumbnails = np.array([thumbnail(Image.fromarray(drawing)) for drawing in (*states, *invented.values())])
    for place in range(len(states), len(thumbnails)):
        assert not near_flag(thumbnails[place], np.delete(thumbnails, place, axis=0))


@pytest.mark.slow
def test_what_a_calibration_sees_is_not_trained_on(rendered):
    usual, seen = validation.flags_of_nobody(rendered, LIMIT)
    trained = [drawing.tobytes() for _, drawing in invented_flags(rendered, LIMIT)]
    kept = [drawing.tobytes() for drawing in (*usual, *seen)]
    assert usual and seen and len(set(kept)) == len(kept)
    assert not set(kept) & set(trained)


def test_bands_and_crosses_are_plain_and_a_field_of_stars_is_not():
    flag = np.full((96, 160, 4), 255, np.uint8)
    flag[32:64, :, :3] = (200, 0, 0)
    assert is_plain(flag)
    flag[:, 50:70, :3] = (0, 0, 120)
    assert is_plain(flag)
    for x in range(10, 160, 20):
        cv2.drawMarker(flag, (x, 48), (255, 255, 0, 255), cv2.MARKER_STAR, 14, 3)
    assert not is_plain(flag)

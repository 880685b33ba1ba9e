"""Invented flags are no state's and no two alike; plain ones are known as such."""

from itertools import chain

import numpy as np
import pytest
from PIL import Image

from training.images import graphics, validation
from training.images.flag_likeness import near_flag, thumbnail
from training.images.flags import invented_flags
from training.images.monograms import monograms

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
    usual, seen = validation.nobodys(rendered, LIMIT)
    trained = [drawing.tobytes() for _, drawing in invented_flags(rendered, LIMIT)]
    trained += [drawing.tobytes() for drawing in monograms(0, LIMIT)]
    kept = [drawing.tobytes() for drawing in chain(usual, *seen.values())]
    assert usual and all(seen.values()) and len(set(kept)) == len(kept)
    assert not set(kept) & set(trained)

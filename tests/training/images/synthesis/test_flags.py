"""Invented flags differ from real flags and from each other."""

from itertools import chain, combinations

import numpy as np
import pytest
from PIL import Image

from training.images.data import cohort
from training.images.sources import graphics
from training.images.synthesis.flag_likeness import near_flag, thumbnail
from training.images.synthesis.flags import FLAGS_PER_LAYOUT, invented_flags
from training.images.synthesis.monograms import monograms

LIMIT, FLAG_COUNT = 8, 45


@pytest.fixture(scope="module")
def rendered():
    return graphics.load_graphics(LIMIT)


@pytest.fixture(scope="module")
def invented(rendered):
    return dict(invented_flags(rendered, FLAG_COUNT))


@pytest.mark.slow
def test_invented_flags_depend_on_the_seed_not_on_the_count(rendered, invented):
    fewer, others = dict(invented_flags(rendered, FLAG_COUNT // 3)), dict(invented_flags(rendered, FLAG_COUNT, seed=14))
    assert FLAG_COUNT // 2 < len(invented) <= FLAG_COUNT
    assert list(fewer) == [number for number in invented if number < FLAG_COUNT // 3]
    assert all(np.array_equal(drawing, invented[number]) for number, drawing in fewer.items())
    assert not any(np.array_equal(drawing, invented.get(number)) for number, drawing in others.items())


@pytest.fixture(scope="module")
def thumbnails(invented):
    return {number: thumbnail(Image.fromarray(drawing)) for number, drawing in invented.items()}


@pytest.mark.slow
def test_invented_flags_differ_from_real_flags_and_other_layouts(rendered, thumbnails):
    rows = rendered.rows(lambda item: item.kind == "flag")
    states = [thumbnail(Image.fromarray(rendered.drawing(row))) for row in rows]
    for number, small in thumbnails.items():
        others = [other for at, other in thumbnails.items() if at // FLAGS_PER_LAYOUT != number // FLAGS_PER_LAYOUT]
        assert not near_flag(small, np.array([*states, *others]))


@pytest.mark.slow
def test_some_flags_of_a_layout_differ_in_a_device_alone(invented, thumbnails):
    siblings = [(a, b) for a, b in combinations(invented, 2) if a // FLAGS_PER_LAYOUT == b // FLAGS_PER_LAYOUT]
    alike = [(a, b) for a, b in siblings if near_flag(thumbnails[a], thumbnails[b][None])]
    assert 0 < len(alike) < len(siblings)
    for a, b in alike:
        differing = (np.abs(invented[a].astype(int) - invented[b]) > 40).any(axis=2).mean()
        assert 0.002 < differing < 0.3


@pytest.mark.slow
def test_cohort_and_calibration_exclude_trained_drawings(rendered):
    usual, seen = cohort.invented_negatives(rendered, LIMIT)
    trained = [drawing.tobytes() for _, drawing in invented_flags(rendered, LIMIT)]
    trained += [drawing.tobytes() for drawing in monograms(0, LIMIT)]
    kept = [drawing.tobytes() for drawing in chain(usual, *seen.values())]
    assert usual and all(seen.values()) and len(set(kept)) == len(kept)
    assert not set(kept) & set(trained)

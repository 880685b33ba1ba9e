"""Negatives are deterministic, varied, not empty, and opaque only where they shall be."""

import numpy as np
import pytest

from training.images.negatives.banners import festive_banner, light_banner
from training.images.negatives.kinds import GROUPS, NEGATIVES, negative

pytestmark = pytest.mark.slow

OPAQUE = {"festive_banner", "light_banner", "invented_flag"}


def drawn(kind, seed):
    return NEGATIVES[kind](np.random.default_rng(seed))


@pytest.mark.parametrize("kind", NEGATIVES)
def test_a_seed_gives_one_drawing(kind):
    assert np.array_equal(drawn(kind, 3), drawn(kind, 3))


@pytest.mark.parametrize("kind", NEGATIVES)
def test_seeds_give_different_drawings(kind):
    drawings = [drawn(kind, seed) for seed in range(20)]
    assert len({drawing.tobytes() for drawing in drawings}) >= 19


@pytest.mark.parametrize("kind", NEGATIVES)
def test_size_and_opacity(kind):
    for seed in range(8):
        drawing = drawn(kind, seed)
        assert drawing.dtype == np.uint8 and drawing.shape[2] == 4
        assert min(drawing.shape[:2]) >= 20 and max(drawing.shape[:2]) <= 520
        assert (drawing[..., 3] == 255).all() == (kind in OPAQUE)
        assert (drawing[..., 3] > 0).mean() > 0.1


@pytest.mark.parametrize("make", [festive_banner, light_banner])
def test_banners_take_a_size(make):
    assert make(np.random.default_rng(1), (100, 400)).shape == (100, 400, 4)


def test_random_negatives_are_of_every_group():
    shapes = {negative(np.random.default_rng(seed)).shape for seed in range(40)}
    assert len(shapes) > 4 and sum(map(len, GROUPS.values())) == len(NEGATIVES)

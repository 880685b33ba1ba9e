"""The benchmark's hard negatives are deterministic, varied and unlike any flag, and share no drawing with training."""

import ast
import inspect
from functools import partial

import numpy as np
import pytest
from PIL import Image, ImageDraw

from training.images.sources.backgrounds import Backgrounds
from training.images.synthesis import hard_negatives
from training.images.synthesis.flag_likeness import thumbnail
from training.images.synthesis.hard_negatives import HARD_NEGATIVES
from training.images.synthesis.scenes import TYPEFACES, Scene, field_of

pytestmark = pytest.mark.slow


def icon(rng):
    picture = Image.new("RGBA", (120, 90))
    ImageDraw.Draw(picture).ellipse((10, 10, 80, 80), fill=tuple(rng.integers(0, 256, 3).tolist()))
    return picture


def scene_of(seed, flags=None):
    rng = np.random.default_rng(seed)
    photo = np.random.default_rng(1).integers(0, 256, (500, 900, 3), dtype=np.uint8)
    other = partial(icon, rng)
    return Scene(rng, Backgrounds((photo,)), other, other, TYPEFACES, flags)


def shown(kind, seed, flags=None):
    return HARD_NEGATIVES[kind](scene_of(seed, flags))


@pytest.mark.parametrize("kind", HARD_NEGATIVES)
def test_pictures_depend_on_the_seed_alone_and_differ(kind):
    pictures = [shown(kind, seed) for seed in range(8)]
    assert {picture.mode for picture in pictures} == {"RGB"} and {field_of(picture) for picture in pictures}
    assert np.array_equal(pictures[3], shown(kind, 3))
    assert len({picture.tobytes() for picture in pictures}) == 8
    assert all(np.asarray(picture).std() > 8 for picture in pictures)


def test_a_drawing_near_a_flag_is_drawn_again():
    flags = np.array([thumbnail(hard_negatives.stripes(scene_of(2)))])
    assert not np.array_equal(shown("hard_stripes", 2), shown("hard_stripes", 2, flags))


def test_no_code_is_shared_with_the_negatives_of_training():
    tree = ast.parse(inspect.getsource(hard_negatives))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules and not any((module or "").startswith("training.images.negatives") for module in modules)

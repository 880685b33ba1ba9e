"""Finishes keep the shape and change the surface."""

import numpy as np

from training.images.negatives.canvas import Canvas, flat
from training.images.negatives.finish import engraved, glossed, one_colour, relief
from training.images.negatives.outlines import circle, moved, star


def badge():
    canvas = Canvas(120)
    canvas.fill(moved(circle(), scale=45), flat((40, 40, 200)))
    canvas.fill(moved(star(), scale=25), flat((255, 240, 90)))
    return canvas.drawing()


def test_relief_keeps_the_shape_and_shades_it():
    drawing = badge()
    struck = relief(np.random.default_rng(1), drawing)
    assert np.array_equal(struck[..., 3], drawing[..., 3])
    assert struck[drawing[..., 3] == 255, 0].std() > 15


def test_one_colour_leaves_out_what_is_bright():
    printed, middle = one_colour(badge(), (10, 20, 30)), 54
    assert printed[middle, middle, 3] == 0 and printed[middle, 8, 3] == 255
    assert (printed[..., :3] == (10, 20, 30)).all()


def test_engraving_keeps_edges_alone():
    lines = engraved(badge(), (0, 0, 0))
    assert 0.02 < (lines[..., 3] > 128).mean() < 0.25


def test_gloss_brightens_the_upper_half():
    drawing = badge()
    shown = glossed(drawing, 0.5)
    assert shown[20, 54, 0] > drawing[20, 54, 0] and np.array_equal(shown[-12:], drawing[-12:])

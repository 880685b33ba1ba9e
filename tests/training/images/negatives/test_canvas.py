"""The canvas fills outlines at the right place, with holes, gradients and masks."""

import numpy as np
import pytest

from training.images.negatives.canvas import Canvas, flat, vertical
from training.images.negatives.outlines import box, circle, crescent, moved, star

RED, BLUE = flat((255, 0, 0)), flat((0, 0, 255))


def test_box_lies_where_its_units_say():
    canvas = Canvas(100)
    canvas.fill(box(-50, -50, 50, 50), RED)
    canvas.fill(box(0, 0, 25, 25), BLUE)
    drawing = canvas.drawing()
    assert drawing.shape == (100, 100, 4)
    assert drawing[62, 62].tolist() == [0, 0, 255, 255] and drawing[45, 62].tolist() == [255, 0, 0, 255]


def test_margins_are_cut_off_and_holes_are_transparent():
    canvas = Canvas(100)
    canvas.fill([moved(circle(), scale=20), moved(circle(), scale=10)], RED)
    drawing = canvas.drawing()
    assert 39 <= drawing.shape[0] <= 42 and drawing[20, 20, 3] == 0 and drawing[20, 4, 3] == 255


def test_overlapping_shapes_stay_filled_one_by_one():
    canvas = Canvas(100)
    canvas.each([box(-20, -20, 5, 20), box(-5, -20, 20, 20)], RED)
    assert (canvas.drawing()[1:-1, 1:-1, 3] == 255).all()


def test_gradient_runs_from_top_to_bottom():
    canvas = Canvas(100)
    canvas.fill(box(-50, -50, 50, 50), vertical((0, 0, 0), (200, 200, 200)))
    shades = canvas.drawing()[:, 50, 0].astype(int)
    assert shades[0] < 10 and shades[-1] > 190 and (np.diff(shades) >= 0).all()


@pytest.mark.parametrize("paint", [RED, vertical((255, 0, 0), (250, 0, 0))])
def test_mask_limits_a_fill(paint):
    canvas = Canvas(100)
    canvas.fill(box(-50, -50, 50, 50), paint, canvas.mask(box(-10, -10, 10, 10)))
    assert 20 <= canvas.drawing().shape[0] <= 22


def test_edges_keep_the_colour_of_the_shape():
    canvas = Canvas(101)
    canvas.fill(moved(star(), scale=45), RED)
    drawing = canvas.drawing()
    edge = drawing[(drawing[..., 3] > 60) & (drawing[..., 3] < 250)]
    assert len(edge) and (edge[:, 0] > 245).all() and (edge[:, 1:3] < 10).all()


def test_mirror_repeats_the_right_half():
    canvas = Canvas(100)
    canvas.fill(box(10, -10, 30, 10), RED)
    canvas.mirror()
    drawing = canvas.drawing()
    assert np.array_equal(drawing, drawing[:, ::-1]) and 59 <= drawing.shape[1] <= 62


def test_crescent_is_open_to_the_right():
    canvas = Canvas(100)
    canvas.fill([box(-50, -50, 50, 50)], BLUE)
    canvas.fill(moved(crescent(0.5), scale=40), RED)
    drawing = canvas.drawing()
    assert drawing[50, 15, 0] == 255 and drawing[50, 70, 0] == 0

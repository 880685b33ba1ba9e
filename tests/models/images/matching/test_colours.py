"""Colour distance asks whether a crop has the colours of a drawing, whatever else it has."""

import numpy as np
import pytest

from models.images.matching.colours import colour_distance, crop_colours, drawing_colours

RED, MAROON, WHITE, BLUE = (206, 17, 38), (138, 21, 56), (255, 255, 255), (0, 56, 168)


def halves(*colours, opaque=True):
    """A drawing of upright bands, RGBA."""
    bands = [np.full((60, 40, 4), (*colour, 255), np.uint8) for colour in colours]
    drawing = np.concatenate(bands, axis=1)
    if not opaque:
        drawing[:, :40, 3] = 0
    return drawing


def test_a_copy_has_all_colours_and_a_flag_in_another_red_lacks_one():
    crop = crop_colours(halves(WHITE, RED)[..., :3])
    same, other = (colour_distance(drawing_colours(halves(WHITE, colour)), crop) for colour in (RED, MAROON))
    assert same < 0.02 and 0.2 < other <= 1


def test_another_artists_shade_of_a_colour_is_the_same_colour():
    crop = crop_colours(halves(WHITE, (224, 30, 42))[..., :3])
    assert colour_distance(drawing_colours(halves(WHITE, RED)), crop) == 0


def test_other_colours_of_a_crop_do_not_count():
    crop = crop_colours(np.concatenate([halves(WHITE, RED), halves(BLUE, BLUE)], axis=1)[..., :3])
    assert colour_distance(drawing_colours(halves(WHITE, RED)), crop) < 0.02
    assert (
        colour_distance(drawing_colours(halves(WHITE, RED, BLUE, MAROON)), crop_colours(halves(WHITE, RED)[..., :3]))
        > 0.3
    )


def test_transparent_parts_of_a_drawing_do_not_count():
    crop = crop_colours(halves(RED, RED)[..., :3])
    assert colour_distance(drawing_colours(halves(BLUE, RED, opaque=False)), crop) < 0.02
    assert colour_distance(drawing_colours(halves(BLUE, RED)), crop) > 0.3


def test_a_fully_transparent_drawing_has_its_colours_all_the_same():
    drawing = halves(BLUE, RED)
    drawing[..., 3] = 0
    assert len(drawing_colours(drawing)) == len(drawing_colours(halves(BLUE, RED)))


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1)])
def test_pictures_of_any_size_have_colours(size):
    assert np.isfinite(crop_colours(np.zeros((*size, 3), np.uint8))).all()
    assert np.isfinite(drawing_colours(np.zeros((*size, 4), np.uint8))).all()

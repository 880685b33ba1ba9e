"""Lines of one even stroke fill the width that they are given, and their letters keep their order."""

import io
import re

import numpy as np
import pytest
import resvg_py
from PIL import Image

from training.images.drawings.broadcasters.strokes import stroke_text
from training.images.drawings.shapes import picture


def ink(word, **settings):
    """Where a word's ink is, as a mask of 300 by 100 units."""
    line = stroke_text(word, 20, 70, 40, settings.get("weight", 8), "#000", width=260)
    png = bytes(resvg_py.svg_to_bytes(svg_string=picture(300, 100, line, rule="test"), width=300))
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))[..., 3] > 127


@pytest.mark.parametrize("word", ["news", "euro", "phoenıx"])
def test_a_line_fills_its_width_between_its_outer_pens(word):
    columns = np.flatnonzero(ink(word).any(axis=0))
    assert columns[0] == pytest.approx(20, abs=4)
    assert columns[-1] == pytest.approx(280, abs=4)


def test_letters_stand_on_the_baseline_with_the_height_of_the_lower_case():
    rows = np.flatnonzero(ink("oo").any(axis=1))
    assert (rows[0], rows[-1]) == (pytest.approx(30, abs=1), pytest.approx(70, abs=1))


def test_a_broader_pen_leaves_more_ink_in_the_same_width():
    assert ink("news", weight=14).sum() > 1.2 * ink("news", weight=8).sum()


def test_letters_go_from_left_to_right_in_the_word_s_order():
    line = stroke_text("new", 0, 50, 40, 4, "#000", width=200)
    places = [float(place) for place in re.findall(r"translate\((\S+)", line)]
    assert places == sorted(places)

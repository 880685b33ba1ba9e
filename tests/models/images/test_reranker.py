"""Cells side by side tell which drawing a place shows; an encoder may do without."""

import shutil

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest
import tiny_encoder
from hypothesis import given
from hypothesis import strategies as st

from models.images.encoder import Encoder, EncoderError
from models.images.reranker import DRAWING_SCALE, DRAWING_SIDE, FILE, PLACE_SIDE, Reranker, cells_of
from models.images.verify import CLOSER_SCALE
from models.settings import Settings

SIDES = st.integers(1, 20)


@pytest.fixture(scope="module")
def encoder():
    return Encoder(Settings().released().encoder_directory())


def flag(device):
    """Two stripes with one device on them: all that tells these drawings apart."""
    picture = PIL.Image.new("RGB", (192, 128), "#1c4f9c")
    pen = PIL.ImageDraw.Draw(picture)
    pen.rectangle((0, 64, 192, 128), fill="#d8d8d0")
    getattr(pen, device)(
        *{"polygon": [[(60, 110), (96, 18), (132, 110)]]}.get(device, [(62, 30, 130, 98)]), fill="#e6b31e"
    )
    return picture


def shown(picture):
    """As a place of a picture is cut out: turned a little, with what is around it."""
    ground = PIL.Image.new("RGB", (288, 192), "#7a8a70")
    ground.paste(picture.rotate(6, expand=True, fillcolor="#7a8a70"), (44, 24))
    return np.asarray(ground)


@given(SIDES, SIDES, SIDES)
def test_cells_have_the_mean_of_the_grid_whatever_its_shape(rows, columns, side):
    grid = np.random.default_rng(rows).uniform(-1, 1, (rows, columns, 3)).astype(np.float32)
    cells = cells_of(grid, side)
    assert cells.shape == (side * side, 3)
    assert cells.astype(np.float32).mean(axis=0) == pytest.approx(grid.mean(axis=(0, 1)), abs=2e-3)


def test_a_grid_of_that_size_stays_as_it_is():
    grid = np.random.default_rng(0).uniform(-1, 1, (8, 8, 3)).astype(np.float32)
    assert np.allclose(cells_of(grid, 8).reshape(8, 8, 3), grid, atol=1e-3)


def test_the_drawing_that_a_place_shows_is_told_from_others_like_it(encoder):
    reranker = Reranker.load(encoder.directory, encoder.dimension)
    drawings = [flag(device) for device in ("ellipse", "polygon", "rectangle")]
    drawn = [cells_of(encoder([np.asarray(drawing)], DRAWING_SCALE)[0].grid, DRAWING_SIDE) for drawing in drawings]
    for number, drawing in enumerate(drawings):
        place = cells_of(encoder([shown(drawing)], CLOSER_SCALE)[0].grid, PLACE_SIDE)
        odds = reranker(place, np.stack(drawn))
        assert odds.shape == (3,) and odds.argmax() == number
        assert reranker(place, np.stack(drawn[1:])) == pytest.approx(odds[1:], abs=1e-3)


def test_an_encoder_without_one_has_none_and_one_of_another_encoder_is_refused(encoder, tmp_path):
    tiny = tiny_encoder.write(tmp_path)
    assert Reranker.load(tiny, tiny_encoder.DIMENSION) is None
    shutil.copy(encoder.directory / FILE, tiny / FILE)
    with pytest.raises(EncoderError, match="other cells"):
        Reranker.load(tiny, tiny_encoder.DIMENSION)
    (tiny / FILE).write_bytes(b"no graph")
    with pytest.raises(EncoderError, match="no network"):
        Reranker.load(tiny, tiny_encoder.DIMENSION)

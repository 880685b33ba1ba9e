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
from models.images.reranker import FILE, PLACE_SIDE, Reranker, cells_of, drawing_cells
from models.images.verify import CLOSER_SCALE
from models.settings import Settings

SIDES = st.integers(1, 20)
DEVICES = {
    "disc": [("ellipse", (62, 30), (130, 98))],
    "triangle": [("polygon", (60, 110), (96, 18), (132, 110))],
    "cross": [("rectangle", (0, 52), (192, 76)), ("rectangle", (52, 0), (76, 128))],
}


@pytest.fixture(scope="module")
def encoder():
    return Encoder(Settings().released().encoder_directory())


def flag(device):
    """Two stripes with one device on them: all that tells these drawings apart."""
    picture = PIL.Image.new("RGB", (192, 128), "#1c4f9c")
    pen = PIL.ImageDraw.Draw(picture)
    pen.rectangle((0, 64, 192, 128), fill="#d8d8d0")
    for shape, *corners in DEVICES[device]:
        getattr(pen, shape)(corners, fill="#e6b31e")
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


@pytest.fixture(scope="module")
def drawn(encoder):
    return [drawing_cells(encoder, flag(device).convert("RGBA")) for device in DEVICES]


def test_the_drawing_that_a_place_shows_is_told_from_others_like_it(encoder, drawn):
    reranker = Reranker.load(encoder)
    for number, device in enumerate(DEVICES):
        place = cells_of(encoder.grids([shown(flag(device))], CLOSER_SCALE)[0][0], PLACE_SIDE)
        odds = reranker(place, [[cells] for cells in drawn])
        assert odds.shape == (len(DEVICES),) and odds.argmax() == number


def test_of_several_drawings_of_a_reference_the_likeliest_counts(encoder, drawn):
    reranker = Reranker.load(encoder)
    place = cells_of(encoder.grids([shown(flag("disc"))], CLOSER_SCALE)[0][0], PLACE_SIDE)
    one, other, third = reranker(place, [[cells] for cells in drawn])
    assert reranker(place, [drawn[:2], drawn[2:]]) == pytest.approx([max(one, other), third], abs=1e-3)
    assert reranker(place, [drawn[2:], drawn[:2]]) == pytest.approx([third, max(one, other)], abs=1e-3)


def test_margins_of_a_drawing_make_no_difference(encoder, drawn):
    page = PIL.Image.new("RGBA", (320, 260), "white")
    page.paste(flag("disc"), (64, 50))
    assert np.allclose(drawing_cells(encoder, page), drawn[0], atol=1e-3)


def test_an_encoder_without_one_has_none_and_one_of_another_encoder_is_refused(encoder, tmp_path):
    tiny = Encoder(tiny_encoder.write(tmp_path))
    assert Reranker.load(tiny) is None
    shutil.copy(encoder.directory / FILE, tmp_path / FILE)
    with pytest.raises(EncoderError, match=f"{encoder.fingerprint}, not of {tiny.fingerprint}"):
        Reranker.load(tiny)
    (tmp_path / FILE).write_bytes(b"no graph")
    with pytest.raises(EncoderError, match="no network"):
        Reranker.load(tiny)

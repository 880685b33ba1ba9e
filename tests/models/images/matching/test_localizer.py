"""The localizer finds the emblem in a region; an encoder may lack one."""

from itertools import pairwise

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest

from models.boxes import WHOLE_PICTURE, area, crop, intersection, iou
from models.images.encoder.encoder import Embedding, Encoder
from models.images.matching.localizer import (
    LOCALIZER_GRID_SIDE,
    LOCALIZER_PIXEL_SIDE,
    MAX_PASSES,
    MIN_PASSES,
    Localizer,
    region_view,
)
from models.images.matching.regions import with_context
from models.settings import Settings


@pytest.fixture(scope="module")
def encoder():
    return Encoder(Settings().released().encoder_directory())


@pytest.fixture(scope="module")
def localizer(encoder):
    return Localizer.load(encoder)


def shown(size, box):
    """A flag with a disc on it in a picture of this width and height, in pixels: left, top, right, bottom."""
    picture = PIL.Image.new("RGB", size, "#7a8a70")
    pen, (left, top, right, bottom) = PIL.ImageDraw.Draw(picture), box
    pen.rectangle((left, top, right - 1, (top + bottom) // 2), fill="#1c4f9c")
    pen.rectangle((left, (top + bottom) // 2, right - 1, bottom - 1), fill="#d8d8d0")
    across, down = (right - left) // 3, (bottom - top) // 4
    pen.ellipse((left + across, top + down, right - across, bottom - down), fill="#e6b31e")
    return np.asarray(picture)


def as_part(box, size):
    return tuple(value / side for value, side in zip(box, size * 2, strict=True))


@pytest.mark.parametrize("box", [(40, 60, 160, 140), (100, 110, 200, 240), (20, 30, 80, 70)])
def test_an_emblem_is_localized_from_badly_fitting_windows(encoder, localizer, box):
    pixels, emblem = shown((256, 256), box), as_part(box, (256, 256))
    embedding = encoder([pixels])[0]
    near = sorted((tuple(map(float, window)) for window in embedding.boxes), key=lambda window: -iou(window, emblem))
    for window in near[:3]:
        found = localizer(pixels, embedding, with_context(window))
        assert iou(found, emblem) > max(0.75, iou(window, emblem))


@pytest.mark.parametrize("box", [(20, 50, 236, 206), (30, 30, 226, 226), (16, 60, 240, 200)])
def test_a_window_on_a_small_part_leads_to_the_whole_emblem(encoder, localizer, box):
    pixels, emblem = shown((256, 256), box), as_part(box, (256, 256))
    embedding = encoder([pixels])[0]
    windows = [tuple(map(float, window)) for window in embedding.boxes]
    parts = [
        part for part in windows if intersection(part, emblem) > 0.99 * area(part) and area(part) < 0.25 * area(emblem)
    ]
    assert len(parts) > 10
    found = [iou(localizer(pixels, embedding, with_context(part)), emblem) for part in parts]
    assert np.median(found) > 0.9 and min(found) > 0.75


class ScriptedNetwork:
    """A network with given outputs, the last one repeated, that counts its passes."""

    def __init__(self, *boxes):
        self.boxes, self.passes = boxes, 0

    def run(self, *_):
        self.passes += 1
        return [np.array([self.boxes[min(self.passes, len(self.boxes)) - 1]], np.float32)]


PART = (0.4, 0.4, 0.6, 0.6)


WITHIN, BEYOND = (0.25, 0.25, 0.75, 0.75), (-0.2, -0.2, 1.2, 1.2)


@pytest.mark.parametrize(
    ("region", "boxes", "passes"),
    [
        (PART, [WITHIN], MIN_PASSES),
        (PART, [BEYOND], MAX_PASSES),
        (PART, [(0.2, 0.2, 0.8, 1.2)], MAX_PASSES),
        (PART, [BEYOND, BEYOND, WITHIN], 3),
        (PART, [BEYOND, WITHIN], MIN_PASSES),
        (WHOLE_PICTURE, [BEYOND], MIN_PASSES),
        ((0.0, 0.4, 0.6, 0.6), [(-0.2, 0.2, 0.8, 0.8)], MIN_PASSES),
    ],
)
def test_a_box_beyond_its_region_takes_another_pass(encoder, region, boxes, passes):
    pixels, network = np.zeros((64, 64, 3), np.uint8), ScriptedNetwork(*boxes)
    Localizer(network)(pixels, encoder([pixels])[0], region)
    assert network.passes == passes


@pytest.mark.parametrize(
    ("known", "boxes", "passes"),
    [
        ((0.45, 0.45, 0.55, 0.55), [WITHIN], 1),
        ((0.45, 0.45, 0.55, 0.525), [WITHIN], 1),
        ((0.45, 0.45, 0.55, 0.515), [WITHIN], MIN_PASSES),
        ((0.36, 0.36, 0.64, 0.64), [BEYOND, BEYOND], 1),
        ((0.23, 0.23, 0.77, 0.77), [BEYOND, BEYOND], 2),
    ],
)
def test_a_region_that_leads_to_a_known_emblem_takes_no_further_pass(encoder, known, boxes, passes):
    pixels, network = np.zeros((64, 64, 3), np.uint8), ScriptedNetwork(*boxes)
    found = Localizer(network)(pixels, encoder([pixels])[0], PART, [(0.0, 0.0, 0.1, 0.1), known])
    assert network.passes == passes and (found == known) == (boxes != [WITHIN] or passes == 1)


@pytest.mark.parametrize(
    "output", [(1.0, 0.2, 2.0, 0.8), (-1.0, -1.0, 0.0, 0.0), (0.5, 0.5, 0.5, 0.5), (2.0, 2.0, -1.0, -1.0)]
)
@pytest.mark.parametrize("region", [WHOLE_PICTURE, PART, (0.8, 0.8, 1.0, 1.0), (0.0, 0.0, 0.2, 0.2)])
def test_any_network_output_gives_a_box_with_area_in_the_picture(encoder, output, region):
    pixels = np.zeros((64, 64, 3), np.uint8)
    left, top, right, bottom = Localizer(ScriptedNetwork(output))(pixels, encoder([pixels])[0], region)
    assert 0 <= left < right <= 1 and 0 <= top < bottom <= 1


@pytest.mark.parametrize("left", [30, 480, 560, 720, 1_200])
def test_an_emblem_in_a_long_strip_is_localized_wherever_its_parts_meet(encoder, localizer, left):
    size, box = (1_600, 160), (left, 30, left + 150, 130)
    pixels, emblem = shown(size, box), as_part(box, size)
    embedding = encoder.embed_tiled([pixels])[0]
    window = max((tuple(map(float, window)) for window in embedding.boxes), key=lambda window: iou(window, emblem))
    assert iou(localizer(pixels, embedding, with_context(window)), emblem) > 0.75


def test_a_box_lies_in_its_picture_and_has_an_area(encoder, localizer):
    rng = np.random.default_rng(0)
    for height, width in ((64, 64), (40, 300), (3, 2)):
        pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        left, top, right, bottom = localizer(pixels, encoder([pixels])[0], (0.25, 0.0, 1.0, 0.5))
        assert 0 <= left < right <= 1 and 0 <= top < bottom <= 1


def test_a_regions_tokens_are_those_of_the_grid_beneath_it():
    grid = (
        np.random.default_rng(0).normal(size=(2 * LOCALIZER_GRID_SIDE, 3 * LOCALIZER_GRID_SIDE, 5)).astype(np.float32)
    )
    embedding = Embedding(grid[0, :1], np.array([WHOLE_PICTURE], np.float32), ((WHOLE_PICTURE, grid),))
    view = region_view(np.zeros((60, 90, 3), np.uint8), embedding, (1 / 3, 0.5, 2 / 3, 1.0))
    assert np.allclose(
        view.tokens, grid[LOCALIZER_GRID_SIDE:, LOCALIZER_GRID_SIDE : 2 * LOCALIZER_GRID_SIDE], atol=1e-2
    )
    assert view.pixels.shape == (LOCALIZER_PIXEL_SIDE, LOCALIZER_PIXEL_SIDE, 3)


def test_tokens_between_grid_points_are_interpolated():
    across = np.arange(4, dtype=np.float32)[None, :, None].repeat(4, axis=0)
    embedding = Embedding(
        np.ones((1, 1), np.float32), np.array([WHOLE_PICTURE], np.float32), ((WHOLE_PICTURE, across),)
    )
    tokens = region_view(np.zeros((8, 8, 3), np.uint8), embedding, WHOLE_PICTURE).tokens[0, :, 0]
    assert tokens[0] == 0 and tokens[-1] == 3
    assert all(0 <= after - before <= 4 / LOCALIZER_GRID_SIDE + 1e-3 for before, after in pairwise(tokens.tolist()))


@pytest.mark.parametrize(("height", "width"), [(160, 1_600), (1_600, 160)])
def test_each_part_of_a_strip_has_its_grid_and_box(encoder, height, width):
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    embedding = encoder.embed_tiled([pixels])[0]
    for region, grid in embedding.grids:
        assert np.allclose(grid, encoder.grids([crop(pixels, region)])[0][0], atol=1e-3)
    (whole, _), *parts = embedding.grids
    assert whole == WHOLE_PICTURE and len(parts) > 1

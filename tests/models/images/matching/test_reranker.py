"""The reranker tells from patch tokens and pixels which drawing a region shows; an encoder may lack one."""

import shutil

import numpy as np
import onnx
import PIL.Image
import PIL.ImageDraw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.images.encoder.encoder import Encoder, EncoderError
from models.images.encoder.token_networks import FINGERPRINT_KEY
from models.images.matching.regions import CROP_MARGIN, LOCALIZED_INPUT_SCALE
from models.images.matching.reranker import TOKEN_PIXEL_SIDE, Reranker, drawing_patches, resampled_tokens
from models.runtime.artifact_files import ArtifactFile
from models.settings import Settings

GRID_SIDES = st.integers(1, 20)
DEVICES = {
    "disc": [("ellipse", (62, 30), (130, 98))],
    "triangle": [("polygon", (60, 110), (96, 18), (132, 110))],
    "cross": [("rectangle", (0, 52), (192, 76)), ("rectangle", (52, 0), (76, 128))],
}


@pytest.fixture(scope="module")
def encoder():
    return Encoder(Settings().released().encoder_directory())


COLORS = {"blue": ("#1c4f9c", "#d8d8d0"), "red": ("#a81c2c", "#d8d8d0"), "green": ("#2c7a3c", "#e8c83c")}


def flag(device, color="blue"):
    """Two stripes with one device on them: all that tells these drawings apart."""
    above, below = COLORS[color]
    picture = PIL.Image.new("RGB", (192, 128), above)
    pen = PIL.ImageDraw.Draw(picture)
    pen.rectangle((0, 64, 192, 128), fill=below)
    for shape, *corners in DEVICES[device]:
        getattr(pen, shape)(corners, fill="#e6b31e")
    return picture


def shown(picture):
    """As the crop of a localized emblem: rotated a little, with a margin."""
    turned = picture.rotate(6, expand=True, fillcolor="#7a8a70")
    around = [round(CROP_MARGIN * side) for side in turned.size]
    ground = PIL.Image.new("RGB", (turned.width + 2 * around[0], turned.height + 2 * around[1]), "#7a8a70")
    ground.paste(turned, tuple(around))
    return np.asarray(ground)


@given(GRID_SIDES, GRID_SIDES, GRID_SIDES, GRID_SIDES)
def test_resampled_tokens_keep_the_grids_mean_for_any_shape(height, width, rows, columns):
    grid = np.random.default_rng(rows).uniform(-1, 1, (height, width, 3)).astype(np.float32)
    tokens = resampled_tokens(grid, rows, columns)
    assert tokens.shape == (rows, columns, 3)
    assert tokens.astype(np.float32).mean(axis=(0, 1)) == pytest.approx(grid.mean(axis=(0, 1)), abs=2e-3)


def test_a_grid_of_the_target_size_is_unchanged():
    grid = np.random.default_rng(0).uniform(-1, 1, (6, 8, 3)).astype(np.float32)
    assert np.allclose(resampled_tokens(grid, 6, 8), grid, atol=1e-3)


@pytest.mark.parametrize(("size", "rows_and_columns"), [((96, 96), (8, 8)), ((144, 96), (8, 8)), ((384, 40), (4, 16))])
def test_a_long_drawing_has_more_tokens_along_than_across(encoder, size, rows_and_columns):
    for width, height, shape in ((*size, rows_and_columns), (*size[::-1], rows_and_columns[::-1])):
        drawn = drawing_patches(encoder, chequered(width, height))
        assert drawn.tokens.shape[:2] == shape
        assert drawn.pixels.shape == (shape[0] * TOKEN_PIXEL_SIDE, shape[1] * TOKEN_PIXEL_SIDE, 3)


@pytest.mark.parametrize("size", [(384, 40), (40, 384), (384, 24), (24, 384), (300, 260)])
def test_detail_too_fine_for_the_pixels_becomes_its_mean_grey(encoder, size):
    pixels = drawing_patches(encoder, chequered(*size)).pixels
    assert pixels.mean() == pytest.approx(127.5, abs=4)
    assert np.ptp(pixels[4:-4, 4:-4].mean(axis=2)) < 20


def chequered(width, height):
    """One dark and one bright pixel in turn, with neither margin nor frame, RGBA."""
    rows, columns = np.indices((height, width))
    values = 255 * ((rows + columns) % 2).astype(np.uint8)
    return PIL.Image.fromarray(values).convert("RGBA")


@pytest.fixture(scope="module")
def reranker(encoder):
    return Reranker.load(encoder)


@pytest.fixture(scope="module")
def drawn(reranker):
    return [reranker.drawing_tokens(flag(device).convert("RGBA")) for device in DEVICES]


def tokens_of(encoder, reranker, picture):
    pixels = shown(picture)
    return reranker.region_tokens(pixels, encoder.grids([pixels], LOCALIZED_INPUT_SCALE)[0][0])


def test_the_drawing_in_a_region_outranks_similar_ones(encoder, reranker, drawn):
    for number, device in enumerate(DEVICES):
        odds = reranker(tokens_of(encoder, reranker, flag(device)), [[tokens] for tokens in drawn])
        assert odds.shape == (len(DEVICES),) and odds.argmax() == number


def test_drawings_that_differ_in_colours_alone_are_told_apart(encoder, reranker):
    drawn = [[reranker.drawing_tokens(flag("disc", color).convert("RGBA"))] for color in COLORS]
    for number, color in enumerate(COLORS):
        assert reranker(tokens_of(encoder, reranker, flag("disc", color)), drawn).argmax() == number


def test_a_references_log_odds_are_those_of_its_likeliest_drawing(encoder, reranker, drawn):
    region = tokens_of(encoder, reranker, flag("disc"))
    one, other, third = reranker(region, [[tokens] for tokens in drawn])
    assert reranker(region, [drawn[:2], drawn[2:]]) == pytest.approx([max(one, other), third], abs=1e-3)
    assert reranker(region, [drawn[2:], drawn[:2]]) == pytest.approx([third, max(one, other)], abs=1e-3)


def test_drawings_of_different_shapes_are_compared_in_one_call(encoder, reranker, drawn):
    region, long = tokens_of(encoder, reranker, flag("disc")), reranker.drawing_tokens(chequered(384, 40))
    alone = [float(reranker(region, [[tokens]])[0]) for tokens in (drawn[0], long, drawn[1])]
    assert reranker(region, [[drawn[0]], [long], [drawn[1]]]) == pytest.approx(alone, abs=1e-3)
    assert reranker(region, [[drawn[0], long], [drawn[1]]]) == pytest.approx([max(alone[:2]), alone[2]], abs=1e-3)


def test_margins_of_a_drawing_make_no_difference(encoder):
    page = PIL.Image.new("RGBA", (320, 260), "white")
    page.paste(flag("disc"), (64, 50))
    alone, framed = (drawing_patches(encoder, picture) for picture in (flag("disc").convert("RGBA"), page))
    assert np.allclose(alone.tokens, framed.tokens, atol=1e-3) and np.array_equal(alone.pixels, framed.pixels)


def test_a_reranker_with_inputs_of_another_rank_is_refused_at_loading(encoder, tmp_path):
    older = Encoder(shutil.copytree(encoder.directory, tmp_path / "older"))
    inputs = onnx.helper.make_tensor_value_info("cells", onnx.TensorProto.FLOAT, ["n", 64, encoder.dimension])
    outputs = onnx.helper.make_tensor_value_info("tokens", onnx.TensorProto.FLOAT, ["n", 64, encoder.dimension])
    graph = onnx.helper.make_graph([onnx.helper.make_node("Identity", ["cells"], ["tokens"])], "g", [inputs], [outputs])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    onnx.helper.set_model_props(model, {FINGERPRINT_KEY: older.fingerprint})
    onnx.save(model, older.directory / ArtifactFile.RERANKER_TOKENS)
    with pytest.raises(EncoderError, match=f"{ArtifactFile.RERANKER_TOKENS} takes patch tokens as a list"):
        Reranker.load(older)


@pytest.mark.parametrize("missing", [ArtifactFile.RERANKER_TOKENS, ArtifactFile.RERANKER])
def test_half_a_reranker_is_refused(encoder, tmp_path, missing):
    half = Encoder(shutil.copytree(encoder.directory, tmp_path / "half"))
    (half.directory / missing).unlink()
    with pytest.raises(EncoderError, match=f"{missing} is missing"):
        Reranker.load(half)

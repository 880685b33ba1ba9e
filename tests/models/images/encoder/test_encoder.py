import json

import numpy as np
import pytest
import tiny_encoder
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from models.images.encoder.encoder import (
    MAX_INPUT_ASPECT,
    MAX_TILES,
    Encoder,
    EncoderError,
    grid_windows,
    input_size,
    pool,
    tile_corners,
)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return Encoder(tiny_encoder.write(tmp_path_factory.mktemp("encoder")))


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_first_row_is_the_whole_picture_and_all_rows_have_unit_length(encoder):
    (embedding,) = encoder([noise(200, 300)])
    assert embedding.boxes[0].tolist() == [0, 0, 1, 1]
    assert embedding.vectors.shape == (len(embedding.boxes), encoder.dimension)
    assert np.allclose(np.linalg.norm(embedding.vectors, axis=1), 1, atol=1e-5)


def test_batch_of_mixed_shapes_equals_single_pictures(encoder):
    pictures = [noise(100, 300, 1), noise(96, 96, 2), noise(300, 100, 3), noise(96, 96, 4)]
    for picture, embedding in zip(pictures, encoder(pictures), strict=True):
        assert np.allclose(embedding.vectors, encoder([picture])[0].vectors, atol=1e-5)


def test_scale_reduces_the_network_input(encoder):
    picture = noise(128, 128)
    smaller = np.asarray(Image.fromarray(picture).resize((96, 96), Image.Resampling.BILINEAR, reducing_gap=2.0))
    whole, scaled = encoder([picture])[0], encoder([picture], 0.75)[0]
    assert np.array_equal(scaled.vectors, encoder([smaller], 0.75)[0].vectors)
    assert not np.allclose(scaled.vectors[0], whole.vectors[0])


def test_an_empty_batch_gives_no_embeddings(encoder):
    assert encoder([]) == []


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 5000), (5000, 1), (3000, 4000)])
def test_any_size_of_picture_is_embedded_whole_and_tiled(encoder, height, width):
    picture = noise(height, width)
    assert all(np.isfinite(see([picture])[0].vectors).all() for see in (encoder, encoder.embed_tiled))


def test_picture_that_is_not_long_has_no_tiles(encoder):
    pictures = [noise(64, 256), noise(200, 100)]
    for seen, alone in zip(encoder.embed_tiled(pictures), encoder(pictures), strict=True):
        assert np.array_equal(seen.vectors, alone.vectors) and np.array_equal(seen.boxes, alone.boxes)


def test_pictures_keep_their_aspect_and_nearly_their_area():
    for aspect in (1 / 3, 0.5, 1, 1.5, 3):
        height, width = input_size(1000, round(1000 * aspect), 256 * 256)
        assert height % 32 == width % 32 == 0
        assert 0.75 < width / height / aspect < 1.35
        assert 0.8 < height * width / 256**2 < 1.25


@given(short=st.integers(1, 400), ratio=st.floats(1, 32), is_high=st.booleans(), place=st.floats(0, 1))
def test_every_square_of_a_long_picture_lies_within_a_tile(short, ratio, is_high, place):
    long = round(short * ratio)
    whole, *parts = tile_corners(long, short) if is_high else tile_corners(short, long)
    assert whole.tolist() == [0, 0, short, long] if is_high else [0, 0, long, short]
    if long <= MAX_INPUT_ASPECT * short:
        assert not parts
        return
    along = [part[1::2] if is_high else part[0::2] for part in parts]
    start = int(place * (long - short))
    assert any(first <= start and start + short <= last for first, last in along)
    assert min(first for first, _ in along) == 0 and max(last for _, last in along) == long
    assert len(parts) <= MAX_TILES
    if len(parts) < MAX_TILES:
        assert max(last - first for first, last in along) <= MAX_INPUT_ASPECT * short


@pytest.mark.parametrize("turned", [False, True])
def test_windows_of_a_long_picture_are_the_whole_and_those_of_its_tiles(encoder, turned):
    long = noise(60, 480)
    picture = long.transpose(1, 0, 2) if turned else long
    (seen,), (whole, *parts) = encoder.embed_tiled([picture]), tile_corners(*picture.shape[:2])
    assert len(parts) == 3 and seen.boxes[0].tolist() == [0, 0, 1, 1]
    alone = encoder([picture[top:bottom, left:right] for left, top, right, bottom in parts])
    vectors = [encoder([picture])[0].vectors[:1], *(part.vectors for part in alone)]
    assert np.allclose(seen.vectors, np.concatenate(vectors), atol=1e-5)
    assert (seen.boxes >= 0).all() and (seen.boxes <= 1).all() and (seen.boxes[:, 2:] > seen.boxes[:, :2]).all()
    first_of_each = np.cumsum([0, 1, *(len(part.boxes) for part in alone[:-1])])
    width, height = picture.shape[1], picture.shape[0]
    assert np.allclose(seen.boxes[first_of_each] * [width, height, width, height], [whole, *parts])


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (2, 9), (16, 16), (10, 28)])
def test_windows_lie_in_the_grid_and_are_distinct(rows, columns):
    windows = grid_windows(rows, columns)
    assert windows[0].tolist() == [0, 0, columns, rows]
    assert (windows[:, :2] >= 0).all() and (windows[:, 2] <= columns).all() and (windows[:, 3] <= rows).all()
    assert (windows[:, 2:] > windows[:, :2]).all()
    assert len({tuple(window) for window in windows.tolist()}) == len(windows)


def test_smallest_windows_cover_every_token_of_a_wide_picture():
    windows = grid_windows(10, 28)
    side = (windows[:, 2] - windows[:, 0]).min()
    covered = np.zeros((10, 28), bool)
    for left, top, right, bottom in windows[windows[:, 2] - windows[:, 0] == side]:
        covered[top:bottom, left:right] = True
    assert covered.all()


def test_window_vector_is_the_direction_of_its_mean_token():
    grid = np.random.default_rng(0).normal(size=(6, 7, 5)).astype(np.float32)
    pooled = pool(grid)
    for (left, top, right, bottom), vector in zip(grid_windows(6, 7), pooled.vectors, strict=True):
        mean = grid[top:bottom, left:right].mean(axis=(0, 1))
        assert np.allclose(vector, mean / np.linalg.norm(mean), atol=1e-5)


def test_the_fingerprint_follows_the_model(tmp_path):
    first, second = (Encoder(tiny_encoder.write(tmp_path / str(seed), seed)) for seed in (0, 1))
    assert first.fingerprint != second.fingerprint
    assert len(first.fingerprint) == 12 and first.fingerprint in first.version


def test_a_folder_without_its_files_is_refused(tmp_path):
    with pytest.raises(EncoderError, match="artefact folder"):
        Encoder(tmp_path)


def test_a_config_without_dimension_is_refused(tmp_path):
    directory = tiny_encoder.write(tmp_path)
    (directory / "config.json").write_text(json.dumps({"name": "x", "area": 1}))
    with pytest.raises(EncoderError):
        Encoder(directory)

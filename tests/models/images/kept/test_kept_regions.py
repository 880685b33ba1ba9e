"""Vectors that are kept of a picture."""

import numpy as np
import pytest

from models.images.encoder.encoder import Embedding
from models.images.kept.regions import BOX_STEPS, KEPT_VECTORS, KeptPicture, dequantized, quantized, typical

RNG = np.random.default_rng(0)


def unit(*shape):
    vectors = RNG.normal(size=shape).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def embedding(windows, dimension=32):
    return Embedding(unit(windows, dimension), RNG.random((windows, 4), np.float32))


COHORT = unit(50, 32)


def test_eight_bits_keep_the_direction_of_a_vector():
    vectors = unit(100, 256)
    assert np.einsum("nd,nd->n", dequantized(*quantized(vectors)), vectors) == pytest.approx(1, abs=3e-3)


def test_one_window_of_each_group_is_kept():
    groups = unit(4, 256)
    windows = np.concatenate([group + 0.2 * unit(10, 256) for group in groups])
    vectors = np.concatenate([unit(1, 256), windows])
    assert sorted((typical(vectors, 4)[1:] - 1) // 10) == [0, 1, 2, 3]


def test_whole_picture_comes_first_with_its_box():
    frame = embedding(40)
    kept = KeptPicture.of([frame], COHORT)
    assert dequantized(kept.vectors, kept.scales)[0] @ frame.vectors[0] == pytest.approx(1, abs=1e-2)
    assert kept.boxes[0] / BOX_STEPS == pytest.approx(frame.boxes[0], abs=1 / BOX_STEPS)


def test_windows_of_every_frame_can_be_kept():
    first, second = embedding(1), embedding(3)
    kept = KeptPicture.of([first, second], COHORT)
    assert kept.vectors.shape == (KEPT_VECTORS, 32)
    for vector in second.vectors:
        assert (dequantized(kept.vectors, kept.scales) @ vector).max() > 0.99


def test_picture_without_windows_has_as_many_vectors():
    kept = KeptPicture.of([embedding(1)], COHORT)
    assert kept.vectors.shape == (KEPT_VECTORS, 32)
    assert (kept.vectors == kept.vectors[0]).all()

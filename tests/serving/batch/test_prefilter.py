"""Products of small integers never reject a vector that an exact cosine would keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.images.kept.regions import dequantized, quantized
from serving.batch.embeddings.prefilter import Prefilter

DIMENSION = 32


def unit(rng, count):
    vectors = rng.normal(size=(count, DIMENSION)) ** 3  # some numbers are far greater than others
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@given(seed=st.integers(0, 2**32), rows=st.sampled_from([1, 31, 32, 33, 200]))
def test_bound_is_never_below_the_exact_value_and_close_to_it(seed, rows):
    rng = np.random.default_rng(seed)
    emblems, offsets = unit(rng, rows), rng.uniform(0, 0.2, rows).astype(np.float32)
    kept = np.concatenate([unit(rng, 70), emblems[:5], -emblems[:5]])
    vectors, scales = quantized(kept)
    bounds = Prefilter(emblems, offsets)(vectors, scales)
    exact = (dequantized(vectors, scales) @ emblems.T - offsets).max(axis=1)
    assert (bounds >= exact).all()
    assert (bounds - exact).max() < 0.1 + np.ptp(offsets) * (rows > 32)


@pytest.mark.parametrize("count", [0, 1])
def test_few_vectors_are_bounded_too(count):
    emblems = unit(np.random.default_rng(0), 3)
    assert Prefilter(emblems, np.zeros(3, np.float32))(*quantized(emblems)).shape == (3,)
    vectors, scales = (
        quantized(emblems[:count]) if count else (np.zeros((0, DIMENSION), np.int8), np.zeros(0, np.float16))
    )
    assert Prefilter(emblems, np.zeros(3, np.float32))(vectors, scales).shape == (count,)

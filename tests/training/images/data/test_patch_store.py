"""Patches of every shape come back from the store as they were put there."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.images.matching.reranker import TOKEN_GRID_SIDE, TOKEN_PIXEL_SIDE, Patches
from training.images.data.patch_store import PatchStore

DIMENSION = 3
SHAPES = (
    (TOKEN_GRID_SIDE, TOKEN_GRID_SIDE),
    (TOKEN_GRID_SIDE // 2, TOKEN_GRID_SIDE * 2),
    (TOKEN_GRID_SIDE * 2, TOKEN_GRID_SIDE // 2),
)


def anything(rng, rows, columns):
    cells = rng.uniform(-1, 1, (rows, columns, DIMENSION)).astype(np.float16)
    return Patches(
        cells, rng.integers(0, 256, (rows * TOKEN_PIXEL_SIDE, columns * TOKEN_PIXEL_SIDE, 3), dtype=np.uint8)
    )


@given(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=8), st.data())
def test_chosen_pictures_come_by_shape_and_unchanged(shapes, data):
    rng = np.random.default_rng(len(shapes))
    put = [anything(rng, *shape) for shape in shapes]
    store = PatchStore(len(put), DIMENSION)
    for number, patches in enumerate(put):
        store[number] = patches
    chosen = data.draw(st.lists(st.integers(0, len(put) - 1), min_size=1))
    found = list(store.batches_by_shape(np.array(chosen)))
    assert sorted(place for alike in found for place in alike.positions) == list(range(len(chosen)))
    for alike in found:
        for place, cells, pixels in zip(*alike, strict=True):
            assert np.array_equal(cells.numpy(), put[chosen[place]].tokens)
            assert np.array_equal(pixels.numpy(), put[chosen[place]].pixels)

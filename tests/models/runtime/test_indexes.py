"""FAISS searches on the calling thread alone."""

from concurrent.futures import ThreadPoolExecutor

import faiss
import numpy as np
import pytest

from models.images.gallery.files import build_index
from models.runtime.indexes import greatest_products, search, write_index

VECTORS = np.random.default_rng(0).normal(size=(50, 16)).astype(np.float32)
ASKED = VECTORS[::10]


@pytest.fixture(scope="module")
def index():
    made = faiss.IndexFlatIP(VECTORS.shape[1])
    made.add(VECTORS)
    return made


def test_nearest_vectors_are_found_best_first(index):
    products = -np.sort(-ASKED @ VECTORS.T, axis=1)[:, :4]
    values, rows = search(index, ASKED, 4)
    assert np.allclose(values, products, atol=1e-4)
    assert np.allclose(np.take_along_axis(ASKED @ VECTORS.T, rows, axis=1), products, atol=1e-4)
    assert np.allclose(greatest_products(ASKED, VECTORS, 4), products, atol=1e-4)


@pytest.mark.parametrize(
    ("work", "given"),
    [
        (search, (faiss.IndexFlatIP(16), ASKED, 1)),
        (greatest_products, (ASKED, VECTORS, 4)),
        (build_index, (VECTORS,)),
    ],
)
def test_search_in_a_pool_thread_uses_one_core(work, given):
    with ThreadPoolExecutor(1) as worker:
        worker.submit(faiss.omp_set_num_threads, 2).result()
        worker.submit(work, *given).result()
        assert worker.submit(faiss.omp_get_max_threads).result() == 1


def test_unwritable_index_raises_os_error(index, tmp_path):
    with pytest.raises(OSError, match=r"gone\.faiss cannot be written"):
        write_index(index, tmp_path / "none" / "gone.faiss")

"""FAISS indexes: search on the calling thread alone, and writing to files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np

from models.arrays import Float32, Int64


def use_one_thread() -> None:
    """Restrict FAISS to one core for searches from the calling thread.

    Requests are served by several processes or threads, whose cores a parallel search would take. The setting belongs
    to the calling thread; a new thread starts with all cores.
    """
    faiss.omp_set_num_threads(1)


def search(index: Any, vectors: Float32, count: int) -> tuple[Float32, Int64]:
    """The nearest neighbours of each vector in an index, best first.

    Args:
        index: of FAISS.
        vectors: (n, dimension).

    Returns:
        Similarities or distances, and rows of the index, both (n, count).
    """
    use_one_thread()
    values, rows = index.search(np.ascontiguousarray(vectors, np.float32), count)
    return values, rows


def greatest_products(vectors: Float32, others: Float32, count: int) -> Float32:
    """The greatest inner products of each vector with the others, best first: (n, count).

    Args:
        vectors, others: (n, dimension).
    """
    use_one_thread()
    values, _ = faiss.knn(np.ascontiguousarray(vectors), others, count, metric=faiss.METRIC_INNER_PRODUCT)
    return values


def write_index(index: faiss.Index, file: Path) -> None:
    """Write an index.

    Raises:
        OSError: the disk is full, or the file cannot be made.
    """
    try:
        faiss.write_index(index, str(file))
    except RuntimeError as error:  # FAISS raises nothing more specific
        raise OSError(f"{file.name} cannot be written") from error

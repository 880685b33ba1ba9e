"""FAISS indexes: as files, and used on the calling thread alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np

Array = np.ndarray


def on_this_thread_alone() -> None:
    """Keep what FAISS does for the calling thread from other cores.

    Requests are served by several processes or threads already; more threads per search only take their cores. The
    number is the calling thread's own, and every new thread begins with all cores.
    """
    faiss.omp_set_num_threads(1)


def search(index: Any, vectors: Array, count: int) -> tuple[Array, Array]:
    """Values and rows of each vector's nearest ones in an index, best first: float32 and int64 (n, count).

    Args:
        index: FAISS's.
        vectors: float32 (n, dimension).
    """
    on_this_thread_alone()
    values, rows = index.search(np.ascontiguousarray(vectors, np.float32), count)
    return values, rows


def greatest_products(vectors: Array, others: Array, count: int) -> Array:
    """Each vector's greatest inner products with some others, best first: float32 (n, count).

    Args:
        vectors, others: float32 (n, dimension).
    """
    on_this_thread_alone()
    values, _ = faiss.knn(np.ascontiguousarray(vectors), others, count, metric=faiss.METRIC_INNER_PRODUCT)
    return values


def write_index(index: faiss.Index, file: Path) -> None:
    """Write an index; what keeps it from being written is an `OSError`, as of every other file.

    Raises:
        OSError: the disk is full, or the file cannot be made.
    """
    try:
        faiss.write_index(index, str(file))
    except RuntimeError as error:  # FAISS has one class for everything
        raise OSError(f"{file.name} cannot be written") from error

"""Search time, recall and memory of exact and approximate indexes of a thousand to a million vectors.

One search is one picture: all its windows at once. Approximate indexes get the least effort that finds the nearest
vector of 99% of the windows. They are given up where that is slower than exact search.

Larger galleries extend the released one. A new vector is a row plus a part of the difference of two others, scaled to
unit length, so that the distribution stays similar. The last two lines of a table are the gallery's own choice of
index, and the emblem detector without the encoder's passes.

    .venv/bin/python -m benchmarks.gallery
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import faiss
import numpy as np
import psutil
from tqdm import tqdm

from benchmarks.clock import COLUMNS, Times, pin_to_one_core, state_of_machine
from benchmarks.encoder import StopwatchEncoder
from benchmarks.profiles import AVATAR, imitation, picture
from models.arrays import Float32, Int64
from models.images.encoder.encoder import Embedding, Encoder
from models.images.gallery.files import REFINEMENT_FACTOR, Contents, GalleryEntry, build_index
from models.images.gallery.gallery import Gallery
from models.images.input.decode import Image, decode
from models.images.matching.emblems import EmblemDetector
from models.images.matching.retrieval import ROWS_PER_WINDOW
from models.profile import Field
from models.settings import Settings

SIZES = (1_000, 100_000, 1_000_000)
"""Default numbers of vectors."""

PICTURE_COUNT = 16
"""Pictures searched, half of them with an emblem, half harmless."""

MIN_RECALL = 0.99
"""Least share of the windows whose nearest vector an approximate index finds."""

EFFORTS = (16, 32, 64, 128, 256, 512)
"""Values of an index's effort (lists visited, candidates kept, rows compared again), in the order tried."""

BUILD_SECONDS = 60
"""Most processor time to build an index, which every change of a gallery repeats; a slower one is given up."""

TRAINING_ROWS = 65_536
"""Rows that lists and codes are fitted to."""

DIFFERENCE_RANGE = (0.3, 0.7)
"""Range of the fraction of a difference that is added to a row."""

CHUNK_ROWS = 20_000
"""Rows made, or added to an index, at a time."""

ROWS_PER_REFERENCE = 5
"""Rows of each reference in the detector's gallery."""


@dataclass(frozen=True)
class IndexKind:
    """A type of index.

    Attributes:
        factory: for `faiss.index_factory`, with `{lists}` filled in.
        effort: the parameter that trades time for recall; None for an exact index.
    """

    name: str
    factory: str
    effort: str | None


INDEX_KINDS = (
    IndexKind("exact", "Flat", None),
    IndexKind("IVF", "IVF{lists},Flat", "nprobe"),
    IndexKind("IVF, 8 bits", "IVF{lists},SQ8", "nprobe"),
    IndexKind("HNSW", "HNSW32,Flat", "efSearch"),
    IndexKind("PQ, 4 bits", "PQ{half}x4fs,RFlat", "k_factor_rf"),
    IndexKind("IVF, PQ 4 bits", "IVF{lists},PQ{half}x4fs,RFlat", "nprobe"),
)
"""Index types compared, the exact one first: recall and time of the others are relative to it."""


def main() -> None:
    """Measure and print one table per size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    sizes = parser.parse_args().sizes
    pin_to_one_core()
    settings = Settings.from_environment().released()
    encoder = StopwatchEncoder(settings.encoder_directory())
    gallery = Gallery.load(settings.gallery_directory(), encoder)
    pictures = embedded(encoder)
    windows = sum(len(picture.vectors) for picture in pictures) / len(pictures)
    print(f"{len(pictures)} pictures of {windows:.0f} windows; milliseconds a picture, {ROWS_PER_WINDOW} rows a window")
    for size in sizes:
        vectors = crowd(np.asarray(gallery.vectors), size, np.random.default_rng(size))
        print(f"\n{size:,} vectors of {vectors.shape[1]} numbers ({vectors.nbytes / 2**20:,.0f} MB)")
        print(f"{'':<16}{'effort':>6}{'recall@1':>10}{COLUMNS}{'build s':>9}{'CPU s':>8}{'file MB':>9}{'RSS MB':>8}")
        measure(vectors, pictures)
        measure_detector(encoder, gallery, vectors)
    print(f"\n{state_of_machine()}\n\n.venv/bin/python -m benchmarks.gallery --sizes {' '.join(map(str, sizes))}")


def embedded(encoder: Encoder) -> list[Embedding]:
    """Embeddings of the pictures' windows, the same in every run."""
    made = [(imitation if number % 2 else picture)(AVATAR, number) for number in range(PICTURE_COUNT)]
    return [encoder([decode(data, Field.AVATAR)[0].pixels])[0] for data in made]


def crowd(rows: Float32, count: int, rng: np.random.Generator) -> Float32:
    """Unit vectors, float32 (count, dimension), distributed like `rows`, which come first."""
    vectors = np.empty((count, rows.shape[1]), np.float32)
    vectors[: len(rows)] = rng.permutation(rows)[:count]
    for start in range(len(rows), count, CHUNK_ROWS):
        part = vectors[start : start + CHUNK_ROWS]
        one, plus, minus = rows[rng.integers(len(rows), size=(3, len(part)))]
        part[:] = one + rng.uniform(*DIFFERENCE_RANGE, (len(part), 1)) * (plus - minus)
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return vectors


def measure(vectors: Float32, pictures: Sequence[Embedding]) -> None:
    """Print a line for every type of index, and one for the gallery's own choice."""
    nearest: list[Int64] = []
    limit = np.inf
    for kind in INDEX_KINDS:
        index, cost = built(partial(build, kind, vectors))
        if index.ntotal < len(vectors):
            print(f"{kind.name:<16}{f'given up after {index.ntotal:,} rows':>43}{cost}", flush=True)
            continue
        if kind.effort is None:
            nearest = [rows[:, 0] for _, rows in searched(index, pictures)]
            limit = float(np.median(timed(index, pictures).processor))
        effort = tuned(kind, index, pictures, nearest, limit)
        print(f"{kind.name:<16}{effort or '':>6}{described(index, pictures, nearest)}{cost}", flush=True)
    index, cost = built(partial(build_index, vectors))
    print(f"{'the gallery':<22}{described(index, pictures, nearest)}{cost}", flush=True)


def built(make: Callable[[], faiss.Index]) -> tuple[faiss.Index, str]:
    """Build an index; returns it with its time and memory as columns."""
    before, times = resident(), Times()
    index = times.measure(make)
    seconds = f"{times.wall[0] / 1000:>9.1f}{times.processor[0] / 1000:>8.1f}"
    return index, f"{seconds}{stored_bytes(index) / 2**20:>9,.0f}{(resident() - before) / 2**20:>8,.0f}"


def build(kind: IndexKind, vectors: Float32) -> faiss.Index:
    """An index of all vectors, or of as many as were added in `BUILD_SECONDS`."""
    started, dimension = time.process_time(), vectors.shape[1]
    factory = kind.factory.format(lists=lists(len(vectors)), half=dimension // 2)
    index = faiss.index_factory(dimension, factory, faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[np.random.default_rng(0).permutation(len(vectors))[:TRAINING_ROWS]])
    for start in tqdm(range(0, len(vectors), CHUNK_ROWS), kind.name, leave=False, disable=None):
        index.add(vectors[start : start + CHUNK_ROWS])
        if time.process_time() - started > BUILD_SECONDS:
            break
    if factory.endswith("RFlat"):
        faiss.ParameterSpace().set_index_parameter(index, "k_factor_rf", REFINEMENT_FACTOR)
    return index


def lists(rows: int) -> int:
    """The square root of the number of rows, as a power of two: assigning rows costs as much as visiting lists."""
    return int(2 ** round(np.log2(rows) / 2))


def tuned(
    kind: IndexKind, index: faiss.Index, pictures: Sequence[Embedding], nearest: Sequence[Int64], limit: float
) -> int | None:
    """Set the least effort with enough recall, or the first slower than `limit` ms; None for an exact index."""
    if kind.effort is None:
        return None
    for effort in EFFORTS:
        faiss.ParameterSpace().set_index_parameter(index, kind.effort, effort)
        if recall(index, pictures, nearest) >= MIN_RECALL or np.median(timed(index, pictures).processor) > limit:
            break
    return effort


def recall(index: faiss.Index, pictures: Sequence[Embedding], nearest: Sequence[Int64]) -> float:
    """Recall@1: share of windows whose nearest row is found first."""
    found = [rows[:, 0] for _, rows in searched(index, pictures)]
    return float(np.mean(np.concatenate(found) == np.concatenate(nearest)))


def described(index: faiss.Index, pictures: Sequence[Embedding], nearest: Sequence[Int64]) -> str:
    """Recall and time of a search as columns."""
    return f"{recall(index, pictures, nearest):>10.3f}{timed(index, pictures)}"


def searched(index: faiss.Index, pictures: Sequence[Embedding]) -> list[tuple[Float32, Int64]]:
    """Similarities and rows of every picture's windows."""
    return [index.search(picture.vectors, ROWS_PER_WINDOW) for picture in pictures]


def timed(index: faiss.Index, pictures: Sequence[Embedding]) -> Times:
    """One search per picture, after one to warm up."""
    times = Times()
    index.search(pictures[0].vectors, ROWS_PER_WINDOW)
    for embedding in pictures:
        times.measure(partial(index.search, embedding.vectors, ROWS_PER_WINDOW))
    return times


def measure_detector(encoder: StopwatchEncoder, gallery: Gallery, vectors: Float32) -> None:
    """Print a line for the emblem detector without its encoder."""
    before, making, times = resident(), Times(), Times()
    detector = making.measure(lambda: EmblemDetector(encoder, of_vectors(gallery, vectors)))
    grown = (resident() - before) / 2**20
    for image in harmless():
        encoder.times, both = Times(), Times()
        both.measure(partial(detector, [image]))
        times.wall.append(both.wall[0] - sum(encoder.times.wall))
        times.processor.append(both.processor[0] - sum(encoder.times.processor))
    seconds = f"{making.wall[0] / 1000:>9.1f}{making.processor[0] / 1000:>8.1f}"
    print(f"{'the detector':<32}{times}{seconds}{'':>9}{grown:>8,.0f}", flush=True)


def harmless() -> list[Image]:
    """Pictures that do not reach the verification stage."""
    return [decode(picture(AVATAR, number), Field.AVATAR)[0] for number in range(PICTURE_COUNT)]


def of_vectors(gallery: Gallery, vectors: Float32) -> Gallery:
    """A gallery of these rows, `ROWS_PER_REFERENCE` of them for each reference."""
    model = gallery.references[0]
    count = -(-len(vectors) // ROWS_PER_REFERENCE)
    names = [f"reference.{number}" for number in range(count)]
    counts = [len(part) for part in np.array_split(np.arange(len(vectors)), count)]
    entries = tuple(
        GalleryEntry(replace(model, reference_id=name, owner_id=name), name, rows)
        for name, rows in zip(names, counts, strict=True)
    )
    return Gallery(Contents("made", "made", entries, build_index(vectors)))


def resident() -> int:
    """Resident memory of this process in bytes."""
    return int(psutil.Process().memory_info().rss)


def stored_bytes(index: faiss.Index) -> int:
    """Size of the index' file, without writing one."""
    count = 0

    def write(data: bytes) -> int:
        nonlocal count
        count += len(data)
        return len(data)

    faiss.write_index(index, faiss.PyCallbackIOWriter(write))  # type: ignore[attr-defined] # its stubs leave it out
    return count


if __name__ == "__main__":
    main()

"""What a search costs in galleries of a thousand, a hundred thousand and a million vectors, exact and approximate.

One search is one picture: all its windows at once. Approximate indexes are set to the least effort that finds the
nearest vector of 99% of the windows, and given up where that is slower than comparing all. Vectors beyond the released
gallery's own are made of these: a row plus a part of the difference of two other rows, back on the sphere, which keeps
the shape of the cloud. The last lines of a table are the gallery's own choice of index, and the emblem detector's
matching (all it does but the encoder's passes).

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
from models.images.encoder.encoder import Embedding, Encoder
from models.images.gallery.files import COMPARED_AGAIN, Contents, Entry, index_of
from models.images.gallery.gallery import Gallery
from models.images.input.decode import Image, decode
from models.images.matching.emblems import EmblemDetector
from models.images.matching.retrieval import ROWS_PER_WINDOW
from models.profile import Field
from models.settings import Settings

SIZES = (1_000, 100_000, 1_000_000)
"""Vectors of the galleries that are measured unless others are given."""

PICTURES = 16
"""Half of them with an emblem, half harmless."""

RECALL = 0.99
"""Share of the windows whose nearest vector an approximate index has to find."""

EFFORTS = (16, 32, 64, 128, 256, 512)
"""Lists visited, candidates kept or rows compared again, tried in this order."""

BUILD_SECONDS = 60
"""Of processor time; what takes longer is given up, for every change of a gallery builds its index anew."""

TRAINING_ROWS = 65_536
"""Rows that lists and codes are fitted to."""

SHARE = (0.3, 0.7)
"""How much of the difference of two rows is added to a third."""

CHUNK = 20_000
"""Rows made, or added to an index, at once."""

LOOKS = 5
"""Rows per reference when the detector is given a gallery."""

Array = np.ndarray


@dataclass(frozen=True)
class IndexKind:
    """A sort of index.

    Attributes:
        factory: for `faiss.index_factory`, with `{lists}` filled in.
        effort: the parameter that trades time for recall; None for an exact index.
    """

    name: str
    factory: str
    effort: str | None


KINDS = (
    IndexKind("exact", "Flat", None),
    IndexKind("IVF", "IVF{lists},Flat", "nprobe"),
    IndexKind("IVF, 8 bits", "IVF{lists},SQ8", "nprobe"),
    IndexKind("HNSW", "HNSW32,Flat", "efSearch"),
    IndexKind("PQ, 4 bits", "PQ{half}x4fs,RFlat", "k_factor_rf"),
    IndexKind("IVF, PQ 4 bits", "IVF{lists},PQ{half}x4fs,RFlat", "nprobe"),
)
"""The exact one first: the others are held against what it finds, and its time."""


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
    """The windows of some pictures, the same every time."""
    made = [(imitation if number % 2 else picture)(AVATAR, number) for number in range(PICTURES)]
    return [encoder([decode(data, Field.AVATAR)[0].pixels])[0] for data in made]


def crowd(rows: Array, count: int, rng: np.random.Generator) -> Array:
    """As many unit vectors, float32 (count, dimension), distributed like `rows`; these come first."""
    vectors = np.empty((count, rows.shape[1]), np.float32)
    vectors[: len(rows)] = rng.permutation(rows)[:count]
    for start in range(len(rows), count, CHUNK):
        part = vectors[start : start + CHUNK]
        one, plus, minus = rows[rng.integers(len(rows), size=(3, len(part)))]
        part[:] = one + rng.uniform(*SHARE, (len(part), 1)) * (plus - minus)
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return vectors


def measure(vectors: Array, pictures: Sequence[Embedding]) -> None:
    """Print a line for every kind of index, and one for the gallery's own choice."""
    nearest: list[Array] = []
    limit = np.inf
    for kind in KINDS:
        index, cost = built(partial(build, kind, vectors))
        if index.ntotal < len(vectors):
            print(f"{kind.name:<16}{f'given up after {index.ntotal:,} rows':>43}{cost}", flush=True)
            continue
        if kind.effort is None:
            nearest = [rows[:, 0] for _, rows in searched(index, pictures)]
            limit = float(np.median(timed(index, pictures).processor))
        effort = tuned(kind, index, pictures, nearest, limit)
        print(f"{kind.name:<16}{effort or '':>6}{described(index, pictures, nearest)}{cost}", flush=True)
    index, cost = built(partial(index_of, vectors))
    print(f"{'the gallery':<22}{described(index, pictures, nearest)}{cost}", flush=True)


def built(make: Callable[[], faiss.Index]) -> tuple[faiss.Index, str]:
    """What is made, and its time and memory as columns."""
    before, times = resident(), Times()
    index = times.measure(make)
    seconds = f"{times.wall[0] / 1000:>9.1f}{times.processor[0] / 1000:>8.1f}"
    return index, f"{seconds}{stored_bytes(index) / 2**20:>9,.0f}{(resident() - before) / 2**20:>8,.0f}"


def build(kind: IndexKind, vectors: Array) -> faiss.Index:
    """An index of all vectors, or of as many as were added in `BUILD_SECONDS`."""
    started, dimension = time.process_time(), vectors.shape[1]
    factory = kind.factory.format(lists=lists(len(vectors)), half=dimension // 2)
    index = faiss.index_factory(dimension, factory, faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[np.random.default_rng(0).permutation(len(vectors))[:TRAINING_ROWS]])
    for start in tqdm(range(0, len(vectors), CHUNK), kind.name, leave=False, disable=None):
        index.add(vectors[start : start + CHUNK])
        if time.process_time() - started > BUILD_SECONDS:
            break
    if factory.endswith("RFlat"):
        faiss.ParameterSpace().set_index_parameter(index, "k_factor_rf", COMPARED_AGAIN)
    return index


def lists(rows: int) -> int:
    """The square root of the number of rows, as a power of two: assigning rows costs as much as visiting lists."""
    return int(2 ** round(np.log2(rows) / 2))


def tuned(
    kind: IndexKind, index: faiss.Index, pictures: Sequence[Embedding], nearest: Sequence[Array], limit: float
) -> int | None:
    """Set the least effort that finds enough, or the first slower than `limit` ms; None for an exact index."""
    if kind.effort is None:
        return None
    for effort in EFFORTS:
        faiss.ParameterSpace().set_index_parameter(index, kind.effort, effort)
        if recall(index, pictures, nearest) >= RECALL or np.median(timed(index, pictures).processor) > limit:
            break
    return effort


def recall(index: faiss.Index, pictures: Sequence[Embedding], nearest: Sequence[Array]) -> float:
    """The share of windows whose nearest row is found first."""
    found = [rows[:, 0] for _, rows in searched(index, pictures)]
    return float(np.mean(np.concatenate(found) == np.concatenate(nearest)))


def described(index: faiss.Index, pictures: Sequence[Embedding], nearest: Sequence[Array]) -> str:
    """Recall and time of a search as columns."""
    return f"{recall(index, pictures, nearest):>10.3f}{timed(index, pictures)}"


def searched(index: faiss.Index, pictures: Sequence[Embedding]) -> list[tuple[Array, Array]]:
    """Similarities and rows of every picture's windows."""
    return [index.search(picture.vectors, ROWS_PER_WINDOW) for picture in pictures]


def timed(index: faiss.Index, pictures: Sequence[Embedding]) -> Times:
    """One search per picture, after one to warm up."""
    times = Times()
    index.search(pictures[0].vectors, ROWS_PER_WINDOW)
    for embedding in pictures:
        times.measure(partial(index.search, embedding.vectors, ROWS_PER_WINDOW))
    return times


def measure_detector(encoder: StopwatchEncoder, gallery: Gallery, vectors: Array) -> None:
    """Print a line for what the emblem detector does with a picture besides encoding it."""
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
    """Pictures that no closer look is taken at."""
    return [decode(picture(AVATAR, number), Field.AVATAR)[0] for number in range(PICTURES)]


def of_vectors(gallery: Gallery, vectors: Array) -> Gallery:
    """A gallery of these rows, every few of them a reference."""
    model = gallery.references[0]
    count = -(-len(vectors) // LOOKS)
    names = [f"reference.{number}" for number in range(count)]
    looks = [len(part) for part in np.array_split(np.arange(len(vectors)), count)]
    entries = tuple(
        Entry(replace(model, reference_id=name, owner_id=name), name, rows)
        for name, rows in zip(names, looks, strict=True)
    )
    return Gallery(Contents("made", "made", entries, index_of(vectors)))


def resident() -> int:
    """Bytes of this process that are in memory."""
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

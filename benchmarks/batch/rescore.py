"""Time to look for 1,000 emblems in kept embeddings, beside the memory bandwidth of the same run.

Kept pictures are synthetic: unit vectors around the encoder's harmless pictures, in 8 bits, as files of a real folder.
One in a thousand has a window near a row of an emblem (cosine 0.8), and must be found with that emblem. Rates are per
second of the processor, so that other programs on the machine do not count.

    .venv/bin/python -m benchmarks.batch.rescore --pictures 500000 --emblems 1000
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.clock import pin_to_one_core, state_of_machine
from models.arrays import Float32
from models.images.encoder.encoder import Encoder
from models.images.gallery.files import Contents, build_index
from models.images.gallery.gallery import Gallery
from models.images.kept.regions import KEPT_VECTORS, quantized
from models.images.matching.emblems import load_cohort
from models.images.matching.retrieval import cohort_mean
from models.settings import Settings
from serving.batch.embeddings.layout import PARTITIONS, PICTURES, EmbeddingsFolder
from serving.batch.embeddings.merge import write_pictures
from serving.batch.embeddings.search import EmblemSearch, searched, stream

PLANTED_SHARE, PLANTED_COSINE, SPREAD = 0.001, 0.8, 0.9
"""Share of pictures with an emblem, cosine of its window, and length of the noise around harmless pictures."""

DIFFERENT = 200
"""Pictures of a partition that differ; more are copies under other hashes, which cost as much to search."""

MIN_SCORE = 0.1


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=500_000)
    parser.add_argument("--emblems", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    pin_to_one_core()
    settings = Settings().released()
    encoder = Encoder(settings.encoder_directory())
    gallery = first_references(Gallery.load(settings.gallery_directory(), encoder), options.emblems)
    search = EmblemSearch(encoder, gallery)
    with tempfile.TemporaryDirectory() as name:
        folder = EmbeddingsFolder.open_or_make(Path(name) / "kept", encoder.fingerprint, encoder.dimension)
        planted = make_pictures(folder, encoder, gallery, options.pictures, options.seed)
        bandwidth = read_bytes_per_second(folder)
        started, processor, candidates, size = time.monotonic(), time.process_time(), 0, 0
        found: set[tuple[bytes, str]] = set()
        for count, some in searched(folder, search, MIN_SCORE):
            size += count * KEPT_VECTORS * encoder.dimension
            candidates += len(some)
            found |= {(one.sha256, one.reference_id) for one in some if planted.get(one.sha256) == one.reference_id}
        seconds = time.monotonic() - started
        processor = time.process_time() - processor
    rate, operations = size / processor, 2 * size * len(gallery.vectors)
    print(f"\n{options.pictures} kept pictures, {len(gallery.references)} emblems with {len(gallery.vectors)} rows\n")
    print(f"{'seconds, and of the processor':<40}{seconds:>12.1f}{processor:>12.1f}")
    print(f"{'pictures a second':<40}{options.pictures / processor:>12,.0f}")
    print(f"{'GB/s of vectors':<40}{rate / 1e9:>12.3f}")
    print(f"{'GB/s read from mapped files alone':<40}{bandwidth / 1e9:>12.2f}")
    print(f"{'share of that':<40}{rate / bandwidth:>12.1%}")
    print(f"{'GOP/s':<40}{operations / processor / 1e9:>12.0f}")
    print(f"{'planted emblems found':<40}{len(found):>12} of {len(planted)}")
    print(f"{'other candidates':<40}{candidates - len(found):>12}")
    print(f"\n{state_of_machine()}\n\n.venv/bin/python -m benchmarks.batch.rescore --pictures {options.pictures}")


def first_references(gallery: Gallery, count: int) -> Gallery:
    """A gallery of the first references with pictures that are no harmless ones."""
    wanted = [one.reference_id for one in gallery.references if not one.harmless][:count]
    entries = [one for one in gallery.entries if one.reference.reference_id in set(wanted)]
    rows = [row for row in range(len(gallery.vectors)) if gallery.reference_of(row).reference_id in set(wanted)]
    return Gallery(Contents("benchmark", gallery.fingerprint, tuple(entries), build_index(gallery.vectors[rows])))


def make_pictures(
    folder: EmbeddingsFolder, encoder: Encoder, gallery: Gallery, count: int, seed: int
) -> dict[bytes, str]:
    """Write kept pictures; returns the emblem of each picture that has one, by hash."""
    rng, cohort = np.random.default_rng(seed), load_cohort(encoder)
    planted: dict[bytes, str] = {}
    each = -(-count // len(PARTITIONS))
    different = min(each, DIFFERENT)
    for number, partition in enumerate(tqdm(PARTITIONS, desc="making", disable=None)):
        noise = rng.normal(0, SPREAD / encoder.dimension**0.5, (different, KEPT_VECTORS, encoder.dimension))
        vectors = cohort[rng.integers(len(cohort), size=(different, KEPT_VECTORS))] + noise.astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
        hashes = [bytes([number]) + rng.bytes(31) for _ in range(each)]
        for row in np.flatnonzero(rng.random(different) < PLANTED_SHARE).tolist():
            chosen = int(rng.integers(len(gallery.vectors)))
            vectors[row, 1] = (
                PLANTED_COSINE * gallery.vectors[chosen] + (1 - PLANTED_COSINE**2) ** 0.5 * vectors[row, 1]
            )
            planted |= dict.fromkeys(hashes[row::different], gallery.reference_of(chosen).reference_id)
        _write(folder, partition, hashes, vectors.reshape(-1, encoder.dimension), cohort)
    return planted


def _write(folder: EmbeddingsFolder, partition: str, hashes: list[bytes], vectors: Float32, cohort: Float32) -> None:
    rounded, scales = quantized(vectors)
    means = cohort_mean(vectors, cohort).astype(np.float16)
    boxes = np.tile(np.array([0, 0, 255, 255], np.uint8), (len(vectors), 1))
    arrays: dict[str, NDArray[Any]] = {"vectors": rounded, "scales": scales, "means": means, "boxes": boxes}
    different = len(vectors) // KEPT_VECTORS
    rows = {name: [one.tobytes() for one in np.split(array, different)] for name, array in arrays.items()}
    columns = {name: [some[number % different] for number in range(len(hashes))] for name, some in rows.items()}
    rest = dict.fromkeys(("judges", "avatar", "cover"), [None] * len(hashes))
    (folder.path / PICTURES / partition).mkdir(parents=True)
    table = pa.table({"sha256": hashes, **columns, **rest}, folder.picture_schema)
    write_pictures(folder.path / PICTURES / partition / "made.parquet", table)


def read_bytes_per_second(folder: EmbeddingsFolder) -> float:
    """Bytes of vectors a second that one thread sums up, read as a search reads them."""
    started, size = time.process_time(), 0
    for pictures in stream(folder):
        size += pictures.vectors.nbytes
        int(pictures.vectors.reshape(-1).view(np.int64).sum())
    return size / (time.process_time() - started)


if __name__ == "__main__":
    main()

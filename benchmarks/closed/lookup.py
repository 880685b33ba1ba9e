"""Cost of up to ten million closed accounts: time to add them, disk, memory, and time of a look-up.

Accounts are synthetic: avatar vectors in clusters, as many people choose similar pictures, and four hashes of each
name. They are added in files of `--at-once`, as `huijian closed add` does.

A look-up takes a profile with name and avatar. Half of them show the avatar of a closed account, with the noise of an
upload (cosine 0.9). The line below is FAISS, comparing such an avatar with every vector of a segment.

"Found" is the share of these whose account is among the findings. "Wrong" is the share of the others with any finding.
Memory is the process's own, without the mapped files that all workers share.

    .venv/bin/python -m benchmarks.closed.lookup --sizes 100000
    .venv/bin/python -m benchmarks.closed.lookup --sizes 1000000 10000000
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import cast

import faiss
import numpy as np
import psutil
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.clock import COLUMNS, Times, pin_to_one_core, state_of_machine
from models.accounts.detector import ClosedAccountDetector, ShownAccount
from models.accounts.likelihood import AvatarLikelihood
from models.accounts.names import Hasher
from models.accounts.register import Register, RegisterFiles
from models.accounts.segments import MAX_SEGMENT_ROWS, Accounts
from models.accounts.signatures import LAYOUT_DIMENSION, AvatarSignature
from models.arrays import Float32
from models.runtime.indexes import use_one_thread
from models.settings import Settings
from models.text.normalize.normalize import normalize

SIZES = (100_000,)
"""Default numbers of closed accounts."""

EMBEDDING_DIMENSIONS = 256
"""Dimensions of an avatar's vector that the encoder computes; the others are its layout."""

CLUSTER_COUNT = 20_000
"""Cluster centres of the avatars' embeddings."""

HASHES_PER_NAME = 4
"""Hashes of a name: as it is, its shape, its sound in two spellings."""

LOOK_UPS = 400
"""Profiles looked up, half of them negatives."""

REUPLOAD_COSINE = 0.9
"""Cosine between an avatar and the same avatar uploaded again."""


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--at-once", type=int, default=MAX_SEGMENT_ROWS, help="Accounts that are added together.")
    parser.add_argument("--folder", type=Path, help="Where they are written; a temporary one if not given.")
    options = parser.parse_args()
    pin_to_one_core()
    use_one_thread()  # two would wait for each other on one core
    heads = f"{'accounts':>12}{'add s':>9}{'disk MB':>9}{'open s':>8}{'own MB':>8}{'one more ms':>12}"
    print(f"{heads}{'found':>7}{'wrong':>7}  look-up, ms {COLUMNS}")
    for size in options.sizes:
        folder = Path(tempfile.mkdtemp(dir=options.folder, prefix="huijian-closed-"))
        try:
            measure(RegisterFiles(folder), size, options.at_once)
        finally:
            shutil.rmtree(folder)
    sizes = " ".join(map(str, options.sizes))
    print(f"\n{state_of_machine()}\n\n.venv/bin/python -m benchmarks.closed.lookup --sizes {sizes}")


def measure(files: RegisterFiles, size: int, at_once: int) -> None:
    """Print a line for the register and one for FAISS alone."""
    rng = np.random.default_rng(size)
    centres = unit(rng.normal(size=(CLUSTER_COUNT, EMBEDDING_DIMENSIONS)).astype(np.float32))
    adding, kept = Times(), []
    for first in tqdm(range(0, size, at_once), "adding", disable=None, leave=False):
        some = made(rng, centres, first, min(at_once, size - first))
        kept.append((some.hashes[:50], some.avatars[:50].copy()))
        adding.measure(partial(files.add, some, "made", "made"))
    disk = sum(path.stat().st_size for path in files.root.rglob("*") if path.is_file()) / 2**20
    one_more = Times()
    for number in range(5):
        one_more.measure(partial(files.add, made(rng, centres, size + number, 1), "made", "made"))
    opening, before = Times(), own_bytes()
    register = opening.measure(RegisterFiles(files.root).read)
    hashes, avatars = (np.concatenate(parts) for parts in zip(*kept, strict=True))
    found, wrong, times = looked_up(register, rng, hashes, avatars)
    own = (own_bytes() - before) / 2**20
    more = float(np.median(one_more.wall))
    line = f"{size:>12,}{sum(adding.wall) / 1000:>9.1f}{disk:>9,.0f}{opening.wall[0] / 1000:>8.1f}{own:>8,.0f}"
    print(f"{line}{more:>12.0f}{found:>7.3f}{wrong:>7.3f}              {times}", flush=True)
    print(f"{'one segment by FAISS, exact':>72}              {exact(avatars, rng, centres)}", flush=True)


def made(rng: np.random.Generator, centres: NDArray[np.floating], first: int, count: int) -> Accounts:
    """Synthetic accounts, numbered from `first` on."""
    embeddings = centres[rng.integers(len(centres), size=count)] + rng.normal(
        0, 0.7 / EMBEDDING_DIMENSIONS**0.5, (count, EMBEDDING_DIMENSIONS)
    )
    signs = rng.choice(np.array([-1, 1], np.float32), (count, LAYOUT_DIMENSION)) / LAYOUT_DIMENSION**0.5
    vectors = np.concatenate([unit(embeddings.astype(np.float32)), signs], axis=1) / np.float32(2**0.5)
    hashes = np.arange(first, first + count, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    names = rng.integers(0, 2**64, count * HASHES_PER_NAME, dtype=np.uint64)
    rows = np.arange(count)
    return Accounts(hashes, names, rows.repeat(HASHES_PER_NAME), cast(Float32, vectors), rows)


def unit(vectors: NDArray[np.floating]) -> NDArray[np.floating]:
    """The same vectors with unit length."""
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def looked_up(
    register: Register, rng: np.random.Generator, hashes: NDArray[np.uint64], avatars: NDArray[np.floating]
) -> tuple[float, float, Times]:
    """Share of avatars whose account is found, share of negatives with any finding, and the times of the look-ups."""
    encoder = Settings().released().encoder_directory()
    likelihood = AvatarLikelihood.load(encoder, encoder.name)
    detector = ClosedAccountDetector(register, Hasher(bytes(32)), "made", likelihood)
    name, right, wrong, times = normalize("晚风吹过麦田的收音机"), [], [], Times()
    for number in range(LOOK_UPS):
        chosen = int(rng.integers(len(avatars)))
        vector = again(rng, avatars[chosen]) if number % 2 else unit(rng.normal(size=avatars.shape[1:]))
        shown = ShownAccount(str(number), name, (AvatarSignature(None, vector.astype(np.float32)),))
        (findings,) = times.measure(partial(detector, [shown]))
        if number % 2:
            right.append(any(one.evidence.reference_id == f"{int(hashes[chosen]):016x}" for one in findings))
        else:
            wrong.append(bool(findings))
    return float(np.mean(right)), float(np.mean(wrong)), times


def again(rng: np.random.Generator, vector: NDArray[np.floating]) -> NDArray[np.floating]:
    """An avatar's vector with the noise of a new upload."""
    noise = unit(rng.normal(size=len(vector)))
    noise = unit(noise - (noise @ unit(vector)) * unit(vector))
    return REUPLOAD_COSINE * unit(vector) + (1 - REUPLOAD_COSINE**2) ** 0.5 * noise


def exact(avatars: NDArray[np.floating], rng: np.random.Generator, centres: NDArray[np.floating]) -> Times:
    """Times of comparing with every vector of a segment, float32."""
    index, times = faiss.IndexFlatIP(avatars.shape[1]), Times()
    index.add(made(rng, centres, 0, MAX_SEGMENT_ROWS).avatars)
    for vector in avatars[:20]:
        times.measure(partial(index.search, vector[None].repeat(2, 0), 8))
    return times


def own_bytes() -> int:
    """Memory of this process that no file backs."""
    return int(psutil.Process().memory_full_info().uss)


if __name__ == "__main__":
    main()

"""Looks for new emblems in kept embeddings, without the pictures.

Every kept vector is compared with every row of the emblems: all in 8 bits, and exactly where those leave it open. Where
one is near enough, the picture's vectors are scored as the retrieval stage scores a picture, so that a candidate has a
calibrated probability.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from models.arrays import Float16, Float32, Int64, UInt8
from models.images.encoder.encoder import Embedding, Encoder
from models.images.gallery.embedding import Embedded
from models.images.gallery.files import Contents, build_index
from models.images.gallery.gallery import Gallery
from models.images.kept.regions import BOX_STEPS, Int8, dequantized
from models.images.matching.calibration import Calibration
from models.images.matching.candidates import retrieved_candidates
from models.images.matching.emblems import load_cohort
from models.images.matching.retrieval import REFERENCE_COHORT_WEIGHT, Retriever, cohort_mean
from models.profile import Box
from models.runtime.artifact_files import ArtifactFile
from models.runtime.cores import cores
from serving.batch.embeddings.known import fixed_bytes
from serving.batch.embeddings.layout import PARTITIONS, EmbeddingsFolder
from serving.batch.embeddings.prefilter import Prefilter

MIN_NORMALIZED = 0.2
"""Normalised cosine from which a picture is scored; below it hardly any probability reaches a hundredth."""

MAX_PRODUCTS = 2**23
"""Cosines calculated at a time, 32 MB: they stay near the processor's caches."""

PICTURE_COLUMNS = ["sha256", "vectors", "scales", "means", "boxes"]


@dataclass(frozen=True)
class Pictures:
    """Some kept pictures.

    Attributes:
        sha256: uint8 (n, 32).
        vectors: int8 (n, vectors, dimension).
        scales, means: float16 (n, vectors).
        boxes: uint8 (n, vectors, 4).
    """

    sha256: UInt8
    vectors: Int8
    scales: Float16
    means: Float16
    boxes: UInt8

    def embedding(self, number: int) -> Embedding:
        """The vectors of one picture."""
        boxes = self.boxes[number].astype(np.float32) / BOX_STEPS
        return Embedding(dequantized(self.vectors[number], self.scales[number]), boxes)


@dataclass(frozen=True)
class Candidate:
    """A kept picture that may show an emblem.

    Attributes:
        sha256: of the picture.
        reference_id: the emblem.
        score: probability of the retrieval stage.
        similarity: cosine.
        box: the nearest region.
    """

    sha256: bytes
    reference_id: str
    score: float
    similarity: float
    box: Box


class EmblemSearch:
    """Looks for some emblems.

    Args:
        encoder: made the kept vectors.
        gallery: of these emblems alone.
        cohort: harmless pictures to compare with; the encoder's if not given.
    """

    def __init__(self, encoder: Encoder, gallery: Gallery, cohort: Float32 | None = None) -> None:
        cohort = load_cohort(encoder) if cohort is None else np.ascontiguousarray(cohort)
        self._retriever = Retriever(gallery, cohort)
        self._calibration = Calibration.load(encoder.directory / ArtifactFile.CALIBRATION)
        self._columns = np.ascontiguousarray(gallery.vectors.T)
        self._offsets = REFERENCE_COHORT_WEIGHT * cohort_mean(gallery.vectors, cohort)
        self._prefilter = Prefilter(gallery.vectors, self._offsets)

    def __call__(self, pictures: Pictures, min_score: float) -> Iterator[Candidate]:
        """The pictures that may show an emblem, with each emblem that scores at least `min_score`."""
        _, vectors, dimension = pictures.vectors.shape
        bounds = self._prefilter(pictures.vectors.reshape(-1, dimension), pictures.scales.ravel())
        bounds = (bounds - pictures.means.ravel()).reshape(-1, vectors).max(axis=1)
        possible = np.flatnonzero(bounds >= MIN_NORMALIZED)
        step = max(1, MAX_PRODUCTS // (vectors * len(self._offsets)))
        for start in range(0, len(possible), step):
            for number in self._near(pictures, possible[start : start + step]).tolist():
                yield from self._scored(pictures, number, min_score)

    def _near(self, pictures: Pictures, numbers: Int64) -> Int64:
        """Those of some pictures that are near an emblem."""
        some = dequantized(pictures.vectors[numbers], pictures.scales[numbers])
        count, vectors, dimension = some.shape
        cosines = some.reshape(-1, dimension) @ self._columns
        near = (cosines - self._offsets).max(axis=1) - pictures.means[numbers].ravel()
        return numbers[near.reshape(count, vectors).max(axis=1) >= MIN_NORMALIZED]

    def _scored(self, pictures: Pictures, number: int, min_score: float) -> Iterator[Candidate]:
        found = retrieved_candidates(self._retriever, self._retriever(pictures.embedding(number)))
        scores = self._calibration.retrieval(found.features)
        for row in np.flatnonzero(scores >= min_score).tolist():
            name = self._retriever.references[found.references[row]].reference_id
            similarity, sha256 = float(found.similarities[row]), pictures.sha256[number].tobytes()
            yield Candidate(sha256, name, float(scores[row]), similarity, found.boxes[row])


def gallery_of(encoder: Encoder, found: Sequence[Embedded], known: Gallery | None = None) -> Gallery:
    """A gallery in memory of embedded pictures, after those of a known gallery if one is given."""
    entries = [*(known.entries if known else ()), *(one.entry for one in found)]
    rows = [*(known.vectors if known else ()), *(vector for one in found for vector in one.vectors)]
    vectors = np.stack(rows).astype(np.float32)
    return Gallery(Contents("rescore", encoder.fingerprint, tuple(entries), build_index(vectors)))


def stream(folder: EmbeddingsFolder) -> Iterator[Pictures]:
    """All kept pictures, one file of a partition in memory at a time; a picture that was judged anew may come twice."""
    for file in _files(folder):
        yield read_pictures(folder, file)


def searched(folder: EmbeddingsFolder, search: EmblemSearch, min_score: float) -> Iterator[tuple[int, list[Candidate]]]:
    """For each file of kept pictures their number and the candidates, searched by a thread a core."""

    def one(file: Path) -> tuple[int, list[Candidate]]:
        pictures = read_pictures(folder, file)
        return len(pictures.sha256), list(search(pictures, min_score))

    with ThreadPoolExecutor(cores()) as pool:
        files = list(_files(folder))
        yield from tqdm(
            pool.map(one, files), total=len(files), desc="特征 embeddings", delay=1, leave=False, disable=None
        )


def _files(folder: EmbeddingsFolder) -> Iterator[Path]:
    for partition in PARTITIONS:
        yield from folder.segments(partition)


def read_pictures(folder: EmbeddingsFolder, file: Path) -> Pictures:
    """The pictures of a file, mapped into memory."""
    table: pa.Table = pq.read_table(file, columns=PICTURE_COLUMNS, memory_map=True, use_threads=False)
    columns = {name: fixed_bytes(table[name]) for name in PICTURE_COLUMNS}
    count, vectors = len(table), folder.vectors
    return Pictures(
        columns["sha256"],
        columns["vectors"].view(np.int8).reshape(count, vectors, folder.dimension),
        np.ascontiguousarray(columns["scales"]).view(np.float16).reshape(count, vectors),
        np.ascontiguousarray(columns["means"]).view(np.float16).reshape(count, vectors),
        columns["boxes"].reshape(count, vectors, 4),
    )

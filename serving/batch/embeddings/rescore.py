"""`huijian rescore EMBEDDINGS --references`: which existing accounts may show emblems that are new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from models.images.encoder.encoder import Encoder
from models.images.gallery.embedding import embedded
from models.images.gallery.references import Drawing, GalleryError, ReferenceSource, read_valid_references
from models.images.gallery.screening import DUPLICATE, Screening
from models.runtime import atomic
from models.settings import Settings
from serving.batch.embeddings.layout import PARTITIONS, EmbeddingsFolder
from serving.batch.embeddings.search import Candidate, EmblemSearch, gallery_of, searched
from serving.batch.embeddings.verify import Verifier
from serving.batch.errors import InputError

SCHEMA = pa.schema(
    {
        "account_id": pa.string(),
        "field": pa.string(),
        "reference_id": pa.string(),
        "score": pa.float64(),
        "similarity": pa.float64(),
        "box": pa.list_(pa.float64()),
        "verified_score": pa.float64(),
        "error": pa.string(),
        "file": pa.string(),
        "row": pa.int64(),
    }
)
"""A candidate: an account's picture and an emblem; `verified_score` and `error` are null unless it was verified."""


@dataclass
class Rescored:
    """Result of a search.

    Attributes:
        candidates: rows of `SCHEMA`, the likeliest first.
        pictures: kept pictures that were compared.
        references: emblems that were looked for.
        faults: why lines of the references file were left out.
    """

    candidates: list[dict[str, Any]]
    pictures: int
    references: int
    faults: list[GalleryError] = field(default_factory=list)

    def __str__(self) -> str:
        """Lines for a terminal: the count of candidates by emblem."""
        counts = Counter(row["reference_id"] for row in self.candidates)
        count = len(self.candidates)
        head = f"{self.pictures} 张图片 pictures, {self.references} 个标志 emblems: {count} 个候选 candidates"
        return "\n".join([head, *(f"  {count:>9}  {name}" for name, count in counts.most_common(20))])


def rescore(
    path: Path, sources: Sequence[ReferenceSource], settings: Settings, min_score: float, *, verify: bool = False
) -> Rescored:
    """Look for emblems in kept embeddings.

    Args:
        path: what `huijian score --keep-embeddings` wrote.
        sources: pictures of the emblems.
        settings: the encoder and, to verify, the gallery in force.
        min_score: least probability of a candidate.
        verify: judge the candidates again from their pictures.

    Raises:
        InputError: the embeddings are missing or of another encoder, or no source is valid.
    """
    encoder = Encoder(settings.encoder_directory(), settings.threads)
    folder = EmbeddingsFolder.open(path, encoder.fingerprint)
    faults: list[GalleryError] = []
    screening = Screening(())
    chosen = [one for one in sources if _is_picture(one, faults.append) and screening.passes(one, faults.append)]
    found = embedded(chosen, encoder, faults.append)
    faults = [fault for fault in faults if fault.code != DUPLICATE]
    if not found:
        raise InputError("; ".join(["没有可用的标志 no reference can be used", *map(str, faults[:5])]))
    gallery = gallery_of(encoder, found)
    search = EmblemSearch(encoder, gallery)
    candidates: dict[tuple[bytes, str], Candidate] = {}
    pictures = 0
    for count, found_there in searched(folder, search, min_score):
        pictures += count
        candidates.update({(one.sha256, one.reference_id): one for one in found_there})
    by_picture: dict[bytes, list[Candidate]] = {}
    for one in candidates.values():
        by_picture.setdefault(one.sha256, []).append(one)
    rows = [row for shown in _accounts(folder, by_picture) for row in _rows(shown, by_picture[shown["sha256"]])]
    if verify:
        Verifier(encoder, settings, found)(rows)
    rows.sort(key=lambda row: -(row["score"] if row["verified_score"] is None else row["verified_score"]))
    return Rescored(rows, pictures, len(gallery.references), faults)


def read_sources(file: Path) -> tuple[list[ReferenceSource], list[GalleryError]]:
    """The valid lines of a references file, and why others are not."""
    faults: list[GalleryError] = []
    return read_valid_references(file, faults.append), faults


def write(file: Path, result: Rescored) -> None:
    """Write the candidates as Parquet, whole or not at all."""
    rows = [{name: row[name] for name in SCHEMA.names} for row in result.candidates]
    with atomic.replacing(file) as draft:
        pq.write_table(pa.Table.from_pylist(rows, SCHEMA), draft, compression="zstd")


def _is_picture(source: ReferenceSource, refuse: Any) -> bool:
    """True for a picture of an emblem; phrases lie elsewhere in the space, and nobody looks for harmless ones."""
    if isinstance(source, Drawing) and not source.reference.harmless:
        return True
    refuse(GalleryError(f"{source.origin}: only pictures of emblems can be looked for in kept embeddings"))
    return False


def _accounts(folder: EmbeddingsFolder, wanted: dict[bytes, list[Candidate]]) -> Iterator[dict[str, Any]]:
    """The picture fields of accounts that show one of the pictures."""
    hashes = pa.array(list(wanted), pa.binary(32))
    for partition in PARTITIONS if wanted else ():
        file = folder.account_file(partition)
        if file.exists():
            table = pq.read_table(file, use_threads=False)
            yield from table.filter(pc.is_in(table["sha256"], hashes)).to_pylist()


def _rows(shown: dict[str, Any], candidates: Sequence[Candidate]) -> Iterator[dict[str, Any]]:
    for one in candidates:
        scored = {"reference_id": one.reference_id, "score": one.score, "similarity": one.similarity}
        yield {**shown, **scored, "box": list(one.box), "verified_score": None, "error": None}

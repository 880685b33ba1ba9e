"""Stores gallery versions on disk.

A version is an immutable directory. It holds

- `index.faiss`: inner-product search over unit vectors, exact up to `MAX_EXACT_ROWS`, where it is stored in half
  floats; ids are row numbers;
- `references.jsonl`: one line per picture or phrase, in row order: the reference, SHA-256, row counts, inscription;
- `drawings.bin`: the drawings, concatenated WebP files (`models.images.input.thumbnails`);
- `config.json`: encoder fingerprint, counts, time of creation, SHA-256 of the other files.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from threadpoolctl import threadpool_limits

from models.arrays import Bool, Float32
from models.images.gallery.references import GalleryError, Reference, parse_reference
from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from models.runtime.indexes import use_one_thread, write_index

VERSION_NAME = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{12}")
"""A version's name: time of creation and content hash."""

KEPT_VERSIONS = 5
"""Versions kept on disk, for rollback and for workers that still load one."""

MAX_EXACT_ROWS = 30_000
"""Rows up to which search is exact. At this size, 88 query windows take 22 ms exactly and 13 ms approximately
(`benchmarks/gallery.py`)."""

REFINEMENT_FACTOR = 16
"""Rows re-ranked exactly per row asked for; the nearest of a million rows is found for 99.9% of windows
(`benchmarks/gallery.py`)."""

MAX_TRAINING_ROWS = 65_536
"""Rows that the quantiser of the approximate index is trained on."""

# Idle BLAS threads doubled the CPU time of a profile (104 to 240 ms): a product has at most 88 rows.
threadpool_limits(limits=1, user_api="blas")
# Queries from which FAISS uses matrix products. A picture's windows against 100,000 rows take 65 ms so, else 340 ms.
faiss.cvar.distance_compute_blas_threshold = 20


@dataclass(frozen=True)
class GalleryEntry:
    """A line of `references.jsonl`: one picture and its rows, or a phrase and its row.

    Attributes:
        reference: the emblem shown or described.
        sha256: SHA-256 of the encoded picture, or of the phrase.
        rows: number of vectors: variants first, then prototypes.
        drawing: the drawing as WebP; empty for a phrase.
        text: the phrase; empty for a picture. Its cosines have another scale than those of pictures.
        prototypes: how many of the rows, at the end, are prototypes (`models.images.encoder.prototypes`); fewer than
            `rows`.
        writing: the picture's inscription (`models.images.ocr.inscriptions`); empty in galleries of earlier releases.
    """

    reference: Reference
    sha256: str
    rows: int
    drawing: bytes = b""
    text: str = ""
    prototypes: int = 0
    writing: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Identity of an entry: entries with equal keys are duplicates."""
        return self.reference.reference_id, self.sha256


def prototype_mask(entries: Sequence[GalleryEntry]) -> Bool:
    """True for the rows that are prototypes, bool (rows,)."""
    counts = [(entry.rows - entry.prototypes, entry.prototypes) for entry in entries]
    return np.repeat([False, True] * len(counts), np.ravel(counts).astype(int))


@dataclass(frozen=True)
class Contents:
    """A version, read and checked.

    Attributes:
        fingerprint: fingerprint of the encoder that made the vectors.
        index: ids are row numbers.
    """

    version: str
    fingerprint: str
    entries: tuple[GalleryEntry, ...]
    index: faiss.Index


def build_index(vectors: Float32) -> faiss.Index:
    """An inner-product index of float32 (rows, dimension): exact, or approximate above `MAX_EXACT_ROWS`.

    The approximate index stores the vectors beside codes of 4 bits per two dimensions. It searches by code and re-ranks
    the best exactly. Range search is not supported.

    Source: product quantisation (Jégou et al. 2011) with in-register lookups (André et al. 2017), both in FAISS.
    """
    rows, dimension = vectors.shape
    if rows <= MAX_EXACT_ROWS:
        return exact_index(vectors)
    use_one_thread()  # requests are served meanwhile
    index = faiss.index_factory(dimension, f"PQ{dimension // 2}x4fs,RFlat", faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[np.random.default_rng(0).choice(rows, min(MAX_TRAINING_ROWS, rows), replace=False)])
    index.add(vectors)
    faiss.ParameterSpace().set_index_parameter(index, "k_factor_rf", REFINEMENT_FACTOR)
    return index


def exact_index(vectors: Float32) -> faiss.Index:
    """An exact inner-product index of float32 (rows, dimension), whose ids are row numbers."""
    use_one_thread()  # what searches it by range as well
    return _with_row_numbers("Flat", vectors)


def _with_row_numbers(kind: str, vectors: Float32) -> faiss.Index:
    index = faiss.index_factory(vectors.shape[1], f"IDMap2,{kind}", faiss.METRIC_INNER_PRODUCT)
    index.add_with_ids(vectors, np.arange(len(vectors), dtype=np.int64))
    return index


def _stored(vectors: Float32) -> faiss.Index:
    """The index as it is written: half floats halve its file, and change cosines by at most 0.0002."""
    return _with_row_numbers("SQfp16", vectors) if len(vectors) <= MAX_EXACT_ROWS else build_index(vectors)


def _searched(stored: faiss.Index) -> faiss.Index:
    """The index as it is searched: floats are compared by matrix products, half floats one by one."""
    rows = stored.ntotal
    return exact_index(stored.reconstruct_n(0, rows)) if 0 < rows <= MAX_EXACT_ROWS else stored


def read(version: Path) -> Contents:
    """A version's contents, after its files were checked against `config.json`.

    Raises:
        GalleryError: a file is missing, truncated, edited, or inconsistent with the others.
    """
    try:
        config = versions.checked(version, ArtifactFile.INDEX, ArtifactFile.REFERENCES, ArtifactFile.DRAWINGS)
        index = faiss.read_index(str(version / ArtifactFile.INDEX))
        contents = Contents(version.name, str(config["encoder"]), _entries(version), _searched(index))
    except versions.DamagedError as error:
        raise GalleryError(str(error)) from error
    except GalleryError:
        raise
    except (OSError, KeyError, TypeError, AttributeError, ValueError, RuntimeError) as error:
        raise GalleryError(f"{version} is not a whole gallery: {type(error).__name__}: {error}") from error
    if not contents.index.ntotal == sum(entry.rows for entry in contents.entries) == config["vectors"]:
        raise GalleryError(f"{version}: the numbers of vectors in its files do not agree")
    for entry in contents.entries:
        if not 0 <= entry.prototypes < entry.rows:
            raise GalleryError(f"{version}: {entry.reference.reference_id} has no row that is not a prototype")
        if not (entry.drawing or entry.text):
            shown = entry.reference.reference_id
            raise GalleryError(f"{version} keeps no drawing of {shown}, which verification needs: build it again")
    return contents


def publish(root: Path, fingerprint: str, entries: Sequence[GalleryEntry], vectors: Float32) -> str:
    """Write a version, make it current and delete the oldest; returns its name. Names sort by age."""
    created = datetime.now(UTC)
    lines = "".join(json.dumps(_line(entry), ensure_ascii=False) + "\n" for entry in entries)
    drawings = b"".join(entry.drawing for entry in entries)
    content = hashlib.sha256(fingerprint.encode() + lines.encode() + vectors.tobytes() + drawings).hexdigest()
    config: dict[str, Any] = {
        "created": created.isoformat(timespec="seconds"),
        "encoder": fingerprint,
        "references": len({entry.reference.reference_id for entry in entries}),
        "pictures": len(entries),
        "vectors": len(vectors),
    }

    def write(draft: Path) -> None:
        write_index(_stored(vectors), draft / ArtifactFile.INDEX)
        (draft / ArtifactFile.REFERENCES).write_text(lines, encoding="utf-8")
        (draft / ArtifactFile.DRAWINGS).write_bytes(drawings)
        config["files"] = {
            name: versions.digest(draft / name)
            for name in (ArtifactFile.INDEX, ArtifactFile.REFERENCES, ArtifactFile.DRAWINGS)
        }
        (draft / ArtifactFile.CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")

    version = f"{created:%Y%m%dT%H%M%S.%fZ}-{content[:12]}"
    versions.publish(root, version, write)
    _prune(root, version)
    return version


def current_version(root: Path, base: Path | None = None) -> Path:
    """Directory of the current version.

    Args:
        base: the version to use while `root` has none.

    Raises:
        GalleryError: there is no version.
    """
    if base is not None and not (root / versions.POINTER).exists():
        return base
    try:
        return versions.current(root)
    except (versions.NoVersionError, NotADirectoryError) as error:
        raise GalleryError(f"no gallery to use: {error}; build one first") from error


def _prune(root: Path, version: str) -> None:
    """Delete all but the latest versions, and drafts of crashed writers; the caller holds the lock.

    Other files stay: the directory may be one that holds other things.
    """
    old = sorted(path for path in root.iterdir() if VERSION_NAME.fullmatch(path.name) and path.name != version)
    for path in [*old[: -(KEPT_VERSIONS - 1)], *versions.drafts(root, VERSION_NAME)]:
        shutil.rmtree(path, ignore_errors=True)


def _line(entry: GalleryEntry) -> dict[str, Any]:
    size = {"drawing_bytes": len(entry.drawing)} if entry.drawing else {}
    text = {"text": entry.text} if entry.text else {}
    means = {"prototypes": entry.prototypes} if entry.prototypes else {}
    writing = {"writing": entry.writing} if entry.writing else {}
    return entry.reference.to_dict() | {"sha256": entry.sha256, "rows": entry.rows} | means | size | text | writing


def _entries(version: Path) -> tuple[GalleryEntry, ...]:
    text = (version / ArtifactFile.REFERENCES).read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.split("\n") if line]  # names may hold other ends of lines
    data = io.BytesIO((version / ArtifactFile.DRAWINGS).read_bytes())
    return tuple(_entry(line, data.read(line.get("drawing_bytes", 0))) for line in lines)


def _entry(fields: dict[str, Any], drawing: bytes) -> GalleryEntry:
    sha256, rows, text = str(fields["sha256"]), int(fields["rows"]), str(fields.get("text", ""))
    prototypes, writing = int(fields.get("prototypes", 0)), tuple(map(str, fields.get("writing", ())))
    return GalleryEntry(parse_reference(fields), sha256, rows, drawing, text, prototypes, writing)

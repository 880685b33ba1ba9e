"""How a version of a gallery lies on disk.

A version is a directory that never changes. It holds

- `index.faiss`: inner-product search over unit vectors, exact up to `MAX_EXACT_ROWS`; ids are row numbers;
- `references.jsonl`: one line a picture, in row order, with the SHA-256 of its file, how many rows it has, how many of
  them are prototypes, how many bytes its drawing takes, and what it says; or a phrase, with its `text`;
- `drawings.bin`: the drawings one after the other, WebP (`models.images.input.thumbnails`);
- `config.json`: the encoder's fingerprint, counts, time of creation, SHA-256 of the other files.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from threadpoolctl import threadpool_limits

from models.images.gallery.references import GalleryError, Reference, parse_reference
from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from models.runtime.indexes import use_one_thread, write_index
from models.settings import Settings

VERSION_NAME = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{12}")
"""A version's name: when it was made, and what of."""

KEPT_VERSIONS = 5
"""Versions that stay on disk, for going back and for workers that are still loading one."""

MAX_EXACT_ROWS = 30_000
"""Rows up to which every one is compared. To match a picture's 88 windows with so many takes 22 ms, those of a closer
look 8; with what the approximate index finds 13 and 3. A smaller gallery gains less, and is built without fitting."""

REFINEMENT_FACTOR = 16
"""Rows that the approximate index compares exactly, per row asked for. The nearest row of 99.9% of a picture's windows
is found so among 100,000 and among a million rows, in 27 and 238 ms; visiting lists (IVF) or a graph (HNSW) misses
more, for most windows are far from all rows (`benchmarks/gallery.py`)."""

MAX_TRAINING_ROWS = 65_536
"""Rows that the approximate index' codes are fitted to, at most."""

# BLAS threads that wait for a product of some 70 windows doubled the CPU time of a profile (104 to 240 ms).
threadpool_limits(limits=1, user_api="blas")
# Above this many vectors at once FAISS multiplies matrices; by its own default only above 128,000. A picture's windows
# are compared with 100,000 rows in 65 ms so, in 340 ms one by one.
faiss.cvar.distance_compute_blas_threshold = 20


@dataclass(frozen=True)
class GalleryEntry:
    """A line of `references.jsonl`: one picture and its rows, or a phrase and its row.

    Attributes:
        reference: what it shows.
        sha256: of the encoded picture, or of the phrase.
        rows: number of vectors: those of its looks, then its prototypes.
        drawing: the picture itself, packed; empty of a phrase.
        text: the phrase; empty for a picture. Its vector is of another kind: compared with pictures' alone it says
            nothing.
        prototypes: how many of the rows, the last ones, are prototypes (`models.images.encoder.prototypes`); fewer
        than all.
        writing: what the picture says (`models.images.ocr.inscriptions`); galleries of earlier releases do not know.
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
        """What makes two entries the same."""
        return self.reference.reference_id, self.sha256


def prototype_mask(entries: Sequence[GalleryEntry]) -> np.ndarray:
    """Which rows of entries are prototypes, bool (rows,)."""
    parts = [(entry.rows - entry.prototypes, entry.prototypes) for entry in entries]
    return np.repeat([False, True] * len(parts), np.ravel(parts).astype(int))


@dataclass(frozen=True)
class Contents:
    """A version, read and checked.

    Attributes:
        fingerprint: the encoder that made the vectors.
        index: ids are row numbers.
    """

    version: str
    fingerprint: str
    entries: tuple[GalleryEntry, ...]
    index: faiss.Index


def build_index(vectors: np.ndarray) -> faiss.Index:
    """An inner-product index of float32 (rows, dimension): exact, or approximate above `MAX_EXACT_ROWS`.

    The approximate one keeps the vectors as they are, too; it finds by codes of 4 bits for every two numbers, and
    compares the best exactly. It cannot search by range.

    Source: product quantisation (Jégou et al. 2011) with lookups in registers (André et al. 2017), both FAISS's.
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


def exact_index(vectors: np.ndarray) -> faiss.Index:
    """An exact inner-product index of float32 (rows, dimension), whose ids are row numbers."""
    use_one_thread()  # what searches it by range as well
    index = faiss.index_factory(vectors.shape[1], "IDMap2,Flat", faiss.METRIC_INNER_PRODUCT)
    index.add_with_ids(vectors, np.arange(len(vectors), dtype=np.int64))
    return index


def read(version: Path) -> Contents:
    """A version's contents, after its files were checked against `config.json`.

    Raises:
        GalleryError: a file is missing, was cut or edited, or disagrees with the others.
    """
    try:
        config = versions.checked(version, ArtifactFile.INDEX, ArtifactFile.REFERENCES, ArtifactFile.DRAWINGS)
        index = faiss.read_index(str(version / ArtifactFile.INDEX))
        contents = Contents(version.name, str(config["encoder"]), _entries(version), index)
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
            raise GalleryError(f"{version} keeps no drawing of {shown}, which a closer look needs: build it again")
    return contents


def publish(root: Path, fingerprint: str, entries: Sequence[GalleryEntry], vectors: np.ndarray) -> str:
    """Write a version, put it in force and delete the oldest; returns its name, later ones sort last."""
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
        write_index(build_index(vectors), draft / ArtifactFile.INDEX)
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
    """The version in force.

    Args:
        base: the version to start from where `root` has none yet.

    Raises:
        GalleryError: there is none.
    """
    if base is not None and not (root / versions.POINTER).exists():
        return base
    try:
        return versions.current(root)
    except (versions.NoVersionError, NotADirectoryError) as error:
        raise GalleryError(f"no gallery to use: {error}; build one first") from error


@contextmanager
def own_gallery(settings: Settings) -> Iterator[tuple[Path, Path]]:
    """Where this machine's own gallery is changed, and the version in force, which its first change starts from.

    After a change the encoder is copied beside it, so that it can be used after the next release brings another. A
    change that is refused, or changes nothing, leaves nothing behind: the machine goes on with the released gallery.
    """
    encoder, root = settings.encoder_directory(), settings.home / "gallery"
    yield root, settings.gallery_directory()
    if (root / versions.POINTER).exists():
        settings.keep_encoder(encoder, encoder.name)


def _prune(root: Path, version: str) -> None:
    """Delete all but the latest versions, and what crashed writers left; only ever called with the lock held.

    Nothing else: somebody may have named a folder of other things as the gallery's.
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

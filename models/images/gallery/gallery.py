"""The gallery of protected emblems: searched by vector, changed by enrolment.

A gallery consists of references, not weights: enrolling an emblem needs no training. It is a directory of immutable
versions (`models.runtime.versions`). Every change writes a new version and then makes it current. Readers never see
half a gallery, and a version that fails its checks leaves the old one serving.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
from tqdm import tqdm

from models.arrays import Float32, Int64, Pixels
from models.images.encoder.encoder import Encoder, EncoderError
from models.images.encoder.phrases import PhraseEncoder, PhraseError
from models.images.encoder.prototypes import prototypes
from models.images.gallery import files as gallery_files
from models.images.gallery.clashes import Clash, clashes
from models.images.gallery.files import Contents, GalleryEntry, prototype_mask
from models.images.gallery.references import (
    Drawing,
    GalleryError,
    OtherEncoderError,
    Phrase,
    Reference,
    ReferenceSource,
    check_agreement,
    parse_reference,
    read_references,
)
from models.images.input import thumbnails
from models.images.ocr.inscriptions import writing_of
from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from models.runtime.indexes import search
from models.runtime.locks import locked

__all__ = ["Change", "Clash", "Drawing", "Gallery", "GalleryError", "Reference", "add", "build", "read_references"]
__all__ += ["Phrase", "configure", "remove"]

DUPLICATE_VARIANT_COSINE = 0.9
"""Cosine from which a variant duplicates one of its reference. At .97 the gallery was 1.6 times as large and found no
more."""

MAX_SILENT_PICTURES = 8
"""Pictures enrolled without a progress bar; they take a second or two."""


@dataclass(frozen=True)
class Change:
    """Result of a change to a gallery.

    Attributes:
        version: name of the now current version.
        pictures: number of pictures added or removed; 0 if all were enrolled already.
        clashes: accepted look-alikes of different owners.
    """

    version: str
    pictures: int
    clashes: tuple[Clash, ...] = ()


class Gallery:
    """One version in memory, ready to be searched; safe to share between threads.

    Attributes:
        version: the version's name; names sort by age.
        entries: one per picture or phrase, in row order.
        vectors: float32 (rows, dimension), unit length, read-only.
        references: every reference once, as its first entry describes it, in order of these.
        known_ids: reference ids and owner ids that entitlements may name.
    """

    def __init__(self, contents: Contents) -> None:
        self.version, self.entries, self._index = contents.version, contents.entries, contents.index
        self.vectors = cast(Float32, self._index.reconstruct_n(0, self._index.ntotal))
        self.vectors.flags.writeable = False
        self._rows = [entry.reference for entry in self.entries for _ in range(entry.rows)]
        self._entries_of: dict[str, list[int]] = {}
        for number, entry in enumerate(self.entries):
            self._entries_of.setdefault(entry.reference.reference_id, []).append(number)
        self.references = tuple(self.entries[numbers[0]].reference for numbers in self._entries_of.values())
        self.known_ids = frozenset(name for row in self._rows for name in (row.reference_id, row.owner_id))

    @classmethod
    def load(cls, directory: Path, encoder: Encoder) -> Gallery:
        """The current version of a gallery's directory, or the version that `directory` itself is.

        Raises:
            GalleryError: there is no gallery, or its files were truncated or edited.
            OtherEncoderError: another encoder made its vectors.
        """
        is_version = (directory / ArtifactFile.CONFIG).is_file()
        contents = gallery_files.read(directory if is_version else gallery_files.current_version(directory))
        if contents.fingerprint != encoder.fingerprint:
            made, given = contents.fingerprint, encoder.fingerprint
            raise OtherEncoderError(
                f"gallery {contents.version} was made by encoder {made}, not by {given}: build it again with "
                f"`huijian gallery build REFERENCES.jsonl DIR --encoder FOLDER`, or use encoder {made}"
            )
        return cls(contents)

    def search(self, vectors: Float32, k: int) -> tuple[Float32, Int64]:
        """The `k` nearest rows of each vector, best first.

        Args:
            vectors: float32 (n, dimension), unit length.
            k: number of rows; all of them if the gallery has fewer.

        Returns:
            Cosine similarities, float32 (n, k), and rows, int64 (n, k).
        """
        return search(self._index, vectors, min(k, len(self._rows)))

    def reference_of(self, row: int) -> Reference:
        """The reference of a row, as that row's entry describes it."""
        return self._rows[row]

    def entries_of(self, reference_id: str) -> Sequence[int]:
        """Indices in `entries` of a reference's entries, at least one.

        Raises:
            GalleryError: the reference is unknown.
        """
        if reference_id not in self._entries_of:
            raise GalleryError(f"the gallery has no reference {reference_id!r}", "reference_unknown", "reference_id")
        return self._entries_of[reference_id]

    def drawing(self, entry: int) -> Pixels:
        """The drawing of an entry: RGBA, uint8 (height, width, 4), the longer side at most 192 pixels.

        Raises:
            GalleryError: the entry is a phrase.
        """
        if self.entries[entry].text:
            raise GalleryError("a phrase has no drawing")
        return thumbnails.decode_thumbnail(self.entries[entry].drawing)


def build(references: Path, directory: Path, encoder: Encoder) -> Change:
    """Build a gallery from a references file and make it current.

    Look-alikes of different owners, such as the flags of a few states, are kept and listed.

    Raises:
        GalleryError: as `read_references` and `Drawing.read`, or all references are harmless; nothing is written.
    """
    entries, vectors = _embedded(read_references(references), encoder)
    _check_protects(entries)
    clashing = tuple(clashes(entries, vectors, 0))
    with locked(directory / versions.LOCK):
        version = gallery_files.publish(directory, encoder.fingerprint, entries, vectors)
    return Change(version, len(entries), clashing)


def add(
    directory: Path, encoder: Encoder, sources: Sequence[ReferenceSource], force: bool = False, base: Path | None = None
) -> Change:
    """Enrol pictures and phrases, all or none; those already enrolled stay unchanged.

    Args:
        sources: from `read_references`, or constructed.
        force: accept look-alikes of other owners; they are listed.
        base: the version to start from while `directory` has none.

    Raises:
        GalleryError: a source is invalid, clashes with another owner's, or is enrolled with another description. Also
            if the gallery cannot be loaded. The current version stays.
        OtherEncoderError: another encoder made the gallery.
    """
    check_agreement(sources)
    offered, offered_vectors = _embedded(sources, encoder)
    with locked(directory / versions.LOCK):
        gallery = Gallery.load(gallery_files.current_version(directory, base), encoder)
        check_agreement(sources, gallery.references)
        _check_described_alike(offered, gallery.entries)
        fresh, fresh_vectors = _fresh(offered, offered_vectors, gallery.entries)
        if not fresh:
            return Change(gallery.version, 0)
        entries, vectors = [*gallery.entries, *fresh], np.concatenate([gallery.vectors, fresh_vectors])
        clashing = tuple(clashes(entries, vectors, len(gallery.entries)))
        if clashing and not force:
            message = "; ".join(map(str, clashing)) + "; enrol it by force if that is meant"
            field = "text" if all(entry.text for entry in fresh) else "image"
            raise GalleryError(message, "reference_clash", field)
        version = gallery_files.publish(directory, encoder.fingerprint, entries, vectors)
    return Change(version, len(fresh), clashing)


def configure(directory: Path, reference_id: str, base: Path | None = None, **settings: float) -> Change:
    """Set `threshold` or `rollout` of a reference, in all its entries.

    Args:
        base: as for `add`.

    Raises:
        GalleryError: the reference is unknown, a value is outside [0, 1], or the gallery cannot be loaded.
    """
    with locked(directory / versions.LOCK):
        contents = gallery_files.read(gallery_files.current_version(directory, base))
        gallery, entries = Gallery(contents), list(contents.entries)
        for number in gallery.entries_of(reference_id):
            reference = parse_reference(entries[number].reference.to_dict() | settings)
            entries[number] = replace(entries[number], reference=reference)
        version = gallery_files.publish(directory, contents.fingerprint, entries, gallery.vectors)
    return Change(version, len(gallery.entries_of(reference_id)))


def remove(directory: Path, reference_id: str, base: Path | None = None) -> Change:
    """Remove all entries of a reference.

    Args:
        base: as for `add`.

    Raises:
        GalleryError: the reference is unknown or the last emblem, or the gallery cannot be loaded.
    """
    with locked(directory / versions.LOCK):
        contents = gallery_files.read(gallery_files.current_version(directory, base))
        gallery = Gallery(contents)
        removed = gallery.entries_of(reference_id)
        kept = [entry for entry in gallery.entries if entry.reference.reference_id != reference_id]
        _check_protects(kept)
        is_kept = [gallery.reference_of(row).reference_id != reference_id for row in range(len(gallery.vectors))]
        version = gallery_files.publish(directory, contents.fingerprint, kept, gallery.vectors[is_kept])
    return Change(version, len(removed))


def _fresh(
    offered: Sequence[GalleryEntry], vectors: Float32, known: Sequence[GalleryEntry]
) -> tuple[list[GalleryEntry], Float32]:
    """The entries not yet enrolled, and their vectors; without prototypes where their reference has some."""
    keys = {entry.key for entry in known}
    with_prototypes = {entry.reference.reference_id for entry in known if entry.prototypes}
    rows = [entry.rows for entry in offered]
    is_fresh = np.repeat([entry.key not in keys for entry in offered], rows)
    has_some = np.repeat([entry.reference.reference_id in with_prototypes for entry in offered], rows)
    fresh = [
        replace(entry, rows=entry.rows - entry.prototypes, prototypes=0)
        if entry.reference.reference_id in with_prototypes
        else entry
        for entry in offered
        if entry.key not in keys
    ]
    return fresh, vectors[is_fresh & ~(has_some & prototype_mask(offered))]


def _check_described_alike(offered: Sequence[GalleryEntry], known: Sequence[GalleryEntry]) -> None:
    """Refuse entries that are enrolled with another description, which `add` would silently ignore."""
    enrolled = {entry.key: entry.reference for entry in known}
    for entry in offered:
        was = asdict(enrolled.get(entry.key, entry.reference))
        for name, value in asdict(entry.reference).items():
            if value != was[name]:
                message = f"{entry.reference.reference_id} is enrolled with another {name}: remove it and enrol it anew"
                raise GalleryError(message, "reference_conflict", name)


def _check_protects(entries: Iterable[GalleryEntry]) -> None:
    if all(entry.reference.harmless or entry.text for entry in entries):
        message = "a gallery without any emblem that has a picture would let everything pass"
        raise GalleryError(message, "reference_last", "reference_id")


def _embedded(sources: Sequence[ReferenceSource], encoder: Encoder) -> tuple[list[GalleryEntry], Float32]:
    """Entries without duplicates, and their vectors, in order: pictures, then phrases."""
    pictures, vectors = _embedded_drawings([source for source in sources if isinstance(source, Drawing)], encoder)
    phrases, phrase_vectors = _embedded_phrases([source for source in sources if isinstance(source, Phrase)], encoder)
    if not (pictures or phrases):
        raise GalleryError("there are no references to enrol")
    return [*pictures, *phrases], np.stack([*vectors, *phrase_vectors]).astype(np.float32)


def _embedded_drawings(drawings: Sequence[Drawing], encoder: Encoder) -> tuple[list[GalleryEntry], list[Float32]]:
    """Entries of pictures, and their vectors: distinct variants, then prototypes for a reference's first picture."""
    entries: dict[tuple[str, str], GalleryEntry] = {}
    enrolled: dict[str, list[Float32]] = {}
    vectors: list[Float32] = []
    for drawing in tqdm(
        drawings, desc="标志库 gallery", unit="", disable=None if len(drawings) > MAX_SILENT_PICTURES else True
    ):
        picture = drawing.read()
        key = (drawing.reference.reference_id, picture.sha256)
        if key not in entries:
            is_first = drawing.reference.reference_id not in enrolled
            known = enrolled.setdefault(drawing.reference.reference_id, [])
            kept = _distinct([embedding.vectors[0] for embedding in encoder(picture.variants)], known)
            shown = thumbnails.decode_thumbnail(picture.thumbnail)
            means = prototypes(encoder, shown) if is_first else []
            entries[key] = GalleryEntry(
                drawing.reference,
                picture.sha256,
                len(kept) + len(means),
                picture.thumbnail,
                prototypes=len(means),
                writing=writing_of(shown),
            )
            vectors += [*kept, *means]
    return list(entries.values()), vectors


def _embedded_phrases(phrases: Sequence[Phrase], encoder: Encoder) -> tuple[list[GalleryEntry], list[Float32]]:
    """Entries of phrases, and their vectors.

    Raises:
        GalleryError: the encoder has no text tower, or a phrase cannot be embedded.
    """
    entries: dict[tuple[str, str], GalleryEntry] = {}
    vectors: list[Float32] = []
    tower: PhraseEncoder | None = None
    for phrase in phrases:
        entry = GalleryEntry(phrase.reference, phrase.sha256, 1, text=phrase.text)
        try:
            tower = tower or PhraseEncoder(encoder.directory)
            vectors += [] if entry.key in entries else list(tower([phrase.text]))
        except (EncoderError, PhraseError) as error:
            raise phrase.fault(str(error)) from error
        entries[entry.key] = entry
    return list(entries.values()), vectors


def _distinct(variants: Sequence[Float32], known: list[Float32]) -> list[Float32]:
    """The first variant, and the others that duplicate none in `known`; kept ones are appended to `known`."""
    kept = []
    for number, variant in enumerate(variants):
        if number == 0 or max(float(variant @ other) for other in known) < DUPLICATE_VARIANT_COSINE:
            known.append(variant)
            kept.append(variant)
    return kept

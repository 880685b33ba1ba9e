"""The protected emblems, as vectors that a profile's pictures are compared with.

A gallery is a file of references, not weights: enrolling an emblem needs no training. It is a directory of immutable
versions (`models.runtime.versions`); every change writes a new one beside the old and puts it in force, so that
readers never see half a gallery, and a version that fails its checks leaves the old one serving.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
from tqdm import tqdm

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

DUPLICATE_VIEW_COSINE = 0.9
"""Cosine from which a look adds nothing to those that its reference has: artists draw most flags alike. At .97 the
default gallery had 1.6 times as many, which found no more once there were prototypes."""

MAX_SILENT_PICTURES = 8
"""Pictures that need no progress bar: they take a second or two, in a service too."""


@dataclass(frozen=True)
class Change:
    """What a change to a gallery did.

    Attributes:
        version: the version now in force.
        pictures: how many pictures were added or removed; 0 where all of them were there already.
        clashes: look-alikes of different owners that were let in.
    """

    version: str
    pictures: int
    clashes: tuple[Clash, ...] = ()


class Gallery:
    """One version, in memory, ready to be searched; safe to share between threads.

    Attributes:
        version: the version's name: time of creation and content hash, later ones sort last.
        entries: one a picture, in row order.
        vectors: float32 (rows, dimension), unit length, read-only.
        references: every reference once, as its first picture describes it, in the order of these.
        known_ids: reference ids and owner ids, what entitlements may name.
    """

    def __init__(self, contents: Contents) -> None:
        self.version, self.entries, self._index = contents.version, contents.entries, contents.index
        self.vectors = cast(np.ndarray, self._index.reconstruct_n(0, self._index.ntotal))
        self.vectors.flags.writeable = False
        self._rows = [entry.reference for entry in self.entries for _ in range(entry.rows)]
        self._entries_of: dict[str, list[int]] = {}
        for number, entry in enumerate(self.entries):
            self._entries_of.setdefault(entry.reference.reference_id, []).append(number)
        self.references = tuple(self.entries[numbers[0]].reference for numbers in self._entries_of.values())
        self.known_ids = frozenset(name for row in self._rows for name in (row.reference_id, row.owner_id))

    @classmethod
    def load(cls, directory: Path, encoder: Encoder) -> Gallery:
        """The version in force in a gallery's directory, or the version that `directory` itself is.

        Raises:
            GalleryError: no gallery there, or files cut or edited.
            OtherEncoderError: its vectors are another encoder's.
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

    def search(self, vectors: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """The `k` nearest rows of each vector, best first.

        Args:
            vectors: float32 (n, dimension), unit length.
            k: at most this many; fewer where the gallery has fewer rows.

        Returns:
            Cosine similarities, float32 (n, k), and rows, int64 (n, k).
        """
        return search(self._index, vectors, min(k, len(self._rows)))

    def reference_of(self, row: int) -> Reference:
        """The reference that a row shows, as the picture of that row describes it."""
        return self._rows[row]

    def entries_of(self, reference_id: str) -> Sequence[int]:
        """Places in `entries` of a reference's pictures, at least one.

        Raises:
            GalleryError: there is no such reference.
        """
        if reference_id not in self._entries_of:
            raise GalleryError(f"the gallery has no reference {reference_id!r}", "reference_unknown", "reference_id")
        return self._entries_of[reference_id]

    def drawing(self, entry: int) -> np.ndarray:
        """The picture of an entry: RGBA, uint8 (height, width, 4), the longer side at most 192 pixels.

        Raises:
            GalleryError: it is a phrase.
        """
        if self.entries[entry].text:
            raise GalleryError("a phrase has no drawing")
        return thumbnails.decode_thumbnail(self.entries[entry].drawing)


def build(references: Path, directory: Path, encoder: Encoder) -> Change:
    """Make a gallery of a references file and put it in force.

    Look-alikes of different owners are kept (flags of a few states are alike) and listed.

    Raises:
        GalleryError: as `read_references` and `Drawing.read`, or all are harmless; nothing is written.
    """
    entries, vectors = _embedded(read_references(references), encoder)
    _check_protects(entries)
    alike = tuple(clashes(entries, vectors, 0))
    with locked(directory / versions.LOCK):
        version = gallery_files.publish(directory, encoder.fingerprint, entries, vectors)
    return Change(version, len(entries), alike)


def add(
    directory: Path, encoder: Encoder, sources: Sequence[ReferenceSource], force: bool = False, base: Path | None = None
) -> Change:
    """Enrol pictures and phrases, all or none; those that are there already are left as they are.

    Args:
        sources: from `read_references`, or made in place.
        force: let look-alikes of other owners in; they are listed.
        base: the version to start from where `directory` has none yet.

    Raises:
        GalleryError: a picture, a phrase or its description is refused, clashes with another owner's, is there already
            under another description, or the gallery cannot be loaded; the version in force stays.
        OtherEncoderError: the gallery is another encoder's.
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
        alike = tuple(clashes(entries, vectors, len(gallery.entries)))
        if alike and not force:
            message = "; ".join(map(str, alike)) + "; enrol it by force if that is meant"
            field = "text" if all(entry.text for entry in fresh) else "image"
            raise GalleryError(message, "reference_clash", field)
        version = gallery_files.publish(directory, encoder.fingerprint, entries, vectors)
    return Change(version, len(fresh), alike)


def configure(directory: Path, reference_id: str, base: Path | None = None, **settings: float) -> Change:
    """Give all pictures of a reference another `threshold` or `rollout`.

    Args:
        base: as for `add`.

    Raises:
        GalleryError: an unknown reference, a value outside [0, 1], or a gallery that cannot be loaded.
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
    """Take all pictures of a reference out.

    Args:
        base: as for `add`.

    Raises:
        GalleryError: an unknown reference, the last emblem, or a gallery that cannot be loaded.
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
    offered: Sequence[GalleryEntry], vectors: np.ndarray, known: Sequence[GalleryEntry]
) -> tuple[list[GalleryEntry], np.ndarray]:
    """The entries that are not known, without prototypes where their reference has some, and their vectors."""
    keys = {entry.key for entry in known}
    changed = {entry.reference.reference_id for entry in known if entry.prototypes}
    is_fresh = np.repeat([entry.key not in keys for entry in offered], [entry.rows for entry in offered])
    has_some = np.repeat([entry.reference.reference_id in changed for entry in offered], [one.rows for one in offered])
    fresh = [
        replace(entry, rows=entry.rows - entry.prototypes, prototypes=0)
        if entry.reference.reference_id in changed
        else entry
        for entry in offered
        if entry.key not in keys
    ]
    return fresh, vectors[is_fresh & ~(has_some & prototype_mask(offered))]


def _check_described_alike(offered: Sequence[GalleryEntry], known: Sequence[GalleryEntry]) -> None:
    """Refuse to leave as it is, without a word, what is described anew."""
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


def _embedded(sources: Sequence[ReferenceSource], encoder: Encoder) -> tuple[list[GalleryEntry], np.ndarray]:
    """Entries without doubles, and their vectors, in order: the pictures, then the phrases."""
    drawn, vectors = _drawn([source for source in sources if isinstance(source, Drawing)], encoder)
    said, said_vectors = _said([source for source in sources if isinstance(source, Phrase)], encoder)
    if not (drawn or said):
        raise GalleryError("there are no references to enrol")
    return [*drawn, *said], np.stack([*vectors, *said_vectors]).astype(np.float32)


def _drawn(drawings: Sequence[Drawing], encoder: Encoder) -> tuple[list[GalleryEntry], list[np.ndarray]]:
    """Entries of pictures, and their rows: the whole-picture vectors of their looks that differ, and after those of a
    reference's first picture its prototypes.
    """
    entries: dict[tuple[str, str], GalleryEntry] = {}
    enrolled: dict[str, list[np.ndarray]] = {}
    vectors: list[np.ndarray] = []
    for drawing in tqdm(
        drawings, desc="图库 gallery", unit="", disable=None if len(drawings) > MAX_SILENT_PICTURES else True
    ):
        picture = drawing.read()
        key = (drawing.reference.reference_id, picture.sha256)
        if key not in entries:
            is_first = drawing.reference.reference_id not in enrolled
            known = enrolled.setdefault(drawing.reference.reference_id, [])
            kept = _distinct([embedding.vectors[0] for embedding in encoder(picture.views)], known)
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


def _said(phrases: Sequence[Phrase], encoder: Encoder) -> tuple[list[GalleryEntry], list[np.ndarray]]:
    """Entries of phrases, and their vectors.

    Raises:
        GalleryError: the encoder has no text tower, or it can make nothing of a phrase.
    """
    entries: dict[tuple[str, str], GalleryEntry] = {}
    vectors: list[np.ndarray] = []
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


def _distinct(looks: Sequence[np.ndarray], known: list[np.ndarray]) -> list[np.ndarray]:
    """The first look, and those of the others that are unlike all of `known`, which grows by what is kept."""
    kept = []
    for number, look in enumerate(looks):
        if number == 0 or max(float(look @ other) for other in known) < DUPLICATE_VIEW_COSINE:
            known.append(look)
            kept.append(look)
    return kept

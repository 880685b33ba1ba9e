"""The gallery of protected emblems: searched by vector, changed by enrolment.

A gallery consists of references, not weights: enrolling an emblem needs no training. It is a directory of immutable
versions (`models.runtime.versions`). Every change writes a new version and then makes it current. Readers never see
half a gallery, and a version that fails its checks leaves the old one serving.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np

from models.arrays import Float32, Int64, Pixels
from models.images.encoder.encoder import Encoder
from models.images.gallery import files as gallery_files
from models.images.gallery.clashes import Clash, clashes
from models.images.gallery.embedding import Embedded, embedded
from models.images.gallery.files import Contents, GalleryEntry
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
from models.images.gallery.screening import DUPLICATE, Refuse, Screening
from models.images.input import thumbnails
from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from models.runtime.indexes import search
from models.runtime.locks import locked

__all__ = ["Change", "Clash", "Drawing", "Gallery", "GalleryError", "Reference", "add", "build", "read_references"]
__all__ += ["Phrase", "add_valid", "configure", "remove"]


@dataclass(frozen=True)
class Change:
    """Result of a change to a gallery.

    Attributes:
        version: name of the now current version.
        pictures: number of pictures added or removed; 0 if all were enrolled already.
        clashes: accepted look-alikes of different owners.
        refused: why sources were not enrolled, each message with its origin; only of `add_valid`.
    """

    version: str
    pictures: int
    clashes: tuple[Clash, ...] = ()
    refused: tuple[GalleryError, ...] = ()


class Gallery:
    """One version in memory, ready to be searched; safe to share between threads.

    Attributes:
        version: the version's name; names sort by age.
        fingerprint: fingerprint of the encoder that made the vectors.
        entries: one per picture or phrase, in row order.
        vectors: float32 (rows, dimension), unit length, read-only.
        references: every reference once, as its first entry describes it, in order of these.
        known_ids: reference ids and owner ids that entitlements may name.
    """

    def __init__(self, contents: Contents) -> None:
        self.version, self.fingerprint = contents.version, contents.fingerprint
        self.entries, self._index = contents.entries, contents.index
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
    """Build a gallery from a references file and make it current, on all cores.

    Look-alikes of different owners, such as the flags of a few states, are kept and listed.

    Raises:
        GalleryError: as `read_references` and `Drawing.read`, or all references are harmless; nothing is written.
    """
    screening = Screening(())
    sources = [one for one in read_references(references) if screening.passes(one, _raise_unless_duplicate)]
    entries, vectors = _together(embedded(sources, encoder, _raise_unless_duplicate))
    _check_protects(entries)
    clashing = tuple(clashes(entries, vectors, 0))
    with locked(directory / versions.LOCK):
        version = gallery_files.publish(directory, encoder.fingerprint, entries, vectors)
    return Change(version, len(entries), clashing)


def add(
    directory: Path, encoder: Encoder, sources: Sequence[ReferenceSource], force: bool = False, base: Path | None = None
) -> Change:
    """Enrol pictures and phrases, all or none, on all cores; those already enrolled stay unchanged.

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
    return _add(directory, encoder, sources, base, _Rules(_raise_unless_duplicate, force))


def add_valid(
    directory: Path, encoder: Encoder, sources: Sequence[ReferenceSource], force: bool = False, base: Path | None = None
) -> Change:
    """Enrol the valid pictures and phrases as one new version, and list the others with their reasons.

    Other than `add`, it also refuses what is enrolled already, and the same picture of two references.

    Args:
        sources: from `models.images.gallery.folders`.
        force: accept look-alikes of other owners, and the same picture of two references.
        base: as for `add`.

    Raises:
        GalleryError: the gallery cannot be loaded.
        OtherEncoderError: another encoder made the gallery.
    """
    refused: list[GalleryError] = []
    change = _add(directory, encoder, sources, base, _Rules(refused.append, force, all_or_none=False))
    return replace(change, refused=tuple(refused))


@dataclass(frozen=True)
class _Rules:
    """How `_add` treats sources that it cannot enrol.

    Attributes:
        refuse: is told of each.
        force: look-alikes of other owners are accepted.
        all_or_none: one look-alike refuses all sources.
    """

    refuse: Refuse
    force: bool
    all_or_none: bool = True

    def screening(self, gallery: Gallery) -> Screening:
        return Screening(gallery.entries, each_picture_once=not (self.all_or_none or self.force))


def _add(
    directory: Path, encoder: Encoder, sources: Sequence[ReferenceSource], base: Path | None, rules: _Rules
) -> Change:
    gallery = Gallery.load(gallery_files.current_version(directory, base), encoder)
    screening = rules.screening(gallery)
    new = [source for source in sources if screening.passes(source, rules.refuse)]
    found = embedded(new, encoder, rules.refuse, _with_prototypes(gallery))
    with locked(directory / versions.LOCK):
        current = gallery_files.current_version(directory, base)
        if current.name != gallery.version:  # another process changed it meanwhile
            gallery = Gallery.load(current, encoder)
            screening, known = rules.screening(gallery), _with_prototypes(gallery)
            found = [one for one in found if screening.passes(one.source, rules.refuse)]
            found = [_without_prototypes(one) if one.entry.reference.reference_id in known else one for one in found]
        return _publish(directory, gallery, found, rules)


def _publish(directory: Path, gallery: Gallery, found: Sequence[Embedded], rules: _Rules) -> Change:
    """Write the gallery and what was found new as one version, or nothing if nothing is new; the caller has the lock.

    Raises:
        GalleryError: there are look-alikes, and the rules forbid them.
    """
    if not found:
        return Change(gallery.version, 0)
    fresh, fresh_vectors = _together(found)
    entries, vectors = [*gallery.entries, *fresh], np.concatenate([gallery.vectors, fresh_vectors])
    clashing = tuple(clashes(entries, vectors, len(gallery.entries)))
    if clashing and not rules.force:
        if rules.all_or_none:
            raise _clash_error("; ".join(map(str, clashing)), fresh[0])
        return _publish(directory, gallery, _unlike(found, clashing, rules.refuse), rules)
    version = gallery_files.publish(directory, gallery.fingerprint, entries, vectors)
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


def _together(found: Sequence[Embedded]) -> tuple[list[GalleryEntry], Float32]:
    """Entries, and their vectors as rows."""
    rows = [vector for one in found for vector in one.vectors]
    return [one.entry for one in found], np.stack(rows).astype(np.float32)


def _with_prototypes(gallery: Gallery) -> set[str]:
    return {entry.reference.reference_id for entry in gallery.entries if entry.prototypes}


def _without_prototypes(one: Embedded) -> Embedded:
    rows = one.entry.rows - one.entry.prototypes
    return Embedded(one.source, replace(one.entry, rows=rows, prototypes=0), one.vectors[:rows])


def _unlike(found: Sequence[Embedded], clashing: Sequence[Clash], refuse: Refuse) -> list[Embedded]:
    """The references without a look-alike; of the others all pictures are refused, for they share prototypes."""
    causes = {clash.reference_id: clash for clash in reversed(clashing)}
    for one in found:
        cause = causes.get(one.entry.reference.reference_id)
        if cause:
            refuse(_clash_error(f"{one.source.origin}: {cause}", one.entry))
    return [one for one in found if one.entry.reference.reference_id not in causes]


def _clash_error(message: str, entry: GalleryEntry) -> GalleryError:
    field = "text" if entry.text else "image"
    return GalleryError(f"{message}; enrol it by force if that is meant", "reference_clash", field)


def _raise_unless_duplicate(error: GalleryError) -> None:
    """Refuses all for one bad source; a source that is enrolled already is none."""
    if error.code != DUPLICATE:
        raise error


def _check_protects(entries: Iterable[GalleryEntry]) -> None:
    if all(entry.reference.harmless or entry.text for entry in entries):
        message = "a gallery without any emblem that has a picture would let everything pass"
        raise GalleryError(message, "reference_last", "reference_id")

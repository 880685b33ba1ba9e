"""Decides which references are new to a gallery, before they are embedded.

Embedding takes half a second a picture, so what contradicts the gallery or is in it already is sorted out first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

from models.images.gallery.files import GalleryEntry
from models.images.gallery.references import GalleryError, Reference, ReferenceSource, check_agrees

DUPLICATE = "reference_duplicate"
"""Code of the error that a picture or phrase is there already; no fault of a references file, which may list all."""

Refuse = Callable[[GalleryError], None]
"""Is told of every source that cannot be enrolled; may raise the error."""


class Screening:
    """Passes each new source once.

    Args:
        known: entries of the gallery.
        each_picture_once: a picture may belong to one reference only.
    """

    def __init__(self, known: Sequence[GalleryEntry], each_picture_once: bool = False) -> None:
        self._first = {entry.reference.reference_id: entry.reference for entry in reversed(known)}
        self._enrolled = {entry.key: entry.reference for entry in known}
        self._given: dict[tuple[str, str], str] = {}
        self._shown = {entry.sha256: f"{entry.reference.reference_id}, which is enrolled" for entry in reversed(known)}
        self._each_picture_once = each_picture_once

    def passes(self, source: ReferenceSource, refuse: Refuse) -> bool:
        """True for a source that is new; tells `refuse` why another one is not.

        Refused are sources that contradict the gallery or an earlier source, that are known (`DUPLICATE`), or whose
        file cannot be read.
        """
        try:
            self._check(source)
        except GalleryError as error:
            refuse(error)
            return False
        return True

    def _check(self, source: ReferenceSource) -> None:
        check_agrees(source, self._first)
        key = (source.reference.reference_id, source.sha256)
        if key in self._enrolled:
            _check_described_alike(source, self._enrolled[key])
            raise GalleryError(f"{source.origin}: is enrolled already as {key[0]}", DUPLICATE, "image")
        if key in self._given:
            raise GalleryError(f"{source.origin}: is the same as {self._given[key]}", DUPLICATE, "image")
        if self._each_picture_once and source.sha256 in self._shown:
            raise GalleryError(f"{source.origin}: is the same as {self._shown[source.sha256]}", DUPLICATE, "image")
        self._given[key] = self._shown[source.sha256] = source.origin


def _check_described_alike(source: ReferenceSource, enrolled: Reference) -> None:
    """Refuse a source that is enrolled with another description, which would silently be ignored."""
    was = asdict(enrolled)
    for name, value in asdict(source.reference).items():
        if value != was[name]:
            message = f"{enrolled.reference_id} is enrolled with another {name}: remove it and enrol it anew"
            raise GalleryError(f"{source.origin}: {message}", "reference_conflict", name)

"""What a gallery is made from: emblems, whose they are, and pictures of them.

References arrive as JSON Lines, written by people or by a platform's own tools, so every fault is named with its line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.images import thumbnails
from models.images.decode import decode_rgba
from models.images.variants import variants
from models.profile import EMBLEM_LABELS, Label, ProfileError

MIN_SIDE = 32
"""Longer side of a reference, in pixels: below it an emblem has lost what tells it from others."""

_NEVER_BLANK = ("reference_id", "image", "owner_id")


class GalleryError(ValueError):
    """References or a gallery that cannot be used; the message says which line, file or reference and why."""


@dataclass(frozen=True)
class Reference:
    """One protected emblem, as a line of a references file describes it.

    Attributes:
        reference_id: the emblem, such as "media.xinhua"; several pictures may share it.
        label: what an account that shows it is guilty of.
        name_zh, name_en: the emblem's name for people.
        owner_id: whose it is; accounts entitled to the owner may show it.
        source: where this picture is from.
        licence: the picture's licence; the mark itself stays its owner's.
    """

    reference_id: str
    label: Label
    name_zh: str
    name_en: str
    owner_id: str
    source: str
    licence: str

    @property
    def identity(self) -> tuple[str, str, str]:
        """What all pictures of one emblem must say alike: id, label and owner."""
        return self.reference_id, self.label, self.owner_id


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture that was read and found fit to be a reference.

    Attributes:
        sha256: of the file.
        looks: RGB, uint8 (height, width, 3) each, the drawing as it is first.
        thumbnail: the drawing as a gallery keeps it, see `models.images.thumbnails`.
    """

    sha256: str
    looks: Sequence[np.ndarray]
    thumbnail: bytes


@dataclass(frozen=True)
class Drawing:
    """One picture of a reference, still encoded.

    Attributes:
        reference: what it shows.
        image: the file, or its bytes.
        origin: where it was described, for error messages.
    """

    reference: Reference
    image: Path | bytes
    origin: str = "reference"

    def read(self) -> Picture:
        """The picture, decoded and checked.

        Raises:
            GalleryError: the picture is missing, broken, blank or too small.
        """
        try:
            data = self.image if isinstance(self.image, bytes) else self.image.read_bytes()
            pixels = decode_rgba(data, "image")
        except (OSError, ProfileError) as error:
            raise GalleryError(f"{self.origin}: image: {error}") from error
        if max(pixels.shape[:2]) < MIN_SIDE:
            raise GalleryError(f"{self.origin}: image: the longer side must have at least {MIN_SIDE} pixels")
        looks = variants(pixels)
        if not looks:
            raise GalleryError(f"{self.origin}: image: the picture is blank")
        return Picture(hashlib.sha256(data).hexdigest(), looks, thumbnails.packed(pixels))


def read_references(path: Path) -> list[Drawing]:
    """The drawings that a JSON Lines file lists, in order; `image` is relative to the file.

    Raises:
        GalleryError: no file, no lines, or a line that is not JSON, lacks a field, has an unknown label, or contradicts
            an earlier line with the same `reference_id`. Pictures are only opened by `Drawing.read`.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise GalleryError(f"{path}: {error}") from error
    drawings = [_drawing(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not drawings:
        raise GalleryError(f"{path} lists no references")
    check_agreement(drawings)
    return drawings


def check_agreement(drawings: Iterable[Drawing], known: Iterable[Reference] = ()) -> None:
    """Refuse drawings whose label or owner differs from what is known of the same reference.

    Raises:
        GalleryError: two descriptions contradict each other.
    """
    identities = {reference.reference_id: reference.identity for reference in known}
    for drawing in drawings:
        reference = drawing.reference
        if identities.setdefault(reference.reference_id, reference.identity) != reference.identity:
            message = f"{reference.reference_id} has another label or owner_id elsewhere"
            raise GalleryError(f"{drawing.origin}: {message}")


def parse_reference(fields: dict[str, Any]) -> Reference:
    """A reference from its named values.

    Raises:
        GalleryError: a missing or blank field, a value that is no text, an unknown label.
    """
    values = {name: _text(fields, name) for name in Reference.__dataclass_fields__}
    label = values.pop("label")
    if label not in EMBLEM_LABELS:
        raise GalleryError(f"label: {label!r} is not one of {', '.join(EMBLEM_LABELS)}")
    return Reference(label=Label(label), **values)


def _drawing(path: Path, number: int, line: str) -> Drawing:
    origin = f"{path.name}, line {number}"
    try:
        fields = json.loads(line)
        if not isinstance(fields, dict):
            raise GalleryError("expected a JSON object")
        if "image" not in fields and "text" in fields:
            raise GalleryError("text: references by phrase are not supported by this encoder; give an image")
        return Drawing(parse_reference(fields), path.parent / _text(fields, "image"), origin)
    except (ValueError, RecursionError) as error:
        kind = "" if isinstance(error, GalleryError) else "not JSON: "
        raise GalleryError(f"{origin}: {kind}{error}") from error


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise GalleryError(f"{name}: " + ("missing" if value is None else "expected text"))
    if name in _NEVER_BLANK and not value.strip():
        raise GalleryError(f"{name}: blank")
    return value

"""References of a gallery: emblems, their owners, and the pictures or phrases that represent them.

References arrive as JSON Lines, written by people or by a platform's tools, so every error names its line.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from models.arrays import Pixels
from models.images.encoder.variants import variants
from models.images.input import thumbnails
from models.images.input.decode import MAX_BYTES, decode_rgba
from models.profile import EMBLEM_LABELS, Label, ProfileError
from models.text.normalize.characters import SURROGATE

MIN_REFERENCE_SIDE = 32
"""Least longer side of a reference, in pixels; smaller emblems cannot be distinguished."""

MAX_REFERENCE_ID, MAX_REFERENCE_TEXT = 256, 1_000
"""Longest ids (as in a profile's entitlements) and longest other texts of a reference, in code points."""

_NEVER_BLANK = ("reference_id", "image", "text", "owner_id")
AGREEING_FIELDS = ("label", "owner_id", "threshold", "rollout", "harmless")
"""Fields that must be equal in all entries of one reference."""

_TEXTS = ("reference_id", "name_zh", "name_en", "owner_id", "source", "licence")


class GalleryError(ValueError):
    """References or a gallery that cannot be used; the message names the line, file or reference and the reason.

    Args:
        code: stable name of a client's error, such as "reference_clash"; None for a broken gallery.
        field: the field of the reference at fault, if any.
    """

    def __init__(self, message: str, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.code, self.field = code, field


class OtherEncoderError(GalleryError):
    """A gallery whose vectors were made by another encoder, so they cannot be compared."""


@dataclass(frozen=True)
class Reference:
    """One protected emblem, or a harmless look-alike, as a line of a references file describes it.

    Attributes:
        reference_id: the emblem, such as "media.xinhua"; several pictures may share it.
        label: violation of an account that shows it; None only if harmless.
        name_zh, name_en: the emblem's name for people.
        owner_id: its owner; accounts entitled to the owner may show it.
        source: origin of this picture.
        licence: the picture's licence; the mark itself belongs to its owner.
        threshold: least score in [0, 1] for a finding, where it exceeds the label's; for easily confused emblems.
        rollout: share of accounts, in [0, 1], for which a finding counts; for the others it is only reported.
        harmless: member of the negative bank. A match in the same region scores at most one minus its score.
    """

    reference_id: str
    label: Label | None
    name_zh: str
    name_en: str
    owner_id: str
    source: str
    licence: str
    threshold: float = 0.0
    rollout: float = 1.0
    harmless: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The line of a references file that describes it, without default values."""
        values = {field.name: (getattr(self, field.name), field.default) for field in fields(self)}
        return {name: value for name, (value, usual) in values.items() if value is not None and value != usual}


@dataclass(frozen=True, eq=False)
class ReferencePicture:
    """A decoded picture that is valid as a reference.

    Attributes:
        sha256: SHA-256 of the file.
        variants: RGB, uint8 (height, width, 3) each, the unchanged drawing first.
        thumbnail: the drawing as a gallery stores it (`models.images.input.thumbnails`).
    """

    sha256: str
    variants: Sequence[Pixels]
    thumbnail: bytes


@dataclass(frozen=True)
class Drawing:
    """One picture of a reference, still encoded.

    Attributes:
        reference: the emblem shown.
        image: the file, or its bytes.
        origin: source of the description, for error messages.
    """

    reference: Reference
    image: Path | bytes
    origin: str = "reference"

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the file.

        Raises:
            GalleryError: the file cannot be read, or has more than `MAX_BYTES`.
        """
        return hashlib.sha256(self._data()).hexdigest()

    def read(self) -> ReferencePicture:
        """Decode and check the picture, and make the variants to embed.

        Raises:
            GalleryError: the picture is missing, broken, blank or too small.
        """
        data = self._data()
        try:
            pixels = decode_rgba(data, "image")
        except ProfileError as error:
            raise self._fault(str(error), error.code) from error
        if max(pixels.shape[:2]) < MIN_REFERENCE_SIDE:
            raise self._fault(f"the longer side must have at least {MIN_REFERENCE_SIDE} pixels", "image_dimensions")
        embedded = variants(pixels)
        if not embedded:
            raise self._fault("the picture is blank", "image_blank")
        return ReferencePicture(hashlib.sha256(data).hexdigest(), embedded, thumbnails.encode_thumbnail(pixels))

    def _data(self) -> bytes:
        if isinstance(self.image, bytes):
            return self.image
        try:
            with self.image.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                data = file.read() if size <= MAX_BYTES else b""  # a larger one may exceed the memory
        except (OSError, ValueError) as error:  # a path with a zero byte is a ValueError
            raise self._fault(str(error)) from error
        if size > MAX_BYTES:
            message = f"the picture has {size:,} bytes; at most {MAX_BYTES:,} are accepted"
            raise self._fault(message, "image_bytes")
        return data

    def _fault(self, message: str, code: str | None = None) -> GalleryError:
        return GalleryError(f"{self.origin}: image: {message}", code, "image")


@dataclass(frozen=True)
class Phrase:
    """A phrase that represents a reference, such as "一枚警徽"; the encoder must have a text tower.

    Attributes:
        reference: the emblem described.
        text: Chinese or English.
        origin: source of the description, for error messages.
    """

    reference: Reference
    text: str
    origin: str = "reference"

    @property
    def sha256(self) -> str:
        """SHA-256 of the text in UTF-8."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def fault(self, message: str) -> GalleryError:
        """The error that this phrase cannot be a reference."""
        return GalleryError(f"{self.origin}: text: {message}", "value_invalid", "text")


ReferenceSource = Drawing | Phrase
"""One line of a references file."""


def read_references(path: Path, **instead: object) -> list[ReferenceSource]:
    """The drawings and phrases of a JSON Lines file, in order; `image` is relative to the file.

    Pictures are opened later, by `Drawing.read`.

    Args:
        instead: values that override every line's own, such as `rollout=0`.

    Raises:
        GalleryError: the file is missing or empty, a line is invalid, or two lines with one `reference_id` disagree.
    """
    lines = enumerate(_lines(path), start=1)
    sources = [_source(path, number, line, instead) for number, line in lines if line.strip()]
    if not sources:
        raise GalleryError(f"{path} lists no references")
    check_agreement(sources)
    return sources


def read_valid_references(path: Path, refuse: Callable[[GalleryError], None]) -> list[ReferenceSource]:
    """The valid lines of a JSON Lines file, in order; `refuse` is told of every other one.

    Raises:
        GalleryError: the file cannot be read.
    """
    sources = []
    for number, line in enumerate(_lines(path), start=1):
        try:
            sources += [_source(path, number, line, {})] if line.strip() else []
        except GalleryError as error:
            refuse(error)
    return sources


def _lines(path: Path) -> list[str]:
    try:
        # JSON strings may hold characters that splitlines splits at.
        return path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise GalleryError(f"{path}: {error}") from error


def check_agreement(sources: Iterable[ReferenceSource], known: Iterable[Reference] = ()) -> None:
    """Refuse sources that disagree in `AGREEING_FIELDS` with each other or with known references.

    Raises:
        GalleryError: two descriptions of one reference disagree.
    """
    first = {reference.reference_id: reference for reference in known}
    for source in sources:
        check_agrees(source, first)


def check_agrees(source: ReferenceSource, first: dict[str, Reference]) -> None:
    """Refuse a source that disagrees in `AGREEING_FIELDS` with its reference in `first`; add a new reference to it.

    Raises:
        GalleryError: the two descriptions disagree.
    """
    new = source.reference
    other = first.setdefault(new.reference_id, new)
    for name in AGREEING_FIELDS:
        if getattr(new, name) != getattr(other, name):
            message = f"{source.origin}: {new.reference_id} has another {name} elsewhere"
            raise GalleryError(message, "reference_conflict", name)


def parse_reference(values: Mapping[str, Any]) -> Reference:
    """A reference from a mapping of its fields; null counts as absent.

    Raises:
        GalleryError: a field is missing, blank, too long, of another type or out of range, or the label is unknown. A
            harmless look-alike may have no threshold or rollout.
    """
    harmless = _flag(values, "harmless")
    shares = {name: _share(values, name) for name in ("threshold", "rollout") if values.get(name) is not None}
    if harmless and shares:
        name = min(shares)
        raise GalleryError(f"{name}: a harmless look-alike is never reported, so it has none", "value_invalid", name)
    texts = {name: _text(values, name) for name in _TEXTS}
    known: dict[str, Any] = texts | shares
    return Reference(label=_label(values, harmless), harmless=harmless, **known)


def _source(path: Path, number: int, line: str, instead: Mapping[str, object]) -> ReferenceSource:
    origin = f"{path.name}, line {number}"
    try:
        values = json.loads(line)
        if not isinstance(values, dict):
            raise GalleryError("expected a JSON object")
        return parse_source({**values, **instead}, path.parent, origin)
    except (ValueError, RecursionError) as error:
        kind = "" if isinstance(error, GalleryError) else "not JSON: "
        raise GalleryError(f"{origin}: {kind}{error}") from error


def parse_source(values: Mapping[str, Any], folder: Path, origin: str) -> ReferenceSource:
    """A drawing or a phrase from a mapping of its fields.

    Args:
        folder: `image` is relative to it.
        origin: source of the description, for error messages.

    Raises:
        GalleryError: as `parse_reference` and `parse_phrase`, or there is neither an image nor a text.
    """
    reference = parse_reference(values)
    if values.get("text") is None:
        return Drawing(reference, folder / _text(values, "image"), origin)
    return Phrase(reference, parse_phrase(values, reference), origin)


def parse_phrase(values: Mapping[str, Any], reference: Reference) -> str:
    """The phrase of a reference, from a mapping of its fields.

    Raises:
        GalleryError: the text is missing, blank or too long, there is an image too, or the reference is harmless.
    """
    if values.get("image") is not None:
        raise GalleryError("text: give an image or a text, not both", "value_invalid", "text")
    if reference.harmless:
        raise GalleryError("text: a harmless look-alike needs an image", "value_invalid", "text")
    return _text(values, "text")


def _label(values: Mapping[str, Any], harmless: bool) -> Label | None:
    if harmless and values.get("label") is None:
        return None
    label = _text(values, "label")
    if label not in EMBLEM_LABELS:
        raise GalleryError(f"label: {label!r} is not one of {', '.join(EMBLEM_LABELS)}", "value_invalid", "label")
    return Label(label)


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    if value is None:
        raise GalleryError(f"{name}: missing", "missing_field", name)
    if not isinstance(value, str):
        raise GalleryError(f"{name}: expected text", "wrong_type", name)
    if SURROGATE.search(value):
        raise GalleryError(f"{name}: a lone surrogate is not valid Unicode text", "text_invalid", name)
    if name in _NEVER_BLANK and not value.strip():
        raise GalleryError(f"{name}: blank", "value_empty", name)
    most = MAX_REFERENCE_ID if name.endswith("_id") else MAX_REFERENCE_TEXT
    if len(value) > most:
        raise GalleryError(f"{name}: more than {most:,} characters", "value_too_long", name)
    return value


def _share(values: Mapping[str, Any], name: str) -> float:
    value = values[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise GalleryError(f"{name}: expected a number", "wrong_type", name)
    if not 0 <= value <= 1:
        raise GalleryError(f"{name}: must lie in [0, 1]", "value_invalid", name)
    return float(value)


def _flag(values: Mapping[str, Any], name: str) -> bool:
    value = values.get(name)
    if value is not None and not isinstance(value, bool):
        raise GalleryError(f"{name}: expected true or false", "wrong_type", name)
    return bool(value)

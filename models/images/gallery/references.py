"""What a gallery is made from: emblems, whose they are, and pictures or phrases that stand for them.

References arrive as JSON Lines, written by people or by a platform's own tools, so every fault is named with its line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from models.images.encoder.variants import variants
from models.images.input import thumbnails
from models.images.input.decode import decode_rgba
from models.profile import EMBLEM_LABELS, Label, ProfileError
from models.text.normalize.characters import SURROGATE

MIN_REFERENCE_SIDE = 32
"""Longer side of a reference, in pixels: below it an emblem has lost what tells it from others."""

MAX_REFERENCE_ID, MAX_REFERENCE_TEXT = 256, 1_000
"""Longest ids, as in a profile's entitlements, and longest other texts of a reference, in code points."""

_NEVER_BLANK = ("reference_id", "image", "text", "owner_id")
AGREEING_FIELDS = ("label", "owner_id", "threshold", "rollout", "harmless")
"""What all pictures of one emblem must say alike."""

_TEXTS = ("reference_id", "name_zh", "name_en", "owner_id", "source", "licence")


class GalleryError(ValueError):
    """References or a gallery that cannot be used; the message says which line, file or reference and why.

    Args:
        code: a client's fault has a stable name, such as "reference_clash"; None for a gallery that is broken.
        field: the field of the reference at fault, if it is one.
    """

    def __init__(self, message: str, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.code, self.field = code, field


class OtherEncoderError(GalleryError):
    """A gallery whose vectors another encoder made: they cannot be compared."""


@dataclass(frozen=True)
class Reference:
    """One protected emblem, or a harmless look-alike, as a line of a references file describes it.

    Attributes:
        reference_id: the emblem, such as "media.xinhua"; several pictures may share it.
        label: what an account that shows it is guilty of; None only where it is harmless.
        name_zh, name_en: the emblem's name for people.
        owner_id: whose it is; accounts entitled to the owner may show it.
        source: where this picture is from.
        licence: the picture's licence; the mark itself stays its owner's.
        threshold: score in [0, 1] from which it is reported, where that is more than its label's: for a confusable one.
        rollout: share of accounts, in [0, 1], for which a finding counts; for the others it is only reported.
        harmless: of the negative bank: it explains what it resembles more than any emblem, and is never reported.
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
        """The line of a references file that describes it, without what is as usual."""
        values = {field.name: (getattr(self, field.name), field.default) for field in fields(self)}
        return {name: value for name, (value, usual) in values.items() if value is not None and value != usual}


@dataclass(frozen=True, eq=False)
class ReferencePicture:
    """A picture that was read and found fit to be a reference.

    Attributes:
        sha256: of the file.
        looks: RGB, uint8 (height, width, 3) each, the drawing as it is first.
        thumbnail: the drawing as a gallery keeps it, see `models.images.input.thumbnails`.
    """

    sha256: str
    views: Sequence[np.ndarray]
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

    def read(self) -> ReferencePicture:
        """The picture, decoded and checked.

        Raises:
            GalleryError: the picture is missing, broken, blank or too small.
        """
        try:
            data = self.image if isinstance(self.image, bytes) else self.image.read_bytes()
            pixels = decode_rgba(data, "image")
        except (OSError, ProfileError) as error:
            raise self._fault(str(error), getattr(error, "code", None)) from error
        if max(pixels.shape[:2]) < MIN_REFERENCE_SIDE:
            raise self._fault(f"the longer side must have at least {MIN_REFERENCE_SIDE} pixels", "image_dimensions")
        looks = variants(pixels)
        if not looks:
            raise self._fault("the picture is blank", "image_blank")
        return ReferencePicture(hashlib.sha256(data).hexdigest(), looks, thumbnails.encode_thumbnail(pixels))

    def _fault(self, message: str, code: str | None) -> GalleryError:
        return GalleryError(f"{self.origin}: image: {message}", code, "image")


@dataclass(frozen=True)
class Phrase:
    """Words that stand for a reference, such as "一枚警徽", where the encoder has a text tower.

    Attributes:
        reference: what they describe.
        text: Chinese or English.
        origin: where it was described, for error messages.
    """

    reference: Reference
    text: str
    origin: str = "reference"

    @property
    def sha256(self) -> str:
        """Of the text in UTF-8."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def fault(self, message: str) -> GalleryError:
        """Why this phrase cannot be a reference."""
        return GalleryError(f"{self.origin}: text: {message}", "value_invalid", "text")


ReferenceSource = Drawing | Phrase
"""What a line of a references file gives."""


def read_references(path: Path, **instead: object) -> list[ReferenceSource]:
    """The drawings and phrases that a JSON Lines file lists, in order; `image` is relative to the file.

    Args:
        instead: values that every line gets instead of its own, such as `rollout=0`.

    Raises:
        GalleryError: no file, no lines, or a line that is not JSON, lacks a field, has a value that is not allowed, or
            contradicts an earlier line with the same `reference_id`. Pictures are only opened by `Drawing.read`.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # JSON may hold what splitlines takes for ends of lines
    except (OSError, UnicodeDecodeError) as error:
        raise GalleryError(f"{path}: {error}") from error
    sources = [_source(path, number, line, instead) for number, line in enumerate(lines, start=1) if line.strip()]
    if not sources:
        raise GalleryError(f"{path} lists no references")
    check_agreement(sources)
    return sources


def check_agreement(sources: Iterable[ReferenceSource], known: Iterable[Reference] = ()) -> None:
    """Refuse drawings and phrases that differ in more than names from what is known of the same reference.

    Raises:
        GalleryError: two descriptions contradict each other.
    """
    first = {reference.reference_id: reference for reference in known}
    for source in sources:
        new = source.reference
        other = first.setdefault(new.reference_id, new)
        for name in AGREEING_FIELDS:
            if getattr(new, name) != getattr(other, name):
                message = f"{source.origin}: {new.reference_id} has another {name} elsewhere"
                raise GalleryError(message, "reference_conflict", name)


def parse_reference(values: Mapping[str, Any]) -> Reference:
    """A reference from its named values; null is as good as absent.

    Raises:
        GalleryError: a missing, blank or over-long field, a value of another type, an unknown label, a number outside
            [0, 1], or a threshold or rollout of a look-alike that is harmless.
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
        reference = parse_reference({**values, **instead})
        if values.get("text") is None:
            return Drawing(reference, path.parent / _text(values, "image"), origin)
        return Phrase(reference, parse_phrase(values, reference), origin)
    except (ValueError, RecursionError) as error:
        kind = "" if isinstance(error, GalleryError) else "not JSON: "
        raise GalleryError(f"{origin}: {kind}{error}") from error


def parse_phrase(values: Mapping[str, Any], reference: Reference) -> str:
    """The text that stands for a reference, from the named values.

    Raises:
        GalleryError: blank, over-long or no text, one beside an image, or one of a look-alike that is harmless.
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

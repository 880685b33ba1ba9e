"""The content of a case as a reviewer sees it: pictures with boxes, texts with marked spans, and their findings."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import PIL.Image

from models.images.gallery.gallery import Gallery, GalleryError
from models.images.input.decode import decode
from models.policy import Policy
from models.profile import IMAGE_FIELDS, Field, Label, ProfileError

SHOWN_SIDE: Final = 640
"""Longer side of a picture on a page, in pixels."""

JPEG_QUALITY: Final = 85


@dataclass(frozen=True)
class Segment:
    """A piece of a text.

    Attributes:
        text: the piece.
        numbers: of the findings whose spans cover it, from 1.
    """

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Panel:
    """One field of a profile.

    Attributes:
        field: its name.
        text: in segments; empty for a picture, and where it is no longer kept.
        frames: pictures as data URIs, each with the index of its frame (None for a still one) and the boxes in it.
        is_kept: its content is there.
        findings: those in the field, each with its `number`, the policy's `rule` and pictures of the `references`.
    """

    field: Field
    text: Sequence[Segment]
    frames: Sequence[Mapping[str, Any]]
    is_kept: bool
    findings: Sequence[Mapping[str, Any]]


def panels(
    findings: Sequence[Mapping[str, Any]], kept: Mapping[Field, bytes], gallery: Gallery, policy: Policy
) -> list[Panel]:
    """The fields of a case: those with findings first, then the others that are kept.

    Args:
        findings: of the stored answer.
        kept: contents by field.
    """
    numbered = [{**finding, "number": number} for number, finding in enumerate(findings, start=1)]
    with_findings = list(dict.fromkeys(Field(finding["field"]) for finding in numbered))
    rest = [field for field in kept if field not in with_findings]
    return [
        _panel(field, [one for one in numbered if one["field"] == field], kept.get(field), gallery, policy)
        for field in (*with_findings, *rest)
    ]


def segments(text: str, spans: Sequence[tuple[int, Sequence[int]]]) -> list[Segment]:
    """A text, cut wherever a span begins or ends.

    Args:
        spans: number of a finding, and start and end (exclusive) in code points.
    """
    cuts = sorted({0, len(text), *(min(max(place, 0), len(text)) for _, span in spans for place in span)})
    return [
        Segment(text[start:end], tuple(sorted({number for number, (first, last) in spans if first <= start < last})))
        for start, end in pairwise(cuts)
    ]


def data_uri(picture: PIL.Image.Image, kind: str) -> str:
    """A picture as an address that holds it.

    Args:
        kind: "JPEG" or "PNG".
    """
    buffer = io.BytesIO()
    picture.save(buffer, kind, quality=JPEG_QUALITY)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def drawing_uri(gallery: Gallery, reference_id: str) -> str | None:
    """The first drawing of a reference; None if it has none, or is no longer in the gallery."""
    try:
        entries = gallery.entries_of(reference_id)
    except GalleryError:
        return None
    first = next((entry for entry in entries if not gallery.entries[entry].text), None)
    if first is None:
        return None
    return _webp_uri(gallery.entries[first].drawing)


@lru_cache(maxsize=4096)
def _webp_uri(drawing: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(drawing).decode()}"


def _panel(
    field: Field, findings: Sequence[Mapping[str, Any]], content: bytes | None, gallery: Gallery, policy: Policy
) -> Panel:
    detailed = [_detailed(finding, gallery, policy) for finding in findings]
    if content is None:
        return Panel(field, [], [], False, detailed)
    if field in IMAGE_FIELDS:
        return Panel(field, [], _frames(content, field, findings), True, detailed)
    spans = [(finding["number"], span) for finding in findings for span in finding["evidence"].get("spans") or ()]
    return Panel(field, segments(content.decode("utf-8", "replace"), spans), [], True, detailed)


def _frames(content: bytes, field: Field, findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    try:
        images = decode(content, field)
    except ProfileError:  # a later release may refuse what an earlier one took
        return []
    shown = []
    for image in images:
        picture = PIL.Image.fromarray(image.pixels)
        picture.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
        boxes = [
            {"number": finding["number"], "severity": finding["severity"], "box": finding["evidence"]["box"]}
            for finding in findings
            if finding["evidence"].get("box") and finding["evidence"].get("frame") == image.frame
        ]
        if image.frame is None or image.frame == images[0].frame or boxes:
            shown.append({"uri": data_uri(picture, "JPEG"), "frame": image.frame, "boxes": boxes})
    return shown


def _detailed(finding: Mapping[str, Any], gallery: Gallery, policy: Policy) -> dict[str, Any]:
    evidence = finding["evidence"]
    rule = policy.rules[Label(finding["label"])].within(Field(finding["field"]))
    ids = [evidence.get("reference_id"), *(evidence.get("alternatives") or ())]
    names = {one.reference_id: one for one in gallery.references} if any(ids) else {}
    references = [
        {"id": one, "uri": drawing_uri(gallery, one), "name": names.get(one), "is_match": number == 0}
        for number, one in enumerate(ids)
        if one and finding["label"] != Label.CLOSED_ACCOUNT_MATCH
    ]
    quoted = evidence.get("text") or ""
    of_picture = Field(finding["field"]) in IMAGE_FIELDS
    spans = [(finding["number"], span) for span in evidence.get("spans") or ()] if of_picture else []
    return {
        **finding,
        "rule": rule,
        "references": references,
        "quoted": segments(quoted, spans) if spans else [Segment(quoted, ())],
    }

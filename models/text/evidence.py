"""Builds the evidence of text detectors from ranges of the normalised text."""

from __future__ import annotations

from collections.abc import Sequence

from models.profile import Evidence, Span
from models.text.normalize.normalize import Normalized


def evidence_at(normalized: Normalized, ranges: Sequence[Span]) -> Evidence:
    """Evidence for ranges of the normalised text; several ranges are joined by an ellipsis.

    Ranges that overlap, or come from one original character (🆔 becomes id), are merged.
    """
    ranges = _merged(normalized, ranges)
    spans = tuple(normalized.span(start, end) for start, end in ranges)
    return Evidence(
        spans=spans,
        text=" … ".join(normalized.original[start:end] for start, end in spans),
        normalized=" … ".join(normalized.text[start:end] for start, end in ranges),
    )


def _merged(normalized: Normalized, ranges: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(ranges):
        if merged and normalized.starts[start] < normalized.ends[merged[-1][1] - 1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged

"""Fuses the findings of all text detectors to one per label, and per body that is named.

Patterns and the classifier may find the same contact; a reviewer needs one finding with the better evidence. The fused
score is the maximum: every score is a calibrated probability. A classifier that misses a match makes a pattern no less
certain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from models.profile import Evidence, Finding, Label


def fuse(findings: Iterable[Finding]) -> list[Finding]:
    """The strongest finding per label for one text, with the most specific evidence.

    Evidence that names a body comes first, so that an entitled account is recognised whichever detector scored higher.
    Evidence with spans comes next. Every named body has its own finding: entitlement to one does not cover the others.
    """
    by_label: dict[Label, list[Finding]] = {}
    for finding in sorted(findings, key=lambda found: -found.score):
        by_label.setdefault(finding.label, []).append(finding)
    return [finding for ranked in by_label.values() for finding in _by_body(ranked)]


def strongest(findings: Iterable[Finding]) -> dict[Label, float]:
    """The highest score per label, over all named bodies."""
    return {finding.label: finding.score for finding in sorted(findings, key=lambda found: found.score)}


def _by_body(ranked: list[Finding]) -> list[Finding]:
    """Findings of one label: the strongest, with the most specific evidence, then one per other body.

    Args:
        ranked: strongest first.
    """
    contacts = next((finding.contacts for finding in ranked if finding.contacts), ())
    first = replace(ranked[0], evidence=_most_specific(ranked), contacts=contacts)
    others = {finding.evidence.reference_id: finding for finding in reversed(ranked) if finding.evidence.reference_id}
    return [first, *(found for body, found in others.items() if body != first.evidence.reference_id)]


def _most_specific(ranked: list[Finding]) -> Evidence:
    several = [finding.evidence for finding in ranked]
    return max(several, key=lambda evidence: (evidence.reference_id is not None, bool(evidence.spans)))

"""One finding per label from the several text detectors.

A contact may be read by pattern and by the classifier; a reviewer wants one finding with the stronger proof. The rule
is the maximum: each detector's score is already a calibrated probability that the label is right, and a pattern that
matched is not made less certain by a classifier that missed it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from models.profile import Finding, Label


def fuse(findings: Iterable[Finding]) -> list[Finding]:
    """The strongest finding per label for one text.

    A finding without spans borrows the evidence of the next best that has some. One that does not know whose name it is
    borrows the body that another names, so that an account entitled to the name is recognised whoever found it.
    """
    by_label: dict[Label, list[Finding]] = {}
    for finding in sorted(findings, key=lambda found: -found.score):
        by_label.setdefault(finding.label, []).append(finding)
    return [_strongest(ranked) for ranked in by_label.values()]


def _strongest(ranked: list[Finding]) -> Finding:
    evidence = next((found.evidence for found in ranked if found.evidence.spans), ranked[0].evidence)
    named = next((found.evidence for found in ranked if found.evidence.reference_id), evidence)
    evidence = replace(
        evidence,
        reference_id=named.reference_id,
        reference_name=named.reference_name,
        owner_id=named.owner_id,
    )
    return replace(ranked[0], evidence=evidence)

"""One finding per label from the several text detectors.

A contact may be read by pattern and by the classifier; a reviewer wants one finding with the stronger proof. The rule
is the maximum: each detector's score is already a calibrated probability that the label is right, and a pattern that
matched is not made less certain by a classifier that missed it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from models.profile import Evidence, Finding, Label


def fuse(findings: Iterable[Finding]) -> list[Finding]:
    """The strongest finding per label for one text, with the evidence that says most.

    That is the evidence of the strongest that says whose name it is, so that an account entitled to the name is
    recognised whoever found it; else of the strongest that shows words.
    """
    by_label: dict[Label, list[Finding]] = {}
    for finding in sorted(findings, key=lambda found: -found.score):
        by_label.setdefault(finding.label, []).append(finding)
    return [replace(ranked[0], evidence=_telling(ranked)) for ranked in by_label.values()]


def _telling(ranked: list[Finding]) -> Evidence:
    several = [finding.evidence for finding in ranked]
    return max(several, key=lambda evidence: (evidence.reference_id is not None, bool(evidence.spans)))

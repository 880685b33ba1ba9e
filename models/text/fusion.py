"""One finding per label, and per body that is named, from the several text detectors.

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
    recognised whoever found it; else of the strongest that shows words. Names of several bodies are a finding each: who
    is entitled to one is not entitled to the others.
    """
    by_label: dict[Label, list[Finding]] = {}
    for finding in sorted(findings, key=lambda found: -found.score):
        by_label.setdefault(finding.label, []).append(finding)
    return [finding for ranked in by_label.values() for finding in _by_body(ranked)]


def strongest(findings: Iterable[Finding]) -> dict[Label, float]:
    """The highest score per label, however many bodies are named."""
    return {finding.label: finding.score for finding in sorted(findings, key=lambda found: found.score)}


def _by_body(ranked: list[Finding]) -> list[Finding]:
    """Of findings of one label, strongest first: the strongest with the most telling evidence, then those of others."""
    first = replace(ranked[0], evidence=_telling(ranked))
    others = {finding.evidence.reference_id: finding for finding in reversed(ranked) if finding.evidence.reference_id}
    return [first, *(found for body, found in others.items() if body != first.evidence.reference_id)]


def _telling(ranked: list[Finding]) -> Evidence:
    several = [finding.evidence for finding in ranked]
    return max(several, key=lambda evidence: (evidence.reference_id is not None, bool(evidence.spans)))

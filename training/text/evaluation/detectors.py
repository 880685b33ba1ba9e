"""The parts that judge a text, by name, so that all of them, some or one can be measured.

What is measured is what is served: the same detectors, joined by the same rule, reported from the policy's thresholds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from models.policy import Policy
from models.profile import Finding, Label
from models.settings import Settings
from models.text.classifier.classifier import TextClassifier
from models.text.contacts.detector import ContactDetector
from models.text.fusion import fuse, strongest
from models.text.names.protected_names import ProtectedNameDetector
from models.text.normalize.normalize import FieldText

Detector = Callable[[Sequence[FieldText]], Sequence[Sequence[Finding]]]
"""Findings for every text, in order."""

Found = Mapping[str, Sequence[Sequence[Finding]]]
"""By part, its findings for every text."""


@dataclass(frozen=True)
class TextJudgement:
    """What is said of one text.

    Attributes:
        scores: probability of every classifier label.
        findings: those that are reported, with their evidence.
    """

    scores: Mapping[Label, float]
    findings: Sequence[Finding]


Judge = Callable[[Sequence[FieldText]], Sequence[TextJudgement]]
"""Judges texts, in order."""


def shipped_parts(directory: Path) -> dict[str, Detector]:
    """Every detector that the Inspector has for texts and that speaks the cases' labels, in order of addition.

    Restricted words are left out: cases do not say whether a name holds one.

    Args:
        directory: the text model's artefact folder.
    """
    return {"classifier": TextClassifier(directory), "contacts": ContactDetector(), "names": ProtectedNameDetector()}


def detect(parts: Mapping[str, Detector], texts: Sequence[FieldText], description: str) -> Found:
    """What each part finds, with a progress bar; texts go through one at a time, which bounds memory."""
    found: dict[str, list[Sequence[Finding]]] = {name: [] for name in parts}
    for text in tqdm(texts, description, unit="", mininterval=1):
        for name, detector in parts.items():
            found[name].extend(detector([text]))
    return found


def joined(found: Found, policy: Policy) -> list[TextJudgement]:
    """Fuse what the parts found of each text, and report what passes the policy's thresholds."""
    return [
        _judged(fuse(finding for findings in several for finding in findings), policy)
        for several in zip(*found.values(), strict=True)
    ]


def shipped_judge(directory: Path) -> Judge:
    """All parts with a model, fused as the Inspector does, reported by the shipped policy.

    Args:
        directory: the text model's artefact folder.
    """
    parts, policy = shipped_parts(directory), Policy.load(Settings().policy)
    return lambda texts: joined(detect(parts, texts, "评测 · judging"), policy)


def _judged(findings: Sequence[Finding], policy: Policy) -> TextJudgement:
    reported = [finding for finding in findings if finding.score >= policy.rules[finding.label].threshold]
    return TextJudgement(strongest(findings), reported)

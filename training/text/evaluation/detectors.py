"""The text detectors as they are served, by name, so that all, some or one of them can be measured.

Findings are fused by the same rule, and reported from the same thresholds of the policy, as in the service.
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
"""By detector, its findings for every text."""


@dataclass(frozen=True)
class TextJudgement:
    """The judgement of one text.

    Attributes:
        scores: probability of every classifier label.
        findings: reported findings with their evidence.
    """

    scores: Mapping[Label, float]
    findings: Sequence[Finding]


Judge = Callable[[Sequence[FieldText]], Sequence[TextJudgement]]
"""Judges texts, in order."""


def shipped_parts(directory: Path, policy: Policy) -> dict[str, Detector]:
    """The Inspector's text detectors whose labels the cases have, in the order of the ablation.

    The detector of restricted words is left out: cases are not labelled for it.

    Args:
        directory: the text model's artefact folder.
        policy: its base rates are those of the classifier's scores.
    """
    classifier = TextClassifier(directory).at_base_rates(policy.base_rates)
    return {"classifier": classifier, "contacts": ContactDetector(), "names": ProtectedNameDetector()}


def detect(parts: Mapping[str, Detector], texts: Sequence[FieldText], description: str) -> Found:
    """Findings of each detector, with a progress bar; one text at a time bounds memory."""
    found: dict[str, list[Sequence[Finding]]] = {name: [] for name in parts}
    for text in tqdm(texts, description, unit="", mininterval=1):
        for name, detector in parts.items():
            found[name].extend(detector([text]))
    return found


def joined(found: Found, policy: Policy) -> list[TextJudgement]:
    """Fuse the findings of each text, and report those that pass the policy's thresholds."""
    return [
        _judged(fuse(finding for findings in several for finding in findings), policy)
        for several in zip(*found.values(), strict=True)
    ]


def shipped_judge(directory: Path) -> Judge:
    """All detectors with a text model, fused as in the Inspector, reported by the shipped policy.

    Args:
        directory: the text model's artefact folder.
    """
    policy = Policy.load(Settings().policy)
    parts = shipped_parts(directory, policy)
    return lambda texts: joined(detect(parts, texts, "评测 · judging"), policy)


def _judged(findings: Sequence[Finding], policy: Policy) -> TextJudgement:
    reported = [finding for finding in findings if policy.reports(finding)]
    return TextJudgement(strongest(findings), reported)

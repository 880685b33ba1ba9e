"""From findings to a verdict: the one place where a score becomes a consequence.

The thresholds and severities are a file (`policy.yaml`), because they are a platform's decision under the
Regulations, not a property of a model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, StrictBool, ValidationError, model_validator

from models.boxes import area, intersection, iou
from models.profile import Finding, Label, Severity
from models.runtime.rollout import in_rollout

PERMITTED_SCORE_MARGIN = 0.2
"""How much less sure a permitted emblem may be than a look-alike at the same place and still explain it: the flags of
Indonesia and Monaco, or the badges of one service, differ by less."""

SAME_REGION_IOU = 0.5
"""Intersection over union from which two boxes are one place, as in detection benchmarks (Everingham et al. 2010)."""

IDENTITY_LABELS = frozenset(
    {Label.FALSE_AUTHORITY, Label.MEDIA_IMPERSONATION, Label.PLACE_INSTITUTION, Label.CONTACT_DIVERSION}
)
"""What the letters of an emblem say: whose it is, and under which address."""

AFFILIATION_LABELS = frozenset(
    {Label.FALSE_AUTHORITY, Label.MEDIA_IMPERSONATION, Label.PLACE_INSTITUTION, Label.RESTRICTED_WORD}
)
"""What the words of a name say: whose it is, and of which place."""

Probability = Annotated[float, Field(ge=0, le=1)]


class PolicyError(ValueError):
    """The policy file cannot be used; the message names the rule at fault."""


class Rule(BaseModel):
    """What one label asks for.

    Attributes:
        threshold: calibrated score from which a finding is reported, in [0, 1].
        severity: what a reported finding asks for.
        reject_from: score from which it is refused although `severity` is review.
        why: the article that asks for this rule.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold: Probability
    severity: Literal["review", "reject"]
    reject_from: Probability | None = None
    why: Annotated[str, Field(min_length=1)]

    def severity_at(self, score: float) -> Severity:
        """What a finding with this score asks for; PASS below the threshold."""
        if score < self.threshold:
            return Severity.PASS
        if self.reject_from is not None and score >= self.reject_from:
            return Severity.REJECT
        return Severity(self.severity)


class _Reasoned(BaseModel):
    """A decision of the platform.

    Attributes:
        why: the article that asks for it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    why: Annotated[str, Field(min_length=1)]


class ContentsKept(_Reasoned):
    """Which judged texts and pictures are kept, encrypted.

    Attributes:
        keep: of no decision, of those that a person may look at again (review and reject), or of all.
        days: how long; those of a decision with an open appeal stay until it is reviewed, but no longer than the
            decision.
    """

    keep: Literal["never", "review", "always"]
    days: PositiveInt


class DecisionsKept(_Reasoned):
    """How many days a decision is kept, without texts and pictures."""

    days: PositiveInt


class DatabaseDown(_Reasoned):
    """What happens to requests while the database cannot be written: refuse them, or answer and spool to local disk."""

    then: Literal["refuse", "spool"]


class StoreRules(BaseModel):
    """What is kept of a judgement, and how long."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contents: ContentsKept
    decisions: DecisionsKept
    database_down: DatabaseDown

    @model_validator(mode="after")
    def _contents_go_first(self) -> StoreRules:
        if self.contents.days > self.decisions.days:
            raise ValueError("contents.days must be at most decisions.days: contents belong to a decision")
        return self


class Policy(BaseModel):
    """The rules in force, one for every label.

    Attributes:
        image_text: whether text in avatars and covers is read and judged, and compared with what emblems say.
        store: what is kept of a judgement.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[str, Field(min_length=1)]
    image_text: StrictBool = True
    store: StoreRules
    rules: dict[Label, Rule]

    @model_validator(mode="after")
    def _every_label_has_a_rule(self) -> Policy:
        missing = [str(label) for label in Label if label not in self.rules]
        if missing:
            raise ValueError(f"no rule for {', '.join(missing)}")
        return self

    @classmethod
    def load(cls, path: Path) -> Policy:
        """Read and check a policy file.

        The version in force is the file's own plus a fingerprint of its content, so that an edit that forgot the
        version is still told apart in the answers.

        Raises:
            PolicyError: not YAML, a label without a rule, an unknown key or a value out of range.
        """
        try:
            content = path.read_bytes()
            policy = cls.model_validate(yaml.safe_load(content))
        except OSError as error:
            raise PolicyError(f"policy file {path} cannot be read: {error.strerror}") from error
        except yaml.YAMLError as error:
            raise PolicyError(f"policy file {path} is not valid YAML: {error}") from error
        except ValidationError as error:
            faults = "; ".join(
                f"{'.'.join(map(str, fault['loc'])) or 'file'}: {fault['msg']}" for fault in error.errors()
            )
            raise PolicyError(f"policy file {path}: {faults}") from error
        fingerprint = hashlib.sha256(content).hexdigest()[:8]
        return policy.model_copy(update={"version": f"{policy.version}+{fingerprint}"})

    def apply(self, findings: Iterable[Finding], entitlements: frozenset[str], account_id: str) -> tuple[Finding, ...]:
        """Findings that pass their label's and their reference's threshold, with what they ask for, worst first.

        A place of a picture that resembles several references is one finding: the best, or one that the account is
        entitled to and that is nearly as good. Look-alikes of a permitted emblem are no violation, nor is the owner's
        name in it. A finding that is only reported hides none that counts. What several frames of an animation show is
        judged frame by frame, and then is one finding.
        """
        judged = [self._judge(finding, entitlements, account_id) for finding in findings]
        # A permitted emblem that just misses the threshold still explains a look-alike that just passes it.
        explaining = [found for found in judged if self._passes(found) or self._nearly_permitted(found)]
        reported = [found for found in _one_per_place(_with_permitted_letters(explaining)) if self._passes(found)]
        ordered = sorted(reported, key=lambda found: (found.authorized, -found.severity.rank, -found.score))
        return tuple(_one_per_animation(ordered))

    def verdict(self, findings: Iterable[Finding]) -> Severity:
        """The worst severity among findings that count; PASS where there is none."""
        return max(
            (finding.severity for finding in findings if not finding.authorized),
            key=lambda severity: severity.rank,
            default=Severity.PASS,
        )

    def _passes(self, finding: Finding) -> bool:
        return finding.score >= max(self.rules[finding.label].threshold, finding.threshold)

    def _nearly_permitted(self, finding: Finding) -> bool:
        """Whether it is permitted and likely there, however much surer the reference's own threshold asks to be."""
        return finding.authorized and finding.score >= self.rules[finding.label].threshold - PERMITTED_SCORE_MARGIN

    def _judge(self, finding: Finding, entitlements: frozenset[str], account_id: str) -> Finding:
        authorized = bool({finding.evidence.reference_id, finding.evidence.owner_id} & entitlements)
        counts = in_rollout(account_id, finding.rollout, finding.evidence.reference_id or "")
        report_only = not authorized and not counts
        severity = Severity.PASS if report_only else self.rules[finding.label].severity_at(finding.score)
        return replace(finding, severity=severity, authorized=authorized, report_only=report_only)


def _with_permitted_letters(findings: list[Finding]) -> list[Finding]:
    """What a permitted emblem says about its owner is permitted too, and so is what a permitted name says of it."""
    permitted = [finding for finding in findings if finding.authorized]
    return [
        replace(found, authorized=True)
        if any(_names_owner(found, other) or _within_name(found, other) for other in permitted)
        else found
        for found in findings
    ]


def _names_owner(found: Finding, emblem: Finding) -> bool:
    """Whether a finding is text about its writer, most of it within the emblem."""
    text, picture = found.evidence, emblem.evidence
    if found.label not in IDENTITY_LABELS or found.field is not emblem.field or text.frame != picture.frame:
        return False
    if text.box is None or picture.box is None:
        return False
    return intersection(text.box, picture.box) > area(text.box) / 2


def _within_name(found: Finding, name: Finding) -> bool:
    """Whether a finding is nobody else's words that all stand in a name: 中国 in 中国移动, the place in 贵阳交警."""
    if found.label not in AFFILIATION_LABELS or found.evidence.owner_id or found.field is not name.field:
        return False
    words, names = found.evidence.spans or (), name.evidence.spans or ()
    return bool(words) and all(any(first <= start and end <= last for first, last in names) for start, end in words)


def _one_per_place(findings: list[Finding]) -> list[Finding]:
    """Emblems that share their place with a better explanation are left out; other findings stay."""
    kept: list[Finding] = []
    best_first = sorted(findings, key=lambda found: -(found.score + PERMITTED_SCORE_MARGIN * found.authorized))
    for finding in best_first:
        explained = [other for other in kept if _same_place(finding, other)]
        if all(other.report_only and not finding.report_only for other in explained):
            kept.append(finding)
    return kept


def _one_per_animation(findings: Iterable[Finding]) -> list[Finding]:
    """Of what several frames show the first that is given; each code stays, for each leads elsewhere."""
    kept: dict[object, Finding] = {}
    for found in findings:
        is_alone = found.evidence.frame is None or found.label is Label.QR_CODE
        kept.setdefault(found if is_alone else (found.field, found.label, found.evidence.reference_id), found)
    return list(kept.values())


def _same_place(one: Finding, other: Finding) -> bool:
    """Whether both are emblems found at the same place of the same picture."""
    here, there = one.evidence, other.evidence
    if one.field is not other.field or here.frame != there.frame:
        return False
    if here.reference_id is None or there.reference_id is None or here.box is None or there.box is None:
        return False
    return iou(here.box, there.box) > SAME_REGION_IOU

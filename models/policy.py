"""From findings to a verdict: the one place where a score becomes a consequence.

Thresholds and severities are in a file (`policy.yaml`): they are a platform's decision under the Regulations, not a
property of a model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    StrictBool,
    ValidationError,
    field_validator,
    model_validator,
)

from models.boxes import area, intersection, iou
from models.entitlements import Entitlements
from models.profile import CLASSIFIER_LABELS, LABELS, TEXT_FIELDS, Contact, ContactKind, Finding, Label, Severity
from models.profile import Field as ProfileField
from models.runtime.rollout import in_rollout
from models.runtime.yaml_lines import line_of
from models.text.contacts.platforms import PLATFORMS_FILE, services

PERMITTED_SCORE_MARGIN = 0.2
"""Score by which a look-alike may exceed a permitted emblem in its region and still be taken for it. The flags of
Indonesia and Monaco differ by less."""

SAME_REGION_IOU = 0.5
"""Intersection over union above which two boxes are one region (PASCAL VOC, Everingham et al. 2010)."""

IDENTITY_LABELS = frozenset(
    {Label.FALSE_AUTHORITY, Label.MEDIA_IMPERSONATION, Label.PLACE_INSTITUTION, Label.CONTACT_DIVERSION}
)
"""Labels of lettering that an emblem's owner may show in it: its name and its address."""

AFFILIATION_LABELS = frozenset(
    {Label.FALSE_AUTHORITY, Label.MEDIA_IMPERSONATION, Label.PLACE_INSTITUTION, Label.RESTRICTED_WORD}
)
"""Labels of words that the holder of a name may use as part of it: its affiliation and its place."""

Probability = Annotated[float, Field(ge=0, le=1)]

Rate = Annotated[float, Field(gt=0, lt=1)]
"""Share of texts, neither none nor all."""


MAX_FAULTS = 20
"""Faults of a file that are named; a person mends these before the others."""


class PolicyError(ValueError):
    """The policy file cannot be used; the message names the rule at fault and its line.

    Args:
        name: of the file.
        faults: what is wrong, place by place.
    """

    def __init__(self, name: str, faults: Sequence[str]) -> None:
        super().__init__(name, faults)  # both, so that the error can be sent to another process
        self.name, self.faults = name, faults

    def __str__(self) -> str:
        return f"policy file {self.name}: {'; '.join(self.faults)}"


def _faults(content: bytes, error: ValidationError) -> Iterator[str]:
    """What is wrong in a file, with the line of each place."""
    document, faults = yaml.compose(content.decode(), Loader=yaml.SafeLoader), error.errors()
    for fault in faults[:MAX_FAULTS]:
        place = fault["loc"]
        yield f"line {line_of(document, place)}, {'.'.join(map(str, place)) or 'file'}: {fault['msg']}"
    if (further := len(faults) - MAX_FAULTS) > 0:
        yield f"and {further:,} more"


def _off(value: object) -> object:
    """`off` without quotes, which YAML reads as false."""
    return "off" if value is False else value


Measure = Annotated[Literal["off", "observe", "review", "reject"], BeforeValidator(_off)]
"""What follows from a finding: it is not reported, reported without counting, shown to a reviewer, or refused."""


MEASURES = ("off", "observe", "review", "reject")
"""The values of `Measure`, mildest first."""


class FieldRule(BaseModel):
    """The parts of a label's rule that differ in one field.

    Attributes:
        threshold, severity, reject_from: as in `Rule`; the label's where they are None. A severity comes without the
            label's `reject_from` and `kinds`.
        kinds: as in `Rule`, before the label's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold: Probability | None = None
    severity: Measure | None = None
    reject_from: Probability | None = None
    kinds: dict[ContactKind, Measure] = {}

    @model_validator(mode="after")
    def _says_something(self) -> FieldRule:
        if all(value in (None, {}) for _, value in self):
            raise ValueError(f"names none of {', '.join(type(self).model_fields)}")
        return self


class Rule(BaseModel):
    """The consequence of one label.

    Attributes:
        threshold: calibrated score from which a finding is reported, in [0, 1].
        severity: of a reported finding. `observe` reports it with severity PASS; `off` does not report it.
        reject_from: score from which a finding is rejected although `severity` is review.
        kinds: severities of some kinds of contact, for `contact_diversion` alone; the other kinds have the rule's.
        fields: what differs in some fields.
        why: the article that requires this rule.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold: Probability
    severity: Measure
    reject_from: Probability | None = None
    kinds: dict[ContactKind, Measure] = {}
    fields: dict[ProfileField, FieldRule] = {}
    why: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _reject_from_has_an_effect(self) -> Rule:
        _check_reject_from(self.severity, self.reject_from)
        for field, special in self.fields.items():
            try:
                _check_reject_from(special.severity or self.severity, special.reject_from)
            except ValueError as error:
                raise ValueError(f"fields.{field}: {error}") from error
        return self

    @property
    def is_reported(self) -> bool:
        """False for a label that is switched off."""
        return self.severity != "off"

    def within(self, field: ProfileField) -> Rule:
        """The rule for findings in this field."""
        special = self.fields.get(field)
        if special is None:
            return self
        changed = {name: value for name, value in special if value is not None}
        if special.severity is None:
            changed["kinds"] = {**self.kinds, **special.kinds}
        else:
            changed["reject_from"] = special.reject_from
        return self.model_copy(update=changed)

    def of_kind(self, kind: ContactKind) -> Rule:
        """The rule for contacts of this kind."""
        return (
            self.model_copy(update={"severity": self.kinds[kind], "reject_from": None}) if kind in self.kinds else self
        )

    def rank_at(self, score: float) -> tuple[int, int]:
        """Order of rules by their consequence at this score, mildest first."""
        return self.severity_at(score).rank, MEASURES.index(self.severity)

    def severity_at(self, score: float) -> Severity:
        """Severity of a finding with this score; PASS below the threshold."""
        if score < self.threshold or self.severity in ("off", "observe"):
            return Severity.PASS
        if self.reject_from is not None and score >= self.reject_from:
            return Severity.REJECT
        return Severity(self.severity)


def _check_reject_from(severity: str | None, reject_from: float | None) -> None:
    """Raises ValueError where a score for rejecting stands beside a severity that it cannot raise."""
    if severity in ("off", "observe") and reject_from is not None:
        raise ValueError(f"reject_from has no effect beside severity {severity}")


class _Reasoned(BaseModel):
    """A platform's decision with its reason.

    Attributes:
        why: the article that requires it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    why: Annotated[str, Field(min_length=1)]


class ContentsKept(_Reasoned):
    """Which judged texts and pictures are kept, encrypted.

    Attributes:
        keep: of no decision, of those that people may review (review and reject), or of all.
        days: retention; an open appeal extends it until the review, at most to the decision's own.
    """

    keep: Literal["never", "review", "always"]
    days: PositiveInt


class DecisionsKept(_Reasoned):
    """Retention of a decision without its texts and pictures, in days."""

    days: PositiveInt


class DatabaseDown(_Reasoned):
    """While the database cannot be written, requests are refused, or answered and spooled to local disk."""

    then: Literal["refuse", "spool"]


class AppealsAnswered(_Reasoned):
    """Days within which an appeal is answered, which the platform announces to its users."""

    days: PositiveInt


class TrainingUse(_Reasoned):
    """Whether contents that people decided on may become labelled cases, another purpose than to review them.

    Attributes:
        use: of no decision, or of those that were reviewed.
        days: retention of such a case, from its decision on.
    """

    use: Literal["never", "reviewed"]
    days: PositiveInt


NO_TRAINING = TrainingUse(use="never", days=1, why="没有规定，即不允许 · Not provided for, so not allowed")
"""The rule of a policy without one."""


class StoreRules(BaseModel):
    """The parts of a judgement that are kept, for how long, and what else they may be used for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contents: ContentsKept
    decisions: DecisionsKept
    database_down: DatabaseDown
    training: TrainingUse = NO_TRAINING

    @model_validator(mode="after")
    def _contents_go_first(self) -> StoreRules:
        if self.contents.days > self.decisions.days:
            raise ValueError("contents.days must be at most decisions.days: contents belong to a decision")
        return self


class Policy(BaseModel):
    """The active rules, one for every label.

    Attributes:
        image_text: whether text in avatars and covers is read, judged, and compared with emblems' inscriptions.
        own_platforms: the operator's own services, on which naming an account is harmless.
        base_rates: share of the operator's texts that each label applies to, by field, for which the text model's
            scores are probabilities; where there is none, the model's own rate holds.
        store: retention of judgements.
        appeals: time limit of their answers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[str, Field(min_length=1)]
    image_text: StrictBool = True
    own_platforms: tuple[str, ...] = ()
    base_rates: dict[ProfileField, dict[Label, Rate]] = {}
    store: StoreRules
    appeals: AppealsAnswered = AppealsAnswered(days=7, why="第十九条：明确处理流程和反馈时限 · Art. 19")
    rules: dict[Label, Rule]

    @model_validator(mode="after")
    def _every_label_has_a_rule(self) -> Policy:
        missing = [str(label) for label in Label if label not in self.rules]
        if missing:
            raise ValueError(f"no rule for {', '.join(missing)}")
        return self

    @field_validator("own_platforms")
    @classmethod
    def _platforms_are_known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        """The platforms by the first of their names in the list."""
        platforms = [(name, services().platform(name)) for name in names]
        unknown = [name for name, platform in platforms if platform is None]
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: no public service in {PLATFORMS_FILE}")
        return tuple(platform for _, platform in platforms if platform)

    @field_validator("base_rates")
    @classmethod
    def _rates_are_of_the_text_model(
        cls, rates: dict[ProfileField, dict[Label, float]]
    ) -> dict[ProfileField, dict[Label, float]]:
        for field, by_label in rates.items():
            if field not in TEXT_FIELDS:
                raise ValueError(
                    f"{field}: write one of {', '.join(TEXT_FIELDS)}; text in pictures has the rates of bio"
                )
            for label in by_label:
                if label not in CLASSIFIER_LABELS:
                    raise ValueError(f"{field}.{label}: the text model scores {', '.join(CLASSIFIER_LABELS)} only")
        return rates

    @field_validator("rules")
    @classmethod
    def _fields_are_the_labels_own(cls, rules: dict[Label, Rule]) -> dict[Label, Rule]:
        for label, rule in rules.items():
            if label is not Label.CONTACT_DIVERSION and (
                rule.kinds or any(special.kinds for special in rule.fields.values())
            ):
                raise ValueError(f"{label}.kinds: only {Label.CONTACT_DIVERSION} has kinds")
            allowed = LABELS[label].fields
            for field in rule.fields:
                if field not in allowed:
                    raise ValueError(f"{label}.fields.{field}: {label} is found in {', '.join(allowed)} only")
        return rules

    @classmethod
    def load(cls, path: Path) -> Policy:
        """Read and check a policy file.

        Raises:
            PolicyError: it cannot be read, or see `parse`.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise PolicyError(str(path), [f"it cannot be read: {error.strerror}"]) from error
        return cls.parse(content, str(path))

    @classmethod
    def parse(cls, content: bytes, name: str) -> Policy:
        """Check the content of a policy file.

        The version is the file's own plus a fingerprint of its content. Answers thus tell apart two policies whose
        author forgot to change the version.

        Args:
            content: YAML in UTF-8.
            name: of the file, for errors.

        Raises:
            PolicyError: not YAML, a label without a rule, an unknown key or a value out of range.
        """
        try:
            policy = cls.model_validate(yaml.safe_load(content.decode()))
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise PolicyError(name, [f"line {line}: this is not UTF-8"]) from error
        except yaml.MarkedYAMLError as error:
            place = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
            raise PolicyError(name, [f"{place}this is not valid YAML: {error.problem}"]) from error
        except ValidationError as error:
            raise PolicyError(name, list(_faults(content, error))) from error
        except (yaml.YAMLError, ValueError, RecursionError) as error:  # a control character, a 13th month, deep nesting
            raise PolicyError(name, [f"this is not valid YAML: {' '.join(str(error).split())}"]) from error
        fingerprint = hashlib.sha256(content).hexdigest()[:8]
        return policy.model_copy(update={"version": f"{policy.version}+{fingerprint}"})

    def apply(self, findings: Iterable[Finding], entitlements: frozenset[str], account_id: str) -> tuple[Finding, ...]:
        """Findings above the thresholds of their label and reference, with their severity, worst first.

        - A region that resembles several references gives one finding. It is the best one, or one that the account is
          entitled to and that is nearly as good.
        - Look-alikes of a permitted emblem are no violation, nor is the owner's name in it.
        - A report-only finding hides none that counts.
        - A final finding (of a platform's blocked word) keeps its severity, and no entitlement covers it.
        - Frames of an animation are judged one by one; a reference in several of them gives one finding.
        """
        entitled = Entitlements.of(entitlements)
        counting = [own for finding in findings if (own := self._without_own_platforms(finding))]
        judged = [self._judge(finding, entitled, account_id) for finding in counting]
        # A permitted emblem just below the threshold still outranks a look-alike just above it.
        competing = [found for found in judged if self.reports(found) or self._nearly_permitted(found)]
        reported = [found for found in _one_per_region(_with_permitted_letters(competing)) if self.reports(found)]
        ordered = sorted(reported, key=lambda found: (found.authorized, -found.severity.rank, -found.score))
        return tuple(_one_per_animation(ordered))

    def verdict(self, findings: Iterable[Finding]) -> Severity:
        """The worst severity among findings that count; PASS where there is none."""
        return max(
            (finding.severity for finding in findings if not finding.authorized),
            key=lambda severity: severity.rank,
            default=Severity.PASS,
        )

    def rule(self, finding: Finding) -> Rule:
        """The rule for this finding: of its label, in its field, for the severest of its contacts."""
        return self._severest(finding)[0]

    def _severest(self, finding: Finding) -> tuple[Rule, ContactKind | None]:
        """The rule for this finding, and the kind of contact that it is for."""
        rule = self.rules[finding.label].within(finding.field)
        if finding.label is not Label.CONTACT_DIVERSION:
            return rule, None
        found = {contact.kind for contact in finding.contacts} or {ContactKind.HINT}
        of_kinds = [(rule.of_kind(kind), kind) for kind in ContactKind if kind in found]
        return max(of_kinds, key=lambda one: one[0].rank_at(finding.score))

    def _without_own_platforms(self, finding: Finding) -> Finding | None:
        """The finding without accounts on the operator's own services; None if it has no other contact."""
        own = frozenset(self.own_platforms)
        contacts = tuple(contact for contact in finding.contacts if not _is_account_on(contact, own))
        if len(contacts) == len(finding.contacts):
            return finding
        return replace(finding, contacts=contacts) if contacts else None

    def reports(self, finding: Finding) -> bool:
        """True if the finding passes the threshold of its label in its field, and of its reference, or is final."""
        if finding.is_final:
            return True
        rule = self.rule(finding)
        return rule.is_reported and finding.score >= max(rule.threshold, finding.threshold)

    def _nearly_permitted(self, finding: Finding) -> bool:
        """True if it is permitted and near its label's threshold; the reference's own threshold does not matter."""
        return finding.authorized and finding.score >= self.rule(finding).threshold - PERMITTED_SCORE_MARGIN

    def _judge(self, finding: Finding, entitled: Entitlements, account_id: str) -> Finding:
        if finding.is_final:
            return finding
        authorized = entitled.cover(finding)
        counts = in_rollout(account_id, finding.rollout, finding.evidence.reference_id or "")
        rule, kind = self._severest(finding)
        report_only = not authorized and (not counts or rule.severity == "observe")
        severity = Severity.PASS if report_only else rule.severity_at(finding.score)
        evidence = replace(finding.evidence, kind=kind) if kind else finding.evidence
        return replace(finding, evidence=evidence, severity=severity, authorized=authorized, report_only=report_only)


def _is_account_on(contact: Contact, platforms: frozenset[str]) -> bool:
    """True for an account on these services alone."""
    return contact.kind is ContactKind.ACCOUNT_NAME and bool(contact.platforms) and contact.platforms <= platforms


def _with_permitted_letters(findings: list[Finding]) -> list[Finding]:
    """The findings; those within a permitted emblem's lettering or a permitted name become permitted, too."""
    # Verified professions and contacts permit nothing beside them.
    permitted = [found for found in findings if found.authorized and _has_owner(found)]
    return [
        replace(found, authorized=True)
        if any(_names_owner(found, other) or _within_name(found, other) for other in permitted)
        else found
        for found in findings
    ]


def _has_owner(found: Finding) -> bool:
    """True for an emblem or a name that belongs to somebody."""
    return bool(found.evidence.reference_id or found.evidence.owner_id)


def _names_owner(found: Finding, emblem: Finding) -> bool:
    """True for text about its author that lies mostly within the emblem."""
    text, picture = found.evidence, emblem.evidence
    if found.label not in IDENTITY_LABELS or found.field is not emblem.field or text.frame != picture.frame:
        return False
    if text.box is None or picture.box is None:
        return False
    return intersection(text.box, picture.box) > area(text.box) / 2


def _within_name(found: Finding, name: Finding) -> bool:
    """True for words of no other owner that are all part of a name: 中国 in 中国移动, the city in 贵阳交警."""
    if found.label not in AFFILIATION_LABELS or found.evidence.owner_id or found.field is not name.field:
        return False
    if found.is_final:
        return False
    words, names = found.evidence.spans or (), name.evidence.spans or ()
    return bool(words) and all(any(first <= start and end <= last for first, last in names) for start, end in words)


def _one_per_region(findings: list[Finding]) -> list[Finding]:
    """The findings, without emblems whose region has a better one; a permitted one counts as better by the margin."""
    kept: list[Finding] = []
    best_first = sorted(findings, key=lambda found: -(found.score + PERMITTED_SCORE_MARGIN * found.authorized))
    for finding in best_first:
        better = [other for other in kept if _in_same_region(finding, other)]
        if all(other.report_only and not finding.report_only for other in better):
            kept.append(finding)
    return kept


def _one_per_animation(findings: Iterable[Finding]) -> list[Finding]:
    """The first finding of each reference over all frames; every QR code stays, since each leads elsewhere."""
    kept: dict[object, Finding] = {}
    for found in findings:
        is_alone = found.evidence.frame is None or found.label is Label.QR_CODE
        kept.setdefault(found if is_alone else (found.field, found.label, found.evidence.reference_id), found)
    return list(kept.values())


def _in_same_region(one: Finding, other: Finding) -> bool:
    """True if both are emblems found in the same region of the same picture."""
    here, there = one.evidence, other.evidence
    if one.field is not other.field or here.frame != there.frame:
        return False
    if here.reference_id is None or there.reference_id is None or here.box is None or there.box is None:
        return False
    return iou(here.box, there.box) > SAME_REGION_IOU

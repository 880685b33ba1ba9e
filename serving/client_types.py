"""What the service says, as types: one for each schema of `openapi.yaml`, by its name.

They are dictionaries as they came, so nothing that a later service adds is lost or stops a client.
"""

from typing import Any, Literal, NotRequired, TypedDict

Verdict = Literal["pass", "review", "reject"]
Outcome = Literal["pass", "reject"]
Box = list[float]


class ErrorDetail(TypedDict):
    """Why something was refused."""

    code: str
    message: str
    field: str | None


class Error(TypedDict):
    """What every error looks like."""

    error: ErrorDetail


class Versions(TypedDict):
    """What judged."""

    encoder: str
    gallery: str
    text: str
    policy: str
    ocr: NotRequired[str]
    closed: NotRequired[str]


class Evidence(TypedDict, total=False):
    """Why there is a finding; absent parts are left out."""

    reference_id: str
    reference_name: str
    owner_id: str
    similarity: float
    box: Box
    frame: int
    spans: list[list[int]]
    text: str
    normalized: str


class Finding(TypedDict):
    """One finding."""

    label: str
    field: str
    score: float
    severity: Verdict
    articles: list[str]
    authorized: bool
    report_only: bool
    detector: str
    evidence: Evidence


class Match(TypedDict):
    """A near reference."""

    reference_id: str
    label: str
    similarity: float
    score: float
    box: Box


class KeptAnswer(TypedDict):
    """An answer as it is kept: without the account."""

    decision_id: str
    verdict: Verdict
    findings: list[Finding]
    matches: dict[str, list[Match]]
    text_scores: dict[str, dict[str, float]]
    versions: Versions
    warnings: list[str]


class Answer(KeptAnswer):
    """The answer to a profile."""

    account_id: str


class BatchAnswer(TypedDict):
    """An answer or an error for each profile, in order."""

    answers: list[Answer | Error]


class AppealFiled(TypedDict):
    """A complaint that was filed."""

    appeal_id: str
    time: str


class AppealKept(AppealFiled):
    """A complaint as it is kept."""

    actor: str
    reason: str


class ReviewRecorded(TypedDict):
    """A review that was recorded."""

    review_id: str
    time: str
    outcome: Outcome
    labels: list[str] | None


class ReviewKept(ReviewRecorded):
    """A review as it is kept."""

    actor: str
    note: str


class Decision(TypedDict):
    """A decision as it is kept."""

    decision_id: str
    time: str
    asked_by: str
    verdict: Verdict
    inputs: dict[str, str]
    timings: dict[str, float]
    answer: KeptAnswer
    appeals: list[AppealKept]
    reviews: list[ReviewKept]


class Rule(TypedDict):
    """The rule of a label."""

    threshold: float
    severity: Literal["review", "reject"]
    reject_from: float | None
    why: str


class StoreRules(TypedDict):
    """What is kept, and how long."""

    contents: dict[str, Any]
    decisions: dict[str, Any]
    database_down: dict[str, Any]


class Policy(TypedDict):
    """The policy in force."""

    version: str
    image_text: bool
    store: StoreRules
    rules: dict[str, Rule]


class Reference(TypedDict):
    """A reference of the gallery."""

    reference_id: str
    label: str | None
    name_zh: str
    name_en: str
    owner_id: str
    source: str
    licence: str
    threshold: float
    rollout: float
    harmless: bool


class ReferencePage(TypedDict):
    """Some of the references."""

    references: list[Reference]
    total: int
    version: str


class ReferencePicture(TypedDict):
    """A picture of a reference, or a phrase."""

    sha256: str
    source: str
    licence: str
    drawing: str | None
    text: str | None


class ReferenceShown(TypedDict):
    """A reference and its pictures."""

    reference: Reference
    pictures: list[ReferencePicture]
    version: str


class ReferenceOffer(TypedDict):
    """A reference to enrol: by a picture in base64, or by a phrase."""

    reference_id: str
    label: NotRequired[str | None]
    name_zh: str
    name_en: str
    owner_id: str
    source: str
    licence: str
    threshold: NotRequired[float | None]
    rollout: NotRequired[float | None]
    harmless: NotRequired[bool | None]
    image: NotRequired[str | None]
    text: NotRequired[str | None]
    force: NotRequired[bool | None]


class ReferenceClash(TypedDict):
    """A picture that is, or nearly is, another owner's."""

    reference_id: str
    existing_id: str
    existing_owner_id: str
    similarity: float
    identical: bool


class Enrolment(TypedDict):
    """What was enrolled."""

    reference: Reference
    pictures: int
    version: str
    clashes: list[ReferenceClash]


class Removal(TypedDict):
    """What was removed."""

    reference_id: str
    pictures: int
    version: str


class ClosedAccount(TypedDict):
    """An account closed by law, its avatar in base64; a name or an avatar must be there."""

    account_id: str
    name: NotRequired[str | None]
    avatar: NotRequired[str | None]


class ClosedAccountRegistered(TypedDict):
    """What is remembered of a closed account."""

    account: str
    name: bool
    avatar: bool


class ClosedAccountRemoved(TypedDict):
    """That a closed account was forgotten."""

    removed: Literal[True]

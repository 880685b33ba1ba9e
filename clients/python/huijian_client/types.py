"""The service's answers as types, one for each schema of `openapi.yaml`, by its name.

Generated: `make types` writes this file; do not edit it. The types are plain dictionaries, so a field that a later
service adds is kept and stops no client.
"""

from typing import Any, Literal, NotRequired, TypedDict

Verdict = Literal["pass", "review", "reject"]
Outcome = Literal["pass", "reject"]
Box = list[float]


class Evidence(TypedDict, total=False):
    """证据，缺省的部分不出现 · The evidence; absent parts are left out."""

    reference_id: str
    reference_name: str
    owner_id: str
    similarity: float
    box: Box
    frame: int
    alternatives: list[str]
    spans: list[list[int]]
    text: str
    normalized: str
    kind: str


class Finding(TypedDict):
    """一项命中 · One finding."""

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
    """一个相近的参照 · A near reference."""

    reference_id: str
    label: str
    similarity: float
    score: float
    box: Box


class Versions(TypedDict):
    """作出结论的版本 · What judged."""

    encoder: str
    gallery: str
    text: str
    policy: str
    ocr: NotRequired[str]
    closed: NotRequired[str]
    lists: NotRequired[str]


class Answer(TypedDict):
    """结论 · The answer."""

    decision_id: str
    account_id: str
    verdict: Verdict
    findings: list[Finding]
    matches: dict[str, list[Match]]
    text_scores: dict[str, dict[str, float]]
    versions: Versions
    warnings: list[str]


class ErrorDetail(TypedDict):
    """原因 · Why a request was refused."""

    code: str
    message: str
    field: str | None


class Error(TypedDict):
    """错误 · What every error looks like."""

    error: ErrorDetail


class BatchAnswer(TypedDict):
    """各份的结论或错误，顺序与提交时相同 · An answer or an error for each profile, in order."""

    answers: list[Answer | Error]


class RefusedUpdate(TypedDict):
    """未启用的新版本 · Something newer that cannot be used."""

    part: str
    since: str
    reason: str


class Readiness(TypedDict):
    """就绪状态 · Readiness."""

    ready: bool
    versions: Versions
    update_refused: bool
    refused: list[RefusedUpdate]


class KeptAnswer(TypedDict):
    """当时的结论，不含账号；引文仅在保存期内 ·
    The answer as it was given, without the account, and with the quoted words as long as they are kept.
    """

    decision_id: str
    verdict: Verdict
    findings: list[Finding]
    matches: dict[str, list[Match]]
    text_scores: dict[str, dict[str, float]]
    versions: Versions
    warnings: list[str]


class AppealKept(TypedDict):
    """留存的申诉 · A complaint as it is kept."""

    appeal_id: str
    time: str
    actor: str
    reason: str


class ReviewKept(TypedDict):
    """留存的复核 · A review as it is kept."""

    review_id: str
    time: str
    actor: str
    outcome: Outcome
    labels: list[str] | None
    note: str


class Comment(TypedDict):
    """审核人的备注 · A reviewer's comment."""

    comment_id: str
    time: str
    actor: str
    text: str


class Decision(TypedDict):
    """留存的结论 · A decision as it is kept."""

    decision_id: str
    time: str
    asked_by: str
    verdict: Verdict
    inputs: dict[str, str]
    timings: dict[str, float]
    answer: KeptAnswer
    appeals: list[AppealKept]
    reviews: list[ReviewKept]
    comments: list[Comment]


class ListedFinding(TypedDict):
    """列表中的命中 · A finding in a list."""

    label: str
    field: str
    score: float
    severity: Verdict
    kind: str | None
    reference_id: str | None
    counts: bool


class ListedDecision(TypedDict):
    """列表中的结论 · A decision in a list."""

    decision_id: str
    time: str
    verdict: Verdict
    outcome: Outcome | None
    appealed: str | None
    open: bool
    findings: list[ListedFinding]


class DecisionPage(TypedDict):
    """一页结论 · A page of decisions."""

    decisions: list[ListedDecision]
    next: str | None


class KeptContents(TypedDict):
    """当时审核的内容 · What was judged."""

    decision_id: str
    contents: dict[str, str]


class AppealFiled(TypedDict):
    """已登记的申诉 · A complaint that was filed."""

    appeal_id: str
    time: str


class ReviewRecorded(TypedDict):
    """已登记的复核 · A review that was recorded."""

    review_id: str
    time: str
    outcome: Outcome
    labels: list[str] | None


class StoreRules(TypedDict):
    """记录的保存 · What is kept, and how long."""

    contents: dict[str, Any]
    decisions: dict[str, Any]
    database_down: dict[str, Any]
    training: dict[str, Any]


class FieldRule(TypedDict):
    """标签在一个字段中的规则，null 为沿用标签的规则 · What differs in one field; null where the label's rule holds."""

    threshold: float | None
    severity: str | None
    reject_from: float | None
    kinds: dict[str, str]


class Rule(TypedDict):
    """一个标签的规则 · The rule of a label."""

    threshold: float
    severity: str
    reject_from: float | None
    kinds: dict[str, str]
    fields: dict[str, FieldRule]
    why: str


class Policy(TypedDict):
    """处置规则 · The policy."""

    version: str
    image_text: bool
    own_platforms: list[str]
    base_rates: dict[str, dict[str, float]]
    store: StoreRules
    appeals: dict[str, Any]
    rules: dict[str, Rule]


class Reference(TypedDict):
    """一个参照 · A reference."""

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
    """部分参照 · Some of the references."""

    references: list[Reference]
    total: int
    version: str


class ReferencePicture(TypedDict):
    """参照的一张图片或一条文本 · A picture of a reference, or a phrase."""

    sha256: str
    source: str
    licence: str
    drawing: str | None
    text: str | None


class ReferenceShown(TypedDict):
    """一个参照及其图片 · A reference and its pictures."""

    reference: Reference
    pictures: list[ReferencePicture]
    version: str


class ReferenceOffer(TypedDict):
    """待登记的参照（JSON）· A reference to enrol, in JSON."""

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
    """与他人参照相同或几乎相同，或无害图片与标志相近 ·
    A picture or phrase that is, or nearly is, another owner's; or a harmless picture near an emblem.
    """

    reference_id: str
    existing_id: str
    existing_owner_id: str
    similarity: float
    identical: bool
    silences: bool


class Enrolment(TypedDict):
    """登记结果 · What was enrolled."""

    reference: Reference
    pictures: int
    version: str
    clashes: list[ReferenceClash]


class ReferenceCatch(TypedDict):
    """会命中多少图片 · How many pictures it would catch."""

    pictures: int
    possible: int
    likely: int


class Preview(TypedDict):
    """会命中什么 · What a reference would catch."""

    harmless: ReferenceCatch
    kept: ReferenceCatch | None
    clashes: list[str]


class ReferencePreview(TypedDict):
    """登记前的预览 · What a reference would catch before it is enrolled."""

    preview: Preview


class Removal(TypedDict):
    """移除结果 · What was removed."""

    reference_id: str
    pictures: int
    version: str


class ListedWord(TypedDict):
    """词表中的一个词 · A word of the platform's lists."""

    word: str
    list: Literal["blocked", "allowed"]
    label: str | None
    severity: Literal["review", "reject"] | None
    fields: list[Literal["name", "bio", "signature"]]
    note: str


class WordPage(TypedDict):
    """部分词 · Some of the words."""

    words: list[ListedWord]
    total: int
    version: str


class WordOffer(TypedDict):
    """要加入的词（JSON）；禁用词须有标签和处置，放行词没有 ·
    A word to add, in JSON; a blocked one needs label and severity, an allowed one has neither.
    """

    word: str
    list: Literal["blocked", "allowed"]
    label: NotRequired[str | None]
    severity: NotRequired[Literal["review", "reject"] | None]
    fields: NotRequired[list[Literal["name", "bio", "signature"]] | None]
    note: NotRequired[str | None]


class WordChanged(TypedDict):
    """加入或移除的词 · A word that was added or removed."""

    word: ListedWord
    version: str


class ClosedAccount(TypedDict):
    """依法关闭的账号（JSON）· An account closed by law, in JSON."""

    account_id: str
    name: NotRequired[str | None]
    avatar: NotRequired[str | None]


class ClosedAccountRegistered(TypedDict):
    """登记结果 · What is remembered."""

    account: str
    name: bool
    avatar: bool


class ClosedAccountRemoved(TypedDict):
    """注销结果 · That it was forgotten."""

    removed: bool

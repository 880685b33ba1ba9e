"""The shared types: a profile as input, findings of detectors, an answer as output.

All modules use these types alone, so that HTTP, a Parquet file and a notebook give the same answer. The labels follow
the Regulations on the Management of Internet User Account Information (互联网用户账号信息管理规定, Cyberspace
Administration of China, in force since 2022-08-01).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """Consequence of a finding, mildest first: let pass, show to a reviewer, refuse."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    REVIEW = "review"
    REJECT = "reject"

    @property
    def rank(self) -> int:
        """Position in the order pass < review < reject."""
        return list(Severity).index(self)


class Field(StrEnum):
    """The five content fields of a profile."""

    NAME = "name"
    BIO = "bio"
    SIGNATURE = "signature"
    AVATAR = "avatar"
    COVER = "cover"


TEXT_FIELDS = (Field.NAME, Field.BIO, Field.SIGNATURE)
IMAGE_FIELDS = (Field.AVATAR, Field.COVER)

MAX_LENGTH: Mapping[Field, int] = {Field.NAME: 64, Field.BIO: 2_000, Field.SIGNATURE: 500}
"""Longest accepted text per field, in code points."""


class Label(StrEnum):
    """Kinds of violation; `LABELS` describes each."""

    PARTY_EMBLEM = "party_emblem"
    NATIONAL_SYMBOL = "national_symbol"
    GOVERNMENT_EMBLEM = "government_emblem"
    INTERNATIONAL_ORG_EMBLEM = "international_org_emblem"
    MEDIA_LOGO = "media_logo"
    ORGANIZATION_LOGO = "organization_logo"
    LANDMARK = "landmark"
    QR_CODE = "qr_code"
    EXAGGERATION = "exaggeration"
    DECEPTIVE_CLAIM = "deceptive_claim"
    FALSE_AUTHORITY = "false_authority"
    MEDIA_IMPERSONATION = "media_impersonation"
    PLACE_INSTITUTION = "place_institution"
    CONTACT_DIVERSION = "contact_diversion"
    REGULATED_PROFESSION = "regulated_profession"
    PROHIBITED_CONTENT = "prohibited_content"
    RESTRICTED_WORD = "restricted_word"
    CLOSED_ACCOUNT_MATCH = "closed_account_match"


@dataclass(frozen=True)
class LabelInfo:
    """A label's articles of law and its display names.

    Attributes:
        articles: articles of the Regulations, such as "8(2)".
        name_zh: Chinese name, shown first.
        name_en: English name.
        fields: fields it can be found in.
        severity: default; the policy may set another.
    """

    articles: tuple[str, ...]
    name_zh: str
    name_en: str
    fields: tuple[Field, ...]
    severity: Severity


def _image(articles: tuple[str, ...], name_zh: str, name_en: str, severity: Severity = Severity.REJECT) -> LabelInfo:
    return LabelInfo(articles, name_zh, name_en, IMAGE_FIELDS, severity)


def _text(articles: tuple[str, ...], name_zh: str, name_en: str, severity: Severity = Severity.REJECT) -> LabelInfo:
    return LabelInfo(articles, name_zh, name_en, (*TEXT_FIELDS, *IMAGE_FIELDS), severity)


LABELS: Mapping[Label, LabelInfo] = {
    Label.PARTY_EMBLEM: _image(("8(2)", "10"), "政党标志", "party emblem or flag"),
    Label.NATIONAL_SYMBOL: _image(("8(3)", "10"), "国旗国徽", "national flag or emblem"),
    Label.GOVERNMENT_EMBLEM: _image(("8(2)",), "党政军机关标志", "government or military emblem"),
    Label.INTERNATIONAL_ORG_EMBLEM: _image(("8(3)",), "国际组织标志", "international organisation's emblem"),
    Label.MEDIA_LOGO: _image(("8(4)",), "新闻媒体标志", "news media logo"),
    Label.ORGANIZATION_LOGO: _image(("8(2)",), "企事业单位和社会组织标志", "organisation's logo", Severity.REVIEW),
    Label.LANDMARK: _image(("8(5)",), "重要空间标志", "mark of an important place", Severity.REVIEW),
    Label.QR_CODE: _image(("8(6)",), "二维码或条形码", "QR code or bar code"),
    Label.EXAGGERATION: _text(("8(7)",), "夸大宣传", "exaggeration", Severity.REVIEW),
    Label.DECEPTIVE_CLAIM: _text(("8(7)",), "欺骗性承诺", "deceptive claim"),
    Label.FALSE_AUTHORITY: _text(("8(2)", "8(3)"), "冒用权威", "false authority"),
    Label.MEDIA_IMPERSONATION: _text(("8(4)",), "仿冒新闻媒体", "media impersonation"),
    Label.PLACE_INSTITUTION: _text(("8(5)",), "冒用地名机构", "place or institution", Severity.REVIEW),
    Label.CONTACT_DIVERSION: _text(("8(6)",), "联系方式引流", "contact diversion"),
    Label.REGULATED_PROFESSION: _text(("7", "11"), "需核验职业", "regulated profession", Severity.REVIEW),
    Label.PROHIBITED_CONTENT: _text(("8(1)",), "违法违规内容", "prohibited content"),
    Label.RESTRICTED_WORD: LabelInfo(("10",), "限制用语", "restricted word", (Field.NAME,), Severity.REVIEW),
    Label.CLOSED_ACCOUNT_MATCH: LabelInfo(
        ("10",), "已关闭账号再注册", "closed account", (Field.AVATAR, Field.NAME), Severity.REVIEW
    ),
}


class ContactKind(StrEnum):
    """What leads readers elsewhere, most specific first."""

    NUMBER = "number"
    """A telephone or QQ number."""
    ID = "id"
    """An id on a messenger, or of no named service."""
    LINK = "link"
    """A web or e-mail address."""
    GROUP = "group"
    """A chat group."""
    CODE = "code"
    """A passphrase, a token to copy, or a QR code that words point at."""
    ACCOUNT_NAME = "account_name"
    """The author's own account on another public service."""
    HINT = "hint"
    """Words that lead to a contact without naming it."""


CLASSIFIER_LABELS: tuple[Label, ...] = (
    Label.EXAGGERATION,
    Label.DECEPTIVE_CLAIM,
    Label.FALSE_AUTHORITY,
    Label.MEDIA_IMPERSONATION,
    Label.PLACE_INSTITUTION,
    Label.CONTACT_DIVERSION,
    Label.REGULATED_PROFESSION,
    Label.PROHIBITED_CONTENT,
)
"""Labels of the text classifier, in the order of its outputs; every text field gets a score for each."""

EMBLEM_LABELS: tuple[Label, ...] = (
    Label.PARTY_EMBLEM,
    Label.NATIONAL_SYMBOL,
    Label.GOVERNMENT_EMBLEM,
    Label.INTERNATIONAL_ORG_EMBLEM,
    Label.MEDIA_LOGO,
    Label.ORGANIZATION_LOGO,
    Label.LANDMARK,
)
"""Labels that a gallery reference may carry."""


class ProfileError(Exception):
    """A profile, or one of its fields, that cannot be judged.

    Args:
        code: stable machine-readable name, such as "image_undecodable".
        message: the fault and its remedy, for people; never holds the content itself.
        field: the field at fault, if there is one.
    """

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.field = code, message, field


@dataclass(frozen=True)
class StoredPicture:
    """A picture whose hash is known; its bytes are fetched only where it must be judged.

    Attributes:
        sha256: of its bytes.
        fetch: reads the bytes; raises `ProfileError` where that fails.
    """

    sha256: bytes
    fetch: Callable[[], bytes]

    def read(self, field: Field) -> bytes:
        """The bytes.

        Raises:
            ProfileError: they cannot be read, or are not those of the hash.
        """
        data = self.fetch()
        if hashlib.sha256(data).digest() != self.sha256:
            raise ProfileError("image_unreadable", f"the picture that {field} names changed; judge it again", field)
        return data


@dataclass(frozen=True)
class Profile:
    """One account's profile, as it was submitted.

    Attributes:
        account_id: opaque, never logged.
        name, bio, signature: text; None if absent.
        avatar, cover: encoded image bytes; None if absent or stored.
        entitlements: reference ids, owner ids, professions and contacts that this account is verified for
            (`models.entitlements`).
        stored: pictures by field that are elsewhere, and known by their hash.

    Raises:
        ProfileError: `account_id` is empty or no string, or `entitlements` is one.
    """

    account_id: str
    name: str | None = None
    bio: str | None = None
    signature: str | None = None
    avatar: bytes | None = None
    cover: bytes | None = None
    entitlements: frozenset[str] = frozenset()
    stored: Mapping[Field, StoredPicture] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.account_id, str) or not self.account_id:
            raise ProfileError("wrong_type", "account_id must be a non-empty string", "account_id")
        if isinstance(self.entitlements, str):
            raise ProfileError("wrong_type", "entitlements must be a list of strings", "entitlements")
        # JSON has lists, not sets.
        object.__setattr__(self, "entitlements", frozenset(self.entitlements))

    def text(self, name: Field) -> str | None:
        """The text of a text field."""
        value = getattr(self, name)
        return value if isinstance(value, str) else None

    def image(self, name: Field) -> bytes | None:
        """The encoded bytes of an image field.

        Raises:
            ProfileError: a stored picture cannot be read.
        """
        if name in self.stored:
            return self.stored[name].read(name)
        value = getattr(self, name)
        return value if isinstance(value, bytes) else None

    def image_hash(self, name: Field) -> bytes | None:
        """SHA-256 of the bytes of an image field; a stored picture is not read."""
        if name in self.stored:
            return self.stored[name].sha256
        value = getattr(self, name)
        return hashlib.sha256(value).digest() if isinstance(value, bytes) else None


Box = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions of the image after EXIF orientation."""

Span = tuple[int, int]
"""Start and end (exclusive) in code points of the original text."""


@dataclass(frozen=True)
class Contact:
    """One contact of a text, for the policy.

    Attributes:
        span: range of the normalised text, with the value.
        values: ids, digits, addresses or names that it gives, in canonical form; empty for a hint.
        platforms: public services that are named with it.
    """

    kind: ContactKind
    span: Span = (0, 0)
    values: tuple[str, ...] = ()
    platforms: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Evidence:
    """The reason for a finding, for reviewers. Absent parts are left out of the answer.

    Attributes:
        reference_id, reference_name, owner_id: the gallery reference or organisation that was imitated. For a closed
            account `reference_id` is the hash of its id, and there is no owner.
        similarity: raw cosine to that reference, in [-1, 1].
        box: region of the image.
        frame: index in an animation, from 0; None for a still picture.
        alternatives: up to three further references that explain the same box and share the score, likeliest first.
        spans: positions in the text; for text in a picture, positions in `text`.
        text: the words at the spans, the decoded content of a code, or whole lines of text in a picture.
        normalized: the words at the spans with disguises undone.
        kind: what a contact is; of several in one text, that with the severest consequence. The policy fills it.
    """

    reference_id: str | None = None
    reference_name: str | None = None
    owner_id: str | None = None
    similarity: float | None = None
    box: Box | None = None
    frame: int | None = None
    alternatives: tuple[str, ...] | None = None
    spans: tuple[Span, ...] | None = None
    text: str | None = None
    normalized: str | None = None
    kind: ContactKind | None = None


@dataclass(frozen=True)
class Finding:
    """One detector's claim about one field.

    `models.policy` alone fills severity, authorized, report_only and `evidence.kind`; detectors fill the rest. A
    platform's listed word comes with its severity.

    Attributes:
        score: calibrated probability in [0, 1] that the label is right.
        detector: name and version, such as "contacts@2026.11.1".
        is_final: it comes with its severity, which the policy keeps, and counts for every account.
        threshold: the reference's own reporting threshold in [0, 1], besides its label's.
        rollout: share of accounts, in [0, 1], for which a finding of this reference counts.
        contacts: every contact of the text, for `contact_diversion`.
        authorized: the account is entitled to what was found, so the finding does not count.
        report_only: the account is outside the rollout, or the policy only observes; severity is PASS, so the finding
            does not count.
    """

    label: Label
    field: Field
    score: float
    detector: str
    evidence: Evidence = Evidence()
    threshold: float = 0.0
    rollout: float = 1.0
    contacts: tuple[Contact, ...] = ()
    severity: Severity = Severity.PASS
    authorized: bool = False
    report_only: bool = False
    is_final: bool = False


@dataclass(frozen=True)
class Match:
    """One of the three best gallery references for an image, whether or not it became a finding.

    Attributes:
        similarity: raw cosine in [-1, 1].
        score: calibrated probability in [0, 1].
        box: region of the image that matched best.
        threshold, rollout: of the reference, as in `Finding`.
    """

    reference_id: str
    label: Label
    similarity: float
    score: float
    box: Box
    reference_name: str = ""
    owner_id: str = ""
    frame: int | None = None
    threshold: float = 0.0
    rollout: float = 1.0


@dataclass(frozen=True)
class OcrCost:
    """Cost of reading the text in one picture.

    Attributes:
        read: whether the OCR networks ran, because text or an emblem with lettering was likely.
        seconds: wall clock, including the test for likely text.
    """

    read: bool
    seconds: float


@dataclass(frozen=True)
class Answer:
    """The verdict on one profile, with the evidence that a reviewer needs.

    Attributes:
        findings: those above the policy's thresholds, worst first.
        matches: three best references per image field.
        text_scores: probability of every classifier label per text field.
        versions: of encoder, gallery, text model, policy, and of OCR and closed accounts if used.
        warnings: remarks on the request that did not stop the judgement.
        ocr: cost of OCR per picture or frame; for metrics, not part of `to_dict`.
        remembered: pictures whose judgement came from the cache; for metrics, not part of `to_dict`.
    """

    decision_id: str
    account_id: str
    verdict: Severity
    findings: tuple[Finding, ...]
    matches: Mapping[Field, tuple[Match, ...]]
    text_scores: Mapping[Field, Mapping[Label, float]]
    versions: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    ocr: tuple[OcrCost, ...] = ()
    remembered: tuple[Field, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready values in the contract's shape."""
        return {
            "decision_id": self.decision_id,
            "account_id": self.account_id,
            "verdict": str(self.verdict),
            "findings": [_finding_dict(finding) for finding in self.findings],
            "matches": {str(name): [_match_dict(match) for match in best] for name, best in self.matches.items()},
            "text_scores": {
                str(name): {str(label): _rounded(score) for label, score in scores.items()}
                for name, scores in self.text_scores.items()
            },
            "versions": dict(self.versions),
            "warnings": list(self.warnings),
        }


def _rounded(value: float) -> float:
    return round(float(value), 4)


def _finding_dict(finding: Finding) -> dict[str, Any]:
    return {
        "label": str(finding.label),
        "field": str(finding.field),
        "score": _rounded(finding.score),
        "severity": str(finding.severity),
        "articles": list(LABELS[finding.label].articles),
        "authorized": finding.authorized,
        "report_only": finding.report_only,
        "detector": finding.detector,
        "evidence": {
            key: _evidence_value(value) for key, value in asdict(finding.evidence).items() if value is not None
        },
    }


def _evidence_value(value: Any) -> Any:
    if isinstance(value, float):
        return _rounded(value)
    if isinstance(value, tuple):
        return [_evidence_value(item) for item in value]
    return value


def _match_dict(match: Match) -> dict[str, Any]:
    return {
        "reference_id": match.reference_id,
        "label": str(match.label),
        "similarity": _rounded(match.similarity),
        "score": _rounded(match.score),
        "box": [_rounded(edge) for edge in match.box],
    }

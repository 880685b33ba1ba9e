"""Profile in, Answer out: the only entry to everything that judges.

HTTP, batch, command line, notebooks and evaluations all call the same Inspector, so that what is measured is what is
served. It is batch first: a list of profiles is judged with one pass through each detector.

What is said of a picture follows from its bytes and from what judges, so a picture that comes again is looked up
instead: the avatars that a platform gives to its new accounts cost nothing.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, repeat
from typing import Final

from models import loading
from models.accounts.closed import ClosedAccounts
from models.accounts.detector import ClosedAccountDetector, Shown
from models.accounts.likelihood import AvatarLikelihood
from models.accounts.likeness import Likeness
from models.images.codes import CodeDetector
from models.images.input.decode import Image, decode
from models.images.matching.emblems import EmblemDetector
from models.images.ocr.reader import TextReader
from models.images.ocr.writing import WritingDetector
from models.policy import Policy
from models.profile import (
    CLASSIFIER_LABELS,
    IMAGE_FIELDS,
    MAX_LENGTH,
    TEXT_FIELDS,
    Answer,
    Field,
    Finding,
    Label,
    Match,
    OcrCost,
    Profile,
    ProfileError,
)
from models.runtime.cache import Cache
from models.runtime.stages import stage
from models.settings import Settings
from models.text.classifier.classifier import TextClassifier
from models.text.contacts.detector import ContactDetector
from models.text.fusion import fuse, strongest
from models.text.names.protected_names import ProtectedNameDetector
from models.text.names.restricted_words import RestrictedWordDetector
from models.text.normalize.characters import SURROGATE
from models.text.normalize.normalize import FieldText

MAX_MATCHES: Final = 3
"""Matches that an answer shows of each picture, whether or not they became findings."""

PICTURE_CACHE_BYTES: Final = 32_000_000
"""For judgements of pictures: some 15,000, of 2 kB each: one that comes again takes 0.07 ms instead of 118."""


@dataclass(frozen=True)
class _Judged:
    """What the detectors say of one field, what its pictures' text took to find, and whether it came from the cache.

    Attributes:
        likenesses: of an avatar's frames, to look for closed accounts by.
    """

    findings: Sequence[Finding] = ()
    matches: tuple[Match, ...] = ()
    scores: Mapping[Label, float] | None = None
    ocr: tuple[OcrCost, ...] = ()
    remembered: bool = False
    likenesses: tuple[Likeness, ...] = ()


_Frame = tuple[Sequence[Match], Sequence[Finding], tuple[Sequence[Finding], OcrCost | None]]
"""What emblems, codes and writing were found in one frame."""


@dataclass(frozen=True)
class _Picture:
    """A picture that is not in the cache.

    Attributes:
        index: of its profile.
        key: under which it will be.
        frames: from `decode`.
    """

    index: int
    field: Field
    key: bytes
    frames: Sequence[Image]


class Inspector:
    """Judges profiles with one fixed set of models, gallery and policy.

    Example:
        >>> inspector = Inspector.load(Settings())
        >>> answer, = inspector([Profile("42", bio="加V：abc12345，稳赚不赔")])
        >>> answer.verdict
        <Severity.REJECT: 'reject'>
    """

    def __init__(  # noqa: PLR0913 - the parts of a judgement
        self,
        emblems: EmblemDetector,
        alike: AvatarLikelihood | None,
        classifier: TextClassifier,
        policy: Policy,
        reader: TextReader | None = None,
        *,
        closed: ClosedAccounts | None = None,
    ) -> None:
        self.policy = policy
        self.encoder, self.gallery = emblems.encoder, emblems.gallery
        self._emblems = emblems
        self._codes = CodeDetector()
        self._classifier = classifier
        contacts = ContactDetector()
        self._names = ProtectedNameDetector()
        self._rules = (contacts, RestrictedWordDetector(), self._names)
        self._closed = closed
        self._alike = alike
        self._writing = WritingDetector(reader, classifier, contacts) if reader else None
        self.versions: Mapping[str, str] = {
            "encoder": self.encoder.version,
            "gallery": self.gallery.version,
            "text": classifier.version,
            "policy": policy.version,
            **({"ocr": reader.version} if reader else {}),
        }
        # Of these detectors alone: whatever is exchanged makes another Inspector, with nothing remembered.
        self.pictures: Cache[_Judged] = Cache(PICTURE_CACHE_BYTES)

    @classmethod
    def load(cls, settings: Settings) -> Inspector:
        """The Inspector for what is in force now; parts that did not change are shared with earlier ones.

        Raises:
            AccountsError, ArtifactError, EncoderError, GalleryError, PolicyError: something in force is missing, broken
                or does not fit together.
        """
        images, text = loading.image_models(settings), loading.text_classifier(settings)
        return cls(*images, text, *loading.rules(settings), closed=loading.closed_accounts(settings))

    def __call__(self, profiles: Sequence[Profile]) -> list[Answer | ProfileError]:
        """One answer per profile, in order, or why it could not be judged."""
        judged: list[dict[Field, _Judged]] = [{} for _ in profiles]
        returns = self._return_detector()
        errors: dict[int, ProfileError] = {}
        pictures: list[_Picture] = []
        texts: list[tuple[int, FieldText]] = []
        for index, profile in enumerate(profiles):
            try:
                texts += [(index, text) for text in _texts(profile)]
                pictures += self._unknown_pictures(index, profile, judged[index], bool(returns))
            except ProfileError as error:
                errors[index] = error
        self._judge_texts([(index, text) for index, text in texts if index not in errors], judged)
        self._judge_pictures([picture for picture in pictures if picture.index not in errors], judged, bool(returns))
        if returns:
            _judge_returns(returns, [(index, text) for index, text in texts if index not in errors], profiles, judged)
        versions = {**self.versions, "closed": returns.register.version} if returns else self.versions
        return [
            errors.get(index) or self._answer(profile, judged[index], versions)
            for index, profile in enumerate(profiles)
        ]

    def closed_accounts(self) -> Mapping[Field, int]:
        """How many closed accounts are known at this moment by their name, and by an avatar that can be compared."""
        returns = self._return_detector()
        return returns.known() if returns else {Field.NAME: 0, Field.AVATAR: 0}

    def _return_detector(self) -> ClosedAccountDetector | None:
        """What knows the closed accounts of this moment; None while there are none."""
        known = self._closed.current if self._closed else None
        if known is None or known.hasher is None:
            return None
        return ClosedAccountDetector(known.register, known.hasher, self.encoder.fingerprint, self._alike)

    def _unknown_pictures(
        self, index: int, profile: Profile, judged: dict[Field, _Judged], returns: bool
    ) -> Iterator[_Picture]:
        """Pictures that must be judged; what is remembered of the others goes to `judged`.

        Args:
            returns: whether closed accounts are looked for, so that the likeness of an avatar is asked for.
        """
        for field in IMAGE_FIELDS:
            if (data := profile.image(field)) is None:
                continue
            key = field.encode() + hashlib.sha256(data).digest()
            known = self.pictures.get(key)
            if known and (known.likenesses or not returns or field is not Field.AVATAR):
                judged[field] = known
                continue
            with stage("decode"):
                frames = decode(data, field)
            yield _Picture(index, field, key, frames)

    def _judge_texts(self, texts: Sequence[tuple[int, FieldText]], judged: list[dict[Field, _Judged]]) -> None:
        if not texts:
            return
        batch = [text for _, text in texts]
        with stage("text"):
            results = [detector(batch) for detector in (self._classifier, *self._rules)]
        for position, (index, text) in enumerate(texts):
            findings = fuse(finding for result in results for finding in result[position])
            scores = strongest(findings)
            judged[index][text.field] = _Judged(findings, scores={label: scores[label] for label in CLASSIFIER_LABELS})

    def _judge_pictures(self, pictures: Sequence[_Picture], judged: list[dict[Field, _Judged]], returns: bool) -> None:
        if not pictures:
            return
        frames = [frame for picture in pictures for frame in picture.frames]
        fields = [picture.field for picture in pictures for _ in picture.frames]
        with stage("encode"):
            embeddings = self.encoder.in_parts([frame.pixels for frame in frames])
            looks = iter([embedding.vectors[0] for embedding in embeddings])
        matches = self._emblems.matches(frames, embeddings, reads=self._writing is not None)
        with stage("codes"):
            codes = self._codes(frames, fields)
        with stage("ocr"):
            writings = self._writing(frames, fields) if self._writing else repeat(([], None), len(frames))
        found = zip(matches, codes, writings, strict=True)
        for picture in pictures:
            said = self._joined(picture.field, list(islice(found, len(picture.frames))))
            seen = list(zip(picture.frames, islice(looks, len(picture.frames)), strict=True))
            if returns and picture.field is Field.AVATAR:
                said = replace(said, likenesses=tuple(Likeness.of(frame, look) for frame, look in seen))
            judged[picture.index][picture.field] = said
            self.pictures.put(picture.key, replace(said, ocr=(), remembered=True))

    def _joined(self, field: Field, frames: Sequence[_Frame]) -> _Judged:
        """What is said of a picture, from what is said of its frames."""
        matches = [match for found, _, _ in frames for match in found]
        codes = [finding for _, found, _ in frames for finding in found]
        texts = [finding for _, _, (found, _) in frames for finding in fuse(found)]
        costs = tuple(cost for _, _, (_, cost) in frames if cost)
        return _Judged([*self._emblems.findings(matches, field), *codes, *texts], _best(matches), ocr=costs)

    def _answer(self, profile: Profile, judged: Mapping[Field, _Judged], versions: Mapping[str, str]) -> Answer:
        fields = [judged[field] for field in Field if field in judged]
        findings = self.policy.apply(
            (finding for field in fields for finding in field.findings),
            profile.entitlements,
            profile.account_id,
        )
        return Answer(
            decision_id=uuid.uuid4().hex,
            account_id=profile.account_id,
            verdict=self.policy.verdict(findings),
            findings=findings,
            matches={field: judged[field].matches for field in IMAGE_FIELDS if field in judged},
            text_scores={field: judged[field].scores or {} for field in TEXT_FIELDS if field in judged},
            versions=versions,
            warnings=self._warnings(profile),
            ocr=tuple(cost for field in fields for cost in field.ocr),
            remembered=tuple(field for field in IMAGE_FIELDS if field in judged and judged[field].remembered),
        )

    def _warnings(self, profile: Profile) -> tuple[str, ...]:
        others = profile.entitlements - self.gallery.known_ids
        unknown = sum(not self._names.knows(entitlement) for entitlement in others)
        known = f"gallery {self.gallery.version} nor among the protected names"
        return (f"{unknown} entitlements name nothing in {known}",) if unknown else ()


def _judge_returns(
    detector: ClosedAccountDetector,
    texts: Sequence[tuple[int, FieldText]],
    profiles: Sequence[Profile],
    judged: list[dict[Field, _Judged]],
) -> None:
    """Add what closed accounts the profiles look like, by name and avatar together."""
    names = {index: text.normalized for index, text in texts if text.field is Field.NAME}
    avatars = {index: fields[Field.AVATAR].likenesses for index, fields in enumerate(judged) if Field.AVATAR in fields}
    wanted = sorted(names.keys() | avatars.keys())
    shown = [Shown(profiles[index].account_id, names.get(index), avatars.get(index, ())) for index in wanted]
    with stage("closed"):
        found = detector(shown)
    for index, findings in zip(wanted, found, strict=True):
        for finding in findings:
            said = judged[index][finding.field]
            judged[index][finding.field] = replace(said, findings=[*said.findings, finding])


def _texts(profile: Profile) -> list[FieldText]:
    if all(getattr(profile, field) is None for field in Field):
        raise ProfileError("missing_content", f"give at least one of {', '.join(Field)}")
    _check_types(profile)
    present = [(field, text) for field in TEXT_FIELDS if (text := profile.text(field)) is not None]
    for field, text in present:
        _check_text(field, text)
    return [FieldText.of(field, text) for field, text in present]


def _check_types(profile: Profile) -> None:
    """A value of another type must not look like an absent one, which would pass unjudged."""
    for fields, kind in ((TEXT_FIELDS, str), (IMAGE_FIELDS, bytes)):
        for field in fields:
            value = getattr(profile, field)
            if value is not None and not isinstance(value, kind):
                raise ProfileError("wrong_type", f"{field} must be {kind.__name__}, not {type(value).__name__}", field)


def _check_text(field: Field, text: str) -> None:
    if len(text) > MAX_LENGTH[field]:
        raise ProfileError(
            "text_too_long", f"{field} has {len(text)} characters, at most {MAX_LENGTH[field]} are allowed", field
        )
    if SURROGATE.search(text):
        raise ProfileError("text_invalid", f"{field} holds a lone surrogate: it is not valid Unicode text", field)


def _best(matches: Sequence[Match]) -> tuple[Match, ...]:
    """The best match per reference over all frames of a picture, best first."""
    by_reference: dict[str, Match] = {}
    for match in sorted(matches, key=lambda found: -found.score):
        by_reference.setdefault(match.reference_id, match)
    return tuple(by_reference.values())[:MAX_MATCHES]

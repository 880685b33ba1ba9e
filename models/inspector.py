"""Profile in, Answer out: the only entry to everything that judges.

HTTP, batch, command line, notebooks and evaluations all call the same Inspector, so that what is measured is what is
served. It is batch first: a list of profiles is judged with one pass through each detector.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.images.codes import CodeDetector
from models.images.decode import Image, decode
from models.images.emblems import BEST, EmblemDetector
from models.images.encoder import Encoder, calibration_digest
from models.images.gallery import Gallery
from models.images.ocr import TextReader
from models.images.writing import WritingDetector
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
from models.settings import Settings
from models.text.classifier import TextClassifier
from models.text.contacts import ContactDetector
from models.text.fusion import fuse
from models.text.names import RestrictedWordDetector
from models.text.normalize import FieldText
from models.text.protected_names import ProtectedNameDetector


@dataclass(frozen=True)
class _Judged:
    """What the detectors say of one field, and what its pictures' text took to find."""

    findings: Sequence[Finding] = ()
    matches: tuple[Match, ...] = ()
    scores: Mapping[Label, float] | None = None
    ocr: tuple[OcrCost, ...] = ()


class Inspector:
    """Judges profiles with one fixed set of models, gallery and policy.

    Example:
        >>> inspector = Inspector.load(Settings())
        >>> answer, = inspector([Profile("42", bio="加V：abc12345，稳赚不赔")])
        >>> answer.verdict
        <Severity.REJECT: 'reject'>
    """

    def __init__(
        self,
        encoder: Encoder,
        gallery: Gallery,
        classifier: TextClassifier,
        policy: Policy,
        reader: TextReader | None = None,
    ) -> None:
        self.policy = policy
        self.encoder, self.gallery = encoder, gallery
        self._emblems = EmblemDetector(encoder, gallery)
        self._codes = CodeDetector()
        self._classifier = classifier
        contacts = ContactDetector()
        self._names = ProtectedNameDetector()
        self._rules = (contacts, RestrictedWordDetector(), self._names)
        self._writing = WritingDetector(reader, classifier, contacts) if reader else None
        self.versions: Mapping[str, str] = {
            "encoder": encoder.version,
            "gallery": gallery.version,
            "text": classifier.version,
            "policy": policy.version,
            **({"ocr": reader.version} if reader else {}),
        }

    @classmethod
    def load(cls, settings: Settings) -> Inspector:
        """The Inspector for what is in force now; parts that did not change are shared with earlier ones.

        Raises:
            ArtifactError, GalleryError, PolicyError: something in force is missing, broken or does not fit together.
        """
        directory = settings.encoder_directory()
        encoder = _encoder(directory, settings.threads, calibration_digest(directory))
        policy = Policy.load(settings.policy)
        return cls(
            encoder,
            _gallery(settings.gallery_directory(), encoder),
            _classifier(settings.text_directory(), settings.threads),
            policy,
            _reader(settings.threads) if policy.image_text else None,
        )

    def __call__(self, profiles: Sequence[Profile]) -> list[Answer | ProfileError]:
        """One answer per profile, in order, or why it could not be judged."""
        judged: list[dict[Field, _Judged]] = [{} for _ in profiles]
        errors: dict[int, ProfileError] = {}
        images: list[tuple[int, Field, Image]] = []
        texts: list[tuple[int, FieldText]] = []
        for index, profile in enumerate(profiles):
            try:
                texts += [(index, text) for text in _texts(profile)]
                images += [(index, field, image) for field, image in _images(profile)]
            except ProfileError as error:
                errors[index] = error
        self._judge_texts([(index, text) for index, text in texts if index not in errors], judged)
        self._judge_images([entry for entry in images if entry[0] not in errors], judged)
        return [errors.get(index) or self._answer(profile, judged[index]) for index, profile in enumerate(profiles)]

    def _judge_texts(self, texts: Sequence[tuple[int, FieldText]], judged: list[dict[Field, _Judged]]) -> None:
        batch = [text for _, text in texts]
        results = [detector(batch) for detector in (self._classifier, *self._rules)]
        for position, (index, text) in enumerate(texts):
            findings = fuse(finding for result in results for finding in result[position])
            scores = {found.label: found.score for found in findings}
            judged[index][text.field] = _Judged(findings, scores={label: scores[label] for label in CLASSIFIER_LABELS})

    def _judge_images(self, images: Sequence[tuple[int, Field, Image]], judged: list[dict[Field, _Judged]]) -> None:
        pictures = [image for _, _, image in images]
        matches = self._emblems(pictures)
        codes = self._codes(pictures, [field for _, field, _ in images])
        writings = self._writing(pictures, [field for _, field, _ in images]) if self._writing else []
        frames: dict[tuple[int, Field], list[int]] = {}
        for position, (index, field, _) in enumerate(images):
            frames.setdefault((index, field), []).append(position)
        for (index, field), positions in frames.items():
            best = _best([match for position in positions for match in matches[position]])
            found_codes = [finding for position in positions for finding in codes[position]]
            read = [writings[position] for position in positions if writings]
            found_text = fuse(finding for findings, _ in read for finding in findings)
            findings = [*self._emblems.findings(best, field), *found_codes, *found_text]
            judged[index][field] = _Judged(findings, best, ocr=tuple(cost for _, cost in read))

    def _answer(self, profile: Profile, judged: Mapping[Field, _Judged]) -> Answer:
        findings = self.policy.apply(
            (finding for field in judged.values() for finding in field.findings),
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
            versions=self.versions,
            warnings=self._warnings(profile),
            ocr=tuple(cost for field in judged.values() for cost in field.ocr),
        )

    def _warnings(self, profile: Profile) -> tuple[str, ...]:
        others = profile.entitlements - self.gallery.known_ids
        unknown = sum(not self._names.knows(entitlement) for entitlement in others)
        known = f"gallery {self.gallery.version} nor among the protected names"
        return (f"{unknown} entitlements name nothing in {known}",) if unknown else ()


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
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ProfileError("text_invalid", f"{field} holds a lone surrogate: it is not valid Unicode text", field)


def _images(profile: Profile) -> list[tuple[Field, Image]]:
    return [
        (field, image)
        for field in IMAGE_FIELDS
        if (data := profile.image(field)) is not None
        for image in decode(data, field)
    ]


def _best(matches: Sequence[Match]) -> tuple[Match, ...]:
    """The best match per reference over all frames of a picture, best first."""
    by_reference: dict[str, Match] = {}
    for match in sorted(matches, key=lambda found: -found.score):
        by_reference.setdefault(match.reference_id, match)
    return tuple(by_reference.values())[:BEST]


@lru_cache(maxsize=2)
def _encoder(directory: Path, threads: int, calibration: str) -> Encoder:
    """Keyed by the calibration as well: a folder that was calibrated again holds another encoder."""
    return Encoder(directory, threads)


@lru_cache(maxsize=2)
def _gallery(directory: Path, encoder: Encoder) -> Gallery:
    return Gallery.load(directory, encoder)


@lru_cache(maxsize=2)
def _classifier(directory: Path, threads: int) -> TextClassifier:
    return TextClassifier(directory, threads)


@lru_cache(maxsize=2)
def _reader(threads: int) -> TextReader:
    return TextReader(threads)

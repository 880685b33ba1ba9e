"""Profile in, Answer out: the only entry to everything that judges.

HTTP, batch, command line, notebooks and evaluations call the same Inspector, so that what is measured is what is
served. A list of profiles passes these stages together, each of which takes values and returns values:

1. read: the profile is validated, its texts normalised, its pictures decoded or found in the cache;
2. judge texts: one pass through the classifier, the rules and the platform's word lists;
3. judge pictures: one pass through each picture detector;
4. match closed accounts: by name and avatar together;
5. answer: the policy decides on the findings.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final, TypeVar

from models import loading
from models.accounts.closed import ClosedAccounts
from models.accounts.detector import ClosedAccountDetector, ShownAccount
from models.accounts.likelihood import AvatarLikelihood
from models.accounts.signatures import AvatarSignature
from models.content import Content, Judgement, Judgements, Picture, read
from models.entitlements import is_known_form
from models.images.codes import CodeDetector
from models.images.encoder.encoder import Embedding
from models.images.input.decode import Image
from models.images.kept.regions import KeptPicture
from models.images.matching.emblems import EmblemDetector, load_cohort
from models.images.ocr.reader import TextReader
from models.images.ocr.writing import WritingDetector
from models.policy import Policy
from models.profile import (
    CLASSIFIER_LABELS,
    IMAGE_FIELDS,
    TEXT_FIELDS,
    Answer,
    Field,
    Finding,
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
from models.text.contacts.kinds import with_contacts
from models.text.fusion import fuse, strongest
from models.text.lists.files import WordLists
from models.text.lists.matcher import Listed, WordMatcher
from models.text.names.protected_names import ProtectedNameDetector
from models.text.names.restricted_words import RestrictedWordDetector
from models.text.normalize.normalize import FieldText

MAX_MATCHES: Final = 3
"""Matches per picture in an answer, whether or not they became findings."""

PICTURE_CACHE_BYTES: Final = 32_000_000
"""Capacity for some 15,000 pictures of 2 kB; a cached one takes 0.07 ms instead of 118."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class _Frame:
    """The detectors' results for one frame.

    Attributes:
        embedding: of the frame and its windows.
        writing: findings in the text that was read in it.
        ocr: cost of reading; None without a reader.
    """

    image: Image
    embedding: Embedding
    matches: Sequence[Match]
    codes: Sequence[Finding]
    writing: Sequence[Finding]
    ocr: OcrCost | None


class Inspector:
    """Judges profiles with one fixed set of models, gallery and policy.

    Example:
        >>> inspector = Inspector.load(Settings())
        >>> answer, = inspector([Profile("42", bio="加V：abc12345，稳赚不赔")])
        >>> answer.verdict
        <Severity.REJECT: 'reject'>

    Args:
        emblems: with the active encoder and gallery.
        avatar_likelihood: likelihood that two avatars are of one account; without it closed accounts are matched by
            name alone.
        classifier: of texts, and of text in pictures; its scores are moved to the base rates of the policy.
        policy: decides on the findings.
        reader: reads text in pictures; None if the policy switches that off.
        closed: the closed accounts, which may change while this Inspector is active.
        lists: the platform's word lists, which may change likewise.
        keeps_embeddings: judgements of pictures in `picture_cache` have their vectors to keep.
    """

    def __init__(  # noqa: PLR0913 - the parts of a judgement
        self,
        emblems: EmblemDetector,
        avatar_likelihood: AvatarLikelihood | None,
        classifier: TextClassifier,
        policy: Policy,
        reader: TextReader | None = None,
        *,
        closed: ClosedAccounts | None = None,
        lists: WordLists | None = None,
        keeps_embeddings: bool = False,
    ) -> None:
        self.policy = policy
        self.encoder, self.gallery = emblems.encoder, emblems.gallery
        classifier = classifier.at_base_rates(policy.base_rates)
        contacts, self._names = ContactDetector(), ProtectedNameDetector()
        self._text_detectors = (classifier, contacts, RestrictedWordDetector(), self._names)
        self._emblems, self._codes = emblems, CodeDetector()
        self._writing = WritingDetector(reader, classifier, contacts) if reader else None
        self._closed, self._avatar_likelihood, self._lists = closed, avatar_likelihood, lists
        self._cohort = load_cohort(self.encoder) if keeps_embeddings else None
        self.versions: Mapping[str, str] = {
            "encoder": self.encoder.version,
            "gallery": self.gallery.version,
            "text": classifier.version,
            "policy": policy.version,
            **({"ocr": reader.version} if reader else {}),
        }
        # Valid for these detectors alone: a reload makes another Inspector, whose cache is empty.
        self.picture_cache: Cache[Judgement] = Cache(PICTURE_CACHE_BYTES)

    @classmethod
    def load(cls, settings: Settings, *, keeps_embeddings: bool = False) -> Inspector:
        """The Inspector for what is active now; parts that did not change are shared with earlier ones.

        Args:
            settings: where the models, gallery and policy are.
            keeps_embeddings: as of the constructor.

        Raises:
            AccountsError, ArtifactError, EncoderError, GalleryError, ListsError, PolicyError: something active is
                missing, broken or does not fit together.
        """
        images, text = loading.image_models(settings), loading.text_classifier(settings)
        closed, lists = loading.closed_accounts(settings), loading.word_lists(settings)
        rules = loading.rules(settings)
        return cls(*images, text, *rules, closed=closed, lists=lists, keeps_embeddings=keeps_embeddings)

    def __call__(self, profiles: Sequence[Profile]) -> list[Answer | ProfileError]:
        """One answer per profile, in order, or why it could not be judged."""
        matcher, listed = self._closed_account_detector(), self._word_matcher()
        contents: dict[int, Content] = {}
        outcomes: dict[int, Answer | ProfileError] = {}
        for index, profile in enumerate(profiles):
            try:
                contents[index] = read(profile, self.picture_cache, with_likeness=matcher is not None)
            except ProfileError as error:
                outcomes[index] = error
        judged = self._judge(list(contents.values()), matcher, listed)
        versions = {
            **self.versions,
            **({"closed": matcher.register.version} if matcher else {}),
            **({"lists": listed.version} if listed else {}),
        }
        for index, judgements in zip(contents, judged, strict=True):
            outcomes[index] = self._answer(profiles[index], judgements, versions)
        return [outcomes[index] for index in range(len(profiles))]

    def current_versions(self) -> Mapping[str, str]:
        """`versions`, and that of the word lists that judge now."""
        listed = self._word_matcher()
        return {**self.versions, "lists": listed.version} if listed else self.versions

    def closed_accounts(self) -> Mapping[Field, int]:
        """How many closed accounts can be found now by their name, and how many by their avatar."""
        matcher = self._closed_account_detector()
        return matcher.searchable_counts() if matcher else {Field.NAME: 0, Field.AVATAR: 0}

    def _closed_account_detector(self) -> ClosedAccountDetector | None:
        """For the accounts that are closed at this moment; None while there are none."""
        known = self._closed.current if self._closed else None
        if known is None or known.hasher is None:
            return None
        return ClosedAccountDetector(known.register, known.hasher, self.encoder.fingerprint, self._avatar_likelihood)

    def _word_matcher(self) -> WordMatcher | None:
        """For the words that are listed at this moment; None while there are none."""
        matcher = self._lists.current.matcher if self._lists else None
        return matcher if matcher is not None and len(matcher) else None

    def _judge(
        self, contents: Sequence[Content], matcher: ClosedAccountDetector | None, listed: WordMatcher | None
    ) -> list[Judgements]:
        """Judgements of every field of every profile, in order."""
        texts = self._judge_texts([text for content in contents for text in content.texts], listed)
        pictures = self._judge_pictures(
            [picture for content in contents for picture in content.pictures], with_likeness=matcher is not None
        )
        texts_of = _split(texts, [len(content.texts) for content in contents])
        pictures_of = _split(pictures, [len(content.pictures) for content in contents])
        judged: list[Judgements] = [
            {
                **{text.field: judgement for text, judgement in zip(content.texts, of_texts, strict=True)},
                **content.cached,
                **{picture.field: judgement for picture, judgement in zip(content.pictures, of_pictures, strict=True)},
            }
            for content, of_texts, of_pictures in zip(contents, texts_of, pictures_of, strict=True)
        ]
        return _with_closed_accounts(matcher, contents, judged) if matcher else judged

    def _judge_texts(self, texts: Sequence[FieldText], listed: WordMatcher | None) -> list[Judgement]:
        """One judgement per text, in order. Scores are the detectors' own, whatever the lists say."""
        if not texts:
            return []
        with stage("text"):
            by_detector = [detector(texts) for detector in self._text_detectors]
            by_lists = listed(texts) if listed else [Listed()] * len(texts)
        judged = []
        for text, says, *by_text in zip(texts, by_lists, *by_detector, strict=True):
            found = [finding for several in by_text for finding in several]
            findings = fuse(with_contacts(text, [finding for finding in found if not says.silences(finding)]))
            scores = strongest(found)
            scores_of = {label: scores[label] for label in CLASSIFIER_LABELS}
            judged.append(Judgement([*findings, *says.blocked], scores=scores_of))
        return judged

    def _judge_pictures(self, pictures: Sequence[Picture], *, with_likeness: bool) -> list[Judgement]:
        """One judgement per picture, in order; each is put into the cache."""
        if not pictures:
            return []
        frames = self._judge_frames(pictures)
        judged = [
            self._joined(picture.field, of_picture, with_likeness=with_likeness and picture.field is Field.AVATAR)
            for picture, of_picture in zip(
                pictures, _split(frames, [len(picture.frames) for picture in pictures]), strict=True
            )
        ]
        for picture, judgement in zip(pictures, judged, strict=True):
            self.picture_cache.put(picture.key, replace(judgement, ocr=(), cached=True))
        return judged

    def _judge_frames(self, pictures: Sequence[Picture]) -> list[_Frame]:
        """Results of each detector for each frame, in the order of the pictures."""
        images = [image for picture in pictures for image in picture.frames]
        fields = [picture.field for picture in pictures for _ in picture.frames]
        with stage("encode"):
            embeddings = self.encoder.embed_tiled([image.pixels for image in images])
        matches = self._emblems.matches(images, embeddings, reads=self._writing is not None)
        with stage("codes"):
            codes = self._codes(images, fields)
        with stage("ocr"):
            unread: Sequence[tuple[Sequence[Finding], OcrCost | None]] = [([], None)] * len(images)
            writings = self._writing(images, fields) if self._writing else unread
        return [
            _Frame(image, embedding, matched, coded, *writing)
            for image, embedding, matched, coded, writing in zip(
                images, embeddings, matches, codes, writings, strict=True
            )
        ]

    def _joined(self, field: Field, frames: Sequence[_Frame], *, with_likeness: bool) -> Judgement:
        """The judgement of a picture, from what was found in its frames."""
        matches = [match for frame in frames for match in frame.matches]
        codes = [finding for frame in frames for finding in frame.codes]
        writing = [finding for frame in frames for finding in fuse(frame.writing)]
        return Judgement(
            [*self._emblems.findings(matches, field), *codes, *writing],
            _best(matches),
            ocr=tuple(frame.ocr for frame in frames if frame.ocr),
            likenesses=tuple(AvatarSignature.of(frame.image, frame.embedding.vectors[0]) for frame in frames)
            if with_likeness
            else (),
            kept=None if self._cohort is None else KeptPicture.of([frame.embedding for frame in frames], self._cohort),
        )

    def _answer(self, profile: Profile, judged: Judgements, versions: Mapping[str, str]) -> Answer:
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
            remembered=tuple(field for field in IMAGE_FIELDS if field in judged and judged[field].cached),
        )

    def _warnings(self, profile: Profile) -> tuple[str, ...]:
        others = profile.entitlements - self.gallery.known_ids
        unknown = sum(not (self._names.knows(entitlement) or is_known_form(entitlement)) for entitlement in others)
        known = f"gallery {self.gallery.version} nor among the protected names, and no listed profession or contact"
        return (f"{unknown} entitlements name nothing in {known}",) if unknown else ()


def _with_closed_accounts(
    matcher: ClosedAccountDetector, contents: Sequence[Content], judged: Sequence[Judgements]
) -> list[Judgements]:
    """The judgements, with findings of closed accounts that the profiles resemble by name and avatar together."""
    nothing = Judgement()
    shown = [
        ShownAccount(content.profile.account_id, content.name, judgements.get(Field.AVATAR, nothing).likenesses)
        for content, judgements in zip(contents, judged, strict=True)
    ]
    with stage("closed"):
        found = matcher(shown)
    return [_with_findings(judgements, findings) for judgements, findings in zip(judged, found, strict=True)]


def _with_findings(judged: Judgements, findings: Iterable[Finding]) -> Judgements:
    """The judgements, each finding added to its field's."""
    fields = dict(judged)
    for finding in findings:
        judgement = fields[finding.field]
        fields[finding.field] = replace(judgement, findings=[*judgement.findings, finding])
    return fields


def _best(matches: Sequence[Match]) -> tuple[Match, ...]:
    """The best match of each reference over all frames of a picture, best first."""
    by_reference: dict[str, Match] = {}
    for match in sorted(matches, key=lambda found: -found.score):
        by_reference.setdefault(match.reference_id, match)
    return tuple(by_reference.values())[:MAX_MATCHES]


def _split(items: Sequence[Item], sizes: Sequence[int]) -> list[Sequence[Item]]:
    """Consecutive parts of these sizes, which add up to all items."""
    return [items[end - size : end] for end, size in zip(accumulate(sizes), sizes, strict=True)]

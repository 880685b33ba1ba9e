"""The content of a profile, ready to be judged: valid texts, decoded pictures, cached judgements.

Results depend only on the image bytes and the model versions, so judgements of pictures are cached. The default avatars
of a platform's new accounts then cost nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.accounts.signatures import AvatarSignature
from models.images.input.decode import Image, decode
from models.images.kept.regions import KeptPicture
from models.profile import (
    IMAGE_FIELDS,
    MAX_LENGTH,
    TEXT_FIELDS,
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
from models.text.normalize.characters import SURROGATE
from models.text.normalize.normalize import FieldText, Normalized


@dataclass(frozen=True)
class Judgement:
    """The detectors' findings in one field.

    Attributes:
        matches: best references of a picture.
        scores: probability of every classifier label, of a text.
        ocr: cost of reading the text of each frame.
        cached: the picture was judged before.
        likenesses: of an avatar's frames, to compare with closed accounts; empty if not requested.
        kept: of a picture, its vectors to keep; None if not requested, or kept already.
    """

    findings: Sequence[Finding] = ()
    matches: tuple[Match, ...] = ()
    scores: Mapping[Label, float] | None = None
    ocr: tuple[OcrCost, ...] = ()
    cached: bool = False
    likenesses: tuple[AvatarSignature, ...] = ()
    kept: KeptPicture | None = None


Judgements = Mapping[Field, Judgement]
"""By field, of one profile."""


@dataclass(frozen=True)
class Picture:
    """A picture that is not in the cache.

    Attributes:
        key: of its judgement in the cache.
        frames: from `decode`.
    """

    field: Field
    key: bytes
    frames: Sequence[Image]


@dataclass(frozen=True)
class Content:
    """The content of one valid profile.

    Attributes:
        pictures: those that are not in the cache.
        cached: judgements of those that are.
    """

    profile: Profile
    texts: Sequence[FieldText]
    pictures: Sequence[Picture]
    cached: Judgements

    @property
    def name(self) -> Normalized | None:
        """The normalised name."""
        return next((text.normalized for text in self.texts if text.field is Field.NAME), None)


def read(profile: Profile, cache: Cache[Judgement], *, with_likeness: bool) -> Content:
    """Validate a profile, normalise its texts and decode the pictures that are not in the cache.

    Args:
        cache: judgements of pictures, by field and SHA-256.
        with_likeness: avatars are compared with closed accounts, so a cached judgement needs their likenesses.

    Raises:
        ProfileError: the profile or one of its fields cannot be judged.
    """
    texts = _texts(profile)
    pictures: list[Picture] = []
    cached: dict[Field, Judgement] = {}
    for field in IMAGE_FIELDS:
        if (sha256 := profile.image_hash(field)) is None:
            continue
        key = picture_key(field, sha256)
        known = cache.get(key)
        if known and (known.likenesses or not with_likeness or field is not Field.AVATAR):
            cached[field] = known
            continue
        with stage("decode"):
            pictures.append(Picture(field, key, decode(profile.image(field) or b"", field)))
    return Content(profile, texts, pictures, cached)


def picture_key(field: Field, sha256: bytes) -> bytes:
    """Key of a picture's judgement in the cache: its field and the SHA-256 of its bytes."""
    return field.encode() + sha256


def _texts(profile: Profile) -> list[FieldText]:
    """The valid texts, normalised."""
    if not profile.stored and all(getattr(profile, field) is None for field in Field):
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

"""Validation of a request's values into a `Profile`, or a refusal that names the field.

Only `null` counts as absent. An empty text was cleared by its user and is judged like any other.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models import profile
from models.profile import IMAGE_FIELDS, MAX_LENGTH, TEXT_FIELDS, Profile, ProfileError
from serving.messages.bodies import Shape, from_json, read, read_json, refuse_unknown

MAX_ID_LENGTH: Final = 256
"""Code points of an account id or entitlement: several times the length of a UUID or URN."""

MAX_ENTITLEMENTS: Final = 100
"""Per profile."""

MAX_PROFILES: Final = 64
"""Per batch."""

MAX_BATCH_CHARACTERS: Final = 40_000
"""Of all texts of a batch: judged in a third of the deadline on one core. 64 long bios would take longer than it."""

Identifier = Annotated[str, Field(min_length=1, max_length=MAX_ID_LENGTH)]


class RequestBody(BaseModel):
    """The fields of a body with types and lengths; `openapi.yaml` documents the same for clients."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


BodyModel = TypeVar("BodyModel", bound=RequestBody)


class ProfileRequest(RequestBody):
    """The fields of a profile."""

    account_id: Identifier
    name: Annotated[str, Field(max_length=MAX_LENGTH[profile.Field.NAME])] | None = None
    bio: Annotated[str, Field(max_length=MAX_LENGTH[profile.Field.BIO])] | None = None
    signature: Annotated[str, Field(max_length=MAX_LENGTH[profile.Field.SIGNATURE])] | None = None
    avatar: bytes | None = None
    cover: bytes | None = None
    entitlements: Annotated[list[Identifier], Field(max_length=MAX_ENTITLEMENTS)] | None = None

    def to_profile(self) -> Profile:
        """The profile for the Inspector, which checks that there is any content."""
        content = {str(field): getattr(self, field) for field in profile.Field}
        return Profile(self.account_id, **content, entitlements=frozenset(self.entitlements or ()))


class BatchRequest(RequestBody):
    """Profiles of one request; each is validated and judged by itself."""

    profiles: Annotated[list[Any], Field(min_length=1, max_length=MAX_PROFILES)]


PROFILE_SHAPE: Final = Shape(
    names=tuple(ProfileRequest.model_fields),
    images=IMAGE_FIELDS,
    lists=("entitlements",),
    max_parts=MAX_ENTITLEMENTS + len(ProfileRequest.model_fields),
)


def parse(content_type: str, body: bytes) -> Profile:
    """The profile in a request.

    Args:
        content_type: the request's header, empty if absent.
        body: the whole body.

    Raises:
        ProfileError: the request is invalid; names the field at fault, if there is one.
    """
    return checked(read(content_type, body, PROFILE_SHAPE))


def parse_batch(content_type: str, body: bytes) -> list[Profile | ProfileError]:
    """The profiles in a request, in order, with an error in place of an invalid one.

    Raises:
        ProfileError: the request as a whole cannot be read.
    """
    values = read_json(content_type, body, images=IMAGE_FIELDS, max_objects=MAX_PROFILES)
    profiles = validated(BatchRequest, values).profiles
    texts = [row.get(field) for row in profiles if isinstance(row, dict) for field in TEXT_FIELDS]
    characters = sum(len(text) for text in texts if isinstance(text, str))
    if characters > MAX_BATCH_CHARACTERS:
        message = f"profiles: their texts have {characters:,} characters together, at most {MAX_BATCH_CHARACTERS:,}"
        raise ProfileError("value_too_long", f"{message}; send fewer profiles at a time", "profiles")
    return [_parsed(row) for row in profiles]


def _parsed(row: Any) -> Profile | ProfileError:
    try:
        return checked(from_json(row, PROFILE_SHAPE))
    except ProfileError as error:
        return error


def checked(values: dict[str, Any]) -> Profile:
    """The profile with these values; images are bytes.

    Raises:
        ProfileError: a value is missing, of the wrong type or too long; names the field.
    """
    return validated(ProfileRequest, values).to_profile()


def validated(model: type[BodyModel], values: dict[str, Any]) -> BodyModel:
    """The request body with these values.

    Raises:
        ProfileError: a value is missing, of the wrong type or not allowed; names the field.
    """
    refuse_unknown(values, tuple(model.model_fields))
    try:
        return model.model_validate(values)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = str(fault["loc"][0])
        raise ProfileError(_code(fault["type"], field), f"{field}: {fault['msg']}", field) from None


def _code(fault: str, field: str) -> str:
    """The contract's code for a pydantic error type."""
    codes = {
        "missing": "missing_field",
        "string_unicode": "text_invalid",
        "string_too_short": "value_empty",
        "string_too_long": "text_too_long" if field in TEXT_FIELDS else "value_too_long",
        "too_long": "value_too_long",
        "too_short": "value_empty",
        "literal_error": "value_invalid",
        "enum": "value_invalid",
    }
    return codes.get(fault, "wrong_type")

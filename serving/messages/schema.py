"""From a request's values to a `Profile`, or a refusal that names the field.

Only `null` counts as absent: an empty text is what a user cleared, and is judged like any other.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models import profile
from models.profile import IMAGE_FIELDS, MAX_LENGTH, TEXT_FIELDS, Profile, ProfileError
from serving.messages.bodies import Shape, from_json, read, read_json, refuse_unknown

MAX_ID_LENGTH: Final = 256
"""Longest account id and entitlement, in code points: several times what a UUID or a URN needs."""

MAX_ENTITLEMENTS: Final = 100

MAX_PROFILES: Final = 64
"""Most profiles in a batch."""

Identifier = Annotated[str, Field(min_length=1, max_length=MAX_ID_LENGTH)]


class RequestBody(BaseModel):
    """The fields of a body with their types and lengths; `openapi.yaml` says the same to clients."""

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
        """The same in the models' vocabulary; that there is any content is the Inspector's to check."""
        content = {str(field): getattr(self, field) for field in profile.Field}
        return Profile(self.account_id, **content, entitlements=frozenset(self.entitlements or ()))


class BatchRequest(RequestBody):
    """Profiles that are judged together; each is looked at by itself."""

    profiles: Annotated[list[Any], Field(min_length=1, max_length=MAX_PROFILES)]


SHAPE: Final = Shape(
    names=tuple(ProfileRequest.model_fields),
    images=IMAGE_FIELDS,
    lists=("entitlements",),
    most=MAX_ENTITLEMENTS + len(ProfileRequest.model_fields),
)


def parse(content_type: str, body: bytes) -> Profile:
    """The profile in a request.

    Args:
        content_type: the request's header, empty where absent.
        body: the whole body.

    Raises:
        ProfileError: anything wrong with it; the field is named where there is one.
    """
    return checked(read(content_type, body, SHAPE))


def parse_batch(content_type: str, body: bytes) -> list[Profile | ProfileError]:
    """The profiles in a request, in order, or why one is none.

    Raises:
        ProfileError: the request as a whole cannot be read.
    """
    return [_parsed(row) for row in validated(BatchRequest, read_json(content_type, body)).profiles]


def _parsed(row: Any) -> Profile | ProfileError:
    try:
        return checked(from_json(row, SHAPE))
    except ProfileError as error:
        return error


def checked(values: dict[str, Any]) -> Profile:
    """The profile that these values make; images are bytes.

    Raises:
        ProfileError: a value is missing, of the wrong type or too long; the field is named.
    """
    return validated(ProfileRequest, values).to_profile()


def validated(kind: type[BodyModel], values: dict[str, Any]) -> BodyModel:
    """The body of this kind that the values make.

    Raises:
        ProfileError: a value is missing, of the wrong type or not allowed; the field is named.
    """
    refuse_unknown(values, tuple(kind.model_fields))
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = str(fault["loc"][0])
        raise ProfileError(_code(fault["type"], field), f"{field}: {fault['msg']}", field) from None


def _code(fault: str, field: str) -> str:
    """Our code for a pydantic error type."""
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

"""From a request's bytes to a `Profile`, or a refusal that names the field.

JSON and multipart end in the same strict check, so that a profile is accepted or refused alike however it was sent.
Nothing is guessed: no field is renamed, no type converted, no address fetched. Only `null` counts as absent: an empty
text is what a user cleared, and is judged like any other.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Iterable
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from python_multipart.multipart import parse_options_header

from models import profile
from models.profile import IMAGE_FIELDS, MAX_LENGTH, TEXT_FIELDS, Profile, ProfileError
from serving.multipart import Part, parts

MAX_ID_LENGTH: Final = 256
"""Longest account id and entitlement, in code points: several times what a UUID or a URN needs."""

MAX_ENTITLEMENTS: Final = 100

MAX_NAMED: Final = 64
"""Characters of an unknown field's name that an error repeats: enough to find it, too few to carry content."""

_ADDRESS = re.compile(r"\s*([a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)

Identifier = Annotated[str, Field(min_length=1, max_length=MAX_ID_LENGTH)]


class ProfileRequest(BaseModel):
    """The fields of a profile with their types and lengths; `openapi.yaml` says the same to clients."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

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


def parse(content_type: str, body: bytes) -> Profile:
    """The profile in a request.

    Args:
        content_type: the request's header, empty where absent.
        body: the whole body.

    Raises:
        ProfileError: anything wrong with it; the field is named where there is one.
    """
    media_type, options = parse_options_header(content_type)
    if media_type == b"application/json" and options.get(b"charset", b"utf-8").lower() == b"utf-8":
        return checked(_from_json(body))
    if media_type == b"multipart/form-data":
        return checked(_from_multipart(body, options.get(b"boundary", b"")))
    raise ProfileError("content_type", "send application/json in UTF-8, or multipart/form-data")


def checked(values: dict[str, Any]) -> Profile:
    """The profile that these values make; images are bytes.

    Raises:
        ProfileError: a value is missing, of the wrong type or too long; the field is named.
    """
    _refuse_unknown(values)
    try:
        return ProfileRequest.model_validate(values).to_profile()
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = str(fault["loc"][0])
        raise ProfileError(_code(fault["type"], field), f"{field}: {fault['msg']}", field) from None


def _refuse_unknown(names: Iterable[str]) -> None:
    unknown = min(set(names) - ProfileRequest.model_fields.keys(), default=None)
    if unknown is not None:
        known = ", ".join(ProfileRequest.model_fields)
        raise ProfileError("unknown_field", f"there is no such field; the fields are {known}", unknown[:MAX_NAMED])


def _code(fault: str, field: str) -> str:
    """Our code for a pydantic error type."""
    codes = {
        "missing": "missing_field",
        "string_unicode": "text_invalid",
        "string_too_short": "value_empty",
        "string_too_long": "text_too_long" if field in TEXT_FIELDS else "value_too_long",
        "too_long": "value_too_long",
    }
    return codes.get(fault, "wrong_type")


def _from_json(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body.decode("utf-8"), object_pairs_hook=without_repetition)
    except (ValueError, RecursionError):
        raise ProfileError("malformed_json", "the body is not JSON in UTF-8") from None
    if not isinstance(values, dict):
        raise ProfileError("wrong_type", "the body must be a JSON object")
    for field in IMAGE_FIELDS:
        if isinstance(values.get(field), str):
            values[field] = _from_base64(values[field], field)
    return values


def without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, refused where a name stands twice (for `json.loads`).

    Raises:
        ProfileError: a name is repeated.
    """
    values: dict[str, Any] = {}
    for key, value in pairs:
        _refuse_repetition(key, values)
        values[key] = value
    return values


def _refuse_repetition(name: str, values: dict[str, Any]) -> None:
    """Two values for one field would let a client show one and have the other judged."""
    if name in values:
        raise ProfileError("repeated_field", "the field is given more than once", name[:MAX_NAMED])


def _from_base64(text: str, field: profile.Field) -> bytes:
    _refuse_address(text, field)
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        message = f"{field}: not base64 (standard alphabet, padded, no line breaks)"
        raise ProfileError("image_base64", message, field) from None


def _refuse_address(text: str, field: profile.Field) -> None:
    if _ADDRESS.match(text):
        raise ProfileError("image_url_refused", f"{field}: send the image itself; addresses are never fetched", field)


def _from_multipart(body: bytes, boundary: bytes) -> dict[str, Any]:
    form = parts(body, boundary, most=MAX_ENTITLEMENTS + len(ProfileRequest.model_fields))
    _refuse_unknown(part.name for part in form)
    values: dict[str, Any] = {}
    for part in form:
        if part.name == "entitlements":
            values.setdefault(part.name, []).append(_text(part))
            continue
        _refuse_repetition(part.name, values)
        values[part.name] = _file(part) if part.name in IMAGE_FIELDS else _text(part)
    return values


def _text(part: Part) -> str:
    if part.is_file:
        raise ProfileError("wrong_type", "the value must be text, not a file", part.name)
    try:
        return part.content.decode("utf-8")
    except UnicodeDecodeError:
        raise ProfileError("text_invalid", "the text is not UTF-8", part.name) from None


def _file(part: Part) -> bytes:
    if not part.is_file:
        field = profile.Field(part.name)
        _refuse_address(part.content.decode("latin-1"), field)
        raise ProfileError("wrong_type", f"{field}: send the image as a file with a file name", field)
    return part.content

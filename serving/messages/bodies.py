"""Parsing of a request's body into named values, or a refusal that names the field.

JSON and multipart give the same values, so that both are accepted or refused alike. Nothing is guessed: no field is
renamed, no type converted, no URL fetched.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from python_multipart.multipart import parse_options_header

from models.profile import ProfileError
from serving.messages.json_limits import check_json
from serving.messages.multipart import FormPart, parts

MAX_QUOTED_NAME: Final = 64
"""Characters of an unknown field's name that an error quotes: enough to find it, too few to carry content."""

MAX_VALUES: Final = 1_000
"""Values of a JSON body that is no batch; a profile with all entitlements has some 120."""

MAX_PLAIN_BYTES: Final = 400_000
"""Bytes of a body without a picture: all texts and entitlements of a profile, every character escaped, have 350 kB."""

MAX_LITERAL: Final = 64
"""Bytes of a number or boolean in a form."""

_ADDRESS = re.compile(r"\s*([a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)


@dataclass(frozen=True)
class Shape:
    """The fields that a body may have.

    Attributes:
        names: of all fields.
        images: fields with a picture: a file in a form, base64 in JSON.
        lists: fields that a form may repeat.
        literals: fields with a number or boolean, which a form writes as JSON does.
        max_parts: of a form.
    """

    names: Sequence[str]
    images: Sequence[str]
    lists: Sequence[str]
    literals: Sequence[str] = ()
    max_parts: int = 100


def read(content_type: str, body: bytes, shape: Shape) -> dict[str, Any]:
    """The values in a body: images as bytes, repeatable fields of a form as lists, all else as in JSON.

    Args:
        content_type: the request's header, empty if absent.
        body: the whole body.

    Raises:
        ProfileError: the body is neither JSON nor a form, a field is unknown or repeated, or an image is malformed.
    """
    media_type, options = parse_options_header(content_type)
    if _is_json(media_type, options):
        _check_size(body, (f'"{field}"'.encode() for field in shape.images), MAX_PLAIN_BYTES)
        return from_json(_loaded(body, MAX_VALUES), shape)
    if media_type == b"multipart/form-data":
        _check_size(body, (b"filename",), MAX_PLAIN_BYTES)
        return _from_multipart(body, options.get(b"boundary", b""), shape)
    raise ProfileError("content_type", "send application/json in UTF-8, or multipart/form-data")


def read_json(
    content_type: str, body: bytes, images: Sequence[str] = (), max_objects: int = 1, max_plain: int = MAX_PLAIN_BYTES
) -> dict[str, Any]:
    """The JSON object in a body that may not be a form.

    Args:
        content_type: the request's header, empty if absent.
        body: the whole body.
        images: fields with a picture, anywhere in the body.
        max_objects: objects in it, of `MAX_VALUES` values each.
        max_plain: bytes of each object, if no field has a picture.

    Raises:
        ProfileError: the body is no JSON object, or too large for one, or a name in it is repeated.
    """
    if not _is_json(*parse_options_header(content_type)):
        raise ProfileError("content_type", "send application/json in UTF-8")
    _check_size(body, (f'"{field}"'.encode() for field in images), max_plain * max_objects)
    return _object(_loaded(body, MAX_VALUES * max_objects))


def from_json(values: Any, shape: Shape) -> dict[str, Any]:
    """The values of a parsed JSON object, its images decoded to bytes.

    Raises:
        ProfileError: it is no object, or has an unknown field or a malformed image.
    """
    values = _object(values)
    refuse_unknown(values, shape.names)
    for field in shape.images:
        if isinstance(values.get(field), str):
            values[field] = _from_base64(values[field], field)
    return values


def refuse_unknown(names: Iterable[str], known: Sequence[str]) -> None:
    """Refuse unknown fields, which may be misspelt ones.

    Raises:
        ProfileError: one of `names` is not in `known`.
    """
    unknown = min(set(names) - set(known), default=None)
    if unknown is not None:
        message = f"there is no such field; the fields are {', '.join(known)}"
        raise ProfileError("unknown_field", message, unknown[:MAX_QUOTED_NAME])


def without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object without repeated names, as `object_pairs_hook` of `json.loads`.

    Raises:
        ProfileError: a name is repeated.
    """
    values: dict[str, Any] = {}
    for key, value in pairs:
        _refuse_repetition(key, values)
        values[key] = value
    return values


def _is_json(media_type: bytes, options: Mapping[bytes, bytes]) -> bool:
    return media_type == b"application/json" and options.get(b"charset", b"utf-8").lower() == b"utf-8"


def _check_size(body: bytes, picture_marks: Iterable[bytes], limit: int) -> None:
    """Refuse a large body without a picture: parsing it would cost much, and it would be refused anyway."""
    if len(body) > limit and not any(mark in body for mark in picture_marks):
        raise ProfileError("body_too_large", f"the body has no picture, and is larger than {limit // 1_000} kB")


def _loaded(body: bytes, max_values: int) -> Any:
    check_json(body, max_values)
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=without_repetition)
    except (ValueError, RecursionError):
        raise ProfileError("malformed_json", "the body is not JSON in UTF-8") from None


def _object(values: Any) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise ProfileError("wrong_type", "expected a JSON object")
    return values


def _refuse_repetition(name: str, values: dict[str, Any]) -> None:
    """Refuse a second value for a field: a client could display one and have the other judged."""
    if name in values:
        raise ProfileError("repeated_field", "the field is given more than once", name[:MAX_QUOTED_NAME])


def _from_base64(text: str, field: str) -> bytes:
    _refuse_address(text, field)
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        message = f"{field}: not base64 (standard alphabet, padded, no line breaks)"
        raise ProfileError("image_base64", message, field) from None


def _refuse_address(text: str, field: str) -> None:
    if _ADDRESS.match(text):
        raise ProfileError("image_url_refused", f"{field}: send the image itself; addresses are never fetched", field)


def _from_multipart(body: bytes, boundary: bytes, shape: Shape) -> dict[str, Any]:
    form = parts(body, boundary, shape.max_parts)
    refuse_unknown((part.name for part in form), shape.names)
    values: dict[str, Any] = {}
    for part in form:
        if part.name in shape.lists:
            values.setdefault(part.name, []).append(_value(part, shape))
            continue
        _refuse_repetition(part.name, values)
        values[part.name] = _value(part, shape)
    return values


def _value(part: FormPart, shape: Shape) -> Any:
    if part.name in shape.images:
        return _file(part)
    text = _text(part)
    try:
        return json.loads(text) if part.name in shape.literals and len(text) <= MAX_LITERAL else text
    except (ValueError, RecursionError):
        return text  # refused later as a value of the wrong type


def _text(part: FormPart) -> str:
    if part.is_file:
        raise ProfileError("wrong_type", "the value must be text, not a file", part.name)
    try:
        return part.content.decode("utf-8")
    except UnicodeDecodeError:
        raise ProfileError("text_invalid", "the text is not UTF-8", part.name) from None


def _file(part: FormPart) -> bytes:
    if not part.is_file:
        _refuse_address(part.content.decode("latin-1"), part.name)
        raise ProfileError("wrong_type", f"{part.name}: send the image as a file with a file name", part.name)
    return part.content

"""From a row of a file to a profile: types, pictures by path or by bytes, entitlements.

The same checks as at the HTTP door, with one difference: a picture may be a path, because whoever starts a batch owns
the disk it runs on. A web address is refused as everywhere: nothing is fetched that a profile names.
"""

from __future__ import annotations

import base64
import errno
import json
import stat
from pathlib import Path
from typing import Any

import fsspec

from models.images.input.decode import MAX_BYTES
from models.profile import IMAGE_FIELDS, Field, Profile, ProfileError
from serving.batch.inputs import COLUMNS, ID, Row, account_id
from serving.messages.schema import checked

STORES = frozenset({"file", "s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "hdfs"})
"""fsspec protocols a picture may be read by: a disk or a platform's own store, never the open web."""

BASE64_STARTS = ("/9j/", "iVBORw0KGgo", "UklGR", "R0lGOD", "Qk")
"""How JPEG, PNG, WebP, GIF and BMP begin in base64."""

LONGEST_NAME = 255
"""Longest file name on common disks: a longer string without a dot that begins like a picture is base64."""


def profile_of(row: Row, folder: Path) -> Profile:
    """The profile that a row describes, its pictures loaded.

    Args:
        row: values by column name; others than the contract's are ignored.
        folder: where relative paths start.

    Raises:
        ProfileError: the row could not be read, a value has the wrong type or length, or a picture is not there.
    """
    if isinstance(row, ProfileError):
        raise row
    values = {name: row[name] for name in COLUMNS if row.get(name) is not None}
    if ID in values:
        values[ID] = account_id(row) or values[ID]
    for field in set(IMAGE_FIELDS) & values.keys():
        values[field] = _image(values[field], field, folder)
    if isinstance(listed := values.get("entitlements"), str):
        values["entitlements"] = _split(listed)
    return checked(values)


def _image(value: Any, field: Field, folder: Path) -> Any:
    """The encoded picture that a string stands for; anything else as it is."""
    if not isinstance(value, str):
        return value
    if value.startswith(BASE64_STARTS) and len(value) > LONGEST_NAME and "." not in value:
        return _decoded(value, field)
    is_url = "://" in value or "::" in value
    try:
        return _read_url(value, field) if is_url else _read_path(folder / value)
    except ProfileError:
        raise
    except Exception as error:  # every object store's client has errors of its own
        code = "image_missing" if _is_absent(error, is_url) else "image_unreadable"
        reason = f"the picture that {field} names cannot be read ({type(error).__name__})"
        raise ProfileError(code, reason, field) from None


def _is_absent(error: Exception, is_url: bool) -> bool:
    """Whether a picture is not there, rather than a disk or store out of order, which says nothing about the row."""
    if isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return True
    # Clients of stores fail with ValueError too where they are not let in.
    is_no_name = isinstance(error, OSError) and error.errno in {errno.ENAMETOOLONG, errno.ELOOP}
    return is_no_name or (isinstance(error, ValueError) and not is_url)


def _decoded(value: str, field: Field) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except ValueError as error:  # binascii's own, and that of a string with other than ASCII characters
        raise ProfileError("image_base64", f"{field} is not valid base64", field) from error


def _read_url(url: str, field: Field) -> bytes:
    protocols = {link.split("://")[0] for link in url.split("::")}
    if not protocols <= STORES:
        raise ProfileError(
            "image_url_refused", f"{field} is an address, and those are never fetched; give a file", field
        )
    if protocols == {"file"} and "::" not in url:
        return _read_path(Path(url.split("://", 1)[1]))
    with fsspec.open(url, "rb") as stream:
        return bytes(stream.read(MAX_BYTES + 1))


def _read_path(path: Path) -> bytes:
    # A device or a pipe would never end.
    if not stat.S_ISREG(path.stat().st_mode):
        raise IsADirectoryError
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _split(value: str) -> Any:
    """A CSV cell's list: JSON, or separated by semicolons."""
    if not value.lstrip().startswith("["):
        return [item.strip() for item in value.split(";") if item.strip()]
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value

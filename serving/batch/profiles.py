"""Turns a row of a file into a profile: checks types, loads pictures, splits entitlements.

The checks are those of the HTTP service, but a picture may be a path: the operator of a batch owns the disk. Web
addresses are refused and never fetched.
"""

from __future__ import annotations

import base64
import errno
import json
import stat
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import fsspec

from models.images.input.decode import MAX_BYTES
from models.profile import IMAGE_FIELDS, Field, Profile, ProfileError, StoredPicture
from serving.batch.inputs import COLUMNS, ID_COLUMN, Row, account_id
from serving.batch.storage.retries import retried
from serving.messages.schema import checked

PICTURE_PROTOCOLS = frozenset({"file", "s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "hdfs"})
"""fsspec protocols of pictures: disks and a platform's own object stores, never the open web."""

BASE64_STARTS = ("/9j/", "iVBORw0KGgo", "UklGR", "R0lGOD", "Qk")
"""First characters of JPEG, PNG, WebP, GIF and BMP in base64."""

MAX_FILE_NAME_BYTES = 255
"""Bytes of the longest file name on common disks; a longer string that begins like a picture is base64."""


Fetch = Callable[[], bytes]
Remember = Callable[[str, Fetch], bytes | StoredPicture]
"""Gives the picture at an absolute path or a URL: its hash if that is known, otherwise what `Fetch` reads."""


def profile_of(row: Row, folder: Path, remember: Remember | None = None) -> Profile:
    """The profile that a row describes, its pictures loaded.

    Args:
        row: values by column name; unknown columns are ignored.
        folder: start of relative paths.
        remember: knows the hashes of some pictures, which are then not loaded.

    Raises:
        ProfileError: the row could not be read, a value has the wrong type or length, or a picture is not there.
    """
    if isinstance(row, ProfileError):
        raise row
    values = {name: row[name] for name in COLUMNS if row.get(name) is not None}
    if ID_COLUMN in values:
        values[ID_COLUMN] = account_id(row) or values[ID_COLUMN]
    stored: dict[Field, StoredPicture] = {}
    for field in set(IMAGE_FIELDS) & values.keys():
        found = _image(values.pop(field), field, folder, remember)
        if isinstance(found, StoredPicture):
            stored[field] = found
        else:
            values[field] = found
    if isinstance(listed := values.get("entitlements"), str):
        values["entitlements"] = _split(listed)
    return replace(checked(values), stored=stored)


def _image(value: Any, field: Field, folder: Path, remember: Remember | None) -> Any:
    """The picture that a string names or encodes; any other value unchanged."""
    if not isinstance(value, str):
        return value
    if value.startswith(BASE64_STARTS) and len(value) > MAX_FILE_NAME_BYTES and "." not in value:
        return _decoded(value, field)
    fetch = partial(_fetched_picture, value, field, folder)
    if remember is None:
        return fetch()
    is_url = _is_url(value)
    if is_url:
        _refuse_web(value, field)
    return remember(value if is_url else str((folder / value).absolute()), fetch)


def _is_url(value: str) -> bool:
    return "://" in value or "::" in value


def _fetched_picture(value: str, field: Field, folder: Path) -> bytes:
    is_url = _is_url(value)
    try:
        return _read_url(value, field) if is_url else _read_path(folder / value)
    except ProfileError:
        raise
    except Exception as error:  # each object store's client has its own errors
        code = "image_missing" if _is_absent(error, is_url) else "image_unreadable"
        reason = f"the picture that {field} names cannot be read ({type(error).__name__})"
        raise ProfileError(code, reason, field) from None


def _is_absent(error: Exception, is_url: bool) -> bool:
    """True if the picture does not exist; False if the disk or store failed, which is not the row's fault."""
    if isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return True
    # Clients of object stores raise ValueError for a refused login too.
    is_no_name = isinstance(error, OSError) and error.errno in {errno.ENAMETOOLONG, errno.ELOOP}
    return is_no_name or (isinstance(error, ValueError) and not is_url)


def _decoded(value: str, field: Field) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except ValueError as error:  # binascii.Error, and ValueError for characters other than ASCII
        raise ProfileError("image_base64", f"{field} is not valid base64", field) from error


def _refuse_web(url: str, field: Field) -> None:
    if not {link.split("://")[0] for link in url.split("::")} <= PICTURE_PROTOCOLS:
        raise ProfileError(
            "image_url_refused", f"{field} is an address, and those are never fetched; give a file", field
        )


def _read_url(url: str, field: Field) -> bytes:
    _refuse_web(url, field)
    if url.startswith("file://") and "::" not in url:
        return _read_path(Path(url.removeprefix("file://")))
    return retried(partial(_fetched, url))


def _fetched(url: str) -> bytes:
    with fsspec.open(url, "rb") as stream:
        return bytes(stream.read(MAX_BYTES + 1))


def _read_path(path: Path) -> bytes:
    # Reading a device or a pipe would never end.
    if not stat.S_ISREG(path.stat().st_mode):
        raise IsADirectoryError
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _split(value: str) -> Any:
    """The list in a CSV cell: JSON, or separated by semicolons."""
    if not value.lstrip().startswith("["):
        return [item.strip() for item in value.split(";") if item.strip()]
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value

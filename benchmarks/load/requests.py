"""Requests as a platform sends them, each with pictures that are not in the service's cache.

The cache knows a picture by its bytes. So each one gets a new comment, a JPEG segment that decoders skip: other bytes,
the same pixels, the same work.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from benchmarks.profiles import AVATAR, picture, texts
from models.profile import Profile

PROFILE_COUNT = 40
"""Different profiles, sent in turn; their pictures are drawn once."""

BOUNDARY = "a-boundary-that-no-picture-holds"
"""Boundary between the parts of a form."""

FORM = f"multipart/form-data; boundary={BOUNDARY}"
JSON = "application/json"
"""Content types of the two kinds of bodies."""

_numbers = itertools.count(time.time_ns())


@dataclass(frozen=True)
class Request:
    """An HTTP request.

    Attributes:
        path: path and query.
        about: data of the sender, to check the answer by.
    """

    path: str
    body: bytes = b""
    content_type: str = JSON
    method: str = "POST"
    about: Any = None


@cache
def profiles() -> list[Profile]:
    """Profiles of name, bio and avatar, the same in every run."""
    names, bios = texts("name"), texts("bio")
    return [Profile(f"account-{n}", names[n], bios[n], avatar=picture(AVATAR, n)) for n in range(PROFILE_COUNT)]


def never_seen(data: bytes) -> bytes:
    """The same JPEG with a new comment."""
    comment = next(_numbers).to_bytes(8)
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + data[2:]


def new_profiles() -> Iterator[Profile]:
    """Profiles without end, whose pictures all differ in their bytes."""
    for profile in itertools.cycle(profiles()):
        yield replace(profile, avatar=never_seen(profile.avatar or b""))


def form(profile: Profile, about: Any = None) -> Request:
    """A profile as a form."""
    values = {name: getattr(profile, name) for name in ("account_id", "name", "bio", "signature", "avatar", "cover")}
    return Request(
        "/v1/classify", multipart({name: value for name, value in values.items() if value}), FORM, about=about
    )


def multipart(values: dict[str, str | bytes]) -> bytes:
    """A form's body; bytes are sent as files."""
    parts = []
    for name, value in values.items():
        file = f'; filename="{name}.jpg"\r\nContent-Type: image/jpeg' if isinstance(value, bytes) else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode()
        parts.append(head + (value if isinstance(value, bytes) else value.encode()) + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()

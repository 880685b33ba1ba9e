"""Requests as a platform sends them, each with pictures that the service has never seen.

A picture that comes again is answered from memory, so every one gets a comment of its own (a JPEG segment that no
decoder looks at): other bytes, the same pixels, the same work.
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

DIFFERENT = 40
"""Profiles that take turns; their pictures are drawn once."""

BOUNDARY = "a-boundary-that-no-picture-holds"
"""Between the parts of a form."""

FORM = f"multipart/form-data; boundary={BOUNDARY}"
JSON = "application/json"
"""Content types of the two sorts of bodies."""

_numbers = itertools.count(time.time_ns())


@dataclass(frozen=True)
class Request:
    """What is sent.

    Attributes:
        path: and query.
        about: what the sender wants to remember it by.
    """

    path: str
    body: bytes = b""
    content_type: str = JSON
    method: str = "POST"
    about: Any = None


@cache
def profiles() -> list[Profile]:
    """Profiles of name, bio and avatar, the same every time."""
    names, bios = texts("name"), texts("bio")
    return [Profile(f"account-{n}", names[n], bios[n], avatar=picture(AVATAR, n)) for n in range(DIFFERENT)]


def never_seen(data: bytes) -> bytes:
    """The same JPEG with a comment that it never had."""
    comment = next(_numbers).to_bytes(8)
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + data[2:]


def new_profiles() -> Iterator[Profile]:
    """Profiles without end, no two pictures alike."""
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

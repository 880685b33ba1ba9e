"""What the service judges."""

from __future__ import annotations

import base64
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Profile:
    """One profile, with at least one of the five content fields.

    Attributes:
        account_id: the platform's id of the account; the service never logs it.
        name: at most 64 characters.
        bio: at most 2,000 characters.
        signature: at most 500 characters.
        avatar: a picture's file: JPEG, PNG, WebP, GIF or BMP, at most 20 MB.
        cover: likewise.
        entitlements: what the platform has verified of the account: ids of references or owners,
            "profession:lawyer", or "contact:" and the account's own contact.
    """

    account_id: str
    name: str | None = None
    bio: str | None = None
    signature: str | None = None
    avatar: bytes | None = None
    cover: bytes | None = None
    entitlements: Collection[str] = ()

    def to_json(self) -> dict[str, Any]:
        """The values that the service takes, with pictures in base64."""
        texts = {"name": self.name, "bio": self.bio, "signature": self.signature}
        pictures = {"avatar": self.avatar, "cover": self.cover}
        encoded = {field: base64.b64encode(file).decode() for field, file in pictures.items() if file is not None}
        given = {field: text for field, text in texts.items() if text is not None}
        return {"account_id": self.account_id, **given, **encoded, "entitlements": sorted(self.entitlements)}

"""Digests of a profile's content, by which a later run sees what changed.

They are salted with the account id, so that equal texts or pictures of two accounts cannot be linked. They are no
secret: whoever has a decision can test a guess.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from models.profile import IMAGE_FIELDS, TEXT_FIELDS, Profile

DIGEST_BYTES = 16
ENTITLEMENTS = "entitlements"


def digests(profile: Profile) -> dict[str, str]:
    """A digest of every field that the profile has, in hex; that of a picture is of its SHA-256."""
    texts = {field: profile.text(field) for field in TEXT_FIELDS}
    content = {field: _encoded(text) for field, text in texts.items() if text is not None}
    pictures = {field: profile.image_hash(field) for field in IMAGE_FIELDS}
    content |= {field: data for field, data in pictures.items() if data is not None}
    found = {str(field): _digest(profile.account_id, str(field), data) for field, data in content.items()}
    if profile.entitlements:
        listed = "\0".join(sorted(profile.entitlements))
        found[ENTITLEMENTS] = _digest(profile.account_id, ENTITLEMENTS, _encoded(listed))
    return found


def present(stored: Mapping[str, str | None] | None) -> dict[str, str]:
    """Digests as Parquet gives them back, without absent fields."""
    return {name: digest for name, digest in (stored or {}).items() if digest is not None}


def account_hash(account_id: str) -> int:
    """A 64-bit hash, the same in every process, to match accounts of two runs."""
    return int.from_bytes(hashlib.blake2b(_encoded(account_id), digest_size=8).digest())


def _digest(account_id: str, field: str, content: bytes) -> str:
    salt = hashlib.sha256(_encoded(account_id)).digest()
    return hashlib.blake2b(content, digest_size=DIGEST_BYTES, key=salt, person=field.encode()[:16]).hexdigest()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")

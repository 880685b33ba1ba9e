"""API keys: names, hashes and scopes.

A key is 256 random bits made here, so its SHA-256 is as hard to invert as the key is to guess. No slow hash is needed:
the stored hashes do not open the service.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from serving.keys.scopes import Scope

KEY_PREFIX: Final = "hj_"
"""Prefix of every key, by which scanners for leaked secrets recognise it."""

_KEY_BYTES: Final = 32


class KeysError(ValueError):
    """The keys cannot be used or changed; the message says why and holds no key."""


class Key(BaseModel):
    """One line of the file.

    Attributes:
        name: of its holder, as recorded with every decision.
        sha256: of the key, lower-case hex.
        scopes: permissions.
        expires: the first day (UTC) on which it is invalid.
        per_second: profiles and other requests over all workers of a server; None is unlimited.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1), AfterValidator(lambda scopes: tuple(sorted(set(scopes))))]
    expires: date | None = None
    per_second: Annotated[float, Field(gt=0, le=1e6)] | None = None

    @property
    def expired(self) -> bool:
        """True from the day it expires."""
        return self.expires is not None and datetime.now(UTC).date() >= self.expires


@dataclass(frozen=True)
class Keys:
    """All keys at one moment.

    Attributes:
        known: with distinct names and hashes.
    """

    known: tuple[Key, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Keys:
        """The keys in JSON Lines.

        Raises:
            KeysError: a line is invalid, or repeats a name or a hash.
        """
        lines = enumerate(text.splitlines(), start=1)
        keys = cls(tuple(_parse_line(line, number) for number, line in lines if line.strip()))
        if len({key.name for key in keys.known}) < len(keys.known):
            raise KeysError("two keys have the same name")
        if len({key.sha256 for key in keys.known}) < len(keys.known):
            raise KeysError("two names have the same key")
        return keys

    def find(self, secret: str) -> Key | None:
        """The key of this secret; None if it is unknown or has expired."""
        digest = hashlib.sha256(secret.encode()).hexdigest()
        found = None
        # Every hash is compared, so that the time reveals nothing about near misses.
        for key in self.known:
            if hmac.compare_digest(digest, key.sha256):
                found = key
        return found if found is not None and not found.expired else None

    def add(self, key: Key) -> Keys:
        """These keys and one more.

        Raises:
            KeysError: the name is taken.
        """
        if any(known.name == key.name for known in self.known):
            raise KeysError(f"there is a key named {key.name}; remove it first, or choose another name")
        return Keys((*self.known, key))

    def remove(self, name: str) -> Keys:
        """These keys without one.

        Raises:
            KeysError: no key has this name.
        """
        rest = tuple(key for key in self.known if key.name != name)
        if len(rest) == len(self.known):
            raise KeysError(f"there is no key named {name}")
        return Keys(rest)

    def dump(self) -> str:
        """The keys as JSON Lines."""
        return "".join(key.model_dump_json(exclude_none=True) + "\n" for key in self.known)


def new(name: str, scopes: Iterable[Scope], expires: date | None, per_second: float | None) -> tuple[str, Key]:
    """A new key: the secret, for its holder alone, and the entry for the file.

    Raises:
        KeysError: the name is invalid, or there is no scope.
    """
    secret = KEY_PREFIX + secrets.token_urlsafe(_KEY_BYTES)
    sha256 = hashlib.sha256(secret.encode()).hexdigest()
    try:
        return secret, Key(name=name, sha256=sha256, scopes=tuple(scopes), expires=expires, per_second=per_second)
    except ValidationError as error:
        raise KeysError(_reason(error)) from None


def _parse_line(line: str, number: int) -> Key:
    try:
        return Key.model_validate_json(line)
    except ValidationError as error:
        raise KeysError(f"line {number} of the keys: {_reason(error)}") from None


def _reason(error: ValidationError) -> str:
    """The fault without the value, which may be a key in clear."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the line'}: {first['msg']}"
